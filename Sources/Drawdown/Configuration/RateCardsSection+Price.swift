import Credits

extension RatePrice {
    private static let price = "a decimal of at least 0, with at most 12 decimals"

    /// Exactly one of `credits`, `components` and `tiers`.
    static func read(_ reader: inout YAMLReader) -> RatePrice? {
        let credits = reader.value("credits")
        let components = reader.value("components")
        let tiers = reader.value("tiers")
        // All are read, so that all faults are found.
        let prices = [
            credits?.amount(price) { !$0.isNegative }.map(RatePrice.perUnit),
            components.flatMap(readComponents).map(RatePrice.components),
            tiers.flatMap(readTiers).map(RatePrice.tiers),
        ]
        let given = [credits, components, tiers].compactMap(\.self)
        guard given.count == 1 else {
            let names = given.map { $0.path.dropFirst(reader.path.count + 1) }
            reader.reading.fail(
                given.last?.place ?? reader.place,
                key: reader.path,
                "expected \(reader.path) to have exactly one of credits, components and tiers, "
                    + "got: " + (names.isEmpty ? "none" : names.joined(separator: " and "))
            )
            return nil
        }
        return prices.compactMap(\.self).first
    }

    private static func readComponents(_ value: YAMLValue) -> [RateComponent]? {
        members(of: value) { element in
            element.section { reader in
                let dimension = reader.required("of", "the name of a dimension")?
                    .name(maximumLength: Dimensions.maximumNameLength)
                let per = reader.value("per").map { value in
                    value.amount("a decimal above 0, with at most 12 decimals") { $0.isPositive }
                }
                let credits = reader.required("credits", price)?.amount(price) { !$0.isNegative }
                let round = reader.value("round").map { $0.choice(["up": true]) }
                guard let dimension, let credits, let per = per ?? Amount(whole: 1),
                    let roundsUp = round ?? false
                else { return nil }
                return RateComponent(of: dimension, per: per, credits: credits, roundsUp: roundsUp)
            } ?? nil
        }
    }

    private static func readTiers(_ value: YAMLValue) -> [RateTier]? {
        var bound = Amount.zero
        let count = value.elements()?.count ?? 0
        var index = 0
        return members(of: value) { element in
            index += 1
            return element.section { reader in
                let isLast = index == count
                let isBounded = readBound(&reader, isLast: isLast, above: &bound)
                let credits = reader.required("credits", price)?.amount(price) { !$0.isNegative }
                guard isBounded, let credits else { return nil }
                return RateTier(upTo: isLast ? nil : bound, credits: credits)
            } ?? nil
        }
    }

    /// Whether a tier ends above the one before, and only the last has no end: a gap would leave
    /// quantities without a price.
    private static func readBound(
        _ reader: inout YAMLReader,
        isLast: Bool,
        above bound: inout Amount
    ) -> Bool {
        if isLast {
            guard let value = reader.value("up_to") else { return true }
            value.fail("left out in the last tier, which prices whatever is above")
            return false
        }
        let constraint = "a decimal above \(bound), with at most 12 decimals"
        let value = reader.required("up_to", constraint)
        guard let upTo = value?.amount(constraint, where: { $0 > bound }) else { return false }
        bound = upTo
        return true
    }

    /// Every member of a list that is not empty; nil after the fault is noted.
    private static func members<Member>(
        of value: YAMLValue,
        _ read: (YAMLValue) -> Member?
    ) -> [Member]? {
        guard let elements = value.elements() else { return nil }
        guard !elements.isEmpty else {
            value.fail("a list of at least one", got: "an empty list")
            return nil
        }
        let members = elements.map(read)
        let sound = members.compactMap(\.self)
        return sound.count == members.count ? sound : nil
    }
}
