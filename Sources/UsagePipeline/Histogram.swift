/// How often a quantity fell into which range.
public struct Histogram: Sendable {
    /// Upper bounds, ascending, each in its range.
    public let bounds: [Double]
    /// How often, by range; the last is for what exceeds every bound.
    public private(set) var counts: [UInt64]
    public private(set) var sum = 0.0

    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    mutating func add(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// Seconds, from a fast disk's commit to one that everybody notices.
    static let durations = Histogram(bounds: [
        0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5,
    ])

    static let sizes = Histogram(bounds: [1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 100_000])
}
