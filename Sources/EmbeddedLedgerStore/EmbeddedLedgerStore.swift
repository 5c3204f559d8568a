public import Credits
public import LedgerStore

/// A ledger store in one directory of this machine: what changes is in LMDB, what is older is in
/// sealed files that never do.
///
/// One thread owns it. Accounts and the newest ids are in memory, exactly; at start they are derived
/// from their checkpoints and from the newest commits. Only one process can have the directory open
/// for writing; ``EmbeddedJournal`` reads beside it.
public final class EmbeddedLedgerStore: LedgerStore {
    /// How long the last commit took.
    public struct CommitTiming: Sendable {
        public var encoding: Duration = .zero
        /// Writing to LMDB and waiting for the disk.
        public var writing: Duration = .zero
        public var byteCount = 0
    }

    /// How the store is opened.
    public struct Options: Sendable {
        /// Bytes set aside on the disk, so that a full disk can be left in order.
        ///
        /// 0: none.
        public var reserve: Int
        /// Makes the store where there is none.
        public var creates: Bool
        /// Entries between the beginnings of two rounds of account checkpoints: a start replays about
        /// twice as many at most, in stores of up to a million accounts.
        public var checkpointInterval: Int
        /// When ids and commits move into sealed files.
        public var sealing: SealingOptions
        /// Says what is free on the disk, in place of the system; for tests.
        var freeByteCount: (@Sendable () -> Int)?

        public init(
            reserve: Int = 64 << 20,
            creates: Bool = true,
            checkpointInterval: Int = 800_000,
            sealing: SealingOptions = SealingOptions()
        ) {
            self.reserve = reserve
            self.creates = creates
            self.checkpointInterval = checkpointInterval
            self.sealing = sealing
            freeByteCount = nil
        }
    }

    public let identity: StoreIdentity
    public private(set) var lastCommitTiming = CommitTiming()
    /// How much is on the disk; may be asked on any thread.
    public let figures: FileFiguresReader
    private let clock = ContinuousClock()
    private let environment: LMDBEnvironment
    private let directory: StoreDirectory
    private let storeTables: StoreTables
    private let tables: LedgerTables
    private let storeReader: StoreReader
    private let sealing: Sealing
    private var state: StateRow
    private var rounds: CheckpointRounds
    private var readersCheckedAt: ContinuousClock.Instant
    /// Why nothing can be done any more; nil: all is well.
    private var failure: String?

    private static let readersCheckInterval = Duration.seconds(10)
    private static let fileSlack = 16 << 20

    /// Opens the store in a directory.
    ///
    /// - Throws: ``StoreError``: `inUse` where another process has it, `damaged` where something is
    ///   missing or not what was written, `diskFull` where the reserve does not fit, `unusable`
    ///   where there is no store, or on a network file system.
    public convenience init(
        path: String,
        policies: Policies,
        options: Options = Options()
    ) throws(StoreError) {
        let directory = try StoreDirectory(
            path,
            reserve: options.reserve,
            creates: options.creates,
            freeByteCount: options.freeByteCount
        )
        try self.init(directory, policies: policies, options: options)
    }

    private init(
        _ directory: StoreDirectory,
        policies: Policies,
        options: Options
    ) throws(StoreError) {
        let environment = try LMDBEnvironment(
            path: directory.dataPath,
            isReadOnly: false,
            owner: directory
        )
        try environment.clearDeadReaders()
        let (storeTables, identity) = try Self.raiseEpoch(of: environment, directory.identity)
        let opening = try StoreOpening(
            environment,
            storeTables,
            directory,
            policies: policies,
            checkpointInterval: options.checkpointInterval
        )
        self.identity = identity
        self.environment = environment
        self.storeTables = storeTables
        tables = opening.tables
        state = opening.state
        rounds = opening.rounds
        storeReader = StoreReader(
            tables: opening.tables,
            journal: opening.commits,
            hashKey: directory.identity.hashKey
        )
        figures = FileFiguresReader(environment, storeTables, opening.files)
        readersCheckedAt = clock.now
        self.directory = directory
        sealing = Sealing(opening, directory, options.sealing)
    }

    deinit {
        // The thread holds the directory: who let go of the store may open it anew.
        sealing.stop()
    }

    /// Raised durably before anything else: whoever still acts under a lower epoch can be told.
    private static func raiseEpoch(
        of environment: LMDBEnvironment,
        _ file: IdentityFile
    ) throws(StoreError) -> (StoreTables, StoreIdentity) {
        let transaction = try environment.begin(isReadOnly: false)
        let tables = try StoreTables(transaction, creates: false)
        var row = try IdentityRow.read(transaction, tables)
        try row.check(against: file)
        row.epoch += 1
        try row.write(transaction, tables)
        let identity = StoreIdentity(
            uuid: file.uuid,
            epoch: row.epoch,
            hashKey: file.hashKey,
            restoredEpoch: try RestoredRow.read(transaction, tables)
        )
        try transaction.commit()
        return (tables, identity)
    }

    public var head: CommitHead { tables.head }
    public var reader: any LedgerReader { storeReader }
    public var nextDue: Timestamp? { tables.nextDue }
    public var nextAnnouncement: Timestamp? { tables.nextAnnouncement }
    public var publishedThrough: UInt64 { state.publishedThrough }

    /// Bytes that may still be written to the disk.
    public var freeByteCount: Int {
        get throws(StoreError) { try directory.freeByteCount() }
    }

    /// - Throws: ``StoreError/Code/diskFull`` where so little is free that nothing more may be taken
    ///   in. ``commit(_:)`` asks this itself, before it writes.
    public func checkFreeSpace() throws(StoreError) {
        try directory.checkFreeSpace(beside: sealing.outstandingByteCount)
    }

    /// Itself, for reading beside its own thread.
    var readOnly: ReadOnlyStore {
        ReadOnlyStore(
            path: directory.path,
            file: directory.identity,
            identity: identity,
            environment: environment,
            tables: storeTables
        )
    }

    /// Bytes of sealed files that are still to be written, for which room is claimed.
    var claimedByteCount: Int { sealing.outstandingByteCount }
    /// Commits that are in the data file.
    var storedCommits: UInt64 { state.head.number + 1 - state.journalFrom }
    /// Ids that were not handed over for sealing, and how many batches of those that were wait.
    var idsInMemory: (count: Int, waiting: Int) { tables.idsInMemory }

    /// How much is on the disk.
    public var fileFigures: FileFigures {
        get throws(StoreError) { try figures.read() }
    }

    public func offsets(cluster: String) -> [PartitionKey: Int64] {
        tables.offsets(cluster: cluster)
    }

    public func load(
        _ batch: borrowing InputBatch,
        dueAt now: Timestamp,
        maximumDue: Int
    ) throws(StoreError) -> Loaded {
        try checkUsable()
        var loaded = try tables.load(batch, dueAt: now, maximumDue: maximumDue)
        loaded.reversible = try storeReader.reversible(by: batch.commands, of: loaded.accounts)
        return loaded
    }

    /// Makes a commit durable.
    ///
    /// - Throws: ``StoreError``. After `fenced` and `diskFull` nothing was written; after any other
    ///   the outcome is unknown, and every later call fails.
    public func commit(_ transition: consuming Transition) throws(StoreError) -> CommitHead {
        try checkUsable()
        var (commit, accounts) = transition.parts()
        try tables.check(commit)
        try checkFreeSpace()
        try waitForSealing()
        let start = clock.now
        let sealed = JournalFormat.encode(commit, previousHash: tables.head.hash)
        let encoded = clock.now
        let head = CommitHead(
            number: commit.number,
            hash: sealed.hash,
            recordedAt: commit.recordedAt
        )
        do throws(StoreError) {
            try write(commit, sealed, head: head)
        } catch {
            throw fail(error)
        }
        lastCommitTiming = CommitTiming(
            encoding: encoded - start,
            writing: clock.now - encoded,
            byteCount: sealed.bytes.count
        )
        tables.install(commit, &accounts, head: head)
        for index in commit.groups.indices where commit.groups[index].number > 0 {
            rounds.noteChange(of: AccountBlocks.block(of: commit.groups[index].number))
        }
        sealing.handOver(state, byteCount: sealed.bytes.count)
        return head
    }

    /// - Throws: why nothing can be sealed any more, and so nothing be taken in; nothing was written.
    private func waitForSealing() throws(StoreError) {
        do throws(StoreError) {
            try sealing.waitForRoom()
        } catch {
            guard error.code != .diskFull else {
                // The store is as good as before: it can be closed, which gives the reserve back.
                throw StoreError(.diskFull, error.message + "; nothing of the commit was written")
            }
            failure = error.message
            throw StoreError(
                error.code == .damaged ? .damaged : .failed,
                error.message + "; nothing of the commit was written: open the store anew"
            )
        }
    }

    /// Everything that a commit makes durable, in one transaction.
    private func write(
        _ commit: Commit,
        _ sealed: JournalFormat.Sealed,
        head: CommitHead
    ) throws(StoreError) {
        try clearDeadReaders()
        var next = state
        let before = tables.head.number
        if sealing.removes(state) { try keepFileLong(for: sealed.bytes.count) }
        let transaction = try environment.begin(isReadOnly: false)
        next.partCount += try JournalTable.append(
            sealed.bytes,
            number: head.number,
            transaction,
            storeTables.journal
        )
        try OffsetsTable.write(commit, transaction, storeTables.offsets)
        for block in rounds.takeBlocks(head: before, entries: commit.entries.count) {
            let accounts = tables.accounts(numbered: AccountBlocks.accounts(of: block)).1
            try AccountBlocks.write(block, accounts, at: before, transaction, storeTables.accounts)
        }
        next.head = head
        next.checkpointedThrough = rounds.checkpointedThrough
        next.accountCount = tables.accountCount + commit.newAccountCount
        next.totals.add(commit)
        try sealing.write(transaction, storeTables, &next)
        try next.write(transaction, storeTables)
        try transaction.commit()
        state = next
        try sealing.install()
    }

    /// Makes the data file longer than its pages need, before some are removed.
    ///
    /// LMDB does not write a page that was taken and given back at once, so that the file could end
    /// before the last page that it speaks of; and that must stay a sign of damage.
    private func keepFileLong(for byteCount: Int) throws(StoreError) {
        let slack = Self.fileSlack + 2 * byteCount
        let used = try environment.usedByteCount(pageSize: directory.identity.pageSize)
        let length = try StoreFiles.byteCount(directory.dataPath) ?? 0
        guard length < used + slack else { return }
        try StoreFiles.lengthen(directory.dataPath, to: used + 2 * slack)
    }

    private func clearDeadReaders() throws(StoreError) {
        guard clock.now - readersCheckedAt >= Self.readersCheckInterval else { return }
        readersCheckedAt = clock.now
        try environment.clearDeadReaders()
    }

    public func notePublished(through number: UInt64) {
        state.publishedThrough = max(state.publishedThrough, number)
    }

    /// Writes down what was published.
    ///
    /// The directory is free for another writer once the store and its readers are let go.
    public func close() throws(StoreError) {
        try checkUsable()
        failure = "it was closed"
        // What was set aside for this moment: the last row must find room.
        do throws(StoreError) {
            try directory.checkFreeSpace(beside: 0)
        } catch {
            try directory.releaseReserve()
        }
        sealing.stop()
        if sealing.removes(state) { try keepFileLong(for: 0) }
        let transaction = try environment.begin(isReadOnly: false)
        try sealing.write(transaction, storeTables, &state)
        try state.write(transaction, storeTables)
        try transaction.commit()
        try sealing.removeReplaced()
    }

    private func checkUsable() throws(StoreError) {
        guard let failure else { return }
        throw StoreError(.failed, "the store cannot be used, for \(failure): open it anew")
    }

    private func fail(_ error: StoreError) -> StoreError {
        failure = error.message
        var message = error.message + "; the commit's outcome is unknown: open the store anew"
        if let free = try? directory.freeByteCount(), free < 1 << 20 {
            // LMDB reports a full disk as an IO error.
            message += ". Only \(free) bytes are free on its disk"
        }
        return StoreError(.failed, message)
    }
}

extension Commit {
    fileprivate var newAccountCount: Int {
        groups.indices.reduce(0) { $0 + (groups[$1].isNew ? 1 : 0) }
    }
}
