@testable import Credits
import Testing
import UsageCodec

/// Every way in which a usage event can be wrong: its code, its field, and that it is kept.
@Suite struct UsageRefusalTests {
    @Test(
        arguments: [
            // not JSON
            (#"{"usage_id":"u","credits":1"#, "invalid_json", nil),
            (#"[{"usage_id":"u","credits":1}]"#, "invalid_json", nil),
            (#""text""#, "invalid_json", nil),
            ("12", "invalid_json", nil),
            (" ", "invalid_json", nil),
            (#"{"usage_id":"u","credits":NaN}"#, "invalid_json", nil),
            (#"{"usage_id":"u","credits":1,"credits":1}"#, "invalid_json", nil),
            (#"{"usage_id":"u","credits":1,"x":{"a":1,"a":2}}"#, "invalid_json", nil),
            (#"{"usage_id":"\ud800","credits":1}"#, "invalid_json", nil),
            // ids and names
            (#"{"credits":1}"#, "missing_field", "usage_id"),
            (#"{"usage_id":null,"credits":1}"#, "missing_field", "usage_id"),
            (#"{"usage_id":"","credits":1}"#, "invalid_field", "usage_id"),
            (#"{"usage_id":12,"credits":1}"#, "invalid_field", "usage_id"),
            (#"{"usage_id":{"a":1},"credits":1}"#, "invalid_field", "usage_id"),
            (#"{"usage_id":"a\u0000b","credits":1}"#, "invalid_field", "usage_id"),
            (#"{"usage_id":"a\u001fb","credits":1}"#, "invalid_field", "usage_id"),
            ("{\"usage_id\":\"a\u{7F}\",\"credits\":1}", "invalid_field", "usage_id"),
            ("{\"usage_id\":\"a\u{80}\",\"credits\":1}", "invalid_field", "usage_id"),
            ("{\"usage_id\":\"a\u{9F}\",\"credits\":1}", "invalid_field", "usage_id"),
            (#"{"usage_id":"u","source":"\n","credits":1}"#, "invalid_field", "source"),
            (#"{"usage_id":"u","source":[],"credits":1}"#, "invalid_field", "source"),
            (#"{"usage_id":"u","customer_id":"","credits":1}"#, "invalid_field", "customer_id"),
            (#"{"usage_id":"u","credit_type":false,"credits":1}"#, "invalid_field", "credit_type"),
            (#"{"usage_id":"u","action":"\t"}"#, "invalid_field", "action"),
            (#"{"usage_id":"u","credits":1,"hold_id":7}"#, "invalid_field", "hold_id"),
            // amounts
            (#"{"usage_id":"u"}"#, "missing_field", "credits"),
            (#"{"usage_id":"u","credits":null}"#, "missing_field", "credits"),
            (#"{"usage_id":"u","credits":-1}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":"-0.1"}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":"NaN"}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":""}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":" 1"}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":"1,5"}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":true}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":[1]}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":0.0000000000001}"#, "invalid_field", "credits"),
            (#"{"usage_id":"u","credits":1e400}"#, "out_of_range", "credits"),
            (#"{"usage_id":"u","credits":"1e26"}"#, "out_of_range", "credits"),
            (#"{"usage_id":"u","credits":1,"quantity":-2}"#, "invalid_field", "quantity"),
            (#"{"usage_id":"u","credits":1,"quantity":{}}"#, "invalid_field", "quantity"),
            // times
            (
                #"{"usage_id":"u","credits":1,"occurred_at":1763805600}"#, "invalid_field",
                "occurred_at"
            ),
            (
                #"{"usage_id":"u","credits":1,"occurred_at":"today"}"#, "invalid_field",
                "occurred_at"
            ),
            (
                #"{"usage_id":"u","credits":1,"occurred_at":"10000-01-01T00:00:00Z"}"#,
                "invalid_field", "occurred_at"
            ),
            (
                #"{"usage_id":"u","credits":1,"occurred_at":"2026-02-30T00:00:00Z"}"#,
                "invalid_field", "occurred_at"
            ),
            // dimensions
            (#"{"usage_id":"u","credits":1,"dimensions":[]}"#, "invalid_field", "dimensions"),
            (#"{"usage_id":"u","credits":1,"dimensions":"a"}"#, "invalid_field", "dimensions"),
            (
                #"{"usage_id":"u","credits":1,"dimensions":{"a":{}}}"#, "invalid_field",
                "dimensions.a"
            ),
            (
                #"{"usage_id":"u","credits":1,"dimensions":{"a":[]}}"#, "invalid_field",
                "dimensions.a"
            ),
            (
                #"{"usage_id":"u","credits":1,"dimensions":{"a":true}}"#, "invalid_field",
                "dimensions.a"
            ),
            (#"{"usage_id":"u","credits":1,"dimensions":{"":1}}"#, "invalid_field", "dimensions."),
            (
                #"{"usage_id":"u","credits":1,"dimensions":{"a\u0001":1}}"#, "invalid_field",
                #"dimensions.a\u0001"#
            ),
        ] as [(String, String, String?)]
    )
    func aWrongEventIsInvalidAndKept(_ json: String, code: String, field: String?) throws {
        let batch = Samples.decode(.usage, json)
        let invalid = try #require(batch.invalid.first)
        #expect(batch.count == 1)
        #expect(invalid.refusal.code.name == code)
        #expect(invalid.refusal.field == field)
        #expect(invalid.refusal.message.hasPrefix("expected \(field ?? "value") to be "))
        #expect(batch.text(invalid.message.value) == json)
        #expect(batch.text(invalid.message.key) == "acme")
    }

    @Test func aTombstoneIsInvalidAndHasNoValue() throws {
        let batch = Samples.decode(.usage, bytes: nil)
        let invalid = try #require(batch.invalid.first)
        #expect(invalid.refusal.code == .invalidJSON)
        #expect(!invalid.message.hasValue)
        #expect(invalid.refusal.message.hasSuffix("got: nothing (a tombstone)"))
    }

    @Test func anEmptyValueIsInvalidAndIsNoTombstone() throws {
        let batch = Samples.decode(.usage, bytes: [])
        let invalid = try #require(batch.invalid.first)
        #expect(invalid.refusal.code == .invalidJSON)
        #expect(invalid.message.hasValue)
    }

    @Test func whatIsNotUTF8IsKeptByteForByte() throws {
        let bytes =
            Array(#"{"usage_id":"u","credits":1,"x":""#.utf8) + [0xFF, 0xFE] + [0x22, 0x7D]
        let batch = Samples.decode(.usage, bytes: bytes)
        let invalid = try #require(batch.invalid.first)
        #expect(invalid.refusal.code == .invalidJSON)
        #expect(Array(batch.bytes[invalid.message.value.range]) == bytes)
    }

    @Test func aValueBeyondTheLimitIsTooLargeBeforeItIsParsed() throws {
        let bytes = [UInt8](repeating: 0xFF, count: 101)
        let batch = Samples.decode(.usage, bytes: bytes, limit: 100)
        let invalid = try #require(batch.invalid.first)
        #expect(invalid.refusal.code == .tooLarge)
        #expect(invalid.refusal.message == "expected value to be at most 100 bytes, got: 101 bytes")
        #expect(invalid.message.value.count == 101)
        let fitting = Samples.decode(.usage, bytes: Array(bytes.dropLast()), limit: 100)
        #expect(fitting.invalid.first?.refusal.code == .invalidJSON)
    }

    @Test func nestingBeyondTheLimitIsInvalid() {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(
            Samples.refusal(.usage, #"{"usage_id":"u","credits":1,"x":\#(deep)}"#)?.code
                == .invalidJSON
        )
        #expect(
            Samples.refusal(
                .usage,
                #"{"usage_id":"u","credits":1,"x":\#(deep.dropFirst().dropLast())}"#
            ) == nil
        )
    }

    @Test func withoutKeyAndFieldThereIsNoCustomer() {
        let refusal = Samples.refusal(.usage, #"{"usage_id":"u","credits":1}"#, key: nil)
        #expect(refusal?.code == .missingField)
        #expect(refusal?.field == "customer_id")
    }

    @Test(
        arguments: [
            [], [0xFF], [0xC3], [0x61, 0x00], Array("a\u{85}".utf8),
            [UInt8](repeating: 0x61, count: 129),
        ] as [[UInt8]]
    )
    func aKeyThatIsNoNameIsNoCustomerUnlessTheFieldNamesOne(_ key: [UInt8]) {
        let bare = Samples.decode(
            .usage,
            bytes: Array(#"{"usage_id":"u","credits":1}"#.utf8),
            key: key
        )
        #expect(bare.invalid.first?.refusal.code == .invalidField)
        #expect(bare.invalid.first?.refusal.field == "customer_id")
        let named = Samples.decode(
            .usage,
            bytes: Array(#"{"usage_id":"u","credits":1,"customer_id":"c"}"#.utf8),
            key: key
        )
        #expect(named.usage.count == 1)
    }

    @Test(arguments: [
        (#"{"usage_id":"","source":1,"credits":-1}"#, "usage_id"),
        (#"{"usage_id":"u","source":1,"customer_id":2}"#, "source"),
        (#"{"usage_id":"u","customer_id":2,"credit_type":3}"#, "customer_id"),
        (#"{"usage_id":"u","credit_type":3,"action":4}"#, "credit_type"),
        (#"{"usage_id":"u","action":4,"quantity":-1}"#, "action"),
        (#"{"usage_id":"u","quantity":-1}"#, "quantity"),
        (#"{"usage_id":"u","occurred_at":1}"#, "credits"),
        (#"{"usage_id":"u","credits":1,"occurred_at":1,"dimensions":1}"#, "occurred_at"),
        (#"{"usage_id":"u","credits":1,"dimensions":1,"hold_id":1}"#, "dimensions"),
    ])
    func theFirstFaultInTheContractsOrderIsNamed(_ json: String, field: String) {
        #expect(Samples.refusal(.usage, json)?.field == field)
    }

    @Test func aValueInAMessageIsShortAndCannotForgeALine() throws {
        let long = Samples.refusal(
            .usage,
            #"{"usage_id":"\#(String(repeating: "é", count: 150))","credits":1}"#
        )
        let message = try #require(long?.message)
        #expect(
            message
                == "expected usage_id to be 1 to 256 bytes, got: "
                + "\"\(String(repeating: "é", count: 63))…\""
        )
        let forged = Samples.refusal(.usage, #"{"usage_id":"a\n\u2028\u001b[2J","credits":1}"#)
        #expect(
            forged?.message
                == "expected usage_id to be free of control characters, "
                + #"got: "a\u000a\u2028\u001b[2J""#
        )
    }

    @Test(arguments: [MessageRole.usage, .command])
    func whateverBytesComeTheyEndInExactlyOneList(_ role: MessageRole) {
        let seeds = [
            #"{"usage_id":"u\u00e9","credits":"30.5","dimensions":{"b":"x","a":-1.5e3}}"#,
            #"{"command_id":"c","type":"grant","credits":1,"expires_after":"P1M","priority":5}"#,
            #"{"command_id":"c","type":"configure","thresholds":[{"type":"percent","value":2}]}"#,
        ].map { Array($0.utf8) }
        var generator = SplitMix(state: 11)
        var decoder = Samples.decoder()
        var batch = Samples.batch()
        let key = Array("acme".utf8)
        for round in 1...20_000 {
            var bytes = seeds[Int(generator.next() % UInt64(seeds.count))]
            for _ in 0..<Int(generator.next() % 4) {
                let position = Int(generator.next() % UInt64(bytes.count))
                bytes[position] = UInt8(truncatingIfNeeded: generator.next())
            }
            decoder.decode(
                role,
                key: key.span,
                value: bytes.span,
                headers: [],
                timestamp: Samples.recorded,
                origin: .time,
                into: &batch
            )
            #expect(batch.count == round)
        }
        #expect(batch.invalid.count < 20_000)
    }
}
