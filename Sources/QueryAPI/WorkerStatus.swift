public import Credits
public import LedgerStore

/// What the API asks the worker, on any thread.
public protocol WorkerStatus: Sendable {
    /// Why the worker is not consuming or cannot commit, one sentence each; empty: it is ready.
    func notReadyReasons() -> [String]

    /// Records not yet applied, by assigned partition of all input topics.
    ///
    /// Counted against end offsets at most 100 ms old; nil before the first assignment. May take a few
    /// milliseconds.
    func lag() async -> [PartitionKey: Int64]?

    /// What the worker did since it started, and how it is now.
    func figures() -> WorkerFigures
}

extension WorkerStatus {
    /// Records not yet applied, summed over all assigned partitions of all input topics.
    public func lagMessages() async -> Int64? { await lag()?.values.reduce(0, +) }
}

/// The worker in numbers.
public struct WorkerFigures: Sendable {
    /// How often a quantity fell into which range.
    public struct Distribution: Sendable {
        /// Upper bounds, ascending, each in its range.
        public let bounds: [Double]
        /// How often, by range; one more than there are bounds.
        public let counts: [UInt64]
        public let sum: Double

        public init(bounds: [Double], counts: [UInt64], sum: Double) {
            self.bounds = bounds
            self.counts = counts
            self.sum = sum
        }

        public static let empty = Distribution(bounds: [], counts: [0], sum: 0)
    }

    /// A trigger as a live view shows it.
    public struct RecentTrigger: Sendable {
        public let at: Timestamp
        public let type: String
        public let customerID: String
        public let creditType: String
        public let balance: Amount

        public init(
            at: Timestamp,
            type: String,
            customerID: String,
            creditType: String,
            balance: Amount
        ) {
            self.at = at
            self.type = type
            self.customerID = customerID
            self.creditType = creditType
            self.balance = balance
        }
    }

    /// The consumer group that reads.
    public var group = ""
    public var startedAt = Timestamp.earliest
    /// The rest is since the worker started.
    public var outcomes = OutcomeCounts()
    public var triggers: UInt64 = 0
    public var deadLetters: [RefusalCode: UInt64] = [:]
    /// Inputs in a commit.
    public var batchSizes = Distribution.empty
    /// Seconds.
    public var applying = Distribution.empty
    /// Seconds until a commit was durable.
    public var committing = Distribution.empty
    /// Of the latest commits; nil before the first.
    public var commitP50: Duration?
    public var commitP99: Duration?
    /// The latest triggers, newest first.
    public var recentTriggers: [RecentTrigger] = []
    /// Messages handed to Kafka and not acknowledged.
    public var outboxDepth = 0
    /// The last commit all of whose messages were acknowledged.
    public var publishedThrough: UInt64 = 0
    /// Bytes of memory that the process has; nil: not known.
    public var residentBytes: Int?
    /// Bytes of the store's files; nil: not known.
    public var storeBytes: Int?

    public init() {}
}
