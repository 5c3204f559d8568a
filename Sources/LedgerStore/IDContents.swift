internal import Credits

/// Adds up the ids of ranges of commits while the commits go by.
struct IDContents {
    private let ranges: [ClosedRange<UInt64>]
    private(set) var sums: [IDContent]
    /// The range of the latest commit, or the first one behind it.
    private var index = 0

    /// - Parameter ranges: ascending, none overlapping.
    init(_ ranges: [ClosedRange<UInt64>] = []) {
        self.ranges = ranges
        sums = [IDContent](repeating: IDContent(), count: ranges.count)
    }

    mutating func add(_ key: IDKey, _ known: KnownID) {
        while index < ranges.count, ranges[index].upperBound < known.commit { index += 1 }
        guard index < ranges.count, ranges[index].contains(known.commit) else { return }
        sums[index].add(key, known)
    }

    /// Adds an id that may be there already: of one range only its newest meaning is kept.
    mutating func replace(_ key: IDKey, _ previous: KnownID?, by known: KnownID) {
        add(key, known)
        guard let previous, index < ranges.count, ranges[index].contains(previous.commit),
            ranges[index].contains(known.commit)
        else { return }
        sums[index].remove(key, previous)
    }
}
