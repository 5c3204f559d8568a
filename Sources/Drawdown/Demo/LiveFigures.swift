import Credits

/// What the live view shows: plain values, taken from the worker at one moment.
struct LiveFigures: Equatable, Sendable {
    struct Balance: Equatable, Sendable {
        let customer: String
        let amount: Amount
    }

    struct Announcement: Equatable, Sendable {
        let time: Timestamp
        /// Such as `credit_balance.low`.
        let type: String
        let customer: String
        let balance: Amount
    }

    var now: Timestamp
    /// Since the program started.
    var uptime: Duration
    /// Over the last second.
    var eventsPerSecond: Double
    /// The same for the seconds before, oldest first; as many as are at hand.
    var recentRates: [Double] = []
    var outcomes = OutcomeCounts()
    /// How long commits took lately; nil before the first.
    var commitP50: Duration?
    var commitP99: Duration?
    /// Messages not yet applied; nil before the first assignment.
    var lag: Int?
    /// Triggers and dead letters not yet acknowledged by Kafka.
    var outboxDepth = 0
    var accountCount = 0
    /// Lowest first.
    var lowestBalances: [Balance] = []
    /// Newest first.
    var latestTriggers: [Announcement] = []
    /// The API's base URL.
    var api = ""
    /// The broker's `bootstrap.servers`.
    var broker = ""
    var storePath = ""
    /// A command to try next, on another terminal; empty for none.
    var hint = ""
}
