import Credits
import LedgerStore
import UsageCodec

extension API {
    /// `GET /v1/customers/{customer_id}/entitlement`: whether the customer's credits cover some work.
    ///
    /// From memory alone, so that it can be asked in the path of every request. It sets nothing
    /// aside: two who ask at the same time are both told yes. A `hold` is what keeps them apart.
    func entitlement(_ call: Call) throws -> Answer {
        let question = try EntitlementQuestion(call)
        let price = question.price(under: rates, at: now())
        let account = try account(call, creditType: question.creditType ?? price.creditType)
        let available = account.snapshot(at: now()).available
        // What is recorded anyway is not thereby covered: only a limit says how far one may go.
        var floor = Amount.zero
        if case .limit(let limit) = account.settings.overdraft ?? overdraft {
            floor = limit.negated
        }
        var reason: RefusalCode?
        switch price.credits {
        case .success(let cost):
            let rest = available.subtracting(cost)
            let isCovered = cost.isZero || rest.map { $0 >= floor } ?? false
            if !isCovered { reason = .insufficientCredits }
        case .failure(let fault): reason = fault.code
        }
        return .json { json in
            json.member("allowed", reason == nil)
            json.member("cost", orNull: try? price.credits.get())
            json.member("available", available)
            json.member("reason", orNull: reason?.name)
        }
    }
}

/// What is to be done, and so what it would cost.
private struct EntitlementQuestion {
    let creditType: String?
    private let action: String?
    private let quantity: Amount
    /// An explicit price, which wins over the rate card.
    private let credits: Amount?
    /// By name, ascending by its bytes.
    private let dimensions: [(name: String, value: String)]

    private static let own: Set<String> = ["action", "quantity", "credits", "credit_type"]

    init(_ call: Call) throws(Problem) {
        creditType = try call.target.parameter("credit_type") == nil ? nil : try call.creditType
        action = try call.target.parameter("action")
        quantity = try Self.amount("quantity", call) ?? Amount(whole: 1)
        credits = try Self.amount("credits", call)
        guard action != nil || credits != nil else {
            throw .invalid("action", "or credits to be given", got: "nothing")
        }
        let others = try call.target.parameters().filter { !Self.own.contains($0.name) }
        for other in others {
            let sizes = (1...Dimensions.maximumNameLength, 0...Dimensions.maximumValueLength)
            guard sizes.0.contains(other.name.utf8.count), sizes.1.contains(other.value.utf8.count)
            else { throw .invalid(other.name, "to be a short dimension", got: other.value) }
        }
        dimensions = others.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private static func amount(_ name: String, _ call: Call) throws(Problem) -> Amount? {
        guard let text = try call.target.parameter(name) else { return nil }
        guard let amount = try? Amount(text), !amount.isNegative else {
            throw .invalid(name, "to be a decimal of 0 or more", got: text)
        }
        return amount
    }

    func price(
        under rates: RateBook,
        at moment: Timestamp
    ) -> (credits: Result<Amount, PricingFault>, creditType: String?) {
        if let credits { return (.success(credits), nil) }
        // A query has no types: of the values that some rate asks for as numbers, all are texts or all are
        // numbers, whichever finds the rate with more conditions, and texts where that is the same. A rate
        // that wants one of them as a text and another as a number is not found.
        let texts = pricing(rates, moment) { _, _ in nil }
        let numbers = pricing(rates, moment) { name, value in
            number(value, of: name, in: rates.card(at: moment))
        }
        let isNumber =
            rates.conditionCount(of: numbers.rate) > rates.conditionCount(of: texts.rate)
        let pricing = isNumber ? numbers : texts
        return (pricing.credits, pricing.creditType)
    }

    private func pricing(
        _ rates: RateBook,
        _ moment: Timestamp,
        _ number: (_ name: String, _ value: String) -> String?
    ) -> Pricing {
        var bytes: [UInt8] = []
        for (name, value) in dimensions {
            let number = number(name, value)
            Dimensions.append(
                name: name.utf8,
                kind: number == nil ? .text : .number,
                value: (number ?? value).utf8,
                to: &bytes
            )
        }
        let action = Array((action ?? "").utf8)
        return rates.price(
            action: action.span,
            quantity: quantity,
            dimensions: bytes.span,
            occurredAt: moment
        )
    }

    /// The number that a value is, where a rate of the action asks for that number.
    private func number(_ value: String, of name: String, in card: RateCard?) -> String? {
        guard let action, let number = (try? Amount(value))?.description else { return nil }
        let conditions = (card?.rates ?? []).lazy.filter { $0.action.hasSameBytes(as: action) }
            .flatMap(\.conditions)
        let isAskedFor = conditions.contains { condition in
            condition.dimension.hasSameBytes(as: name) && condition.values.contains(.number(number))
        }
        return isAskedFor ? number : nil
    }
}

extension RateBook {
    /// The card in force; nil: none is yet.
    fileprivate func card(at moment: Timestamp) -> RateCard? {
        cards.last { $0.effectiveFrom <= moment }
    }

    /// How many conditions a rate has; −1: there is no rate.
    fileprivate func conditionCount(of rate: RateReference?) -> Int {
        guard let rate else { return -1 }
        return cards[Int(rate.card)].rates[Int(rate.rate)].conditions.count
    }
}
