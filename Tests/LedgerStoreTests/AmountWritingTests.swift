import Credits
import Testing

@testable import LedgerStore

// Amounts are written short where they can be, and come back as they were, however large.

@Suite("Amounts in the journal")
struct AmountWritingTests {
    private func written(_ amount: Amount) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(amount)
        return bytes
    }

    private func readBack(_ bytes: [UInt8]) -> Amount? {
        var reader = ByteReader(bytes.span)
        let amount = reader.amount()
        return reader.isDamaged || reader.position != bytes.count ? nil : amount
    }

    /// Numbers beside each bound that the writer has, and of every length.
    private var magnitudes: [Int128] {
        let bounds = [12, 32, 44, 64, 76, 91, 103, 120].map { Int128(1) << Int128($0) }
        var powers: [Int128] = [1]
        for _ in 1..<38 { powers.append(powers[powers.count - 1] * 10) }
        let near = (bounds + powers).flatMap { [$0 - 1, $0, $0 + 1, 7 * $0 / 2] }
        var random = SplitMix(state: 11)
        let digits = powers.indices.flatMap { zeros in
            (0..<40).map { _ in
                let most = min(Int128(1) << 62, powers[37 - zeros])
                return Int128(random.next(below: Int(most))) * powers[zeros]
            }
        }
        return [0] + near + digits
    }

    @Test("An amount comes back from its bytes as it was, on either side of 0")
    func comesBack() {
        for magnitude in magnitudes {
            for units in [magnitude, -magnitude] {
                guard let amount = Amount(units: units) else { continue }
                #expect(readBack(written(amount)) == amount, "\(units)")
            }
        }
    }

    @Test(
        "Zeros at the end of an amount take no bytes up to the point",
        arguments: [
            ("0", 1), ("1", 1), ("-6", 1), ("0.5", 1), ("-0.000000000001", 1), ("134", 2),
            ("0.25", 2), ("12.50", 2), ("18446744.073709551616", 11),
            ("1000000000000", 7), ("999999999999.5", 8), ("75000000000.25", 8),
        ]
    )
    func isShort(text: String, byteCount: Int) {
        #expect(written(Sample.amount(text)).count == byteCount)
    }
}
