import Credits

/// The accounts that a batch names, each once: an open-addressing table over the batch's own list.
struct AccountTable {
    /// The upper half of a hash's high word above the account's index plus one; 0 is free.
    ///
    /// Eight bytes, for the table is read all over: much of its cost is waiting for memory.
    private var slots = [UInt64](repeating: 0, count: fewestSlots)
    private var count = 0

    private static let fewestSlots = 1024

    /// Forgets all accounts, and gives memory back where the last batches needed little of it: small
    /// batches do not clear what large ones needed.
    mutating func removeAll() {
        guard count > 0 else { return }
        if slots.count > Self.fewestSlots, count * 16 < slots.count {
            slots = [UInt64](repeating: 0, count: slots.count / 2)
        } else {
            // Safe: zeros are what the table holds anyway.
            unsafe slots.withUnsafeMutableBufferPointer { unsafe $0.update(repeating: 0) }
        }
        count = 0
    }

    @inline(__always)
    private func position(of hash: IDKey) -> Int {
        Int(truncatingIfNeeded: hash.high) & (slots.count - 1)
    }

    /// Asks for the memory that the search for an account begins with.
    @inline(__always)
    func prefetch(_ hash: IDKey) { slots.prefetch(position(of: hash)) }

    /// The index of an account in the batch's list, where it is put if it is new.
    mutating func index(of account: AccountKey, in batch: inout InputBatch) -> Int32 {
        if (count + 1) * 2 > slots.count { rebuild(of: batch.accounts) }
        let mask = slots.count - 1
        var position = position(of: account.hash)
        while slots[position] != 0 {
            let slot = slots[position]
            let index = Int32(truncatingIfNeeded: slot) - 1
            // A batch that was not announced may be shorter than what is remembered of the one before.
            if (slot ^ account.hash.high) >> 32 == 0, Int(index) < batch.accounts.count,
                batch.accounts[Int(index)].hash == account.hash
            {
                return index
            }
            position = (position + 1) & mask
        }
        let index = Int32(batch.accounts.count)
        batch.accounts.append(account)
        slots[position] = Self.slot(account, at: index)
        count += 1
        return index
    }

    private static func slot(_ account: AccountKey, at index: Int32) -> UInt64 {
        account.hash.high & ~0xffff_ffff | UInt64(UInt32(index) + 1)
    }

    /// Makes it large enough for a batch's accounts and one more.
    private mutating func rebuild(of accounts: borrowing [AccountKey]) {
        var size = slots.count
        while (accounts.count + 1) * 2 > size { size *= 2 }
        slots = [UInt64](repeating: 0, count: size)
        let mask = size - 1
        for index in accounts.indices {
            let account = accounts[index]
            var position = position(of: account.hash)
            while slots[position] != 0 { position = (position + 1) & mask }
            slots[position] = Self.slot(account, at: Int32(index))
        }
        count = accounts.count
    }
}
