/// Credits that an account gets anew in each period, as plans include them (contract §3).
public struct RecurringGrant: Hashable, Sendable {
    /// When the credits of a period expire.
    public enum Expiry: Hashable, Sendable {
        case periodEnd
        /// Counted from the period's beginning.
        case after(CalendarDuration)
        case never
    }

    /// How much of what is left of a period goes into the next one: the smaller of both.
    public struct Rollover: Hashable, Sendable {
        public var maximumCredits: Amount?
        /// Of the schedule's credits, in percent.
        public var maximumPercent: Amount?

        public init(maximumCredits: Amount? = nil, maximumPercent: Amount? = nil) {
            self.maximumCredits = maximumCredits
            self.maximumPercent = maximumPercent
        }
    }

    /// Unique within the account.
    public var scheduleID: String
    /// Above 0.
    public var credits: Amount
    /// How long a period is; at least a second.
    public var every: CalendarDuration
    /// A period begins here, and whole multiples of ``every`` later; nil: when the account gets the
    /// schedule.
    public var anchor: Timestamp?
    public var expiry: Expiry
    /// Nil: nothing is kept.
    public var rollover: Rollover?

    public init(
        scheduleID: String,
        credits: Amount,
        every: CalendarDuration,
        anchor: Timestamp?,
        expiry: Expiry = .periodEnd,
        rollover: Rollover? = nil
    ) {
        self.scheduleID = scheduleID
        self.credits = credits
        self.every = every
        self.anchor = anchor
        self.expiry = expiry
        self.rollover = rollover
    }
}

/// How far an account's schedule has come.
public struct RecurringState: Hashable, Sendable {
    public let scheduleID: String
    /// How long the periods are that it has come through.
    public let every: CalendarDuration
    /// The first period's beginning, from which all others are counted.
    public package(set) var anchor: Timestamp
    /// The beginning of the last period whose credits were granted, or that was left out because the
    /// schedule began after it; ``Timestamp/earliest`` where there is none.
    public package(set) var lastStart: Timestamp
    /// The ordinal of the last period's grant; 0: there is none yet.
    public let lastGrant: UInt32

    package init(
        scheduleID: String,
        every: CalendarDuration,
        anchor: Timestamp,
        lastStart: Timestamp,
        lastGrant: UInt32
    ) {
        self.scheduleID = scheduleID
        self.every = every
        self.anchor = anchor
        self.lastStart = lastStart
        self.lastGrant = lastGrant
    }
}

extension RecurringGrant {
    /// The beginning of a period, counted from an anchor.
    func start(of period: Int, from anchor: Timestamp) -> Timestamp {
        anchor.advanced(by: every, times: period)
    }

    /// The number of the period that holds a moment; nil before the anchor.
    func period(at moment: Timestamp, from anchor: Timestamp) -> Int? {
        anchor.count(of: every, until: moment)
    }

    /// The beginning of the first period after a moment; nil: there is none before time ends.
    func nextStart(after moment: Timestamp, from anchor: Timestamp) -> Timestamp? {
        let period = period(at: moment, from: anchor).map { $0 + 1 } ?? 0
        let start = start(of: period, from: anchor)
        return start < .latest ? start : nil
    }

    /// What the period that begins at `start` grants.
    func terms(at start: Timestamp, from anchor: Timestamp, credits: Amount) -> GrantTerms {
        let expiresAt: Timestamp? =
            switch expiry {
            case .periodEnd: nextStart(after: start, from: anchor)
            case .after(let duration): start.advanced(by: duration)
            case .never: nil
            }
        return GrantTerms(
            grantID: grantID(at: start),
            credits: credits,
            source: .planIncluded,
            effectiveAt: start,
            expiresAt: expiresAt
        )
    }

    func grantID(at start: Timestamp) -> String { "\(scheduleID):\(start)" }

    /// How much of what a period left goes into the next one.
    func rolledOver(of remaining: Amount) -> Amount {
        guard let rollover else { return .zero }
        var part = remaining
        if let maximum = rollover.maximumCredits { part = min(part, maximum) }
        if let percent = rollover.maximumPercent {
            let share = credits.multiplied(by: percent, dividedBy: Amount(whole: 100))
            if let share { part = min(part, share) }
        }
        return part
    }
}
