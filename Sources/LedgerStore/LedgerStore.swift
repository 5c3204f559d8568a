public import Credits

/// The seam to durable state.
///
/// One thread owns a store: it loads, commits and keeps watermarks. A ``LedgerReader`` answers
/// questions on any thread, and sees only what is durable.
public protocol LedgerStore: AnyObject {
    var identity: StoreIdentity { get }
    /// The newest durable commit; number 0 where there is none.
    var head: CommitHead { get }
    var reader: any LedgerReader { get }

    /// The next offset to read of every partition of a cluster that was ever read.
    func offsets(cluster: String) -> [PartitionKey: Int64]

    /// Reads all that applying the batch needs.
    ///
    /// - Parameters:
    ///   - batch: what was decoded.
    ///   - now: accounts with something due at this moment or before are loaded as well.
    ///   - maximumDue: at most this many of them.
    /// - Returns: copies, which apply may change.
    /// - Throws: ``StoreError``: the store cannot be read; it must be opened anew.
    func load(
        _ batch: borrowing InputBatch,
        dueAt now: Timestamp,
        maximumDue: Int
    ) throws(StoreError) -> Loaded

    /// Makes a commit durable, or throws; after a throw its outcome is unknown and the store must be
    /// opened anew.
    ///
    /// Refused with ``StoreError/Code/fenced`` where a partition's stored offset is not the
    /// `from` of the commit: somebody else was here, or the batch is applied twice.
    func commit(_ transition: consuming Transition) throws(StoreError) -> CommitHead

    /// When time brings the next account something, provided that all input until then was read;
    /// nil: never.
    var nextDue: Timestamp? { get }
    /// When the next change that was held back is to be announced; nil: none is.
    var nextAnnouncement: Timestamp? { get }

    /// The last commit all of whose messages were acknowledged by Kafka.
    var publishedThrough: UInt64 { get }
    /// Notes that all messages of this commit and of those before it were acknowledged. Becomes
    /// durable with the next commit, or at ``close()``: what is published again has the same id.
    func notePublished(through number: UInt64)

    /// Stops using the store. Nothing may be called afterwards.
    func close() throws(StoreError)
}

/// Questions that may be asked on any thread, beside the writer.
public protocol LedgerReader: AnyObject, Sendable {
    var head: CommitHead { get }
    /// How many inputs ended in which outcome, since the store was made.
    var outcomes: OutcomeCounts { get }
    var accountCount: Int { get }
    var knownIDCount: Int { get }
    /// Holds that are neither captured nor released nor expired.
    var pendingHoldCount: Int { get }

    func account(customerID: String, creditType: String) -> Account?
    func account(number: UInt32) -> Account?
    /// Accounts of a credit type in ascending order of customer ids' bytes.
    ///
    /// - Parameters:
    ///   - creditType: only accounts in it.
    ///   - query: only customer ids that contain this text.
    ///   - after: the last customer id of the page before; nil for the first page.
    ///   - limit: at most this many.
    /// - Returns: the accounts of one page.
    func accounts(
        creditType: String,
        query: String?,
        after: String?,
        limit: Int
    ) -> [Account]
    /// An account's entries newest first, each with the commit that holds it.
    ///
    /// - Parameters:
    ///   - account: whose.
    ///   - before: only older entries; nil for the newest.
    ///   - type: only entries of this type.
    ///   - limit: at most this many.
    /// - Returns: the entries of one page.
    /// - Throws: ``StoreError``: the journal cannot be read.
    func entries(
        account: Account,
        before: EntryPosition?,
        type: EntryType?,
        limit: Int
    ) throws(StoreError) -> [EntryRecord]
    /// One page of an account's entries newest first, in bounded time: where entries of the type are
    /// rare it has fewer than the limit, or none, and yet a next one.
    ///
    /// - Parameters:
    ///   - account: whose.
    ///   - before: only older entries; nil for the newest.
    ///   - type: only entries of this type.
    ///   - limit: at most this many.
    /// - Returns: the page.
    /// - Throws: ``StoreError``: the journal cannot be read.
    func page(
        of account: Account,
        before: EntryPosition?,
        type: EntryType?,
        limit: Int
    ) throws(StoreError) -> EntryPage
    /// When the account's newest entry was recorded; nil: it has none.
    func lastRecordedAt(of account: Account) throws(StoreError) -> Timestamp?
    /// What the account's `credits_consumed` entries after a sequence add up to, by hour and action.
    ///
    /// Reads all of these entries, for a million a tenth of a second.
    ///
    /// - Throws: ``StoreError``: the journal cannot be read.
    func usage(
        of account: Account,
        after sequence: UInt64
    ) throws(StoreError) -> [UsageSlot: UsageSums]
    /// The entry that a usage id made; nil: it was never applied.
    func usageEntry(usageID: String, source: String) throws(StoreError) -> EntryRecord?
    /// The entries that a command made; empty: it was never applied.
    func commandEntries(commandID: String) throws(StoreError) -> [EntryRecord]
    /// The latest commits that hold dead letters, newest first.
    ///
    /// - Parameters:
    ///   - last: only commits up to this one.
    ///   - limit: at most this many.
    /// - Returns: their numbers.
    /// - Throws: ``StoreError``: the journal cannot be read.
    func deadLetterCommits(through last: UInt64, limit: Int) throws(StoreError) -> [UInt64]
    /// One commit, as it was written; nil where there is none of this number.
    func commit(number: UInt64) throws(StoreError) -> SealedCommit?
    /// What can be said of the ids of a batch's usage without the writer, for
    /// ``InputBatch/knownUsage``: it spares ``LedgerStore/load(_:dueAt:maximumDue:)`` to ask for them.
    ///
    /// - Parameter batch: what was decoded.
    /// - Returns: nil where the store asks no files.
    /// - Throws: ``StoreError``: a file cannot be read.
    func knownUsage(of batch: borrowing InputBatch) throws(StoreError) -> KnownUsage?
    /// The end that every partition of a cluster was read to.
    func offsets(cluster: String) -> [PartitionKey: Int64]
}

/// Some of an account's entries, newest first.
public struct EntryPage: Sendable {
    public let records: [EntryRecord]
    /// Where the next page begins; nil: no older entry is wanted.
    public let next: EntryPosition?

    public init(records: [EntryRecord], next: EntryPosition?) {
        self.records = records
        self.next = next
    }
}

/// A partition of a topic, as offsets are stored.
public struct PartitionKey: Hashable, Sendable, Comparable {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public static func < (left: PartitionKey, right: PartitionKey) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}

/// Who a store is; drawn once, when it is made.
public struct StoreIdentity: Hashable, Sendable {
    /// 32 hexadecimal digits.
    public let uuid: String
    /// Raised each time a writer opens the store.
    public let epoch: UInt64
    /// The secret under which ids are hashed.
    public let hashKey: HashKey
    /// The epoch that the restore of a backup gave it; 0: it was never restored.
    ///
    /// What was done under lower epochs may have been lost with what the backup replaced.
    public let restoredEpoch: UInt64

    public init(uuid: String, epoch: UInt64, hashKey: HashKey, restoredEpoch: UInt64 = 0) {
        self.uuid = uuid
        self.epoch = epoch
        self.hashKey = hashKey
        self.restoredEpoch = restoredEpoch
    }
}

/// A commit's place in the chain.
public struct CommitHead: Hashable, Sendable {
    public let number: UInt64
    /// SHA-256 over the previous commit's hash and this commit's bytes; 32 bytes.
    public let hash: [UInt8]
    public let recordedAt: Timestamp

    public init(number: UInt64, hash: [UInt8], recordedAt: Timestamp) {
        self.number = number
        self.hash = hash
        self.recordedAt = recordedAt
    }

    /// Before the first commit.
    public static let genesis = CommitHead(
        number: 0,
        hash: [UInt8](repeating: 0, count: 32),
        recordedAt: .earliest
    )
}

/// A commit as it stands in the journal, with the hash that seals it.
public struct SealedCommit: Sendable {
    public let commit: Commit
    public let hash: [UInt8]

    public init(commit: Commit, hash: [UInt8]) {
        self.commit = commit
        self.hash = hash
    }
}

/// Where an entry stands in the journal: a page that ends there is followed by one that begins
/// there, and reads nothing that is newer.
public struct EntryPosition: Hashable, Sendable {
    public let sequence: UInt64
    /// The commit that holds it; one that does not is taken for none, and costs only time.
    public let commit: UInt64

    public init(sequence: UInt64, commit: UInt64) {
        self.sequence = sequence
        self.commit = commit
    }

    public init(_ record: EntryRecord) {
        self.init(sequence: record.entry.sequence, commit: record.sealed.commit.number)
    }
}

/// An entry in the commit that holds it.
public struct EntryRecord: Sendable {
    public let sealed: SealedCommit
    public let entry: Entry

    public init(sealed: SealedCommit, entry: Entry) {
        self.sealed = sealed
        self.entry = entry
    }
}

/// Why a store could not do what it was asked.
public struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// Another process has the store open for writing.
        case inUse
        /// Not a store, of another format, or on a file system that cannot hold one.
        case unusable
        /// A stored offset is not where the commit starts.
        case fenced
        /// What is there is damaged or missing.
        case damaged
        /// Less than the reserve is free on the disk.
        case diskFull
        /// The disk or the library failed; after a commit its outcome is unknown.
        case failed
    }

    public let code: Code
    /// What, where, and what to do, in one sentence.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
