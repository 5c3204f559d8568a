import Credits
import Testing

@Suite struct ExactTextTests {
    /// é as one scalar, and as an e with an accent behind it: equal to `String`, other bytes.
    private let composed = "caf\u{e9}"
    private let decomposed = "cafe\u{301}"

    @Test func twoSpellingsOfOneCharacterAreTwoTexts() {
        #expect(composed == decomposed)
        #expect(ExactText(composed) != ExactText(decomposed))
        #expect(Set([composed, decomposed].map { ExactText($0) }).count == 2)
    }

    @Test func theSameBytesAreOneText() {
        let texts = ["", "a", "12345678", "123456789", composed]
        for text in texts {
            #expect(ExactText(text) == ExactText(String(decoding: Array(text.utf8), as: UTF8.self)))
        }
        #expect(Set((texts + texts).map { ExactText($0) }).count == texts.count)
    }

    @Test func textsAreOrderedByTheirBytes() {
        let sorted = [composed, "b", decomposed, "", "ab"].map { ExactText($0) }.sorted()
        #expect(sorted.map(\.text.utf8.count) == [0, 2, 1, 6, 5])
        #expect(sorted.first == ExactText(""))
    }

    @Test func textsInARowAreNotHashedAsOne() {
        func hash(_ texts: [String]) -> Int {
            var hasher = Hasher()
            for text in texts { hasher.combine(ExactText(text)) }
            return hasher.finalize()
        }
        #expect(hash(["a", "bc"]) != hash(["ab", "c"]))
        #expect(hash(["a", "bc"]) == hash(["a", "bc"]))
    }
}
