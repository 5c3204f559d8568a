import Testing

@testable import Credits

/// Levels and phases of thresholds against the sentences of contract §2.5, taken literally.
@Suite struct ThresholdStateTests {
    @Test func aPercentageIsAbove0AndAtMost100With2Decimals() throws {
        for text in ["0.01", "20", "99.99", "100"] {
            let value = try Amount(text)
            #expect(Threshold(kind: .percent, value: value) != nil, "\(text)")
        }
        for text in ["0", "-1", "0.001", "20.005", "100.01", "0.000000000001"] {
            let value = try Amount(text)
            #expect(Threshold(kind: .percent, value: value) == nil, "\(text)")
        }
    }

    /// balance × 100 < basis × value, in 256 bits.
    private func isBelow(_ balance: Amount, _ value: Amount, of basis: Amount) -> Bool {
        guard balance.isPositive else { return true }
        let left = balance.units.magnitude.multipliedFullWidth(by: UInt128(100 * Amount.one))
        let right = basis.units.magnitude.multipliedFullWidth(by: value.units.magnitude)
        return (left.high, left.low) < (right.high, right.low)
    }

    @Test func theLevelIsTheLowestBalanceThatIsNotBelow() throws {
        var generator = SplitMix64(seed: 7)
        for _ in 0..<3000 {
            let basis = Amount.edgeBiased(using: &generator).magnitude
            let hundredths = Int.random(in: 1...10000, using: &generator)
            let value = try #require(Amount(units: Int128(hundredths) * 10_000_000_000))
            let threshold = try #require(Threshold(kind: .percent, value: value))
            let level = ThresholdStates.level(of: threshold, basis: basis)
            guard basis.isPositive else {
                #expect(level == nil)
                continue
            }
            let found = try #require(level)
            #expect(!isBelow(found, value, of: basis), "\(value) % of \(basis)")
            let under = try #require(Amount(units: found.units - 1))
            #expect(isBelow(under, value, of: basis), "\(value) % of \(basis)")
        }
    }

    @Test func aPercentageOfNothingOrOfDebtHasNoLevel() throws {
        let threshold = try #require(Threshold(kind: .percent, value: Amount(whole: 100)))
        #expect(ThresholdStates.level(of: threshold, basis: .zero) == nil)
        #expect(ThresholdStates.level(of: threshold, basis: Amount(whole: -5)) == nil)
    }

    // The two summary balances must never hide a crossing.
    @Test func askingFirstWhetherAnythingIsCrossedChangesNothing() throws {
        var generator = SplitMix64(seed: 8)
        let list = try [(10, true), (35, true), (100, true), (40, false), (75, false)].map {
            try #require(
                Threshold(kind: $0.1 ? .percent : .absolute, value: Amount(whole: Int64($0.0)))
            )
        }
        var fast = ThresholdStates(list, balance: .zero, basis: .zero)
        var phases = [ThresholdState.Phase](repeating: .waiting, count: list.count)
        var basis = Amount.zero
        var crossings = 0
        for _ in 0..<5000 {
            let balance = Amount(whole: Int64.random(in: -20...120, using: &generator))
            if Int.random(in: 0..<5, using: &generator) == 0 {
                basis = balance
                fast.rebase(basis)
            }
            let crossing =
                fast.bounds.isCrossed(by: balance)
                ? fast.move(to: balance) : ThresholdStates.Crossing()
            var expected = ThresholdStates.Crossing()
            // Lowest first; of two that are as low, the one that stands first in the list.
            func level(_ threshold: Threshold) -> Amount {
                ThresholdStates.level(of: threshold, basis: basis) ?? .zero
            }
            let order = list.indices.sorted {
                let (left, right) = (level(list[$0]), level(list[$1]))
                return left == right ? $0 < $1 : left < right
            }
            for index in order {
                let threshold = list[index]
                if threshold.kind == .percent, !basis.isPositive { continue }
                let isBelow =
                    threshold.kind == .absolute
                    ? balance < threshold.value
                    : self.isBelow(balance, threshold.value, of: basis)
                if isBelow, phases[index] == .armed {
                    phases[index] = .fired
                    expected.fired.append(threshold)
                } else if !isBelow {
                    if phases[index] == .fired { expected.recovered.append(threshold) }
                    phases[index] = .armed
                }
            }
            #expect(crossing == expected)
            #expect(fast.states.map(\.phase) == phases)
            if crossing != ThresholdStates.Crossing() { crossings += 1 }
        }
        #expect(crossings > 1000)
    }
}
