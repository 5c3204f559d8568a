import Testing

@testable import LedgerStore

/// The texts that entries share are told apart however alike they are.
@Suite struct TextTableTests {
    private func numbers(of texts: [String]) -> [UInt32] {
        var table = TextTable(capacity: 2 * texts.count + 64)
        return texts.map { text in
            let bytes = Array(text.utf8)
            return table.number(of: bytes.span)
        }
    }

    @Test func theSameTextHasTheSameNumberAndNoOtherHasIt() {
        // Of every length to beyond three words, and alike but for one byte at any place.
        var texts: [String] = []
        for count in 1...40 {
            texts.append(String(repeating: "a", count: count))
            for place in 0..<count {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: count)
                bytes[place] = UInt8(ascii: "b")
                texts.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        #expect(numbers(of: texts) == (1...UInt32(texts.count)).map { $0 })
        let twice = numbers(of: texts + texts.reversed())
        #expect(Array(twice.suffix(texts.count)) == twice.prefix(texts.count).reversed())
    }

    @Test func anEmptyTextIsNumberNought() {
        #expect(numbers(of: ["", "a", ""]) == [0, 1, 0])
    }
}
