extension RateTable {
    /// Takes a card in; ``fillSlots()`` follows the last one.
    mutating func append(_ card: RateCard, at cardIndex: Int) {
        // By bytes: two spellings of one text are two actions, as they are in events.
        let byAction = Dictionary(grouping: card.rates.indices) { index in
            Array(card.rates[index].action.utf8)
        }
        for (action, indices) in byAction.sorted(by: { $0.value[0] < $1.value[0] }) {
            let start = rules.count
            for index in Self.byConditions(indices, of: card) {
                let reference = RateReference(card: Int16(cardIndex), rate: Int16(index))
                append(card.rates[index], reference)
            }
            let group = Group(
                hash: Self.hash(action.span, card: Int32(cardIndex)),
                card: Int32(cardIndex),
                action: bytes.appendSlice(action),
                rules: Self.run(start, in: rules.count)
            )
            groups.append(group)
        }
    }

    /// Most conditions first, else in the card's order.
    private static func byConditions(_ indices: [Int], of card: RateCard) -> [Int] {
        indices.sorted { left, right in
            let (a, b) = (card.rates[left].conditions.count, card.rates[right].conditions.count)
            return a != b ? a > b : left < right
        }
    }

    private mutating func append(_ rate: Rate, _ reference: RateReference) {
        let list = rate.conditions.map { condition in
            Condition(
                name: bytes.appendSlice(condition.dimension.utf8),
                values: append(condition.values)
            )
        }
        conditions += list
        rules.append(
            Rule(
                reference: reference,
                hasCreditType: rate.creditType != nil,
                conditions: Self.run(conditions.count - list.count, in: conditions.count),
                price: append(rate.price)
            )
        )
    }

    private mutating func append(_ list: [DimensionValue]) -> Run {
        let start = values.count
        for value in list {
            switch value {
            case .text(let text):
                values.append(Value(kind: .text, text: bytes.appendSlice(text.utf8)))
            case .number(let text):
                values.append(Value(kind: .number, text: bytes.appendSlice(text.utf8)))
            }
        }
        return Self.run(start, in: values.count)
    }

    private mutating func append(_ price: RatePrice) -> Price {
        switch price {
        case .perUnit(let credits):
            return .perUnit(credits)
        case .components(let list):
            let start = components.count
            for component in list {
                components.append(
                    Component(
                        name: bytes.appendSlice(component.dimension.utf8),
                        per: component.per,
                        credits: component.credits,
                        roundsUp: component.roundsUp
                    )
                )
            }
            return .components(Self.run(start, in: components.count))
        case .tiers(let list):
            let start = tiers.count
            for (index, tier) in list.enumerated() {
                let isLast = index == list.count - 1
                let end = isLast ? nil : tier.upTo
                tiers.append(Tier(upTo: end ?? Self.endless, credits: tier.credits))
            }
            return .tiers(Self.run(start, in: tiers.count))
        }
    }

    private static let endless = Amount(unchecked: Amount.limit)

    private static func run(_ start: Int, in end: Int) -> Run {
        Run(start: Int32(start), count: Int32(end - start))
    }

    /// At most half full, so that a search ends soon.
    mutating func fillSlots() {
        var size = 2
        while size < groups.count * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        for (index, group) in groups.enumerated() {
            var slot = Int(truncatingIfNeeded: group.hash) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index)
        }
    }
}
