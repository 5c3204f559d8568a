import Credits
import Testing

@testable import LedgerStore

/// Dimensions are written in two parts and must come back byte for byte.
@Suite struct JournalDimensionsTests {
    private func canonical(_ list: [(String, Dimensions.Kind, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, kind, value) in list {
            Dimensions.append(name: name.utf8, kind: kind, value: value.utf8, to: &bytes)
        }
        return bytes
    }

    private func comesBack(_ dimensions: [UInt8]) -> Bool {
        var splitter = DimensionSplitter()
        splitter.split(dimensions.span)
        var written: [UInt8] = []
        written.append(varint: UInt64(splitter.numbers.count))
        for number in splitter.numbers { written.append(varint: number) }
        var reader = ByteReader(written.span, in: 0..<written.count)
        var joined: [UInt8] = []
        let fits = joined.append(dimensions: splitter.shared.span, numbers: &reader)
        return fits && joined == dimensions && reader.isAtEnd && !reader.isDamaged
    }

    @Test(arguments: [
        "0", "1", "9", "10", "1200", "999999999999999999", "1000000000000000000", "01", "-1",
        "0.5", "1e400", "",
    ])
    func everyNumberComesBackAsItWasWritten(_ number: String) {
        #expect(comesBack(canonical([("n", .number, number)])))
        let among = canonical([("a", .text, "x"), ("n", .number, number), ("z", .text, "")])
        #expect(comesBack(among))
    }

    @Test func whatEntriesShareIsTheSameForAllNumbers() {
        var (one, other) = (DimensionSplitter(), DimensionSplitter())
        let model = ("model", Dimensions.Kind.text, "large")
        let first = canonical([model, ("tokens", .number, "7")])
        let second = canonical([model, ("tokens", .number, "123456")])
        one.split(first.span)
        other.split(second.span)
        #expect(one.shared == other.shared)
        #expect(one.numbers == [7])
        #expect(other.numbers == [123_456])
    }

    @Test func aTextOfDigitsIsNoNumber() {
        var splitter = DimensionSplitter()
        let digits = canonical([("n", .text, "12")])
        splitter.split(digits.span)
        #expect(splitter.numbers.isEmpty)
        #expect(comesBack(digits))
    }

    @Test func bytesThatAreNotCanonicalStayAsTheyAre() {
        var generator = SplitMix(state: 11)
        for _ in 0..<2000 {
            let count = generator.next(below: 41)
            let bytes = (0..<count).map { _ in UInt8(generator.next(below: 13)) }
            var splitter = DimensionSplitter()
            splitter.split(bytes.span)
            if splitter.numbers.isEmpty { #expect(splitter.shared == bytes) }
        }
    }

    @Test func partsThatDoNotFitTogetherAreDamageAndNoTrap() {
        var generator = SplitMix(state: 12)
        for _ in 0..<5000 {
            let count = generator.next(below: 41)
            let shared = (0..<count).map { _ in UInt8(generator.next(below: 9)) }
            let numbers = (0..<6).map { _ in UInt8(generator.next(below: 256)) }
            var reader = ByteReader(numbers.span, in: 0..<numbers.count)
            var joined: [UInt8] = []
            _ = joined.append(dimensions: shared.span, numbers: &reader)
        }
        var splitter = DimensionSplitter()
        splitter.split(canonical([("n", .number, "1")]).span)
        let tooMany: [UInt8] = [2, 1, 1]
        var reader = ByteReader(tooMany.span, in: 0..<tooMany.count)
        var joined: [UInt8] = []
        #expect(!joined.append(dimensions: splitter.shared.span, numbers: &reader))
    }
}
