import Credits

/// `rate_cards`: what actions cost, and from when on.
enum RateCardsSection {
    /// Entries refer to cards and rates by 16-bit numbers.
    private static let maximumCount = Int(Int16.max)
    /// In bytes, as in events and commands: credits of a longer type could never be granted.
    private static let maximumCreditType = 64

    static func read(_ reader: inout YAMLReader) -> [RateCard] {
        guard let value = reader.value("rate_cards"), let elements = value.elements() else {
            return []
        }
        faultExcess(elements, of: value)
        var versions: [String: String] = [:]
        var moments: [Timestamp: String] = [:]
        return elements.compactMap { element in
            element.section { card($0.path, &$0, &versions, &moments) } ?? nil
        }
    }

    private static func faultExcess(_ elements: [YAMLValue], of value: YAMLValue) {
        guard elements.count > maximumCount else { return }
        value.fail("at most \(maximumCount) members", got: "\(elements.count)")
    }

    private static func card(
        _ path: String,
        _ reader: inout YAMLReader,
        _ versions: inout [String: String],
        _ moments: inout [Timestamp: String]
    ) -> RateCard? {
        let version = reader.required("version", "a name for this version of the prices")
            .flatMap { value in value.name().map { unique($0, path, value, &versions) } }
        let effectiveFrom = reader.required("effective_from", "a time as in RFC 3339")
            .flatMap { value in value.moment().map { unique($0, path, value, &moments) } }
        let rates = rates(&reader)
        guard let version, let effectiveFrom else { return nil }
        return RateCard(version: version, effectiveFrom: effectiveFrom, rates: rates)
    }

    private static func rates(_ reader: inout YAMLReader) -> [Rate] {
        guard let value = reader.required("rates", "a list of rates"),
            let elements = value.elements()
        else { return [] }
        faultExcess(elements, of: value)
        var ids: [String: String] = [:]
        let rates = elements.compactMap { element in
            element.section { rate($0.path, &$0, &ids) } ?? nil
        }
        RateAmbiguity.fault(rates)
        return rates.map(\.rate)
    }

    private static func rate(
        _ path: String,
        _ reader: inout YAMLReader,
        _ ids: inout [String: String]
    ) -> PlacedRate? {
        let id = reader.required("id", "a name, unique within its rate card")
            .flatMap { value in value.name().map { unique($0, path, value, &ids) } }
        let actionValue = reader.required("action", "the action that it prices")
        let action = actionValue?.name()
        let conditionsValue = reader.value("when")
        let conditions = conditionsValue.map { $0.rateConditions() } ?? []
        let price = RatePrice.read(&reader)
        let creditType = reader.value("credit_type")?.name(maximumLength: maximumCreditType)
        guard let id, let actionValue, let action, let conditions, let price else { return nil }
        let rate = Rate(
            id: id,
            action: action,
            when: conditions,
            price: price,
            creditType: creditType
        )
        let place = (conditionsValue ?? actionValue).place
        return PlacedRate(rate: rate, path: path, place: place, reading: reader.reading)
    }

    /// Faults a value that another member of the list has already: which one counts were chance.
    private static func unique<Value: Hashable & CustomStringConvertible>(
        _ value: Value,
        _ owner: String,
        _ place: YAMLValue,
        _ owners: inout [Value: String]
    ) -> Value {
        if let other = owners[value] {
            place.fail("different from that of \(other)", got: value.description)
        } else {
            owners[value] = owner
        }
        return value
    }
}
