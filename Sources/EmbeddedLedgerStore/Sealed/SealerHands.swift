internal import Credits
internal import Foundation
internal import LedgerStore

/// What the sealing thread does; used by that thread alone.
final class SealerHands: @unchecked Sendable {
    // `@unchecked Sendable`: handed over to the thread before it starts, and used nowhere else.
    private let folders: SealedFolders
    private let directory: StoreDirectory
    private let commits: EmbeddedCommits
    private let options: SealingOptions
    /// Newest first, with those that do not count yet.
    private var runs: [IDRun]
    private var nextID: UInt64
    private var merging: IDRunMerge?
    /// When the merge may go on.
    private var mergeAt = Date.distantPast

    /// Bytes that are merged before anything else gets its turn.
    private static let mergeStep = 8 << 20
    /// How long a merge waits that does not fit on the disk.
    private static let retryInterval: TimeInterval = 10

    init(
        _ folders: SealedFolders,
        _ directory: StoreDirectory,
        _ commits: EmbeddedCommits,
        _ options: SealingOptions,
        runs: [IDRun]
    ) {
        self.folders = folders
        self.directory = directory
        self.commits = commits
        self.options = options
        self.runs = runs
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
        let writer = try IDRunWriter(
            directory: folders.ids,
            id: takeID(),
            tier: 0,
            store: folders.store,
            commits: batch.commits,
            capacity: batch.ids.count
        )
        for (key, known) in batch.sorted() { try writer.append(key, known) }
        try writer.end()
        try reach(.runWritten)
        try writer.sync()
        try reach(.runSynced)
        try writer.rename()
        try reach(.runRenamed)
        let (run, row) = try writer.seal()
        runs.insert(run, at: 0)
        try reach(.runSealed)
        return .run(run, row, replacing: [])
    }

    // MARK: Merging

    /// When there is something to merge; nil: nothing.
    var nextMerge: Date? { merging != nil || !mergeable.isEmpty ? mergeAt : nil }
    var outstandingByteCount: Int { merging?.remainingByteCount ?? 0 }

    /// The oldest runs of a size of which there are enough, newest first; small ones before large
    /// ones, for there come more of them.
    private var mergeable: [IDRun] {
        let tiers = Set(runs.map(\.tier)).sorted()
        for tier in tiers {
            let same = runs.filter { $0.tier == tier }
            if same.count >= options.fanOut { return Array(same.suffix(options.fanOut)) }
        }
        return []
    }

    /// Goes on with a merge, or begins one.
    func merge() throws(StoreError) -> SealedChange? {
        if merging == nil { merging = try begin() }
        guard let merge = merging else {
            mergeAt = Date(timeIntervalSinceNow: Self.retryInterval)
            return nil
        }
        let began = Date()
        let isDone = try merge.step(byteCount: Self.mergeStep)
        guard isDone else {
            try reach(.mergeStepped)
            pace(from: began)
            return nil
        }
        try reach(.mergeWritten)
        try merge.writer.sync()
        try reach(.mergeSynced)
        try merge.writer.rename()
        try reach(.mergeRenamed)
        let (run, row) = try merge.writer.seal()
        let gone = Set(merge.sources.map(\.header.id))
        let place = runs.firstIndex { gone.contains($0.header.id) } ?? 0
        runs.removeAll { gone.contains($0.header.id) }
        runs.insert(run, at: place)
        merging = nil
        try reach(.mergeSealed)
        return .run(run, row, replacing: merge.sources)
    }

    /// Begins a merge where its file fits on the disk beside what must stay free; nil: it does not.
    private func begin() throws(StoreError) -> IDRunMerge? {
        let sources = mergeable
        let needed = sources.reduce(0) { $0 + $1.header.fileByteCount }
        guard !sources.isEmpty, try directory.hasRoom(for: needed) else { return nil }
        try reach(.mergeBegun)
        return try IDRunMerge(
            sources,
            directory: folders.ids,
            id: takeID(),
            store: folders.store
        )
    }

    /// Leaves the disk to the commits, unless so many runs wait that looking ids up gets slow.
    private func pace(from began: Date) {
        let isBehind = runs.count { $0.tier == 0 } >= 3 * options.fanOut
        let time = Double(Self.mergeStep) / Double(options.mergeBytesPerSecond)
        mergeAt = isBehind ? .distantPast : began.addingTimeInterval(time)
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
            store: folders.store
        )
        for number in work.commits {
            guard !isStopped() else {
                try writer.discard()
                return nil
            }
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

    /// Gives up what is half done.
    func discard() throws(StoreError) {
        try merging?.writer.discard()
        merging = nil
    }
}
