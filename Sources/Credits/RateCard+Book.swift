/// All rate cards, arranged for pricing events.
public struct RateBook: Sendable {
    /// Ascending by `effectiveFrom`.
    public let cards: [RateCard]
    private let table: RateTable

    public static let empty = RateBook(cards: [])

    /// - Parameter cards: in any order, at most 32,767, each with as many rates at most. Where
    ///   rates of a card are ambiguous (``Rate/isAmbiguous(with:)``), the first counts.
    public init(cards: [RateCard]) {
        self.cards = cards.sorted { $0.effectiveFrom < $1.effectiveFrom }
        table = RateTable(cards: self.cards)
    }

    /// What an event costs that brings no price: the one place that decides it (contract §4).
    ///
    /// - Parameters:
    ///   - action: the bytes of what was done.
    ///   - quantity: at least 0.
    ///   - dimensions: canonical (``Dimensions``).
    ///   - occurredAt: chooses the card.
    /// - Returns: the price or why there is none, with the rate that matched.
    public func price(
        action: Span<UInt8>,
        quantity: Amount,
        dimensions: Span<UInt8>,
        occurredAt: Timestamp
    ) -> Pricing {
        guard let rule = table.rule(for: action, dimensions, at: occurredAt) else {
            return Pricing(rate: nil, creditType: nil, credits: .failure(.noRate))
        }
        let credits = Result { () throws(PricingFault) in
            try table.credits(by: rule.price, quantity: quantity, dimensions: dimensions)
        }
        return Pricing(
            rate: rule.reference,
            creditType: rule.hasCreditType ? rate(rule.reference).creditType : nil,
            credits: credits
        )
    }

    /// The rate that prices an action with such dimensions that occurred then; nil: none does.
    public func match(
        action: Span<UInt8>,
        dimensions: Span<UInt8>,
        occurredAt: Timestamp
    ) -> RateReference? {
        table.rule(for: action, dimensions, at: occurredAt)?.reference
    }

    /// The card and rate that a reference names.
    public func name(of reference: RateReference) -> RateName? {
        guard cards.indices.contains(Int(reference.card)) else { return nil }
        let card = cards[Int(reference.card)]
        guard card.rates.indices.contains(Int(reference.rate)) else { return nil }
        return RateName(
            cardVersion: card.version,
            rateID: card.rates[Int(reference.rate)].id
        )
    }

    private func rate(_ reference: RateReference) -> Rate {
        cards[Int(reference.card)].rates[Int(reference.rate)]
    }
}
