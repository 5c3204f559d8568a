import Testing

@testable import Credits

@Suite struct DecimalDigitsTests {
    private func text(_ value: UInt64, width: Int = 1) -> String {
        var bytes = Array("x".utf8)
        bytes.append(digitsOf: value, width: width)
        return String(decoding: bytes.dropFirst(), as: UTF8.self)
    }

    @Test func everyCountOfDigitsIsWrittenWithoutLeadingZeros() {
        var numbers: [UInt64] = [0, .max]
        var power: UInt64 = 1
        for _ in 0..<20 {
            numbers += [power - 1, power, power + 1, power / 3, power / 7 * 5]
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
        for number in numbers { #expect(text(number) == "\(number)") }
    }

    @Test func everyNumberOfFourDigitsIsRightAtEitherHalf() {
        for number in 0..<10_000 as Range<UInt64> {
            #expect(text(number * 10_000 + 9_999 - number) == "\(number * 10_000 + 9_999 - number)")
        }
    }

    @Test(arguments: [1, 2, 6, 8, 9, 12, 16, 17, 19, 20])
    func zerosFillTheWidthAndNeverCutANumber(width: Int) {
        for number in [0, 7, 123_456, 12_345_678, 123_456_789, .max] as [UInt64] {
            let digits = "\(number)"
            let zeros = String(repeating: "0", count: max(0, width - digits.count))
            #expect(text(number, width: width) == zeros + digits)
        }
    }
}
