internal import LedgerStore

/// What the thread that commits does about sealed files: it hands over what is to be sealed, and
/// makes what was sealed count.
final class Sealing {
    private let sealer: Sealer
    private let files: SealedFiles
    private let tables: LedgerTables
    private let directory: StoreDirectory
    private let options: SealingOptions
    /// Finished, and not yet named by a commit.
    private var finished: [SealedChange] = []
    /// Bytes of commits that are in no segment and on their way into none.
    private var unsealedByteCount: Int
    private var isSegmentQueued = false

    /// Tables of ids that wait at most, besides the one that is filled: each is memory.
    private static let waitingTables = 2
    /// Segments' worth of commits that may wait for the sealing thread.
    private static let waitingSegments = 4
    /// Sealed commits that one commit removes from the data file: removing very many small ones at
    /// once would hold it up.
    private static let removedAtOnce = 256

    init(_ opening: StoreOpening, _ directory: StoreDirectory, _ options: SealingOptions) {
        files = opening.files
        tables = opening.tables
        self.directory = directory
        self.options = options
        sealer = Sealer(bytesPerSecond: options.bytesPerSecond)
        unsealedByteCount = opening.unsealedByteCount
        let hands = SealerHands(
            opening.folders,
            directory,
            opening.commits,
            opening.files,
            options
        )
        sealer.start(hands)
    }

    /// Why the next segment was not begun; nil: it was, or it is not time for it.
    private var lackOfRoom: StoreError?

    /// Bytes that sealing has still to write.
    var outstandingByteCount: Int { sealer.outstandingByteCount }

    /// Waits where sealing has fallen behind, rather than letting memory and the data file grow.
    ///
    /// - Throws: why sealing failed; nothing was written then.
    func waitForRoom() throws(StoreError) {
        try sealer.checkSound()
        finished += sealer.takeFinished()
        // On a disk of its own the folder stays as full as it is, while the data file and the time that a
        // start takes would grow without anybody being told.
        if let lackOfRoom, isHeadFull { throw lackOfRoom }
        while isFull {
            try sealer.waitForFinished()
            finished += sealer.takeFinished()
        }
    }

    private var isFull: Bool {
        let memory = tables.idsInMemory
        let areIDsFull =
            memory.count >= options.idsPerRun && memory.waiting >= Self.waitingTables
            && !finished.contains { $0.isNewRun }
        return areIDsFull
            || isSegmentQueued && isHeadFull && !finished.contains { $0.isSegment }
    }

    /// More waits to be sealed than may.
    private var isHeadFull: Bool {
        unsealedByteCount >= Self.waitingSegments * options.segmentBytes
    }

    /// Whether the next commit removes something from the journal's table.
    func removes(_ state: StateRow) -> Bool {
        state.journalFrom <= state.segmentsThrough || finished.contains { $0.isSegment }
    }

    /// Names what is finished in the manifest, and removes commits that are in segments, oldest
    /// first.
    func write(
        _ transaction: borrowing LMDBTransaction,
        _ storeTables: StoreTables,
        _ state: inout StateRow
    ) throws(StoreError) {
        for change in finished {
            switch change {
            case .run(_, let row):
                try Manifest.write(row, transaction, storeTables)
                state.idsThrough = row.commits.upperBound
            case .mergedRun(let row, let replaced):
                try Manifest.write(row, transaction, storeTables)
                for run in replaced {
                    try Manifest.remove(run: run.header.id, transaction, storeTables)
                }
            case .segment(let row):
                try Manifest.write(row, transaction, storeTables)
                state.segmentsThrough = row.commits.upperBound
                // Before its commits leave the table: who misses them there finds them here.
                files.add(row)
            }
        }
        if !finished.isEmpty { try options.onPoint?(.beforeManifest) }
        var removed = 0
        while state.journalFrom <= state.segmentsThrough, removed < Self.removedAtOnce {
            let parts = try JournalTable.remove(
                state.journalFrom,
                transaction,
                storeTables.journal
            )
            guard parts > 0 else { throw .damagedCommit(state.journalFrom, "it is missing") }
            state.partCount -= parts
            state.journalFrom += 1
            removed += 1
        }
    }

    /// Makes what a durable commit named count, here too.
    func install() throws(StoreError) {
        guard !finished.isEmpty else { return }
        try options.onPoint?(.afterManifest)
        for change in finished {
            switch change {
            case .run(let run, let row):
                files.add(run)
                // Only now: an id is in memory until it can be found in the file.
                tables.dropIDs(through: row.commits.upperBound)
            case .mergedRun(_, let replaced):
                // A new one may have been merged before it counted.
                files.remove(replaced)
                sealer.remove(replaced.map(\.path))
            case .segment(let row):
                tables.dropDeadLetters(through: row.commits.upperBound)
                isSegmentQueued = false
            }
        }
        finished = []
    }

    /// Hands over what has become enough for a file, after a commit was taken over.
    func handOver(_ state: StateRow, byteCount: Int) {
        if let batch = tables.handOverIDs(
            atLeast: options.idsPerRun,
            orOfCommits: min(options.commitsPerRun, options.maximumSpan / 2),
            waitingAtMost: Self.waitingTables
        ) {
            sealer.seal(batch)
        }
        unsealedByteCount += byteCount
        handOverSegment(state)
    }

    /// Hands over a segment's worth of commits, where the segment fits on the disk beside what must
    /// stay free.
    ///
    /// Else they stay in the data file, which intake ends for when the rest of the disk is full: a
    /// segment that fills the disk would fill it again at every start.
    private func handOverSegment(_ state: StateRow) {
        guard !isSegmentQueued, unsealedByteCount >= options.segmentBytes else { return }
        let commits = state.segmentsThrough + 1...state.head.number
        let letters = tables.deadLetterCommits(through: .max, limit: .max)
        let byteCount = SegmentFormat.byteCount(
            ofBytes: unsealedByteCount,
            commits: commits.count,
            letters: letters.count
        )
        do throws(StoreError) {
            try directory.checkRoom(for: byteCount + sealer.outstandingByteCount)
            lackOfRoom = nil
        } catch {
            lackOfRoom = error
            return
        }
        isSegmentQueued = true
        unsealedByteCount = 0
        sealer.seal(
            SegmentWork(
                commits: commits,
                letters: letters.reversed(),
                totals: state.totals,
                hash: state.head.hash,
                byteCount: byteCount
            )
        )
    }

    /// Ends the thread; what it finished can still be written.
    func stop() {
        sealer.stop()
        finished += sealer.takeFinished()
    }

    /// Removes what was replaced, without the thread.
    func removeReplaced() throws(StoreError) {
        for change in finished {
            guard case .mergedRun(_, let replaced) = change else { continue }
            sealer.remove(replaced.map(\.path))
        }
        finished = []
        for path in sealer.takeObsolete() { try StoreFiles.remove(path) }
        try sealer.checkSound()
    }
}

extension SealedChange {
    fileprivate var isNewRun: Bool {
        if case .run = self { return true }
        return false
    }

    fileprivate var isSegment: Bool {
        if case .segment = self { return true }
        return false
    }
}
