import Testing

@testable import Credits

/// Reading and writing decimals (contract §1).
@Suite struct AmountTextTests {
    @Test func aLongExponentCountsWholeWhereAsManyZerosMakeUpForIt() throws {
        let count = 1_000_005
        let zeros = String(repeating: "0", count: count)
        #expect(try Amount("1\(zeros)e-\(count)") == Amount(whole: 1))
        let small = "0." + zeros.dropLast() + "1e\(count)"
        #expect(try Amount(small) == Amount(whole: 1))
        #expect(throws: AmountFault.self) {
            _ = try Amount("1e99999999999999999999999999")
        }
    }

    static let most = "99999999999999999999999999.999999999999"

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("0.0", "0"), ("0e999999999999", "0"), ("-0.000e-7", "0"),
        ("1", "1"), ("-1", "-1"), ("30.50", "30.5"), ("0.000000000001", "0.000000000001"),
        ("-0.000000000001", "-0.000000000001"), ("100", "100"), ("1.000000000000000000000", "1"),
        ("1e3", "1000"), ("1E+3", "1000"), ("1e-3", "0.001"), ("12.34e1", "123.4"),
        ("12.34e-1", "1.234"), ("1e25", "10000000000000000000000000"), ("1e-12", "0.000000000001"),
        ("1000000e-18", "0.000000000001"), ("0.0000000000010000e0", "0.000000000001"),
        ("0.00000000000000000001e8", "0.000000000001"), ("1e00000000000000000002", "100"),
        ("100000000000000000000000000000000000000000000000e-45", "100"),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616.5", "18446744073709551616.5"),
        ("10000000000000000000.000000000001", "10000000000000000000.000000000001"),
        (most, most), ("-\(most)", "-\(most)"), ("\(most)000", most),
    ])
    func aNumberIsReadDigitForDigitAndWrittenShortest(text: String, written: String) throws {
        let amount = try Amount(text)
        #expect(amount.description == written)
        #expect(try Amount(amount.description) == amount)
    }

    @Test(arguments: [
        "", " ", "-", "+1", "+", ".", ".5", "5.", "-.5", "1.e3", "00", "01", "-01", "00.5", "1e",
        "1e+", "1e-", "1e1.5", "e5", "1 ", " 1", "1_000", "1,000", "0x10", "1f", "NaN", "nan",
        "Infinity", "-Infinity", "--1", "1-", "1..2", "1.2.3", "1e2e3", "١", "1\u{0}", "½", "−1",
    ])
    func whatIsNoJSONNumberIsMalformed(text: String) {
        #expect(throws: AmountFault.malformed) { try Amount(text) }
    }

    @Test(arguments: [
        "0.0000000000001", "1.0000000000001", "1e-13", "-1e-13", "1e-1000000000", "1.5e-12",
        "99999999999999999999999999.9999999999991", "0.1234567890123",
        "0.00000000000000000000000000000000000000000000000000001",
    ])
    func aThirteenthDecimalIsMalformed(text: String) {
        #expect(throws: AmountFault.malformed) { try Amount(text) }
    }

    @Test(arguments: [
        "100000000000000000000000000", "-100000000000000000000000000", "1e26", "-1e26",
        "1e1000000000", "9e99999999999999999999999", "999999999999999999999999999",
        "340282366920938463463374607431768211456", "0.001e29",
        "1000000000000000000000000000000000000000000000000000000000001",
    ])
    func aTwentySeventhDigitBeforeThePointIsOutOfRange(text: String) {
        #expect(throws: AmountFault.outOfRange) { try Amount(text) }
    }

    @Test func everyAmountSurvivesTheRoundTrip() throws {
        var generator = SplitMix64(seed: 1)
        for _ in 0..<5000 {
            let amount = Amount.edgeBiased(using: &generator)
            #expect(try Amount(amount.description) == amount)
        }
    }
}

extension Amount {
    /// Any amount, with every order of magnitude and its edges equally likely.
    static func edgeBiased(using generator: inout SplitMix64) -> Amount {
        var power: Int128 = 1
        for _ in 0..<Int.random(in: 0...37, using: &generator) { power *= 10 }
        let offset = Int128(Int.random(in: -1...1, using: &generator))
        let units: Int128 =
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: power + offset
            case 1: Amount.limit / power + offset
            default: Int128(UInt128.random(in: 0...UInt128(power), using: &generator))
            }
        let sign: Int128 = Bool.random(using: &generator) ? 1 : -1
        return Amount(units: min(units, Amount.limit) * sign) ?? .zero
    }
}
