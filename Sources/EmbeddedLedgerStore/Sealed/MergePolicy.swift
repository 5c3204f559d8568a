/// Which runs of ids are merged into one, by the commits that they are of.
struct MergePolicy {
    /// Runs of one size that are merged into one of the next.
    let fanOut: Int
    /// Commits that one run can tell apart.
    let maximumSpan: UInt64

    /// The oldest runs that one run can hold.
    ///
    /// - Parameter commits: those of each run of one size, newest first.
    /// - Returns: where they are; nil: there are not enough.
    func mergeable(_ commits: [ClosedRange<UInt64>]) -> Range<Int>? {
        for end in stride(from: commits.count, through: fanOut, by: -1) {
            let oldest = end - fanOut..<end
            if isOneRun(commits[oldest]) { return oldest }
        }
        return nil
    }

    /// Whether so many runs of one size wait to be merged that looking ids up gets slow.
    ///
    /// Many that can never be merged are none that wait: no haste would make them fewer.
    func isBehind(_ commits: [ClosedRange<UInt64>]) -> Bool {
        commits.count >= 2 * fanOut && mergeable(commits) != nil
    }

    /// Whether commits follow one another, newest first, and are no more than a run can tell apart.
    private func isOneRun(_ commits: ArraySlice<ClosedRange<UInt64>>) -> Bool {
        guard let first = commits.last?.lowerBound, let last = commits.first?.upperBound,
            last - first < maximumSpan
        else { return false }
        return zip(commits, commits.dropFirst()).allSatisfy { newer, older in
            older.upperBound + 1 == newer.lowerBound
        }
    }
}
