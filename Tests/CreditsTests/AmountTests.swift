import Testing

@testable import Credits

/// Sums and products of amounts, against schoolbook arithmetic on decimal digits.
@Suite struct AmountTests {
    private let most = Amount(unchecked: Amount.limit)
    private let least = Amount(unchecked: 1)

    @Test func aSumIsExactOrNil() {
        #expect(most.adding(.zero) == most)
        #expect(most.adding(least) == nil)
        #expect(most.adding(most) == nil)
        #expect(most.negated.adding(most.negated) == nil)
        #expect(most.negated.adding(least.negated) == nil)
        #expect(most.adding(most.negated) == .zero)
        #expect(most.subtracting(most) == .zero)
        #expect(most.subtracting(least.negated) == nil)
        #expect(most.negated.subtracting(least) == nil)
        #expect(least.negated.subtracting(most) == nil)
        #expect(most.subtracting(least)?.adding(least) == most)
    }

    @Test func unitsBeyondTheLimitAreNoAmount() {
        #expect(Amount(units: Amount.limit) == most)
        #expect(Amount(units: -Amount.limit) == most.negated)
        #expect(Amount(units: Amount.limit + 1) == nil)
        #expect(Amount(units: -Amount.limit - 1) == nil)
        #expect(Amount(units: .max) == nil)
        #expect(Amount(units: .min) == nil)
        #expect(Amount(whole: .min).description == "-9223372036854775808")
    }

    @Test(arguments: [
        ("0.5", "0.000000000001", "0"), ("1.5", "0.000000000001", "0.000000000002"),
        ("2.5", "0.000000000001", "0.000000000002"), ("3.5", "0.000000000001", "0.000000000004"),
        ("-0.5", "0.000000000001", "0"), ("-1.5", "0.000000000001", "-0.000000000002"),
        ("-2.5", "0.000000000001", "-0.000000000002"),
        ("-2.5", "-0.000000000001", "0.000000000002"),
        ("0.500000000001", "0.000000000001", "0.000000000001"),
        ("0.499999999999", "0.000000000001", "0"), ("0.25", "1500", "375"), ("3", "0", "0"),
        ("10000000000000000000.5", "0.000000000001", "10000000"),
        ("10000001000000000000.5", "0.000000000001", "10000001"),
        ("10000000000001.5", "1.000000000001", "10000000000011.500000000002"),
    ])
    func aProductIsRoundedHalfEvenToTwelveDecimals(
        left: String,
        right: String,
        product: String
    ) throws {
        #expect(try Amount(left).multiplied(by: Amount(right)) == Amount(product))
        #expect(try Amount(right).multiplied(by: Amount(left)) == Amount(product))
    }

    @Test func aProductBeyondTheRangeIsNil() throws {
        let half = try Amount("50000000000000000000000000")
        #expect(half.multiplied(by: Amount(whole: 2)) == nil)
        #expect(half.multiplied(by: Amount(whole: -2)) == nil)
        #expect(most.multiplied(by: most) == nil)
        #expect(most.multiplied(by: Amount(whole: 1)) == most)
        #expect(most.multiplied(by: try Amount("1.000000000001")) == nil)
        #expect(try Amount("10000000000000").multiplied(by: Amount("10000000000000")) == nil)
    }

    @Test func productsAgreeWithSchoolbookArithmetic() {
        var generator = SplitMix64(seed: 2)
        var inRange = 0
        for _ in 0..<4000 {
            let left = Amount.edgeBiased(using: &generator)
            let right = Amount.edgeBiased(using: &generator)
            let expected = Schoolbook.product(left, right)
            #expect(left.multiplied(by: right) == expected, "\(left) × \(right)")
            if expected != nil { inRange += 1 }
        }
        // Both answers must have been met often, or the comparison says little.
        #expect((1000...3900).contains(inRange))
    }

    @Test func smallUnitsAgreeWithSchoolbookArithmetic() {
        // Around half a unit lie all the cases of rounding.
        for left in -30...30 {
            for right in [1, 5, 10, 15, 25, -5, -25] {
                let factor = Amount(unchecked: Int128(left) * 100_000_000_000)
                let unit = Amount(unchecked: Int128(right))
                #expect(
                    factor.multiplied(by: unit) == Schoolbook.product(factor, unit),
                    "\(factor) × \(unit)"
                )
            }
        }
    }

    @Test func orderFollowsTheNumberLine() throws {
        let ascending = try ["-100", "-99.9", "-0.000000000001", "0", "0.1", "9", "10"].map {
            try Amount($0)
        }
        #expect(ascending.shuffled().sorted() == ascending)
        #expect(ascending.map(\.isNegative) == [true, true, true, false, false, false, false])
        #expect(ascending.map(\.isPositive) == [false, false, false, false, true, true, true])
        #expect(ascending.map(\.magnitude.isNegative) == Array(repeating: false, count: 7))
    }
}

/// Multiplication as it is done on paper, digit by digit.
private enum Schoolbook {
    static func product(_ left: Amount, _ right: Amount) -> Amount? {
        let (a, b) = (digits(of: left), digits(of: right))
        var product = [Int](repeating: 0, count: a.count + b.count)
        for (i, x) in a.enumerated() {
            for (j, y) in b.enumerated() { product[i + j] += x * y }
        }
        carry(&product)
        // Units of 10⁻²⁴ now; the lower twelve digits are rounded away.
        let rest = Array(product.prefix(12).reversed())
        var kept = Array(product.dropFirst(12)) + [0]
        let half = [5] + [Int](repeating: 0, count: 11)
        let isOdd = kept[0] % 2 == 1
        if half.lexicographicallyPrecedes(rest) || (rest == half && isOdd) {
            kept[0] += 1
            carry(&kept)
        }
        guard kept.dropFirst(38).allSatisfy({ $0 == 0 }) else { return nil }
        let units = kept.prefix(38).reversed().reduce(Int128(0)) { $0 * 10 + Int128($1) }
        return Amount(units: left.isNegative == right.isNegative ? units : -units)
    }

    /// Least significant first, at least 13.
    private static func digits(of amount: Amount) -> [Int] {
        let text = String(amount.units.magnitude)
        let digits = text.reversed().compactMap(\.wholeNumberValue)
        return digits + [Int](repeating: 0, count: max(0, 13 - digits.count))
    }

    private static func carry(_ digits: inout [Int]) {
        var over = 0
        for index in digits.indices {
            let value = digits[index] + over
            digits[index] = value % 10
            over = value / 10
        }
    }
}
