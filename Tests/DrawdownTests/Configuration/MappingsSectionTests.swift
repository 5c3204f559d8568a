import Testing
import UsageCodec

@testable import Drawdown

@Suite struct MappingsSectionTests {
    private static let topics = "topics: { usage: [usage.events, lago.events_raw] }\n"

    @Test func everyFieldMayHaveAPointer() throws {
        let fields = UsageField.allCases.map { "\($0.name): /a/\($0.rawValue)" }
        let yaml =
            Self.topics + "mappings: { lago.events_raw: { \(fields.joined(separator: ", ")) } }"
        let mapping = try #require(try parse(yaml).configuration.mappings["lago.events_raw"])
        for field in UsageField.allCases {
            #expect(mapping[field]?.text == "/a/\(field.rawValue)")
        }
    }

    @Test func theMappingOfLagoIsRead() throws {
        let yaml =
            Self.topics + """
                mappings:
                  lago.events_raw:
                    usage_id: /transaction_id
                    customer_id: /external_subscription_id
                    action: /code
                    occurred_at: /timestamp
                    dimensions: /properties
                """
        let mappings = try parse(yaml).configuration.mappings
        #expect(mappings.count == 1)
        #expect(mappings["lago.events_raw"]?[.action]?.text == "/code")
        #expect(mappings["lago.events_raw"]?[.quantity] == nil)
    }

    @Test func noMappingIsTheDefault() throws {
        #expect(try parse("").configuration.mappings.isEmpty)
        #expect(try parse("mappings: {}").configuration.mappings.isEmpty)
        #expect(try parse("mappings: null").configuration.mappings.isEmpty)
    }

    @Test func theWholeMessageMayBeTheDimensions() throws {
        let yaml = "mappings: { usage.events: { usage_id: /i, credits: /c, dimensions: \"\" } }"
        let mapping = try parse(yaml).configuration.mappings["usage.events"]
        #expect(mapping?[.dimensions]?.text == "")
    }

    @Test func aVariableMayHoldAMapping() throws {
        let mappings = try parse(
            "",
            environment: ["DRAWDOWN_MAPPINGS": "{ usage.events: { usage_id: /i, action: /a } }"]
        ).configuration.mappings
        #expect(mappings["usage.events"]?[.usageID]?.text == "/i")
    }

    @Test func variablesMayGiveAMappingThatTheFileHasNot() throws {
        let yaml = "topics: { usage: [usage, usage.events] }"
        let loaded = try parse(
            yaml,
            environment: [
                "DRAWDOWN_MAPPINGS_USAGE_EVENTS_USAGE_ID": "/i",
                "DRAWDOWN_MAPPINGS_USAGE_EVENTS_ACTION": "/a",
            ]
        )
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.mappings.keys.sorted() == ["usage.events"])
        #expect(loaded.configuration.mappings["usage.events"]?[.usageID]?.text == "/i")
    }

    @Test(
        "a variable may give a topic's whole mapping",
        arguments: ["", "usage.events: { usage_id: /x }"]
    )
    func isWhole(_ inFile: String) throws {
        let loaded = try parse(
            "mappings: { \(inFile) }",
            environment: ["DRAWDOWN_MAPPINGS_USAGE_EVENTS": "{ usage_id: /i, action: /a }"]
        )
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.configuration.mappings["usage.events"]?[.usageID]?.text == "/i")
    }

    @Test func aMappingForATopicThatIsNotReadIsTakenAndWarnedOf() throws {
        let loaded = try parse("mappings: { other: { usage_id: /i, action: /a } }")
        #expect(loaded.configuration.mappings["other"]?[.usageID]?.text == "/i")
        #expect(
            loaded.warnings.map { $0.line(in: "f") } == [
                "f:3:13: warning: expected mappings.other to be for a topic of topics.usage "
                    + "(usage.events), got: other"
            ]
        )
    }

    @Test(
        "what is wrong is named with its place",
        arguments: [
            (
                "usage.events: { usage_id: id, action: /a }", "3:29",
                "expected mappings.usage.events.usage_id to be a JSON Pointer (RFC 6901), such as "
                    + "/data/usage_id, got: id"
            ),
            (
                "usage.events: { usage_id: /i, action: /a~2 }", "3:43",
                "expected mappings.usage.events.action to be a JSON Pointer (RFC 6901), such as "
                    + "/data/action, got: /a~2"
            ),
            (
                "usage.events: { usage_id: \"\", action: /a }", "3:29",
                "expected mappings.usage.events.usage_id to be a JSON Pointer (RFC 6901), such as "
                    + "/data/usage_id, got: nothing"
            ),
            (
                "usage.events: { action: /a }", "3:13",
                "expected mappings.usage.events to be given a pointer for usage_id, got: none"
            ),
            (
                "usage.events: { usage_id: /i }", "3:13",
                "expected mappings.usage.events to be given a pointer for action or credits, "
                    + "got: neither"
            ),
            (
                "usage.events: { usage_id: /i, action: /a, custmer_id: /c }", "3:55",
                "unknown key \"custmer_id\", did you mean \"customer_id\"?"
            ),
            (
                "other: { action: /a }", "3:13",
                "warning: expected mappings.other to be for a topic of topics.usage "
                    + "(usage.events), got: other\n"
                    + "drawdown.yaml:3:13: expected mappings.other to be given a pointer for "
                    + "usage_id, got: none"
            ),
            ("usage.events: /i", "3:13", "expected mappings.usage.events to be a mapping, got: /i"),
        ]
    )
    func isFaulty(_ entry: String, _ place: String, _ message: String) {
        let lines = faults("mappings: { \(entry) }").joined(separator: "\n")
        #expect(lines == "drawdown.yaml:\(place): \(message)")
    }
}
