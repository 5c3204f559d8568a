import Credits
import Testing
import UsageCodec

/// Dimensions in their canonical form.
@Suite struct DimensionTests {
    private func dimensions(_ json: String) throws -> [String] {
        let batch = Samples.decode(
            .usage,
            "{\"usage_id\":\"u\",\"credits\":1,\"dimensions\":\(json)}"
        )
        let event = try #require(batch.usage.first, "\(batch.invalid)")
        return batch.dimensionTexts(event)
    }

    @Test func namesAreSortedByTheirBytes() throws {
        #expect(
            try dimensions(#"{"é":1,"b":2,"aaaaaaaab":3,"aaaaaaaaa":4,"a":5,"B":6,"ab":7}"#)
                == ["B=6", "a=5", "aaaaaaaaa=4", "aaaaaaaab=3", "ab=7", "b=2", "é=1"]
        )
    }

    @Test func manyDimensionsAreSortedAsFewAre() throws {
        let names = (0..<300).map { "n\($0 * 7919 % 1000)" }
        let members = names.map { "\"\($0)\":\"v\"" }.joined(separator: ",")
        let expected = names.sorted { Array($0.utf8).lexicographicallyPrecedes($1.utf8) }
        #expect(try dimensions("{\(members)}") == expected.map { "\($0)=\"v\"" })
    }

    @Test(arguments: [
        ("1", "1"), ("1.0", "1"), ("1e2", "100"), ("-0", "0"), ("0", "0"), ("0.50", "0.5"),
        ("12345678901234567890123456", "12345678901234567890123456"),
        // Beyond what an amount can hold, a number stays as it was written.
        ("1e400", "1e400"), ("0.00000000000001", "0.00000000000001"),
    ])
    func numbersAreWrittenOneWay(_ written: String, _ canonical: String) throws {
        #expect(try dimensions("{\"n\":\(written)}") == ["n=\(canonical)"])
    }

    @Test func textsAreUnescapedAndOtherwiseLeftAlone() throws {
        #expect(
            try dimensions(#"{"\u006d":"a\"\u00e9\n","empty":"","number":"1.0"}"#)
                == ["empty=\"\"", "m=\"a\"é\n\"", "number=\"1.0\""]
        )
    }

    @Test func boundsAreInclusive() {
        func isRead(name: Int, value: Int) -> Bool {
            let (name, value) = (
                String(repeating: "n", count: name), String(repeating: "v", count: value)
            )
            let json =
                "{\"usage_id\":\"u\",\"credits\":1,\"dimensions\":{\"\(name)\":\"\(value)\"}}"
            return Samples.refusal(.usage, json) == nil
        }
        #expect(isRead(name: 255, value: 65_535))
        #expect(!isRead(name: 256, value: 1))
        #expect(!isRead(name: 1, value: 65_536))
    }
}
