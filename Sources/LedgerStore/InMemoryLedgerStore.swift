public import Credits
internal import Synchronization

/// A ledger store without a disk, with which every other store is compared.
///
/// It really encodes each commit and keeps nothing durable but those bytes, so ``reopened()`` finds
/// what a store on a disk would find. Its commits can be made to fail as a disk's do.
public final class InMemoryLedgerStore: LedgerStore {
    /// How a commit fails.
    public enum CommitFault: Sendable {
        /// Nothing was written.
        case beforeEffect
        /// All was written, but the answer was lost.
        case afterEffect
    }

    public let identity: StoreIdentity
    private let policies: Policies
    private let disk: Disk
    private let tables: LedgerTables
    private let storeReader: StoreReader
    private var publishedNote: UInt64
    private var isFailed = false
    /// What becomes of the next commit; nil: it succeeds.
    ///
    /// The store must be reopened after a fault.
    public var nextCommitFault: CommitFault?

    /// Makes an empty store; its identity is not drawn, so that the same input makes the same bytes.
    public convenience init(
        policies: Policies,
        uuid: String = "00000000000000000000000000000000",
        hashKey: HashKey = HashKey(first: 1, second: 2)
    ) {
        self.init(
            policies: policies,
            identity: StoreIdentity(uuid: uuid, epoch: 1, hashKey: hashKey),
            disk: Disk()
        )
    }

    private init(policies: Policies, identity: StoreIdentity, disk: Disk) {
        self.policies = policies
        self.identity = identity
        self.disk = disk
        tables = LedgerTables(policies: policies, hashKey: identity.hashKey)
        storeReader = StoreReader(tables: tables, journal: disk, hashKey: identity.hashKey)
        publishedNote = disk.publishedThrough
    }

    /// The store as a new process would find it: all that is durable, under the next epoch.
    ///
    /// This one must not be used any more.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where the journal was tampered with.
    public func reopened(
        under policies: Policies? = nil
    ) throws(StoreError) -> InMemoryLedgerStore {
        isFailed = true
        let next = StoreIdentity(
            uuid: identity.uuid,
            epoch: identity.epoch + 1,
            hashKey: identity.hashKey
        )
        let store = InMemoryLedgerStore(
            policies: policies ?? self.policies,
            identity: next,
            disk: disk
        )
        for bytes in disk.commits {
            try store.tables.replay(
                try JournalFormat.decode(bytes, under: identity.hashKey)
            )
        }
        return store
    }

    public var head: CommitHead { tables.head }
    public var reader: any LedgerReader { storeReader }
    public var nextDue: Timestamp? { tables.nextDue }
    public var nextAnnouncement: Timestamp? { tables.nextAnnouncement }
    public var publishedThrough: UInt64 { publishedNote }
    /// The encoded commits in order, as a verifier reads them.
    public var journal: [[UInt8]] { disk.commits }

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

    public func commit(_ transition: consuming Transition) throws(StoreError) -> CommitHead {
        try checkUsable()
        var (commit, accounts) = transition.parts()
        try tables.check(commit)
        let fault = nextCommitFault
        nextCommitFault = nil
        if fault == .beforeEffect { throw fail() }
        let sealed = JournalFormat.encode(commit, previousHash: tables.head.hash)
        disk.append(sealed.bytes, publishedThrough: publishedNote)
        if fault == .afterEffect { throw fail() }
        let head = CommitHead(
            number: commit.number,
            hash: sealed.hash,
            recordedAt: commit.recordedAt
        )
        tables.install(commit, &accounts, head: head)
        return head
    }

    public func notePublished(through number: UInt64) {
        publishedNote = max(publishedNote, number)
    }

    public func close() throws(StoreError) {
        try checkUsable()
        disk.notePublished(through: publishedNote)
        isFailed = true
    }

    private func checkUsable() throws(StoreError) {
        guard !isFailed else {
            throw StoreError(.failed, "expected the store to be open: open it anew")
        }
    }

    private func fail() -> StoreError {
        isFailed = true
        return StoreError(.failed, "the commit's outcome is unknown: open the store anew")
    }
}

/// What outlives the process.
private final class Disk: CommitSource {
    private struct Contents: Sendable {
        var commits: [[UInt8]] = []
        var publishedThrough: UInt64 = 0
    }

    private let contents = Mutex(Contents())

    var commits: [[UInt8]] { contents.withLock { $0.commits } }
    var publishedThrough: UInt64 { contents.withLock { $0.publishedThrough } }

    func append(_ bytes: [UInt8], publishedThrough: UInt64) {
        contents.withLock { contents in
            contents.commits.append(bytes)
            contents.publishedThrough = publishedThrough
        }
    }

    func notePublished(through number: UInt64) {
        contents.withLock { $0.publishedThrough = number }
    }

    func withCommit<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        let bytes: [UInt8]? = contents.withLock { contents in
            guard number >= 1, number <= contents.commits.count else { return nil }
            return contents.commits[Int(number) - 1]
        }
        guard let bytes else { return nil }
        return try body(bytes.span)
    }
}
