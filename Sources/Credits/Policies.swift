/// What the configuration decides for every account.
public struct Policies: Sendable {
    /// Settings of accounts that `configure` has not changed.
    public var defaults: AccountSettings
    public var rates: RateBook
    /// At most one `credit_balance.changed` per account in this time, in microseconds.
    public var coalescing: Int64
    /// How long after its expiry a grant still gives credits to usage that happened before it.
    public var expiryGrace: CalendarDuration
    /// How long before its expiry a grant is announced to be expiring; each once per grant.
    public var expiryNotices: [CalendarDuration]
    /// How long credits last that a reversal could not give back to their grants.
    public var reversalGrace: CalendarDuration
    /// Usage that occurred longer ago than this is refused; nil: never.
    public var maximumAge: CalendarDuration?
    /// Usage that occurred later than this from now is refused; nil: never.
    public var maximumFuture: CalendarDuration?
    /// Tells accounts that were made under other defaults; a hash of the default thresholds.
    public let version: Int64

    public init(
        defaults: AccountSettings = .standard,
        rates: RateBook = .empty,
        coalescing: Int64 = 1_000_000,
        expiryGrace: CalendarDuration = .standardExpiryGrace,
        expiryNotices: [CalendarDuration] = CalendarDuration.standardExpiryNotices,
        reversalGrace: CalendarDuration = .standardReversalGrace,
        maximumAge: CalendarDuration? = nil,
        maximumFuture: CalendarDuration? = nil
    ) {
        self.defaults = defaults
        self.rates = rates
        self.coalescing = coalescing
        self.expiryGrace = expiryGrace
        self.expiryNotices = expiryNotices
        self.reversalGrace = reversalGrace
        self.maximumAge = maximumAge
        self.maximumFuture = maximumFuture
        version = Self.version(of: defaults.thresholds ?? [])
    }

    /// FNV-1a, for it must not differ between two runs as Swift's own hash values do.
    static func version(of thresholds: [Threshold]) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for threshold in thresholds {
            let text = "\(threshold.kind.name) \(threshold.value);"
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        return Int64(truncatingIfNeeded: hash)
    }
}

extension AccountSettings {
    /// The contract's defaults: usage is always recorded, and 20 % of the basis is low.
    public static let standard = AccountSettings(
        overdraft: .record,
        thresholds: Threshold(kind: .percent, value: Amount(whole: 20)).map { [$0] } ?? []
    )
}

extension CalendarDuration {
    /// An hour (contract §8).
    public static let standardExpiryGrace = hours(1)
    /// A week and a day.
    public static let standardExpiryNotices = [hours(7 * 24), hours(24)]
    /// Thirty days.
    public static let standardReversalGrace = hours(30 * 24)

    private static func hours(_ hours: Int64) -> CalendarDuration {
        guard let duration = seconds(hours * 3600) else {
            preconditionFailure("expected \(hours) hours to be in range")
        }
        return duration
    }
}
