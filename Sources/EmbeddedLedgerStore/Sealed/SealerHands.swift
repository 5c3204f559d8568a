internal import Credits
internal import Foundation
internal import LedgerStore

/// What the sealing thread does; used by that thread alone.
final class SealerHands: @unchecked Sendable {
    // `@unchecked Sendable`: handed over to the thread before it starts, and used nowhere else.
    private let folders: SealedFolders
    private let directory: StoreDirectory
    private let commits: EmbeddedCommits
    private let files: SealedFiles
    private let options: SealingOptions
    /// Newest first, with those that do not count yet.
    private var runs: [IDRun]
    private var nextID: UInt64
    /// By the size of what they merge.
    private var merging: [Int: IDRunMerge] = [:]
    /// When a merge may be begun.
    private var mergeAt = Date.distantPast
    /// Called while a file is written, behind so many bytes each: lets others go first.
    var rest: (_ byteCount: Int) -> Void = { _ in }
    /// Room that is claimed for what is being written, and for what waits to be.
    var claimedByteCount: () -> Int = { 0 }

    /// How long a merge waits that does not fit on the disk.
    private static let retryInterval: TimeInterval = 10

    init(
        _ folders: SealedFolders,
        _ directory: StoreDirectory,
        _ commits: EmbeddedCommits,
        _ files: SealedFiles,
        _ options: SealingOptions
    ) {
        self.folders = folders
        self.directory = directory
        self.commits = commits
        self.files = files
        self.options = options
        runs = files.runs.map(\.run)
        nextID = (runs.map(\.header.id).max() ?? 0) + 1
    }

    private func reach(_ point: SealingPoint) throws(StoreError) {
        try options.onPoint?(point)
    }

    private func takeID() -> UInt64 {
        defer { nextID += 1 }
        return nextID
    }

    // MARK: Ids

    func seal(_ batch: IDBatch) throws(StoreError) -> SealedChange {
        try reach(.idsTaken)
        var writer = try IDRunWriter(
            directory: folders.ids,
            id: takeID(),
            tier: 0,
            store: folders.store,
            commits: batch.commits,
            capacity: batch.ids.count,
            filterBufferBytes: options.filterBufferBytes,
            rest: rest
        )
        try batch.ids.forEachAscending { key, known throws(StoreError) in
            try writer.append(key, known)
        }
        try writer.end()
        try reach(.runWritten)
        try writer.sync()
        try reach(.runSynced)
        try writer.rename()
        try reach(.runRenamed)
        let (run, row) = try writer.seal()
        let filtered = try FilteredRun(run)
        runs.insert(run, at: 0)
        try reach(.runSealed)
        return .run(filtered, row)
    }

    // MARK: Merging

    /// When there is something to merge; nil: nothing.
    var nextMerge: Date? { nextTier == nil ? nil : mergeAt }
    /// Whether so many runs wait to be merged that looking ids up gets slow.
    var isBehind: Bool {
        tiers.contains { policy.isBehind(runs(of: $0).map(\.header.commits)) }
    }
    /// Bytes that the merges that were begun have still to write.
    var remainingOfMerges: Int { merging.values.reduce(0) { $0 + $1.remainingByteCount } }

    /// The smallest size that is being merged or of which there is enough: a merge of large runs
    /// takes long, and small ones must not pile up meanwhile.
    private var nextTier: Int? {
        tiers.filter { merging[$0] != nil || mergeable($0) != nil }.min()
    }

    private var policy: MergePolicy {
        MergePolicy(fanOut: options.fanOut, maximumSpan: options.maximumSpan)
    }

    private var tiers: Set<Int> { Set(runs.map(\.tier)) }

    /// Newest first.
    private func runs(of tier: Int) -> [IDRun] { runs.filter { $0.tier == tier } }

    /// The oldest runs of a size that one run can hold, newest first; nil: there are not enough.
    private func mergeable(_ tier: Int) -> [IDRun]? {
        let runs = runs(of: tier)
        return policy.mergeable(runs.map(\.header.commits)).map { Array(runs[$0]) }
    }

    /// Goes on with a merge, or begins one.
    func merge() throws(StoreError) -> SealedChange? {
        guard let tier = nextTier else { return nil }
        if merging[tier] == nil { merging[tier] = try begin(tier) }
        guard let merge = merging[tier] else {
            mergeAt = Date(timeIntervalSinceNow: Self.retryInterval)
            return nil
        }
        let isDone = try merge.step(byteCount: options.mergeStepBytes)
        guard isDone else {
            try reach(.mergeStepped)
            return nil
        }
        try reach(.mergeWritten)
        try merge.writer.sync()
        try reach(.mergeSynced)
        try merge.writer.rename()
        try reach(.mergeRenamed)
        let (run, row) = try merge.writer.seal()
        try replace(merge.sources, by: run)
        let gone = Set(merge.sources.map(\.header.id))
        let place = runs.firstIndex { gone.contains($0.header.id) } ?? 0
        runs.removeAll { gone.contains($0.header.id) }
        runs.insert(run, at: place)
        merging[tier] = nil
        try reach(.mergeSealed)
        return .mergedRun(row, replacing: merge.sources)
    }

    /// Lets ids be looked for in a merged run instead of in those that it was made from.
    ///
    /// Part by part of its filter, each of which takes the place of what it replaces: all at once,
    /// there would be two filters of the same ids in memory. The run holds the same as they do, so
    /// it need not count yet.
    private func replace(_ sources: [IDRun], by run: IDRun) throws(StoreError) {
        // Before anything is let go.
        try run.readFilter { _, _ in }
        var filter = RunFilter(
            lineCount: run.header.filterLineCount,
            partShift: options.filterPartShift
        )
        for index in 0..<filter.partCount {
            filter = filter.adding(try run.readPart(index, of: filter), at: index)
            let filtered = FilteredRun(run, filter)
            files.replace(sources, by: filtered, below: filter.end(ofPart: index))
            try reach(.filterPartReplaced)
        }
    }

    /// Begins a merge where its file fits on the disk beside what must stay free; nil: it does not.
    private func begin(_ tier: Int) throws(StoreError) -> IDRunMerge? {
        guard let sources = mergeable(tier) else { return nil }
        let needed = claimedByteCount() + IDRunMerge.byteCount(of: sources)
        guard try directory.hasRoom(for: needed) else { return nil }
        try reach(.mergeBegun)
        return try IDRunMerge(
            sources,
            directory: folders.ids,
            id: takeID(),
            store: folders.store,
            filterBufferBytes: options.filterBufferBytes,
            rest: rest
        )
    }

    // MARK: Commits

    /// Copies commits into a segment; nil: the thread is to stop, and nothing was sealed.
    func seal(
        _ work: SegmentWork,
        unless isStopped: () -> Bool
    ) throws(StoreError) -> SealedChange? {
        try reach(.segmentTaken)
        let writer = try SegmentWriter(
            directory: folders.ledger,
            first: work.commits.lowerBound,
            store: folders.store,
            rest: rest
        )
        for number in work.commits {
            guard !isStopped() else { return nil }
            let written: Void? = try commits.inTable(number) { bytes throws(StoreError) in
                try writer.append(bytes)
            }
            guard written != nil else { throw .damagedCommit(number, "it is missing") }
        }
        let byteCount = try writer.end(letters: work.letters)
        try reach(.segmentWritten)
        try writer.sync()
        try reach(.segmentSynced)
        try writer.rename()
        try reach(.segmentRenamed)
        try writer.syncDirectory()
        let row = SegmentRow(
            commits: work.commits,
            byteCount: byteCount,
            letterCount: work.letters.count,
            totals: work.totals,
            hash: work.hash
        )
        _ = try Segment.check(directory: folders.ledger, row: row, store: folders.store)
        try reach(.segmentSealed)
        return .segment(row)
    }

    // MARK: Removal

    func remove(_ paths: [String]) throws(StoreError) {
        try reach(.beforeRemoval)
        for path in paths { try StoreFiles.remove(path) }
        try reach(.afterRemoval)
    }

    /// Gives up what is half done, and with it the room that it takes.
    func discard() throws(StoreError) {
        // An open file would keep its room, whatever becomes of its name.
        merging = [:]
        try folders.removeUnfinished()
    }
}
