public import LedgerStore
public import UsageCodec

/// How the worker gathers and publishes.
public struct WorkerSettings: Sendable {
    /// What the topics carry.
    public var roles: [String: MessageRole]
    /// Where a partition begins that the store has never seen.
    public var start: StartPosition
    /// At most this many inputs in one commit.
    public var maximumEvents: Int
    /// An input waits at most this long for others to share its commit.
    public var maximumAge: Duration
    /// Intake rests while more messages than this wait for Kafka's acknowledgement.
    ///
    /// Fewer than the client itself takes, 100,000 unless it is told otherwise: else its queue is what
    /// fills, and that Kafka takes no triggers is seen only by how long it takes none.
    public var maximumUnpublished: Int
    /// How many accounts one commit deals with that have something due.
    public var maximumDue: Int

    public init(
        roles: [String: MessageRole],
        start: StartPosition = .earliest,
        maximumEvents: Int = 10_000,
        maximumAge: Duration = .milliseconds(20),
        maximumUnpublished: Int = 80_000,
        maximumDue: Int = 5_000
    ) {
        self.roles = roles
        self.start = start
        self.maximumEvents = maximumEvents
        self.maximumAge = maximumAge
        self.maximumUnpublished = maximumUnpublished
        self.maximumDue = maximumDue
    }
}

/// What ended the worker.
public enum WorkerFailure: Error, Equatable, Sendable {
    case source(SourceError)
    case store(StoreError)
    case sink(SinkError)

    /// What, where, and what to do, in one sentence.
    public var message: String {
        switch self {
        case .source(let error): error.message
        case .store(let error): error.message
        case .sink(let error): error.message
        }
    }
}
