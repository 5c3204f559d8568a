import Credits
import Testing

@testable import UsageCodec

/// What counts as JSON: RFC 8259 to the letter, with the two bounds of ours.
@Suite struct JSONParserTests {
    private func fault(_ bytes: [UInt8]) -> JSONFault? {
        var parser = JSONParser()
        let padded = bytes + [UInt8](repeating: 0x22, count: JSONParser.padding)
        do throws(JSONFault) {
            try parser.parse(0..<bytes.count, of: padded)
            return nil
        } catch {
            return error
        }
    }

    private func fault(_ text: String) -> JSONFault? { fault(Array(text.utf8)) }

    @Test(arguments: [
        "{}", "[]", "0", "-0", "1.5e-7", "1E+400", "\"\"", " \t\r\n null ", "true", "false",
        #"{"a":{"b":[1,{"c":[[],{}]}]}}"#, #"["\u0000\ud83d\ude00\/\b\f\n\r\t\"\\"]"#,
        "\"\u{7F}\u{80}é€😀\"", #"{"a":1,"A":1,"":2}"#,
    ])
    func jsonIsAccepted(_ text: String) {
        #expect(fault(text) == nil)
    }

    @Test(arguments: [
        "", " ", "{", "}", "[1,]", "[,1]", "{,}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#,
        #"{"a":1}{"#, "1 2", "[1 2]", "01", "+1", "1.", ".5", "1e", "-", "--1", "1a", "0x1",
        "NaN", "Infinity", "nul", "nulll", "True", "'a'", #""a"#, #"a""#, #""\x""#, #""\u12g4""#,
        #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, "\"\u{1}\"", "\"a\nb\"",
        "[1]]", "[}", "{]", "\u{FEFF}{}", "{}\u{0}", "[1,\u{0C}2]", "// no\n{}", "1\"a\"",
        #""a"1"#, "[null1]", #"{"a":1 "b":2}"#, #"{"a" 1}"#, #"{1:2}"#,
    ])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect(fault(text) == .notJSON)
    }

    @Test(
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22], [0x80],
        ] as [[UInt8]]
    )
    func whatIsNotUTF8IsRefused(_ bytes: [UInt8]) {
        #expect(fault(bytes) == .notJSON)
    }

    @Test(arguments: [
        #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"[{"x":{"b":1,"c":2,"b":3}}]"#,
        #"{"abcdefghijklmnopqrst":1,"abcdefghijklmnopqrst":2}"#, #"{"":1,"":2}"#,
    ])
    func aKeyTwiceInOneObjectIsRefused(_ text: String) {
        #expect(fault(text) == .duplicateKey)
    }

    @Test func keysThatDifferOnlyInTheMiddleAreDifferent() {
        #expect(fault(#"{"abcdefghXabcdefgh":1,"abcdefghYabcdefgh":2}"#) == nil)
    }

    @Test(arguments: [20, 33, 200, 5000])
    func aKeyTwiceIsFoundInObjectsOfAnySize(members: Int) {
        let distinct = (0..<members).map { "\"k\($0)\":1" }
        #expect(fault("{\(distinct.joined(separator: ","))}") == nil)
        let doubled = distinct + ["\"k\(members / 2)\":2"]
        #expect(fault("{\(doubled.joined(separator: ","))}") == .duplicateKey)
    }

    @Test func sixtyFourLevelsAreReadAndOneMoreIsNot() {
        func nested(_ depth: Int, _ opening: String, _ closing: String) -> String {
            String(repeating: opening, count: depth) + "1"
                + String(repeating: closing, count: depth)
        }
        #expect(fault(nested(64, "[", "]")) == nil)
        #expect(fault(nested(65, "[", "]")) == .tooDeep)
        #expect(fault(nested(64, #"{"a":"#, "}")) == nil)
        #expect(fault(nested(65, #"{"a":"#, "}")) == .tooDeep)
        #expect(fault(nested(100_000, "[", "]")) == .tooDeep)
    }

    @Test func aLargeDocumentLeavesTheParserFitForSmallOnes() {
        var parser = JSONParser()
        for count in [1, 3_000_000, 2] {
            let text = "[" + String(repeating: "1,", count: count) + "1]"
            let bytes = Array(text.utf8)
            let padded = bytes + [UInt8](repeating: 0, count: JSONParser.padding)
            #expect(throws: Never.self) { try parser.parse(0..<bytes.count, of: padded) }
            #expect(parser.document.nodes.count == count + 2)
        }
    }

    @Test func mutatedDocumentsNeverLeadOutOfTheirBytes() {
        var generator = SplitMix(state: 7)
        let seed = Array(
            #"{"usage_id":"i\u00e91","credits":"30.5","dimensions":{"m":"x","n":-1.5e3},"l":[]}"#
                .utf8
        )
        var parser = JSONParser()
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0..<Int(generator.next() % 4) {
                bytes[Int(generator.next() % UInt64(bytes.count))] =
                    UInt8(truncatingIfNeeded: generator.next())
            }
            let padded = bytes + [UInt8](repeating: 0x22, count: JSONParser.padding)
            guard (try? parser.parse(0..<bytes.count, of: padded)) != nil else { continue }
            accepted += 1
            var arena = padded
            let document = parser.document
            for index in document.nodes.indices {
                let node = document.nodes[index]
                #expect(document.slice(of: node, in: &arena).range.upperBound <= arena.count)
                #expect(document.keySlice(of: node, in: &arena).range.upperBound <= arena.count)
            }
        }
        #expect(accepted > 1000)
    }
}

/// A seeded generator, so that a failure comes back.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
