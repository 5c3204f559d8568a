/// Every rate as plain values over one array of bytes, so that pricing an event neither allocates
/// nor counts references.
struct RateTable: Sendable {
    /// A run of one of the table's arrays.
    struct Run: BitwiseCopyable {
        let start: Int32
        let count: Int32
        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    /// As ``RatePrice``.
    enum Price: BitwiseCopyable {
        case perUnit(Amount)
        case components(Run)
        case tiers(Run)
    }

    /// A rate.
    struct Rule: BitwiseCopyable {
        let reference: RateReference
        let hasCreditType: Bool
        let conditions: Run
        let price: Price
    }

    struct Condition: BitwiseCopyable {
        let name: ByteSlice
        let values: Run
    }

    struct Value: BitwiseCopyable {
        let kind: Dimensions.Kind
        let text: ByteSlice
    }

    /// As ``RateComponent``.
    struct Component: BitwiseCopyable {
        let name: ByteSlice
        let per: Amount
        let credits: Amount
        let roundsUp: Bool
    }

    /// As ``RateTier``, with an end that no quantity passes in the last one.
    struct Tier: BitwiseCopyable {
        let upTo: Amount
        let credits: Amount
    }

    /// The rates of one action on one card, those with the most conditions first.
    struct Group: BitwiseCopyable {
        let hash: UInt64
        let card: Int32
        let action: ByteSlice
        let rules: Run
    }

    var bytes: [UInt8] = []
    /// When each card takes effect, ascending.
    private let starts: [Timestamp]
    var groups: [Group] = []
    /// Open addressing: indices of groups, −1 where free.
    var slots: [Int32] = []
    var rules: [Rule] = []
    var conditions: [Condition] = []
    var values: [Value] = []
    var components: [Component] = []
    var tiers: [Tier] = []

    /// - Parameter cards: ascending by `effectiveFrom`.
    init(cards: [RateCard]) {
        starts = cards.map(\.effectiveFrom)
        for (index, card) in cards.enumerated() { append(card, at: index) }
        fillSlots()
    }

    @_lifetime(borrow self)
    func text(_ slice: ByteSlice) -> Span<UInt8> {
        bytes.span(of: slice)
    }
}

// Looking up.
extension RateTable {
    /// The rule with the most conditions among those that match; nil: none does.
    func rule(
        for action: Span<UInt8>,
        _ dimensions: Span<UInt8>,
        at moment: Timestamp
    ) -> Rule? {
        var card = starts.count - 1
        while card >= 0, starts[card] > moment { card -= 1 }
        guard card >= 0, let group = group(of: action, card: Int32(card)) else { return nil }
        for index in group.rules.range {
            let rule = rules[index]
            if areMet(rule.conditions, by: dimensions) { return rule }
        }
        return nil
    }

    private func group(of action: Span<UInt8>, card: Int32) -> Group? {
        let hash = Self.hash(action, card: card)
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 {
            let group = groups[Int(slots[slot])]
            if group.hash == hash, group.card == card,
                text(group.action).hasSameBytes(as: action)
            {
                return group
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private func areMet(_ run: Run, by dimensions: Span<UInt8>) -> Bool {
        for index in run.range {
            let condition = conditions[index]
            guard let place = Dimensions.find(text(condition.name), in: dimensions),
                isAny(of: condition.values, place.kind, dimensions.extracting(place.value))
            else { return false }
        }
        return true
    }

    private func isAny(of run: Run, _ kind: Dimensions.Kind, _ value: Span<UInt8>) -> Bool {
        for index in run.range {
            let candidate = values[index]
            if candidate.kind == kind, text(candidate.text).hasSameBytes(as: value) { return true }
        }
        return false
    }

    /// FNV-1a: actions are short, and the table holds only those of the configuration.
    static func hash(_ action: Span<UInt8>, card: Int32) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(truncatingIfNeeded: card)
        for index in action.indices { hash = (hash ^ UInt64(action[index])) &* 0x100_0000_01b3 }
        return hash ^ (hash >> 32)
    }
}
