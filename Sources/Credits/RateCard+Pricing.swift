/// What the rate cards say about one event.
public struct Pricing: Sendable {
    /// The rate that matched; nil: none did.
    public let rate: RateReference?
    /// The credit type that the rate debits; nil: it names none.
    public let creditType: String?
    /// The price, at least 0, or why there is none.
    public let credits: Result<Amount, PricingFault>
}

/// Why an event has no price.
public enum PricingFault: Error, Hashable, Sendable {
    /// No rate of the card in force has this action and conditions that the dimensions meet.
    case noRate
    /// The price of the quantity has more than 26 digits before the point.
    case quantityBeyondRange
    /// The rate is paid by this dimension, and the event lacks it.
    case missing(dimension: String)
    /// The value is no decimal of at most 12 decimals.
    case malformed(dimension: String, DimensionValue)
    /// The value is below 0.
    case negative(dimension: String, DimensionValue)
    /// The value, its price or the sum with it has more than 26 digits before the point.
    case beyondRange(dimension: String, DimensionValue)

    public var code: RefusalCode {
        switch self {
        case .noRate: .noRate
        case .missing: .missingField
        case .malformed, .negative: .invalidField
        case .quantityBeyondRange, .beyondRange: .outOfRange
        }
    }

    /// The dimension at fault; nil where it is none.
    public var dimension: String? {
        switch self {
        case .noRate, .quantityBeyondRange: nil
        case .missing(let dimension), .malformed(let dimension, _), .negative(let dimension, _),
            .beyondRange(let dimension, _):
            dimension
        }
    }
}

extension RateTable {
    /// The price that a matching rule makes, each line rounded once.
    func credits(
        by price: Price,
        quantity: Amount,
        dimensions: Span<UInt8>
    ) throws(PricingFault) -> Amount {
        switch price {
        case .perUnit(let credits):
            guard let product = credits.multiplied(by: quantity) else {
                throw .quantityBeyondRange
            }
            return product
        case .components(let run):
            return try sum(of: run, over: dimensions)
        case .tiers(let run):
            guard let sum = sum(of: run, upTo: quantity) else { throw .quantityBeyondRange }
            return sum
        }
    }

    private func sum(
        of components: Run,
        over dimensions: Span<UInt8>
    ) throws(PricingFault) -> Amount {
        var sum = Amount.zero
        for index in components.range {
            let component = self.components[index]
            let name = text(component.name)
            guard let place = Dimensions.find(name, in: dimensions) else {
                throw .missing(dimension: String(span: name))
            }
            let digits = dimensions.extracting(place.value)
            do throws(LineFault) {
                sum = try sum.adding(component, value: digits)
            } catch {
                throw error.fault(String(span: name), DimensionValue(place.kind, digits))
            }
        }
        return sum
    }

    /// The sum over tiers of the quantity's part in each; nil out of range.
    private func sum(of tiers: Run, upTo quantity: Amount) -> Amount? {
        var sum = Amount.zero
        var from = Amount.zero
        for index in tiers.range {
            let tier = self.tiers[index]
            guard
                let part = min(quantity, tier.upTo).subtracting(from),
                let line = part.multiplied(by: tier.credits),
                let next = sum.adding(line)
            else { return nil }
            sum = next
            guard quantity > tier.upTo else { break }
            from = tier.upTo
        }
        return sum
    }
}

/// What is wrong with one line, before its dimension is named: names cost an allocation.
private enum LineFault: Error {
    case malformed, negative, beyondRange

    func fault(_ dimension: String, _ value: DimensionValue) -> PricingFault {
        switch self {
        case .malformed: .malformed(dimension: dimension, value)
        case .negative: .negative(dimension: dimension, value)
        case .beyondRange: .beyondRange(dimension: dimension, value)
        }
    }
}

extension Amount {
    /// The sum with one line's price.
    fileprivate func adding(
        _ component: RateTable.Component,
        value digits: Span<UInt8>
    ) throws(LineFault) -> Amount {
        let value: Amount
        do throws(AmountFault) {
            value = try Amount(text: digits)
        } catch {
            throw error == .outOfRange ? .beyondRange : .malformed
        }
        guard !value.isNegative else { throw .negative }
        guard let line = component.price(of: value), let sum = adding(line) else {
            throw .beyondRange
        }
        return sum
    }
}

extension RateTable.Component {
    /// The price of a value; nil out of range.
    fileprivate func price(of value: Amount) -> Amount? {
        guard roundsUp else { return value.multiplied(by: credits, dividedBy: per) }
        return value.dividedRoundingUp(by: per).flatMap(credits.multiplied(byWhole:))
    }
}
