@testable import Credits
import Testing
@testable import UsageCodec

/// Topics of another shape, read through JSON Pointers.
@Suite struct UsageMappingTests {
    private static func mapping(_ pointers: [UsageField: String]) -> UsageMapping {
        UsageMapping(pointers.compactMapValues { JSONPointer($0) })
    }

    /// Lago's raw events, as contract §8 maps them.
    private static let lago = mapping([
        .usageID: "/transaction_id", .customerID: "/external_subscription_id", .action: "/code",
        .occurredAt: "/timestamp", .dimensions: "/properties",
    ])

    private func event(
        _ mapping: UsageMapping,
        _ json: String
    ) throws -> (UsageEvent, InputBatch) {
        let batch = Samples.decode(.mappedUsage(mapping), json)
        #expect(batch.invalid.map(\.refusal) == [])
        return (try #require(batch.usage.first), batch)
    }

    @Test func aRawEventOfLagoIsAUsageEvent() throws {
        let (event, batch) = try event(
            Self.lago,
            #"""
            {"organization_id":"2d7c1c2f","external_customer_id":null,
             "external_subscription_id":"sub_1","transaction_id":"tx_1","code":"chat.request",
             "properties":{"model":"gpt-4","tokens":1200,"cached":true,"tags":["a"],"none":null},
             "precise_total_amount_cents":"0.0","source":"http_ruby","credits":99,
             "timestamp":1763802000.123,"ingested_at":"2026-11-22T09:00:00"}
            """#
        )
        #expect(batch.text(event.usageID) == "tx_1")
        #expect(batch.accountNames(event.account) == ["sub_1", "credits"])
        #expect(batch.text(event.action) == "chat.request")
        #expect(event.occurredAt == Samples.moment("2025-11-22T09:00:00.123Z"))
        #expect(
            batch.dimensionTexts(event)
                == ["cached=\"true\"", "model=\"gpt-4\"", "tokens=1200"]
        )
        // What has no pointer is not read, also where its name is ours.
        #expect(batch.text(event.source) == "")
        #expect(batch.pricingRefusals.map(\.code) == [.noRate])
    }

    @Test func everyFieldHasAPointer() throws {
        let (event, batch) = try event(
            Self.mapping([
                .usageID: "/meta/0/id", .source: "/meta/1", .customerID: "/who/a~1b",
                .creditType: "/who/m~0n", .action: "/do/", .quantity: "/n", .credits: "/price",
                .occurredAt: "/at", .dimensions: "", .holdID: "/ein sehr langer Name",
            ]),
            #"""
            {"meta":[{"id":"u"},"eu"],"who":{"a/b":"globex","m~n":"gpu"},"do":{"":"go"},"n":"2.5",
             "price":3,"at":"2026-11-22T10:00:00+01:00","\u0065in sehr langer Name":"h"}
            """#
        )
        #expect(batch.text(event.usageID) == "u")
        #expect(batch.text(event.source) == "eu")
        #expect(batch.accountNames(event.account) == ["globex", "gpu"])
        #expect(batch.text(event.action) == "go")
        #expect(event.quantity == Samples.amount("2.5"))
        #expect(event.credits == Amount(whole: 3))
        #expect(event.occurredAt == Samples.moment("2026-11-22T09:00:00Z"))
        #expect(batch.text(event.holdID) == "h")
    }

    @Test func theKeyIsTheCustomerWhereNoPointerFindsOne() throws {
        let mappings = [
            Self.mapping([.usageID: "/id", .credits: "/c"]),
            Self.mapping([.usageID: "/id", .credits: "/c", .customerID: "/gone/deep"]),
        ]
        for mapping in mappings {
            let (event, batch) = try event(
                mapping,
                #"{"id":"u","c":1,"gone":5,"customer_id":"other"}"#
            )
            #expect(batch.accountNames(event.account) == ["acme", "credits"])
        }
    }

    @Test(arguments: [
        ("1700000000", "2023-11-14T22:13:20Z"), ("\"1700000000\"", "2023-11-14T22:13:20Z"),
        ("1700000000.123456", "2023-11-14T22:13:20.123456Z"),
        ("\"1700000000.1\"", "2023-11-14T22:13:20.1Z"),
        ("1700000000.1234569", "2023-11-14T22:13:20.123456Z"),
        ("17e8", "2023-11-14T22:13:20Z"), ("0", "1970-01-01T00:00:00Z"),
        ("-0.5", "1969-12-31T23:59:59.5Z"), ("-0.0000001", "1969-12-31T23:59:59.999999Z"),
        ("253402300799.999999", "9999-12-31T23:59:59.999999Z"),
        ("\"2026-11-22T10:00:00Z\"", "2026-11-22T10:00:00Z"),
    ])
    func momentsAreUnixSecondsOrRFC3339(_ written: String, _ moment: String) throws {
        let (event, _) = try event(
            Self.lago,
            #"{"transaction_id":"t","code":"chat.request","timestamp":\#(written)}"#
        )
        #expect(event.occurredAt == Samples.moment(moment))
    }

    @Test(arguments: [
        "253402300800", "1700000000000", "1e40", "-62135596801", "\"soon\"", "\"\"", "true", "[1]",
        "\" 1700000000\"", "\"0x10\"",
    ])
    func whatIsNoMomentIsRefusedByBothNames(_ written: String) {
        let json = #"{"transaction_id":"t","code":"a","timestamp":\#(written)}"#
        let found = Samples.refusal(.mappedUsage(Self.lago), json)
        #expect(found?.code == .invalidField)
        #expect(found?.field == "occurred_at")
        #expect(
            found?.message.hasPrefix(
                "expected occurred_at (/timestamp) to be an RFC 3339 time or Unix seconds, "
            ) == true
        )
    }

    @Test func aPlainEventTakesNoUnixSeconds() {
        let json = #"{"usage_id":"u","credits":1,"occurred_at":1700000000}"#
        #expect(Samples.refusal(.usage, json)?.field == "occurred_at")
    }

    @Test(arguments: [
        (#"{"code":"a"}"#, "usage_id", RefusalCode.missingField),
        (#"{"transaction_id":null,"code":"a"}"#, "usage_id", .missingField),
        (#"{"transaction_id":5,"code":"a"}"#, "usage_id", .invalidField),
        (#"{"transaction_id":"t"}"#, "credits", .missingField),
        (#"{"transaction_id":"t","code":"a","properties":"x"}"#, "dimensions", .invalidField),
        (
            #"{"transaction_id":"t","code":"a","properties":{"":1}}"#, "dimensions.",
            .invalidField
        ),
    ])
    func theRulesOfTheFieldsHold(_ json: String, _ field: String, _ code: RefusalCode) {
        let found = Samples.refusal(.mappedUsage(Self.lago), json)
        #expect(found?.code == code)
        #expect(found?.field == field)
    }

    @Test func aMappedTopicIsJSONWhateverItsHeadersSay() {
        let json = Array(#"{"transaction_id":"t","code":"chat.request"}"#.utf8)
        let headers = ["application/cloudevents+json", "application/x-protobuf"].map {
            MessageHeader(name: "content-type", value: Array($0.utf8))
        }
        for header in headers {
            let batch = Samples.decode(.mappedUsage(Self.lago), bytes: json, headers: [header])
            #expect(batch.usage.count == 1)
        }
    }

    @Test func whatIsNoObjectIsInvalidJSON() {
        for json in ["[]", "5", "{"] {
            let found = Samples.refusal(.mappedUsage(Self.lago), json)
            #expect(found?.code == .invalidJSON)
        }
    }
}

/// JSON Pointers by the examples of RFC 6901 §5.
@Suite struct JSONPointerTests {
    @Test(arguments: ["foo", "#/foo", "/~", "/~2", "/a~", " /a"])
    func whatIsNoPointerIsNil(_ text: String) {
        #expect(JSONPointer(text) == nil)
    }

    @Test(arguments: [
        ("/foo/0", "bar"), ("/foo/1", "baz"), ("/", "0"), ("/a~1b", "1"), ("/c%d", "2"),
        ("/e^f", "3"), ("/g|h", "4"), ("/i\\j", "5"), ("/k\"l", "6"), ("/ ", "7"),
        ("/m~0n", "8"), ("/~01", "9"), ("/deep/list/10", "ten"),
        ("/foo/2", nil), ("/foo/00", nil), ("/foo/01", nil), ("/foo/-", nil), ("/foo/bar", nil),
        ("/foo/+1", nil), ("/foo/99999999999999999999", nil), ("/none", nil), ("/c%d/x", nil),
        ("/nothing", nil), ("/foo", nil),
    ])
    func itNamesAtMostOneValue(_ pointer: String, _ expected: String?) throws {
        let json = #"""
            {"foo":["bar","baz"],"":"0","a/b":"1","c%d":"2","e^f":"3","g|h":"4","i\\j":"5",
             "k\"l":"6"," ":"7","m~n":"8","~1":"9","nothing":null,
             "deep":{"list":[0,1,[2],{"x":3},4,5,6,7,8,9,"ten"]}}
            """#
        let mapping = UsageMapping([
            .usageID: try #require(JSONPointer("/foo/0")),
            .holdID: try #require(JSONPointer(pointer)),
            .credits: try #require(JSONPointer("/deep/list/1")),
        ])
        let batch = Samples.decode(.mappedUsage(mapping), json)
        guard pointer != "/foo" else {
            #expect(batch.invalid.first?.refusal.field == "hold_id")
            return
        }
        let event = try #require(batch.usage.first, "\(batch.invalid)")
        #expect(batch.text(event.holdID) == expected ?? "")
    }
}
