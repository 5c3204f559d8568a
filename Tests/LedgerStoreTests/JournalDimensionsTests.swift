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

    private struct Parts: Equatable {
        var shared: [UInt8]
        var numbers: [UInt64]

        init(_ dimensions: [UInt8]) {
            var splitter = DimensionSplitter()
            self.init(dimensions, by: &splitter)
        }

        init(_ dimensions: [UInt8], by splitter: inout DimensionSplitter) {
            splitter.split(dimensions.span)
            shared = splitter.shared.copy()
            numbers = splitter.numbers.indices.map { splitter.numbers[$0] }
        }
    }

    private func comesBack(_ dimensions: [UInt8]) -> Bool {
        let parts = Parts(dimensions)
        var written: [UInt8] = []
        written.append(varint: UInt64(parts.numbers.count))
        for number in parts.numbers { written.append(varint: number) }
        var reader = ByteReader(written.span, in: 0..<written.count)
        var joined: [UInt8] = []
        let fits = joined.append(dimensions: parts.shared.span, numbers: &reader)
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
        let model = ("model", Dimensions.Kind.text, "large")
        let one = Parts(canonical([model, ("tokens", .number, "7")]))
        let other = Parts(canonical([model, ("tokens", .number, "123456")]))
        #expect(one.shared == other.shared)
        #expect(one.numbers == [7])
        #expect(other.numbers == [123_456])
    }

    @Test func aTextOfDigitsIsNoNumber() {
        let digits = canonical([("n", .text, "12")])
        #expect(Parts(digits).numbers.isEmpty)
        #expect(comesBack(digits))
    }

    @Test func bytesThatAreNotCanonicalStayAsTheyAre() {
        var generator = SplitMix(state: 11)
        for _ in 0..<2000 {
            let count = generator.next(below: 41)
            let bytes = (0..<count).map { _ in UInt8(generator.next(below: 13)) }
            let parts = Parts(bytes)
            if parts.numbers.isEmpty { #expect(parts.shared == bytes) }
        }
    }

    @Test(arguments: [31, 32, 33, 100])
    func numbersBeyondThoseThereIsRoomForStayText(_ count: Int) {
        let many = canonical(
            (0..<count).map { ("n\($0)", Dimensions.Kind.number, "\($0 * 1000)") }
        )
        #expect(Parts(many).numbers.count == min(count, 32))
        #expect(comesBack(many))
    }

    @Test func whatWasSplitBeforeHasNoPartInIt() {
        var generator = SplitMix(state: 13)
        var splitter = DimensionSplitter()
        // Several times what is kept of earlier ones.
        for _ in 0..<2000 {
            let text = String(repeating: "x", count: generator.next(below: 60))
            let dimensions = canonical([
                ("model", .text, text), ("n", .number, "\(generator.next(below: 1000))"),
            ])
            #expect(Parts(dimensions, by: &splitter) == Parts(dimensions))
            let cut = Array(dimensions.dropLast())
            #expect(Parts(cut, by: &splitter) == Parts(cut))
            #expect(Parts(cut).shared == cut)
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
        let shared = Parts(canonical([("n", .number, "1")])).shared
        let tooMany: [UInt8] = [2, 1, 1]
        var reader = ByteReader(tooMany.span, in: 0..<tooMany.count)
        var joined: [UInt8] = []
        #expect(!joined.append(dimensions: shared.span, numbers: &reader))
    }
}
