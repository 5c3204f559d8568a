/// A threshold of an account and whether it may fire.
public struct ThresholdState: Hashable, Sendable, BitwiseCopyable {
    /// Raw values are written to the journal.
    public enum Phase: UInt8, Sendable, BitwiseCopyable {
        /// Never been at or above it. Can transition to: `armed`.
        case waiting = 0
        /// At or above it. Can transition to: `fired`.
        case armed = 1
        /// Below it, and said so. Can transition to: `armed`, which is a recovery.
        case fired = 2
    }

    public let threshold: Threshold
    public internal(set) var phase: Phase
    /// The lowest balance that is not below the threshold; nil while a percentage has no basis.
    var level: Amount?

    package init(threshold: Threshold, phase: Phase) {
        self.threshold = threshold
        self.phase = phase
    }
}

/// The two balances at which any threshold of an account would move.
///
/// Most entries cross nothing: two comparisons decide that, and only a crossing looks closer.
struct ThresholdBounds: Hashable, Sendable, BitwiseCopyable {
    /// Some armed threshold fires below this balance; below all balances: none is armed.
    fileprivate var firesBelow = Amount(unchecked: .min)
    /// Some threshold arms again from this balance on; above all balances: none waits.
    fileprivate var armsFrom = Amount(unchecked: .max)

    /// Whether a balance would move any threshold.
    @inline(__always)
    func isCrossed(by balance: Amount) -> Bool { balance < firesBelow || balance >= armsFrom }
}

/// All thresholds of an account.
public struct ThresholdStates: Hashable, Sendable {
    public private(set) var states: [ThresholdState] = []
    private(set) var bounds = ThresholdBounds()

    public struct Crossing: Hashable, Sendable {
        public var fired: [Threshold] = []
        public var recovered: [Threshold] = []
    }

    init(_ thresholds: [Threshold], balance: Amount, basis: Amount) {
        replace(with: thresholds, balance: balance, basis: basis)
    }

    /// The states as the journal kept them.
    package init(restored states: [ThresholdState], basis: Amount) {
        self.states = states
        rebase(basis)
    }

    /// Takes a new list: a threshold that was there keeps its phase, a new one is armed if the
    /// balance is at or above it.
    mutating func replace(with thresholds: [Threshold], balance: Amount, basis: Amount) {
        let old = states
        states = thresholds.map { threshold in
            if let kept = old.first(where: { $0.threshold == threshold }) { return kept }
            return ThresholdState(threshold: threshold, phase: .waiting)
        }
        rebase(basis)
        for index in states.indices
        where !old.contains(where: { $0.threshold == states[index].threshold }) {
            if let level = states[index].level, balance >= level { states[index].phase = .armed }
        }
        summarize()
    }

    /// Recomputes the levels of percentages after the basis moved.
    mutating func rebase(_ basis: Amount) {
        for index in states.indices {
            states[index].level = Self.level(of: states[index].threshold, basis: basis)
        }
        summarize()
    }

    /// Moves the thresholds to a new balance and says which fired and which recovered.
    mutating func move(to balance: Amount) -> Crossing {
        var crossing = Crossing()
        // Lowest first, so that an announcement begins with the most urgent.
        let order = states.indices.sorted { left, right in
            let levels = (states[left].level ?? .zero, states[right].level ?? .zero)
            return levels.0 == levels.1 ? left < right : levels.0 < levels.1
        }
        for index in order {
            guard let level = states[index].level else { continue }
            switch states[index].phase {
            case .armed where balance < level:
                states[index].phase = .fired
                crossing.fired.append(states[index].threshold)
            case .waiting where balance >= level:
                states[index].phase = .armed
            case .fired where balance >= level:
                states[index].phase = .armed
                crossing.recovered.append(states[index].threshold)
            default: break
            }
        }
        summarize()
        return crossing
    }

    private mutating func summarize() {
        bounds = ThresholdBounds()
        for state in states {
            guard let level = state.level else { continue }
            if state.phase == .armed {
                bounds.firesBelow = max(bounds.firesBelow, level)
            } else {
                bounds.armsFrom = min(bounds.armsFrom, level)
            }
        }
    }

    /// The smallest balance b with not (b × 100 < basis × value), which compares exactly as
    /// contract §2.5 demands, for balances are whole units.
    package static func level(of threshold: Threshold, basis: Amount) -> Amount? {
        guard threshold.kind == .percent else { return threshold.value }
        guard basis.isPositive else { return nil }
        let product = basis.units.magnitude.multipliedFullWidth(by: threshold.value.units.magnitude)
        let divisor = UInt128(100 * Amount.one)
        // A percentage is at most 100, so the quotient is at most the basis: this cannot overflow.
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        return Amount(unchecked: Int128(quotient) + (remainder > 0 ? 1 : 0))
    }
}
