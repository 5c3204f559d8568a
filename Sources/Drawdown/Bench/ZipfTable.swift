/// Draws ranks by Zipf's law, the n-th 1/n as often as the first: as customers use a service.
///
/// Walker's alias method: one draw costs one look, however many ranks there are.
struct ZipfTable: Sendable {
    /// Of each slot: up to which point of its width it is itself, and who has the rest.
    private let thresholds: [UInt64]
    private let aliases: [Int32]

    /// - Parameter count: of ranks, at least 1.
    init(count: Int) {
        let sum = (1...count).reduce(0.0) { $0 + 1 / Double($1) }
        // A share of 1 fills a slot exactly.
        var shares = (1...count).map { Double(count) / (Double($0) * sum) }
        var thresholds = [UInt64](repeating: .max, count: count)
        var aliases = (0..<count).map { Int32($0) }
        var rich = (0..<count).filter { shares[$0] >= 1 }
        for poor in shares.indices where shares[poor] < 1 {
            var slot = poor
            // Whoever gave so much that it became poor needs another's share in turn.
            while let giver = rich.last, shares[slot] < 1 {
                thresholds[slot] = UInt64(shares[slot] * 0x1p64)
                aliases[slot] = Int32(giver)
                shares[giver] -= 1 - shares[slot]
                guard shares[giver] < 1 else { break }
                rich.removeLast()
                slot = giver
            }
        }
        self.thresholds = thresholds
        self.aliases = aliases
    }

    /// The rank, from 0, that a uniformly random word stands for.
    func rank(_ word: UInt64) -> Int {
        let (slot, point) = word.multipliedFullWidth(by: UInt64(thresholds.count))
        return point < thresholds[Int(slot)] ? Int(slot) : Int(aliases[Int(slot)])
    }
}
