/// What was known of the ids of a batch's usage when it was handed over.
///
/// Of the ids that commits up to ``through`` used up it tells all, of those of later commits nothing.
/// Whoever loads the batch then asks about the later ones alone: ids are used up once and for good, so
/// what was known before the batch waited is so when it is taken.
public struct KnownUsage: Sendable {
    /// The last commit whose ids were asked for.
    public let through: UInt64
    /// How many usage events were asked about: all that the batch had.
    public let count: Int
    /// The events whose ids are used up, by their index in ``InputBatch/usage``, and what by.
    private let found: [(index: Int, id: KnownID)]

    /// - Parameters:
    ///   - known: for each usage event of the batch what is known of its id; nil: nothing.
    ///   - through: the last commit whose ids were asked for.
    public init(_ known: [KnownID?], through: UInt64) {
        self.through = through
        count = known.count
        // Hardly any id is known, and a batch that waits is to stay small.
        found = known.enumerated().compactMap { index, id in id.map { (index, $0) } }
    }

    /// Fills in what is known of events of which nothing newer is.
    public func fill(_ known: inout [KnownID?]) {
        for (index, id) in found where known[index] == nil { known[index] = id }
    }
}
