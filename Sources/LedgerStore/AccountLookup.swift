internal import Credits

/// Finds an account's number by the hash of its name: open addressing over 8-byte slots.
///
/// The hash is keyed and has 128 bits, so that it stands for the name as it does for an id. Names are
/// neither kept here nor compared: each would be one more wait for memory, for every account of every
/// batch.
struct AccountLookup: Sendable {
    /// The upper half of a hash's high word above the account's number; 0: free.
    ///
    /// The half decides nearly always whether the whole hash need be looked at.
    private var slots = [UInt64](repeating: 0, count: 16)
    /// By number − 1.
    private var hashes: [IDKey] = []

    /// The number of the account whose name has this hash; nil: there is none.
    func find(_ hash: IDKey) -> UInt32? {
        let number = find(hash, from: slots[position(of: hash)])
        return number == 0 ? nil : number
    }

    /// The numbers of many accounts; 0: there is no account with this name.
    func find(_ names: [AccountKey]) -> [UInt32] {
        // First the slots of all, then the hashes they point to: what is fetched for one name does
        // not wait for what was fetched for another.
        let first = names.map { slots[position(of: $0.hash)] }
        return names.indices.map { find(names[$0].hash, from: first[$0]) }
    }

    @inline(__always)
    private func position(of hash: IDKey) -> Int {
        Int(truncatingIfNeeded: hash.high) & (slots.count - 1)
    }

    private static func slot(_ hash: IDKey, _ number: UInt32) -> UInt64 {
        hash.high & ~0xffff_ffff | UInt64(number)
    }

    /// The search begins with a slot that was fetched before.
    @inline(__always)
    private func find(_ hash: IDKey, from first: UInt64) -> UInt32 {
        var position = position(of: hash)
        var slot = first
        while slot != 0 {
            let number = UInt32(truncatingIfNeeded: slot)
            if (slot ^ hash.high) >> 32 == 0, hashes[Int(number) - 1] == hash { return number }
            position = (position + 1) & (slots.count - 1)
            slot = slots[position]
        }
        return 0
    }

    /// Adds the account with the next number.
    mutating func add(_ hash: IDKey) {
        hashes.append(hash)
        if hashes.count * 5 > slots.count * 3 {
            slots = [UInt64](repeating: 0, count: slots.count * 2)
            for number in 1..<hashes.count { place(UInt32(number)) }
        }
        place(UInt32(hashes.count))
    }

    private mutating func place(_ number: UInt32) {
        let hash = hashes[Int(number) - 1]
        var position = position(of: hash)
        while slots[position] != 0 { position = (position + 1) & (slots.count - 1) }
        slots[position] = Self.slot(hash, number)
    }
}
