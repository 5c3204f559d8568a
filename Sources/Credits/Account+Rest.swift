/// The parts of an account that usage hardly ever changes.
extension Account {
    struct Rest: Sendable {
        let customerID: String
        let creditType: String
        var thresholds: ThresholdStates
        /// What percentages of thresholds are taken of: the balance right after the latest grant.
        var basis = Amount.zero
        var grantCount: UInt32 = 0
        /// What remains of the first is in ``Front/atHand``.
        var usable: [Grant] = []
        var scheduled: [Grant] = []
        var spent: [Grant] = []
        var holds: [Hold] = []
        /// Σ credits of ``holds``.
        var held = Amount.zero
        /// What few accounts have; one element, or none.
        private var extras: [Extra] = []

        init(customerID: String, creditType: String, thresholds: ThresholdStates) {
            self.customerID = customerID
            self.creditType = creditType
            self.thresholds = thresholds
        }

        var hasExtra: Bool { !extras.isEmpty }

        var extra: Extra {
            get { extras.isEmpty ? Extra.none : extras[0] }
            _modify {
                if extras.isEmpty { extras.append(Extra.none) }
                yield &extras[0]
                if extras[0] == Extra.none { extras = [] }
            }
        }

        var isPlain: Bool {
            scheduled.isEmpty && holds.isEmpty && (extras.isEmpty || extras[0].isPlain)
        }
    }

    /// What an account has that was configured, or asks for credits by itself.
    ///
    /// Apart from the rest of it: most accounts, which are many, have nothing of it.
    struct Extra: Hashable, Sendable {
        var schedules: [RecurringState] = []
        var topUp = TopUpState()
        var settings = AccountSettings()

        static let none = Extra()

        var isPlain: Bool {
            schedules.isEmpty && settings.isEmpty && topUp.request == nil
                && topUp.suspension == nil
        }
    }

    public var customerID: String { _read { yield rest[0].customerID } }
    public var creditType: String { _read { yield rest[0].creditType } }

    /// What percentages of thresholds are taken of: the balance right after the latest grant.
    public internal(set) var basis: Amount {
        get { rest[0].basis }
        set { rest[0].basis = newValue }
    }

    /// How many grants it ever had.
    public internal(set) var grantCount: UInt32 {
        get { rest[0].grantCount }
        set { rest[0].grantCount = newValue }
    }

    /// Σ credits of ``holds``.
    public internal(set) var held: Amount {
        get { rest[0].held }
        set { rest[0].held = newValue }
    }

    public internal(set) var thresholds: ThresholdStates {
        _read { yield rest[0].thresholds }
        _modify {
            yield &rest[0].thresholds
            front.bounds = rest[0].thresholds.bounds
        }
    }

    /// Whether anything of the account was configured, or asks for credits by itself: else
    /// ``schedules``, ``topUp`` and ``settings`` are those of an account that has nothing yet.
    package var hasExtra: Bool { rest[0].hasExtra }

    /// ``usable`` without a copy of the list: of the first, ``remainingAtHand`` holds and not what it
    /// says itself.
    package var usableAsKept: [Grant] { rest[0].usable }

    /// What remains of the first usable grant; 0: there is none.
    package var remainingAtHand: Amount { front.atHand.remaining }

    /// Grants that credits remain of, in the order in which they are used.
    public internal(set) var usable: [Grant] {
        get {
            var usable = rest[0].usable
            if !usable.isEmpty { usable[0].remaining = front.atHand.remaining }
            return usable
        }
        _modify {
            if !rest[0].usable.isEmpty { rest[0].usable[0].remaining = front.atHand.remaining }
            yield &rest[0].usable
            takeAtHand()
        }
    }

    private mutating func takeAtHand() {
        let expiries = rest[0].usable.lazy.compactMap(\.terms.expiresAt)
        front.soonestExpiry = expiries.min()
        front.atHand = GrantAtHand()
        guard let first = rest[0].usable.first else { return }
        front.atHand.ordinal = first.ordinal
        front.atHand.remaining = first.remaining
        front.atHand.expiresAt = first.terms.expiresAt ?? .latest
    }

    /// Grants that are not effective yet, in the order in which they will be.
    public internal(set) var scheduled: [Grant] {
        _read { yield rest[0].scheduled }
        _modify {
            yield &rest[0].scheduled
            front.isPlain = rest[0].isPlain
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
            front.isPlain = rest[0].isPlain
        }
    }

    /// How far each schedule of recurring grants has come.
    public internal(set) var schedules: [RecurringState] {
        get { rest[0].extra.schedules }
        _modify {
            yield &rest[0].extra.schedules
            front.isPlain = rest[0].isPlain
        }
    }

    public internal(set) var topUp: TopUpState {
        get { rest[0].extra.topUp }
        _modify {
            yield &rest[0].extra.topUp
            front.isPlain = rest[0].isPlain
        }
    }

    /// What `configure` said; the policies' defaults hold for the rest.
    public internal(set) var settings: AccountSettings {
        get { rest[0].extra.settings }
        _modify {
            yield &rest[0].extra.settings
            front.isPlain = rest[0].isPlain
        }
    }
}

/// Two accounts are the same where all that they are is: how far ``Account/atHand`` is ahead is not.
extension Account: Hashable {
    public static func == (left: Account, right: Account) -> Bool { left.state == right.state }

    public func hash(into hasher: inout Hasher) { hasher.combine(state) }
}
