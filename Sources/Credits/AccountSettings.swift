/// What happens to usage that the balance does not cover (contract §3).
public enum OverdraftPolicy: Hashable, Sendable {
    /// Usage that happened is always recorded; the balance may go below 0.
    case record
    /// The balance may go down to minus this amount; what would take it lower is refused whole.
    case limit(Amount)
    /// The balance never goes below 0; what would take it there is refused whole.
    case refuse

    /// The lowest balance allowed; nil: no floor.
    var floor: Amount? {
        switch self {
        case .record: nil
        case .limit(let amount): amount.negated
        case .refuse: .zero
        }
    }
}

/// A balance below which the outside wants to know.
public struct Threshold: Hashable, Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// A number of credits.
        case absolute = 1
        /// A share of the account's basis, in percent.
        case percent = 2

        public var name: String { self == .absolute ? "absolute" : "percent" }
    }

    public let kind: Kind
    /// Credits, or percent above 0 and at most 100 with 2 decimals.
    public let value: Amount

    /// Makes a threshold; nil where a percentage is out of range or too precise.
    public init?(kind: Kind, value: Amount) {
        if kind == .percent {
            let hundredth = Amount.one / 100
            guard value.isPositive, value <= Amount(whole: 100), value.units % hundredth == 0 else {
                return nil
            }
        }
        self.kind = kind
        self.value = value
    }
}

/// The settings that a `configure` command changes; nil leaves a setting as it is.
public struct AccountSettings: Hashable, Sendable {
    /// An account has no more ``thresholds``: each is looked at with every change of its balance.
    public static let maximumThresholds = 32

    public var overdraft: OverdraftPolicy?
    public var thresholds: [Threshold]?
    public var autoTopUp: AutoTopUpSetting?
    /// An empty list ends what there was.
    public var recurring: [RecurringGrant]?

    public init(
        overdraft: OverdraftPolicy? = nil,
        thresholds: [Threshold]? = nil,
        autoTopUp: AutoTopUpSetting? = nil,
        recurring: [RecurringGrant]? = nil
    ) {
        self.overdraft = overdraft
        self.thresholds = thresholds
        self.autoTopUp = autoTopUp
        self.recurring = recurring
    }

    public var isEmpty: Bool { self == AccountSettings() }

    /// Takes over what `change` names.
    mutating func merge(_ change: AccountSettings) {
        if let overdraft = change.overdraft { self.overdraft = overdraft }
        if let thresholds = change.thresholds { self.thresholds = thresholds }
        if let autoTopUp = change.autoTopUp { self.autoTopUp = autoTopUp }
        if let recurring = change.recurring { self.recurring = recurring }
    }
}
