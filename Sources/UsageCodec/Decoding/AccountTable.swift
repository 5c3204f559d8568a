import Credits

/// The accounts that a batch names, each once: an open-addressing table over the batch's own list.
struct AccountTable {
    private struct Slot: BitwiseCopyable {
        var hash: UInt64 = 0
        /// The batch that the slot belongs to; any other means that it is free.
        var generation: UInt64 = 0
        var index: Int32 = 0
    }

    private var slots = [Slot](repeating: Slot(), count: 1024)
    private var generation: UInt64 = 1
    private var count = 0

    /// Forgets all accounts but keeps the memory.
    mutating func removeAll() {
        generation += 1
        count = 0
    }

    /// The index of an account in the batch's list, where it is put if it is new.
    mutating func index(of account: AccountKey, in batch: inout InputBatch) -> Int32 {
        if (count + 1) * 2 > slots.count { grow() }
        let mask = slots.count - 1
        var position = Int(truncatingIfNeeded: account.hash) & mask
        while slots[position].generation == generation {
            let slot = slots[position]
            if slot.hash == account.hash, isSame(account, slot.index, in: batch) {
                return slot.index
            }
            position = (position + 1) & mask
        }
        let index = Int32(batch.accounts.count)
        batch.accounts.append(account)
        slots[position] = Slot(hash: account.hash, generation: generation, index: index)
        count += 1
        return index
    }

    private func isSame(
        _ account: AccountKey,
        _ index: Int32,
        in batch: borrowing InputBatch
    ) -> Bool {
        // A batch that was not announced may be shorter than what is remembered of the one before.
        guard Int(index) < batch.accounts.count else { return false }
        let other = batch.accounts[Int(index)]
        return other.hash == account.hash
            && isSame(account.customerID, other.customerID, in: batch.bytes)
            && isSame(account.creditType, other.creditType, in: batch.bytes)
    }

    private func isSame(
        _ left: ByteSlice,
        _ right: ByteSlice,
        in bytes: borrowing [UInt8]
    ) -> Bool {
        guard left != right else { return true }
        return bytes.view(left).hasSameBytes(as: bytes.view(right))
    }

    private mutating func grow() {
        let old = slots
        slots = [Slot](repeating: Slot(), count: old.count * 2)
        let mask = slots.count - 1
        for slot in old where slot.generation == generation {
            var position = Int(truncatingIfNeeded: slot.hash) & mask
            while slots[position].generation == generation { position = (position + 1) & mask }
            slots[position] = slot
        }
    }
}
