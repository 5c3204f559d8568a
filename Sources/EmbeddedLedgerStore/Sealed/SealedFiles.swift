internal import Credits
internal import LedgerStore
internal import Synchronization

/// The sealed files that a store reads from, on any thread.
final class SealedFiles: SealedIDs, Sendable {
    private struct Contents: Sendable {
        /// Newest first.
        ///
        /// A merged run comes before those that it replaces: of each id one of them
        /// tells, and the merged one knows its newest meaning.
        var runs: [FilteredRun]
        /// Oldest first.
        var segments: [SegmentRow]
        /// Segments that are mapped, the one used last in front.
        var mapped: [Segment] = []
    }

    private static let mappedCount = 16

    private let folders: SealedFolders
    private let contents: Mutex<Contents>

    init(_ folders: SealedFolders, runs: [FilteredRun], segments: [SegmentRow]) {
        self.folders = folders
        contents = Mutex(Contents(runs: runs, segments: segments))
    }

    // MARK: Ids

    var runs: [FilteredRun] { contents.withLock { $0.runs } }

    /// Adds a run of newer commits than any other's.
    func add(_ run: FilteredRun) {
        contents.withLock { $0.runs.insert(run, at: 0) }
    }

    /// Lets ids be looked for in a merged run, as far as its filter is there, and no more in those
    /// that it replaces.
    ///
    /// Whoever looks meanwhile has the filters of before or of after; either lead to every id.
    ///
    /// - Parameters:
    ///   - sources: what was merged.
    ///   - merged: the merged run, with as much of its filter as is there.
    ///   - high: that filter speaks of all keys below it; nil: of all keys, and the sources are let
    ///     go.
    func replace(_ sources: [IDRun], by merged: FilteredRun, below high: UInt64?) {
        let replaced = Set(sources.map(\.header.id))
        contents.withLock { contents in
            contents.runs.removeAll { $0.run.header.id == merged.run.header.id }
            // Those that are missing are newer than all, and still come.
            let first = contents.runs.firstIndex { replaced.contains($0.run.header.id) } ?? 0
            if let high {
                for index in contents.runs.indices[first...] {
                    let old = contents.runs[index]
                    guard replaced.contains(old.run.header.id) else { continue }
                    contents.runs[index] = FilteredRun(old.run, old.filter.dropping(below: high))
                }
            } else {
                contents.runs.removeAll { replaced.contains($0.run.header.id) }
            }
            contents.runs.insert(merged, at: first)
        }
    }

    /// Lets go of runs that were replaced.
    func remove(_ replaced: [IDRun]) {
        let gone = Set(replaced.map(\.header.id))
        contents.withLock { $0.runs.removeAll { gone.contains($0.run.header.id) } }
    }

    /// The last commit of the newest run: each begins behind the one before it.
    var through: UInt64 {
        contents.withLock { $0.runs.reduce(0) { max($0, $1.run.header.commits.upperBound) } }
    }

    /// Asks filter by filter, each for all keys at once: what one key waits for memory is then spent
    /// on the others.
    func find(
        _ keys: [IDKey],
        in range: Range<Int>,
        after commit: UInt64,
        _ known: inout [KnownID?]
    ) throws(StoreError) {
        let runs = runs.filter { $0.run.header.commits.upperBound > commit }
        guard !runs.isEmpty else { return }
        var pending: [Int32] = []
        pending.reserveCapacity(range.count)
        for index in range where known[index] == nil { pending.append(Int32(index)) }
        // Newest first: what is found is what counts, and is not looked for any further.
        for run in runs where !pending.isEmpty {
            var isAnyFound = false
            for index in run.filter.candidates(keys, pending: pending) {
                guard let found = try run.run.known(keys[Int(index)]) else { continue }
                known[Int(index)] = found
                isAnyFound = true
            }
            if isAnyFound { pending.removeAll { known[Int($0)] != nil } }
        }
    }

    // MARK: Commits

    func add(_ segment: SegmentRow) {
        contents.withLock { $0.segments.append(segment) }
    }

    var segments: [SegmentRow] { contents.withLock { $0.segments } }

    /// The mapped segment that holds a commit; nil: none does.
    private func segment(of number: UInt64) throws(StoreError) -> Segment? {
        let (mapped, row) = contents.withLock { contents -> (Segment?, SegmentRow?) in
            if let index = contents.mapped.firstIndex(where: { $0.commits.contains(number) }) {
                let segment = contents.mapped.remove(at: index)
                contents.mapped.insert(segment, at: 0)
                return (segment, nil)
            }
            return (nil, contents.segments.row(of: number))
        }
        if let mapped { return mapped }
        guard let row else { return nil }
        let segment = try Segment(directory: folders.ledger, row: row, store: folders.store)
        contents.withLock { contents in
            contents.mapped.insert(segment, at: 0)
            if contents.mapped.count > Self.mappedCount { contents.mapped.removeLast() }
        }
        return segment
    }

    /// Calls `body` with a sealed commit's bytes; nil where it is in no segment.
    func withCommit<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        guard let segment = try segment(of: number) else { return nil }
        return try segment.withCommit(number, body)
    }

    /// Sealed commits that hold dead letters, newest first.
    func deadLetterCommits(through last: UInt64, limit: Int) throws(StoreError) -> [UInt64] {
        var numbers: [UInt64] = []
        let rows = segments
        for row in rows.reversed()
        where row.letterCount > 0 && row.commits.lowerBound <= last && numbers.count < limit {
            guard let segment = try segment(of: row.commits.lowerBound) else { continue }
            numbers += segment.letters.reversed().lazy.drop { $0 > last }
                .prefix(limit - numbers.count)
        }
        return numbers
    }
}

extension [SegmentRow] {
    /// The segment that holds a commit, by binary search.
    func row(of number: UInt64) -> SegmentRow? {
        var low = 0
        var end = count
        while low < end {
            let middle = (low + end) / 2
            if self[middle].commits.upperBound < number { low = middle + 1 } else { end = middle }
        }
        guard low < count, self[low].commits.contains(number) else { return nil }
        return self[low]
    }
}

/// Reads commits wherever they lie: in the journal's table or in a segment.
final class EmbeddedCommits: CommitSource {
    private let environment: LMDBEnvironment
    private let table: LMDBTable
    private let files: SealedFiles

    init(_ environment: LMDBEnvironment, _ table: LMDBTable, _ files: SealedFiles) {
        self.environment = environment
        self.table = table
        self.files = files
    }

    /// Looks in segments, then in the table, then in segments again.
    ///
    /// Segments are known before their commits leave the table. So what is in neither may have
    /// moved in between.
    func withCommit<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        if let result = try files.withCommit(number, body) { return result }
        if let result = try inTable(number, body) { return result }
        return try files.withCommit(number, body)
    }

    /// Each call is a read transaction of its own: one that lasts would keep old pages from reuse.
    func inTable<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        let transaction = try environment.begin(isReadOnly: true)
        return try JournalTable.withCommit(number, transaction, table, body)
    }

    func deadLetterCommits(through last: UInt64, limit: Int) throws(StoreError) -> [UInt64] {
        try files.deadLetterCommits(through: last, limit: limit)
    }
}
