import Credits
import Testing

/// The canonical bytes of dimensions.
@Suite struct DimensionsTests {
    private func sample() -> [UInt8] {
        var bytes: [UInt8] = []
        Dimensions.append(name: "input_tokens".utf8, kind: .number, value: "1200".utf8, to: &bytes)
        Dimensions.append(name: "model".utf8, kind: .text, value: "größe".utf8, to: &bytes)
        Dimensions.append(name: "region".utf8, kind: .text, value: "".utf8, to: &bytes)
        return bytes
    }

    @Test func whatWasAppendedIsListed() {
        let list = Dimensions.list(in: sample().span)
        #expect(list.map(\.name) == ["input_tokens", "model", "region"])
        #expect(list.map(\.value) == [.number("1200"), .text("größe"), .text("")])
        #expect(Dimensions.list(in: [UInt8]().span).isEmpty)
    }

    @Test func aNumberIsNotTheTextOfTheSameDigits() {
        var (number, text): ([UInt8], [UInt8]) = ([], [])
        Dimensions.append(name: "n".utf8, kind: .number, value: "1".utf8, to: &number)
        Dimensions.append(name: "n".utf8, kind: .text, value: "1".utf8, to: &text)
        #expect(number != text)
    }

    @Test func namesAndValuesMayBeAsLongAsTheirLimits() {
        let name = [UInt8](repeating: 0x61, count: Dimensions.maximumNameLength)
        let value = [UInt8](repeating: 0x62, count: Dimensions.maximumValueLength)
        var bytes: [UInt8] = []
        Dimensions.append(name: name, kind: .text, value: value, to: &bytes)
        Dimensions.append(name: "z".utf8, kind: .number, value: "7".utf8, to: &bytes)
        let list = Dimensions.list(in: bytes.span)
        #expect(list.map(\.name.utf8.count) == [255, 1])
        #expect(list.last?.value == .number("7"))
        #expect(list.first?.value == .text(String(repeating: "b", count: 65535)))
    }

    @Test func readingStopsWhereTheReaderHasEnough() {
        var seen = 0
        let isIntact = Dimensions.forEach(in: sample().span) { _, _, _ in
            seen += 1
            return seen < 2
        }
        #expect(isIntact)
        #expect(seen == 2)
    }

    @Test func bytesThatEndEarlyAreDamagedAndNoTrap() {
        let bytes = sample()
        var intact: [Int] = []
        for count in 0...bytes.count {
            let cut = Array(bytes.prefix(count))
            if Dimensions.forEach(in: cut.span, { _, _, _ in true }) { intact.append(count) }
        }
        // Only where a dimension ends.
        #expect(intact == [0, 20, 36, 46])
    }

    @Test func anyBytesAtAllAreReadOrDamagedAndNoTrap() {
        var generator = SplitMix64(seed: 6)
        var damaged = 0
        for _ in 0..<2000 {
            var bytes = sample()
            for _ in 0..<3 {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            if !Dimensions.forEach(in: bytes.span, { _, _, _ in true }) { damaged += 1 }
        }
        #expect(damaged > 100)
    }
}
