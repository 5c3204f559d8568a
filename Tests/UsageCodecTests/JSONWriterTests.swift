import Credits
import Testing
import UsageCodec

/// JSON as it is written: no white space, exact numbers, every character escaped that must be.
@Suite struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func membersAndElementsAreSeparated() {
        let json = text {
            $0.object {
                $0.objectMember("empty") { _ in }
                $0.arrayMember("list") {
                    $0.integer(-1)
                    $0.object { $0.member("a", true) }
                    $0.array { _ in }
                    $0.null()
                }
                $0.member("last", orNull: String?.none)
            }
        }
        #expect(json == #"{"empty":{},"list":[-1,{"a":true},[],null],"last":null}"#)
    }

    @Test func amountsAndTimesAreStrings() {
        let json = text {
            $0.array {
                $0.amount(Samples.amount("-30.50"))
                $0.timestamp(Samples.moment("2026-11-01T12:00:00.5+02:00"))
                $0.number(text: "1e400")
            }
        }
        #expect(json == #"["-30.5","2026-11-01T10:00:00.500000Z",1e400]"#)
    }

    @Test func whatMustBeEscapedIs() {
        let json = text { $0.string("\"\\/\u{0}\u{8}\t\n\u{C}\r\u{1F}\u{7F}é😀\u{2028}") }
        #expect(
            json == "\"\\\"\\\\/\\u0000\\u0008\\t\\n\\u000c\\r\\u001f\u{7F}é😀\u{2028}\""
        )
    }

    @Test func anyTextComesBackFromTheParser() {
        var generator = SplitMix(state: 3)
        for _ in 0..<200 {
            let scalars = (0..<20).compactMap { _ in
                Unicode.Scalar(UInt32(generator.next() % 0x11_0000))
            }
            let id = "x" + String(String.UnicodeScalarView(scalars))
            let json = text {
                $0.object {
                    $0.member("usage_id", "u")
                    $0.member("credits", 1)
                    $0.objectMember("dimensions") { $0.member("d", id) }
                }
            }
            let batch = Samples.decode(.usage, json)
            #expect(batch.usage.first.map(batch.dimensionTexts) == ["d=\"\(id)\""])
        }
    }
}
