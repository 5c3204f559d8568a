internal import Credits

/// Finds an account's number by its name: open addressing over 4-byte slots.
///
/// It keeps the names once more, one after the other: looking for them in the accounts would touch
/// an account for every input.
struct AccountLookup: Sendable {
    private struct Name: BitwiseCopyable {
        let hash: UInt64
        /// Where the customer's id begins in ``bytes``; the credit type follows it.
        let start: Int
        let customerCount: UInt32
        let typeCount: UInt32
    }

    /// Account numbers; 0: free.
    private var slots = [UInt32](repeating: 0, count: 16)
    /// By number − 1.
    private var names: [Name] = []
    private var bytes: [UInt8] = []

    /// The number of the account with this name; two names may share a hash, so they are compared.
    func find(_ name: AccountKey, in arena: [UInt8]) -> UInt32? {
        let number = find(name, in: arena, from: slots[slot(of: name)])
        return number == 0 ? nil : number
    }

    /// The numbers of many accounts; 0: there is no account with this name.
    func find(_ names: [AccountKey], in arena: [UInt8]) -> [UInt32] {
        // First guesses for all of them, so that one does not wait for another's memory.
        var numbers = names.map { slots[slot(of: $0)] }
        for index in names.indices {
            numbers[index] = find(names[index], in: arena, from: numbers[index])
        }
        return numbers
    }

    @inline(__always)
    private func slot(of name: AccountKey) -> Int {
        Int(truncatingIfNeeded: name.hash) & (slots.count - 1)
    }

    /// The search begins with the number in a slot that was fetched before.
    private func find(_ name: AccountKey, in arena: [UInt8], from first: UInt32) -> UInt32 {
        var slot = slot(of: name)
        var number = first
        while number != 0 {
            if isSame(names[Int(number) - 1], name, in: arena) { return number }
            slot = (slot + 1) & (slots.count - 1)
            number = slots[slot]
        }
        return 0
    }

    private func isSame(_ known: Name, _ name: AccountKey, in arena: [UInt8]) -> Bool {
        guard known.hash == name.hash, known.customerCount == name.customerID.count,
            known.typeCount == name.creditType.count
        else { return false }
        let middle = known.start + Int(known.customerCount)
        return isSame(known.start, arena.span(of: name.customerID))
            && isSame(middle, arena.span(of: name.creditType))
    }

    private func isSame(_ start: Int, _ text: Span<UInt8>) -> Bool {
        bytes.span.extracting(start..<start + text.count).hasSameBytes(as: text)
    }

    /// Adds the account with the next number.
    mutating func add(_ account: Account, hash: UInt64) {
        let customerID = account.customerID.utf8
        let creditType = account.creditType.utf8
        names.append(
            Name(
                hash: hash,
                start: bytes.count,
                customerCount: UInt32(customerID.count),
                typeCount: UInt32(creditType.count)
            )
        )
        bytes.append(contentsOf: customerID)
        bytes.append(contentsOf: creditType)
        if names.count * 5 > slots.count * 3 {
            slots = [UInt32](repeating: 0, count: slots.count * 2)
            for number in 1..<names.count { place(UInt32(number)) }
        }
        place(UInt32(names.count))
    }

    private mutating func place(_ number: UInt32) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: names[Int(number) - 1].hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = number
    }
}
