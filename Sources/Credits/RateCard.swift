/// Which rate priced an entry: indices into the ``RateBook``, −1 for an explicit price.
public struct RateReference: Hashable, Sendable, BitwiseCopyable {
    public let card: Int16
    public let rate: Int16

    public init(card: Int16, rate: Int16) {
        self.card = card
        self.rate = rate
    }

    /// The event brought its price along.
    public static let explicit = RateReference(card: -1, rate: -1)
    public var isExplicit: Bool { card < 0 }
}

/// What a rate demands of one dimension: any of these values.
public struct RateCondition: Hashable, Sendable {
    public let dimension: String
    /// Numbers are canonical; the number 1 is not the text `1`.
    public let values: [DimensionValue]

    public init(dimension: String, values: [DimensionValue]) {
        self.dimension = dimension
        self.values = values
    }
}

/// One line of a price that is summed over dimensions.
public struct RateComponent: Hashable, Sendable {
    /// The dimension whose value is paid for.
    public let dimension: String
    /// How much of it `credits` pay for; above 0.
    public let per: Amount
    /// At least 0.
    public let credits: Amount
    /// Whether a package that was begun is paid for as a whole.
    public let roundsUp: Bool

    public init(
        of dimension: String,
        per: Amount = Amount(whole: 1),
        credits: Amount,
        roundsUp: Bool = false
    ) {
        self.dimension = dimension
        self.per = per
        self.credits = credits
        self.roundsUp = roundsUp
    }
}

/// What each unit of quantity costs, up to a bound.
public struct RateTier: Hashable, Sendable {
    /// The last quantity that this tier prices; nil in the last tier, which has no end.
    public let upTo: Amount?
    /// At least 0.
    public let credits: Amount

    public init(upTo: Amount? = nil, credits: Amount) {
        self.upTo = upTo
        self.credits = credits
    }
}

/// How a rate makes a price (contract §4).
public enum RatePrice: Hashable, Sendable {
    /// Credits for each unit of quantity.
    case perUnit(Amount)
    /// The sum of lines over dimensions; quantity does not multiply.
    case components([RateComponent])
    /// Each part of the quantity at its own tier's price, bounds ascending. The last tier prices
    /// whatever is above, even if it has a bound: no quantity is ever free by accident.
    case tiers([RateTier])
}

/// What an action costs.
public struct Rate: Hashable, Sendable {
    public let id: String
    public let action: String
    /// All must be met; each names another dimension.
    public let conditions: [RateCondition]
    public let price: RatePrice
    /// The credit type that is debited where the event names none; nil: `credits`.
    public let creditType: String?

    public init(
        id: String,
        action: String,
        when conditions: [RateCondition] = [],
        price: RatePrice,
        creditType: String? = nil
    ) {
        self.id = id
        self.action = action
        self.conditions = conditions
        self.price = price
        self.creditType = creditType
    }

    /// A rate of so many credits for each unit of quantity, whatever the dimensions are.
    public init(id: String, action: String, credits: Amount, creditType: String? = nil) {
        self.init(id: id, action: action, price: .perUnit(credits), creditType: creditType)
    }
}

/// One version of the prices.
public struct RateCard: Hashable, Sendable {
    public let version: String
    /// Prices events that occurred at this moment or later, until the next card's.
    public let effectiveFrom: Timestamp
    public let rates: [Rate]

    public init(version: String, effectiveFrom: Timestamp, rates: [Rate]) {
        self.version = version
        self.effectiveFrom = effectiveFrom
        self.rates = rates
    }
}
