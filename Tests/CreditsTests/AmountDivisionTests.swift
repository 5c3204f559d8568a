import Testing

@testable import Credits

/// Quotients of amounts, against long division on decimal digits.
@Suite struct AmountDivisionTests {
    private let most = Amount(unchecked: Amount.limit)
    private let least = Amount(unchecked: 1)

    @Test(arguments: [
        ("1", "1", "3", "0.333333333333"), ("2", "1", "3", "0.666666666667"),
        ("1200", "0.25", "1000", "0.3"), ("-1", "1", "3", "-0.333333333333"),
        ("2", "-1", "3", "-0.666666666667"), ("-2", "-1", "-3", "-0.666666666667"),
        // Ties go to the even side.
        ("1", "0.000000000001", "2", "0"), ("3", "0.000000000001", "2", "0.000000000002"),
        ("5", "0.000000000001", "2", "0.000000000002"),
        ("-5", "0.000000000001", "2", "-0.000000000002"), ("0", "5", "7", "0"),
        // Half a unit of 10⁻²⁴ decides, which a rounded product would have lost.
        ("0.000000000001", "0.5", "0.000000000001", "0.5"),
        ("0.000001", "0.000001500001", "2", "0.000000000001"),
    ])
    func aQuotientIsRoundedHalfEvenOnce(
        _ left: String,
        _ factor: String,
        _ divisor: String,
        _ expected: String
    ) throws {
        let quotient = try Amount(left).multiplied(by: Amount(factor), dividedBy: Amount(divisor))
        #expect(quotient == (try Amount(expected)))
    }

    @Test func aQuotientBeyondTheRangeIsNil() {
        #expect(most.multiplied(by: most, dividedBy: most) == most)
        #expect(most.multiplied(by: most.negated, dividedBy: most) == most.negated)
        #expect(most.multiplied(by: most, dividedBy: least) == nil)
        #expect(most.multiplied(by: least, dividedBy: least) == most)
        #expect(most.multiplied(by: Amount(unchecked: 2), dividedBy: least) == nil)
        #expect(most.multiplied(by: most, dividedBy: .zero) == nil)
        #expect(Amount.zero.multiplied(by: .zero, dividedBy: .zero) == nil)
    }

    @Test func quotientsAgreeWithLongDivision() {
        var generator = SplitMix64(seed: 4)
        var inRange = 0
        for _ in 0..<4000 {
            let left = Amount.edgeBiased(using: &generator)
            let factor = Amount.edgeBiased(using: &generator)
            let divisor = Amount.edgeBiased(using: &generator)
            guard !divisor.isZero else { continue }
            let expected = LongDivision.quotient(left, factor, divisor)
            #expect(
                left.multiplied(by: factor, dividedBy: divisor) == expected,
                "\(left) × \(factor) ÷ \(divisor)"
            )
            if expected != nil { inRange += 1 }
        }
        // Both answers must have been met often, or the comparison says little.
        #expect((800...3800).contains(inRange))
    }

    @Test func aQuotientByOneIsTheProduct() {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<2000 {
            let left = Amount.edgeBiased(using: &generator)
            let right = Amount.edgeBiased(using: &generator)
            let product = left.multiplied(by: right)
            #expect(left.multiplied(by: right, dividedBy: Amount(whole: 1)) == product)
        }
    }

    @Test(arguments: [
        ("0", "5", 0), ("1", "5", 1), ("5", "5", 1), ("5.000000000001", "5", 2),
        ("-1", "5", 0), ("-5", "5", -1), ("-6", "5", -1), ("6", "-5", -1), ("-6", "-5", 2),
        ("1000", "1000", 1), ("1001", "1000", 2),
    ])
    func wholePackagesAreRoundedUp(_ left: String, _ right: String, _ count: Int128) throws {
        #expect(try Amount(left).dividedRoundingUp(by: Amount(right)) == count)
    }

    @Test func packagesAreCountedOverTheWholeRange() {
        #expect(most.dividedRoundingUp(by: least) == Amount.limit)
        #expect(most.negated.dividedRoundingUp(by: least) == -Amount.limit)
        #expect(least.dividedRoundingUp(by: most) == 1)
        #expect(least.dividedRoundingUp(by: .zero) == nil)
        #expect(least.multiplied(byWhole: Amount.limit) == most)
        #expect(least.multiplied(byWhole: Amount.limit + 1) == nil)
        #expect(most.multiplied(byWhole: 2) == nil)
        #expect(most.multiplied(byWhole: -1) == most.negated)
        #expect(most.multiplied(byWhole: .max) == nil)
    }

    @Test func packagesCoverTheAmountAndNotOneMore() {
        var generator = SplitMix64(seed: 6)
        for _ in 0..<4000 {
            let amount = Amount.edgeBiased(using: &generator).magnitude
            let per = Amount.edgeBiased(using: &generator).magnitude
            guard let count = amount.dividedRoundingUp(by: per), count > 0 else { continue }
            // All but the last package lie below the amount, so they are in range.
            let before = per.multiplied(byWhole: count - 1)
            #expect(before.map { $0 < amount } == true, "\(amount) ÷ \(per)")
            if let covered = per.multiplied(byWhole: count) { #expect(covered >= amount) }
        }
    }
}

/// Multiplication and division as they are done on paper, digit by digit.
private enum LongDivision {
    static func quotient(_ left: Amount, _ factor: Amount, _ divisor: Amount) -> Amount? {
        let by = digits(of: divisor)
        var quotient: [Int] = []
        var rest: [Int] = []
        for digit in product(digits(of: left), digits(of: factor)) {
            rest = trimmed(rest + [digit])
            var count = 0
            while !isBelow(rest, by) {
                rest = difference(rest, by)
                count += 1
            }
            quotient.append(count)
        }
        let twice = trimmed(product(rest, [2]))
        let isOdd = (quotient.last ?? 0) % 2 == 1
        let isUp = isBelow(by, twice) || (twice == by && isOdd)
        guard let units = Int128(text(trimmed(quotient))) else { return nil }
        let (rounded, overflow) = units.addingReportingOverflow(isUp ? 1 : 0)
        let signs = [left, factor, divisor].count { $0.isNegative }
        return overflow ? nil : Amount(units: signs % 2 == 1 ? -rounded : rounded)
    }

    /// Most significant first, without leading zeros.
    private static func digits(of amount: Amount) -> [Int] {
        trimmed(String(amount.units.magnitude).compactMap(\.wholeNumberValue))
    }

    private static func trimmed(_ digits: [Int]) -> [Int] { Array(digits.drop { $0 == 0 }) }

    private static func text(_ digits: [Int]) -> String {
        digits.isEmpty ? "0" : digits.map(String.init).joined()
    }

    private static func isBelow(_ left: [Int], _ right: [Int]) -> Bool {
        left.count != right.count
            ? left.count < right.count : left.lexicographicallyPrecedes(right)
    }

    private static func product(_ left: [Int], _ right: [Int]) -> [Int] {
        var columns = [Int](repeating: 0, count: left.count + right.count)
        for (i, x) in left.enumerated() {
            for (j, y) in right.enumerated() { columns[i + j + 1] += x * y }
        }
        for index in columns.indices.dropFirst().reversed() {
            columns[index - 1] += columns[index] / 10
            columns[index] %= 10
        }
        return columns
    }

    private static func difference(_ left: [Int], _ right: [Int]) -> [Int] {
        var result = left
        let shift = left.count - right.count
        for index in right.indices.reversed() { result[index + shift] -= right[index] }
        for index in result.indices.dropFirst().reversed() where result[index] < 0 {
            result[index] += 10
            result[index - 1] -= 1
        }
        return trimmed(result)
    }
}
