// Goal: whatever is wrong with a configuration is named, with its place, and nothing is ignored.
// Method: texts in, the lines that a person sees out.

import Credits
import Testing

@testable import Drawdown

@Suite struct ConfigurationTests {
    @Test func theTwoKeysWithoutDefaultAreEnough() throws {
        var expected = Configuration()
        expected.kafka = ["bootstrap.servers": "broker:9092", "group.id": "drawdown"]
        #expect(try parse("").configuration == expected)
    }

    @Test func anEmptyFileLacksWhatHasNoDefault() {
        #expect(
            faults(whole: "") == [
                "drawdown.yaml:1:1: expected kafka.bootstrap.servers to be HOST:PORT of a broker, "
                    + "got: nothing",
                "drawdown.yaml:1:1: expected start to be earliest or latest, got: nothing",
            ]
        )
    }

    @Test func everyFaultIsNamedAtOnceInTheOrderOfTheFile() {
        let yaml = """
            comit: { max_events: 3 }
            commit:
              max_age: PT20S
              max_events: 0
            webhooks: { endpoints: [] }
            """
        #expect(
            faults(yaml, environment: ["DRAWDOWN_STORE_EMBEDDED_RESERVE": "lots"]) == [
                "drawdown.yaml:3:1: unknown key \"comit\", did you mean \"commit\"?",
                "drawdown.yaml:5:3: expected commit.max_age to be a duration between PT0S and "
                    + "PT10S, got: PT20S",
                "drawdown.yaml:6:3: expected commit.max_events to be between 1 and 100000, got: 0",
                "drawdown.yaml:7:1: webhooks is not supported in this version",
                "DRAWDOWN_STORE_EMBEDDED_RESERVE: expected store.embedded.reserve to be between 0 "
                    + "and 1TiB, got: lots",
            ]
        )
    }

    @Test(
        "a key that means nothing yet is refused, not ignored",
        arguments: [
            "webhooks: { timeout: PT20S }",
            "store: { postgresql: { url: x } }",
        ]
    )
    func isRefused(_ yaml: String) {
        let lines = faults(yaml)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("not supported in this version") == true)
        #expect(lines.first?.hasPrefix("drawdown.yaml:3:") == true)
    }

    @Test func whatIsNullCountsAsLeftOut() throws {
        let yaml = """
            http: { listen: null, tokens_file: ~ }
            commit:
            webhooks: null
            """
        #expect(try parse(yaml).configuration == parse("").configuration)
    }

    @Test func aQuotedNullIsText() {
        #expect(
            faults(whole: "kafka: { bootstrap.servers: b }\nstart: \"null\"") == [
                "drawdown.yaml:2:1: expected start to be earliest or latest, got: null"
            ]
        )
    }

    @Test func aKeyThatIsGivenTwiceIsAFault() {
        #expect(
            faults("commit: { max_events: 1 }\ncommit: { max_events: 2 }") == [
                "drawdown.yaml:3:1: expected key \"commit\" to be given once, got: more than once"
            ]
        )
    }

    @Test func whatIsNotYAMLIsAFaultWithItsLine() {
        #expect(
            faults("commit: [\n").first == "drawdown.yaml:4:1: not YAML: did not find expected "
                + "node content"
        )
        #expect(
            faults(whole: "- a").first?.hasPrefix("drawdown.yaml:1:1: expected the file") == true
        )
        #expect(!faults(whole: String(repeating: "[", count: 100_000)).isEmpty)
        #expect(!faults(whole: "a: *b").isEmpty)
        #expect(!faults(whole: "? [a]\n: b").isEmpty)
    }

    @Test func anUnknownKeyFarFromAllOthersShowsTheChoice() {
        #expect(
            faults("commit: { speed: 3 }") == [
                "drawdown.yaml:3:11: unknown key \"speed\", known here: max_age, max_events"
            ]
        )
    }

    @Test func policiesCarryWhatTheLedgerDecidesBy() throws {
        let configuration = try parse(
            """
            triggers: { coalesce: PT2.5S }
            defaults: { overdraft: refuse }
            expiry: { grace: PT2H, notice: [P3D, PT1H] }
            reversal: { grace: P5D }
            """
        ).configuration
        #expect(configuration.policies.coalescing == 2_500_000)
        #expect(configuration.policies.defaults.overdraft == .refuse)
        #expect(configuration.policies.expiryGrace == .fixed(hours: 2))
        #expect(configuration.policies.expiryNotices == [.fixed(days: 3), .fixed(hours: 1)])
        #expect(configuration.policies.reversalGrace == .fixed(days: 5))
    }

    @Test func aFileThatCannotBeReadSaysSo() {
        let expected = ConfigurationFaults(
            file: "/nowhere/drawdown.yaml",
            faults: [
                ConfigurationFault(
                    .wholeFile,
                    key: "",
                    message: "the file cannot be used: there is no such file"
                )
            ]
        )
        #expect(throws: expected) { try Configuration.load(file: "/nowhere/drawdown.yaml") }
        #expect(
            expected.description
                == "/nowhere/drawdown.yaml: the file cannot be used: there is no such file"
        )
    }
}
