import Glibc
public import Credits
public import LedgerStore
public import UsageCodec

/// A message in a source's buffers, borrowed while it is looked at.
public struct SourceMessage: ~Escapable {
    /// The source's own number of the partition; see ``MessageSource/partition(slot:)``.
    public let slot: Int
    public let offset: Int64
    /// Nil: the record has none; it counts as of the moment it is read.
    public let timestamp: Timestamp?
    /// Nil: the message has no key.
    public let key: Span<UInt8>?
    /// Nil: a tombstone.
    public let value: Span<UInt8>?
    public let headers: [MessageHeader]

    @_lifetime(copy key, copy value)
    public init(
        slot: Int,
        offset: Int64,
        timestamp: Timestamp?,
        key: Span<UInt8>?,
        value: Span<UInt8>?,
        headers: [MessageHeader]
    ) {
        self.slot = slot
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// Where reading a partition begins.
public enum StartPosition: Equatable, Sendable {
    /// With the message of this offset: the store knows everything before it.
    case offset(Int64)
    /// With the oldest message there is; the store has never seen the partition.
    case earliest
    /// With the next message to come; the store has never seen the partition.
    case latest
}

/// Decides where partitions are read from, when they come and go.
public protocol AssignmentHandler: AnyObject {
    /// Partitions were assigned; the answer has one position for each, in their order.
    ///
    /// Whatever was handed out of them before is read again: until they are, none is at its end.
    func assigned(_ partitions: [PartitionKey]) -> [StartPosition]
    /// A partition that was to be read from ``StartPosition/latest`` is read from this offset on.
    func began(_ partition: PartitionKey, at offset: Int64)
    /// Partitions are about to go to somebody else, or are gone already.
    func revoked(_ partitions: [PartitionKey])
}

/// The seam to where messages come from.
public protocol MessageSource: AnyObject {
    /// The id of the cluster, without which offsets mean nothing.
    var cluster: String { get }
    /// Begins to read; the handler is asked for positions now or at any later poll.
    func start(_ handler: any AssignmentHandler) throws(SourceError)
    /// Hands out messages that have arrived, in the order of each partition; within one call, commands
    /// before usage.
    ///
    /// - Parameters:
    ///   - maximum: at most this many.
    ///   - timeout: how long to wait for the first one.
    ///   - gathering: how much longer to wait for as many as were asked for.
    ///   - receive: called for each; it must not keep what it borrows.
    /// - Throws: ``SourceError``: nothing can be read any more.
    func poll(
        maximum: Int,
        timeout: Duration,
        gathering: Duration,
        _ receive: (borrowing SourceMessage) -> Void
    ) throws(SourceError)
    /// Ends the wait of a poll that is under way, or else of the next one that finds nothing; may be
    /// called on any thread.
    var wake: @Sendable () -> Void { get }
    /// The partition behind a slot number that a message carried.
    func partition(slot: Int) -> PartitionKey
    /// Tells the cluster how far input is applied: a hint for lag tools that is never trusted.
    func acknowledge(_ offsets: [PartitionKey: Int64], metadata: String)

    /// All partitions of the topics, assigned to us or not, as far as is known; changes when
    /// partitions are assigned or an answer about ends is taken.
    var partitions: Set<PartitionKey> { get }
    /// Whether the cluster's last word about an assigned partition was that nothing follows what
    /// was handed out.
    func isAtEnd(_ partition: PartitionKey) -> Bool
    /// Asks where all partitions end, without waiting; a question that is open is dropped.
    func askForEnds()
    /// The partitions that are read to where they ended after the question was asked; nil while
    /// there is no answer. Given once.
    func takeEnds() -> Set<PartitionKey>?
    /// Hands out no more messages of these partitions, until ``resume(_:)`` or until they are
    /// assigned anew.
    func pause(_ partitions: [PartitionKey]) throws(SourceError)
    /// Goes on with partitions that were paused.
    func resume(_ partitions: [PartitionKey]) throws(SourceError)
}

/// Why messages cannot be read any more.
public struct SourceError: Error, Equatable, Sendable {
    public enum Code: Equatable, Sendable {
        /// Messages between the stored offset and the oldest one there is are gone.
        case gap
        /// Somebody else took this consumer's place for good.
        case fenced
        /// The cluster, a topic or a permission is missing.
        case unavailable
    }

    public let code: Code
    /// What, where, and what to do, in one sentence.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// What became of messages that were sent.
public struct SinkDelivery: Equatable, Sendable {
    /// What the sender called them.
    public let tag: UInt64
    /// How many of that name this is about.
    public let count: Int
    /// Nil: the cluster has them, for good.
    public let failure: String?

    public init(tag: UInt64, count: Int = 1, failure: String? = nil) {
        self.tag = tag
        self.count = count
        self.failure = failure
    }
}

/// The seam to where messages go.
///
/// Messages with the same key stay in order.
public protocol MessageSink: AnyObject {
    /// Takes messages over for sending, in their order; it must not keep what it borrows.
    ///
    /// - Parameters:
    ///   - messages: some of them are to be sent.
    ///   - range: which of them.
    ///   - tag: comes back in their deliveries.
    /// - Returns: how many of them were taken; where that is not all, there is no room for the next
    ///   one: read deliveries and try again.
    /// - Throws: ``SinkError``: nothing can be sent any more.
    func send(
        _ messages: OutgoingMessages,
        _ range: Range<Int>,
        tag: UInt64
    ) throws(SinkError) -> Int
    /// Hands out what became of messages sent earlier.
    ///
    /// - Parameters:
    ///   - timeout: how long to wait for the first.
    ///   - receive: called for each.
    /// - Throws: ``SinkError``: nothing can be sent any more.
    func deliveries(timeout: Duration, _ receive: (SinkDelivery) -> Void) throws(SinkError)
    /// Ends the wait of a call of ``deliveries(timeout:_:)`` that is under way, or else of the next one
    /// that finds nothing; may be called on any thread.
    var wake: @Sendable () -> Void { get }
}

/// Why messages cannot be sent any more.
public struct SinkError: Error, Equatable, Sendable {
    /// What, where, and what to do, in one sentence.
    public let message: String

    public init(_ message: String) {
        self.message = message
    }
}

/// The seam to time.
public protocol WorkerClock: Sendable {
    /// The wall clock, in UTC.
    var now: Timestamp { get }
    /// A clock that only runs forward; its zero means nothing.
    var elapsed: Duration { get }
}

/// The machine's own clocks.
public struct SystemClock: WorkerClock {
    private let start = ContinuousClock.now

    public init() {}

    public var now: Timestamp {
        var time = timespec()
        // Cannot fail: the clock exists and the pointer is ours for the call.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
        return Timestamp(microseconds: microseconds) ?? .latest
    }

    public var elapsed: Duration { ContinuousClock.now - start }
}
