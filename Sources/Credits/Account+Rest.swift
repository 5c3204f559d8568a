/// What usage needs of the grant that it draws on first.
struct GrantAtHand: BitwiseCopyable, Sendable {
    /// 0: the account has no usable grant.
    var ordinal: UInt32 = 0
    /// More than 0 where there is a grant: ahead of the one in ``Account/usable`` as it is kept.
    var remaining = Amount.zero
    var expiresAt = Timestamp.latest

    /// Whether the grant can give credits to usage of a moment and still have some left.
    func covers(_ credits: Amount, at moment: Timestamp) -> Bool {
        remaining > credits && moment < expiresAt
    }
}

/// The parts of an account that usage hardly ever changes.
extension Account {
    struct Rest: Sendable {
        let customerID: String
        let creditType: String
        var thresholds: ThresholdStates
        /// What remains of the first is in ``Account/atHand``.
        var usable: [Grant] = []
        var scheduled: [Grant] = []
        var spent: [Grant] = []
        var holds: [Hold] = []
        var schedules: [RecurringState] = []
        var topUp = TopUpState()
        var settings = AccountSettings()

        var isPlain: Bool {
            scheduled.isEmpty && holds.isEmpty && schedules.isEmpty && settings.isEmpty
                && topUp.request == nil && topUp.suspension == nil
        }
    }

    public var customerID: String { _read { yield rest[0].customerID } }
    public var creditType: String { _read { yield rest[0].creditType } }

    public internal(set) var thresholds: ThresholdStates {
        _read { yield rest[0].thresholds }
        _modify {
            yield &rest[0].thresholds
            bounds = rest[0].thresholds.bounds
        }
    }

    /// Grants that credits remain of, in the order in which they are used.
    public internal(set) var usable: [Grant] {
        get {
            var usable = rest[0].usable
            if !usable.isEmpty { usable[0].remaining = atHand.remaining }
            return usable
        }
        _modify {
            if !rest[0].usable.isEmpty { rest[0].usable[0].remaining = atHand.remaining }
            yield &rest[0].usable
            takeAtHand()
        }
    }

    private mutating func takeAtHand() {
        let expiries = rest[0].usable.lazy.compactMap(\.terms.expiresAt)
        soonestExpiry = expiries.min()
        atHand = GrantAtHand()
        guard let first = rest[0].usable.first else { return }
        atHand.ordinal = first.ordinal
        atHand.remaining = first.remaining
        atHand.expiresAt = first.terms.expiresAt ?? .latest
    }

    /// Grants that are not effective yet, in the order in which they will be.
    public internal(set) var scheduled: [Grant] {
        _read { yield rest[0].scheduled }
        _modify {
            yield &rest[0].scheduled
            isPlain = rest[0].isPlain
        }
    }

    /// Grants that nothing remains of, in the order in which they ended.
    public internal(set) var spent: [Grant] {
        _read { yield rest[0].spent }
        _modify { yield &rest[0].spent }
    }

    /// Credits that are set aside, in the order in which the holds expire.
    public internal(set) var holds: [Hold] {
        _read { yield rest[0].holds }
        _modify {
            yield &rest[0].holds
            isPlain = rest[0].isPlain
        }
    }

    /// How far each schedule of recurring grants has come.
    public internal(set) var schedules: [RecurringState] {
        _read { yield rest[0].schedules }
        _modify {
            yield &rest[0].schedules
            isPlain = rest[0].isPlain
        }
    }

    public internal(set) var topUp: TopUpState {
        _read { yield rest[0].topUp }
        _modify {
            yield &rest[0].topUp
            isPlain = rest[0].isPlain
        }
    }

    /// What `configure` said; the policies' defaults hold for the rest.
    public internal(set) var settings: AccountSettings {
        _read { yield rest[0].settings }
        _modify {
            yield &rest[0].settings
            isPlain = rest[0].isPlain
        }
    }
}

/// Two accounts are the same where all that they are is: how far ``Account/atHand`` is ahead is not.
extension Account: Hashable {
    public static func == (left: Account, right: Account) -> Bool { left.state == right.state }

    public func hash(into hasher: inout Hasher) { hasher.combine(state) }
}
