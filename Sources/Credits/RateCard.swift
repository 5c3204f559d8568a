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

/// What one unit of an action costs.
public struct Rate: Hashable, Sendable {
    public let id: String
    public let action: String
    /// Credits for each unit of quantity.
    public let credits: Amount
    /// The credit type that is debited where the event names none; nil: `credits`.
    public let creditType: String?

    public init(id: String, action: String, credits: Amount, creditType: String? = nil) {
        self.id = id
        self.action = action
        self.credits = credits
        self.creditType = creditType
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

/// All rate cards, arranged for looking prices up by the bytes of an action.
public struct RateBook: Sendable {
    /// Ascending by `effectiveFrom`.
    public let cards: [RateCard]
    private let actions: [UInt64: [ActionRate]]

    private struct ActionRate {
        let reference: RateReference
        let action: [UInt8]
        let rate: Rate
    }

    /// What an action costs at a moment, before quantity.
    public struct Match: Sendable {
        public let reference: RateReference
        public let rate: Rate
    }

    public static let empty = RateBook(cards: [])

    public init(cards: [RateCard]) {
        self.cards = cards.sorted { $0.effectiveFrom < $1.effectiveFrom }
        var actions: [UInt64: [ActionRate]] = [:]
        for (cardIndex, card) in self.cards.enumerated() {
            for (rateIndex, rate) in card.rates.enumerated() {
                let bytes = Array(rate.action.utf8)
                let entry = ActionRate(
                    reference: RateReference(card: Int16(cardIndex), rate: Int16(rateIndex)),
                    action: bytes,
                    rate: rate
                )
                actions[Self.hash(bytes.span), default: []].append(entry)
            }
        }
        self.actions = actions
    }

    /// The rate for an action that occurred then; nil: it has no price.
    public func match(action: Span<UInt8>, occurredAt: Timestamp) -> Match? {
        guard let card = cards.lastIndex(where: { $0.effectiveFrom <= occurredAt }),
            let rates = actions[Self.hash(action)]
        else { return nil }
        for candidate in rates
        where Int(candidate.reference.card) == card && Self.isEqual(candidate.action, action) {
            return Match(reference: candidate.reference, rate: candidate.rate)
        }
        return nil
    }

    /// The card and rate that a reference names.
    public func names(of reference: RateReference) -> (cardVersion: String, rateID: String)? {
        guard cards.indices.contains(Int(reference.card)) else { return nil }
        let card = cards[Int(reference.card)]
        guard card.rates.indices.contains(Int(reference.rate)) else { return nil }
        return (card.version, card.rates[Int(reference.rate)].id)
    }

    private static func hash(_ action: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in action.indices { hash = (hash ^ UInt64(action[index])) &* 0x100_0000_01b3 }
        return hash
    }

    private static func isEqual(_ left: [UInt8], _ right: Span<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}
