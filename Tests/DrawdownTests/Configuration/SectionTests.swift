import Credits
import Testing

@testable import Drawdown

@Suite struct SectionTests {
    @Test func topicsAreOneOrSeveral() throws {
        #expect(try parse("topics: { usage: a }").configuration.topics.usage == ["a"])
        #expect(try parse("topics: { usage: [a, b] }").configuration.topics.usage == ["a", "b"])
        #expect(
            faults("topics: { usage: [] }") == [
                "drawdown.yaml:3:11: expected topics.usage to be at least one topic, got: none"
            ]
        )
        #expect(
            faults("topics: { commands: 'a b' }") == [
                "drawdown.yaml:3:11: expected topics.commands to be a topic's name (1 to 249 of "
                    + "A–Z a–z 0–9 . _ -), got: a b"
            ]
        )
    }

    @Test(
        "no topic is both read and written, or read twice",
        arguments: [
            "topics: { usage: [a, a] }", "topics: { usage: a, triggers: a }",
            "topics: { triggers: usage.events }", "topics: { usage: webhook.triggers }",
            "topics: { commands: a, dead_letters: a }",
        ]
    )
    func isShared(_ yaml: String) {
        let lines = faults(yaml)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("to be a topic that no other key of topics names") == true)
    }

    @Test func everyTopicThatIsNamedTwiceIsSaid() {
        let lines = faults("topics: { usage: [a], commands: a, triggers: a, dead_letters: a }")
        #expect(
            lines.map { $0.contains("expected topics.") ? $0.split(separator: " ")[2] : "" } == [
                "topics.commands", "topics.triggers", "topics.dead_letters",
            ]
        )
        // Those that were left out have their own names first.
        #expect(faults("topics: { usage: [webhook.triggers, webhook.triggers] }").count == 2)
    }

    @Test(
        "only loopback is listened on",
        arguments: [
            ("127.0.0.1:0", true), ("127.8.9.10:80", true), ("localhost:80", true),
            ("[::1]:80", true), ("0.0.0.0:80", false), ("[::]:80", false), ("10.0.0.1:80", false),
            ("127.example.com:80", false), ("127.0.0.1.example.com:80", false),
            ("127.0.0.1", false), ("127.0.0.1:70000", false), ("127.0.0.1:-1", false),
            (":80", false), ("::1:80", false), ("127.0.0.1:+80", false),
        ]
    )
    func listens(_ address: String, isAllowed: Bool) {
        #expect(faults("http: { listen: \"\(address)\" }").isEmpty == isAllowed)
    }

    @Test func aListenAddressIsWrittenAsItIsRead() {
        #expect(ListenAddress("[::1]:80")?.description == "[::1]:80")
        #expect(ListenAddress("localhost:80")?.description == "localhost:80")
    }

    @Test func defaultsAreTheAccountsSettings() throws {
        let defaults = try parse(
            """
            defaults:
              overdraft: { limit: "100.5" }
              thresholds: [{ type: percent, value: "12.5" }, { type: absolute, value: -3 }]
            """
        ).configuration.defaults
        #expect(defaults.overdraft == .limit(try Amount("100.5")))
        let expected = try [
            Threshold(kind: .percent, value: Amount("12.5")),
            Threshold(kind: .absolute, value: Amount(whole: -3)),
        ].compactMap { $0 }
        #expect(defaults.thresholds == expected)
        #expect(try parse("defaults: { thresholds: [] }").configuration.defaults.thresholds == [])
    }

    @Test(
        "settings out of range are faults",
        arguments: [
            ("overdraft: never", "record, refuse or { limit: AMOUNT }, got: never"),
            (
                "overdraft: { limit: -1 }",
                "a decimal of at least 0, with at most 12 decimals, got: -1"
            ),
            ("overdraft: {}", "a decimal of at least 0, with at most 12 decimals, got: nothing"),
            (
                "thresholds: [{ type: percent, value: 100.5 }]",
                "above 0 and at most 100, with at most 2 decimals, got: 100.5"
            ),
            (
                "thresholds: [{ type: percent, value: 1.125 }]",
                "above 0 and at most 100, with at most 2 decimals, got: 1.125"
            ),
            (
                "thresholds: [{ type: absolute, value: 1 }, { type: absolute, value: 1.0 }]",
                "given once, got: absolute 1 a second time"
            ),
            ("thresholds: [{ type: low, value: 1 }]", "absolute or percent, got: low"),
            ("thresholds: 20", "a list, got: 20"),
        ]
    )
    func isOutOfRange(_ setting: String, _ ending: String) {
        let lines = faults("defaults: { \(setting) }")
        #expect(lines.count == 1)
        #expect(lines.first?.hasSuffix("to be \(ending)") == true)
    }

    @Test func thresholdsAreAsManyAsConfigureTakes() throws {
        let all = (1...33).map { "{ type: absolute, value: \($0) }" }
        func yaml(_ count: Int) -> String {
            "defaults: { thresholds: [\(all.prefix(count).joined(separator: ", "))] }"
        }
        #expect(try parse(yaml(32)).configuration.defaults.thresholds?.count == 32)
        #expect(
            faults(yaml(33)) == [
                "drawdown.yaml:3:13: expected defaults.thresholds to be at most 32 thresholds, "
                    + "got: 33"
            ]
        )
    }

    @Test func timesAndSizesAreKept() throws {
        let configuration = try parse(
            """
            store: { embedded: { path: /ledger, reserve: 512MiB } }
            expiry: { grace: PT2H, notice: [P1M] }
            reversal: { grace: P1M }
            events: { max_bytes: 2048 }
            """
        ).configuration
        #expect(
            configuration.store == EmbeddedStoreSettings(path: "/ledger", reserve: .mebibytes(512))
        )
        #expect(configuration.expiry.grace == .fixed(hours: 2))
        #expect(configuration.expiry.notice == [.fixed(seconds: 0, months: 1)])
        #expect(configuration.reversal.grace == .fixed(seconds: 0, months: 1))
        #expect(configuration.events.maxBytes == ByteCount(bytes: 2048))
    }

    @Test(
        "days count as what they are beside months",
        arguments: [
            "expiry: { grace: P365D }", "expiry: { notice: [P3651D] }",
            "events: { max_age: P36524D }", "reversal: { grace: P99Y360D }",
        ]
    )
    func isInRange(_ yaml: String) {
        #expect(faults(yaml) == [])
    }

    @Test(
        "durations and sizes out of range are faults",
        arguments: [
            "commit: { max_age: P1M }", "commit: { max_age: 20ms }", "triggers: { coalesce: P2D }",
            "triggers: { coalesce: -PT1S }", "expiry: { notice: [P1D, P1D] }",
            "expiry: { notice: [PT0S] }", "expiry: { notice: [P1D, PT24H] }",
            "expiry: { notice: [P1D, P2D, P3D, P4D, P5D, P6D, P7D, P8D, P9D] }",
            "expiry: { grace: P2Y }", "expiry: { grace: P366D }",
            "expiry: { notice: [P3652D] }", "events: { max_age: P36525D }",
            "expiry: { notice: P1D }", "reversal: { grace: PT0S }",
            "events: { max_bytes: 1 }", "events: { max_bytes: 1GiB }",
            "store: { embedded: { reserve: 1GB } }", "store: { embedded: { reserve: -1 } }",
            "store: { embedded: { path: \"\" } }", "store: { embedded: { path: \"a\\0b\" } }",
            "store: ./data", "commit: { max_events: 1e3 }", "commit: { max_events: [1] }",
        ]
    )
    func isRefused(_ yaml: String) {
        #expect(faults(yaml).count == 1)
    }
}

@Suite struct ByteCountTests {
    @Test(
        "a number of bytes is read and written",
        arguments: [
            ("0", 0, "0"), ("1024", 1024, "1KiB"), ("1500B", 1500, "1500"),
            ("3MiB", 3 << 20, "3MiB"), ("2048GiB", 2 << 40, "2TiB"),
        ]
    )
    func roundTrips(_ text: String, _ bytes: Int, _ written: String) {
        #expect(ByteCount(text)?.bytes == bytes)
        #expect(ByteCount(bytes: bytes).description == written)
    }

    @Test(arguments: ["", "GiB", "1 GiB", "1GB", "1.5GiB", "-1", "99999999999TiB", "٣"])
    func whatIsNoNumberOfBytesIsNil(_ text: String) {
        #expect(ByteCount(text) == nil)
    }
}

@Suite struct NearestNameTests {
    @Test func insertingDeletingReplacingAndSwappingAreOneEditEach() {
        #expect(NearestName.distance("commit", "commit") == 0)
        #expect(NearestName.distance("comit", "commit") == 1)
        #expect(NearestName.distance("commmit", "commit") == 1)
        #expect(NearestName.distance("kommit", "commit") == 1)
        #expect(NearestName.distance("ocmmit", "commit") == 1)
        #expect(NearestName.distance("", "abc") == 3)
    }
}
