/// Finds an account's number by the keyed hash of its name: open addressing over 4-byte slots.
struct AccountLookup: Sendable {
    /// Account numbers; 0: free.
    private var slots = [UInt32](repeating: 0, count: 16)
    /// The hash of each account's name, by number − 1.
    private var hashes: [UInt64] = []

    /// The first account with this hash that is wanted: names are compared, for two of them may
    /// share a hash.
    func find(_ hash: UInt64, where isWanted: (UInt32) -> Bool) -> UInt32? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let number = slots[slot]
            if hashes[Int(number) - 1] == hash, isWanted(number) { return number }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Adds the account with the next number.
    mutating func add(_ hash: UInt64) {
        hashes.append(hash)
        if hashes.count * 5 > slots.count * 3 {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for number in 1..<hashes.count { place(UInt32(number)) }
        }
        place(UInt32(hashes.count))
    }

    private mutating func place(_ number: UInt32) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hashes[Int(number) - 1]) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = number
    }
}
