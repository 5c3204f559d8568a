/// When an account asks for credits by itself, and for how many (contract §3).
public struct AutoTopUp: Hashable, Sendable {
    /// Credits are asked for while the balance is below this.
    public var threshold: Amount
    /// What one pack holds, above 0; a request asks for a whole number of packs.
    public var credits: Amount
    /// How much may be asked for in a window; nil: as much as is needed.
    public var cap: TopUpCap?
    /// A request that no grant answered by then suspends further ones.
    public var answerWithin: CalendarDuration

    public init(
        threshold: Amount,
        credits: Amount,
        cap: TopUpCap? = nil,
        answerWithin: CalendarDuration
    ) {
        self.threshold = threshold
        self.credits = credits
        self.cap = cap
        self.answerWithin = answerWithin
    }
}

/// What `auto_top_up` may be set to: also to nothing, where the defaults have one.
public enum AutoTopUpSetting: Hashable, Sendable {
    case off
    case on(AutoTopUp)

    public var rule: AutoTopUp? {
        switch self {
        case .off: nil
        case .on(let rule): rule
        }
    }
}

/// How much an account may ask for in one window.
///
/// A window begins with the first request after the one before has ended.
public struct TopUpCap: Hashable, Sendable {
    /// How long a window is, counted from its first request; above 0.
    public var period: CalendarDuration
    /// At most this many requests, at least 1; nil: any number.
    public var count: Int?
    /// At most this many credits; nil: any number.
    public var credits: Amount?

    public init(period: CalendarDuration, count: Int? = nil, credits: Amount? = nil) {
        self.period = period
        self.count = count
        self.credits = credits
    }
}

/// A request for credits that somebody outside is to answer with a grant.
public struct TopUpRequest: Hashable, Sendable {
    /// A function of the account and the entry after which it was made.
    public let requestID: String
    public let credits: Amount
    /// The rule's threshold, at or above which the credits take the balance, caps permitting.
    public let threshold: Amount
    /// The account's last entry when the request was made.
    public let sequence: UInt64
    /// How many requests the same entry led to before this one.
    public let attempt: UInt32
    public let requestedAt: Timestamp
    /// A grant that answers is waited for until then.
    ///
    /// Kept, for the rule may have been changed when that moment comes.
    package let answerBy: Timestamp
    /// The window with this request in it; nil: no cap was set.
    ///
    /// Kept, so that replaying need not know the rule of that time.
    package let window: TopUpWindow?

    package init(
        requestID: String,
        credits: Amount,
        threshold: Amount,
        sequence: UInt64,
        attempt: UInt32,
        requestedAt: Timestamp,
        answerBy: Timestamp,
        window: TopUpWindow?
    ) {
        self.requestID = requestID
        self.credits = credits
        self.threshold = threshold
        self.sequence = sequence
        self.attempt = attempt
        self.requestedAt = requestedAt
        self.answerBy = answerBy
        self.window = window
    }
}

/// What an account asked for since a window began.
package struct TopUpWindow: Hashable, Sendable {
    /// The first request's moment.
    package let start: Timestamp
    /// Requests.
    package let count: Int
    /// Σ credits of the requests, held at the end of the range.
    package let credits: Amount

    package init(start: Timestamp, count: Int, credits: Amount) {
        self.start = start
        self.count = count
        self.credits = credits
    }
}

/// Why an account stopped asking for credits.
///
/// Raw values are written to the journal.
public enum TopUpSuspension: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// The window's cap is reached. Ends with the window, a grant that answers, or `configure`.
    case capReached = 1
    /// Nobody answered in time. Ends like the other.
    case notAnswered = 2

    public var name: String {
        switch self {
        case .capReached: "cap_reached"
        case .notAnswered: "not_answered"
        }
    }
}

/// Where an account's requests for credits stand.
///
/// Moved by triggers, for a request makes no entry, and by the grants that answer.
public struct TopUpState: Hashable, Sendable {
    /// The latest request.
    package var request: TopUpRequest?
    /// Whether its answer is waited for.
    package var isPending = false
    /// What was last said to stand against further requests; nil: nothing does.
    ///
    /// The end of a window changes nothing here, for nobody is told of it: whether it still stands is
    /// judged when it matters.
    package var suspension: TopUpSuspension?

    package init() {}

    /// The latest window, which may have ended.
    var window: TopUpWindow? { request?.window }
}
