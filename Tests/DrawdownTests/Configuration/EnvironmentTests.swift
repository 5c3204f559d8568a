import Credits
import Testing

@testable import Drawdown

@Suite struct EnvironmentTests {
    @Test func aVariableWinsOverTheFileAndTheFileOverTheDefault() throws {
        let yaml = "commit: { max_age: PT1S, max_events: 5 }"
        let commit = try parse(yaml, environment: ["DRAWDOWN_COMMIT_MAX_EVENTS": "7"])
            .configuration.commit
        #expect(commit.maxEvents == 7)
        #expect(commit.maxAge == .fixed(seconds: 1))
        #expect(try parse("").configuration.commit.maxEvents == 10_000)
    }

    @Test func aVariableGivesAKeyWhoseSectionTheFileHasNot() throws {
        let loaded = try parse("", environment: ["DRAWDOWN_STORE_EMBEDDED_PATH": "/var/lib/x"])
        #expect(loaded.configuration.store.path == "/var/lib/x")
    }

    @Test func listsAndMappingsAreReadAsYAML() throws {
        let configuration = try parse(
            "",
            environment: [
                "DRAWDOWN_TOPICS_USAGE": "[one, two]",
                "DRAWDOWN_DEFAULTS_OVERDRAFT": "{ limit: 100 }",
                "DRAWDOWN_DEFAULTS_THRESHOLDS": "[{ type: absolute, value: 5 }]",
            ]
        ).configuration
        #expect(configuration.topics.usage == ["one", "two"])
        #expect(configuration.defaults.overdraft == .limit(Amount(whole: 100)))
        #expect(configuration.defaults.thresholds?.first?.value == Amount(whole: 5))
    }

    @Test func aVariableThatIsNoYAMLIsAFaultUnderItsName() {
        #expect(
            faults("", environment: ["DRAWDOWN_RATE_CARDS": "[{"]) == [
                "DRAWDOWN_RATE_CARDS: expected rate_cards to be a list, got: [{"
            ]
        )
    }

    @Test func kafkasPropertiesAreOverriddenWithUnderscoresForDots() throws {
        let kafka = try parse(
            "",
            environment: [
                "DRAWDOWN_KAFKA_BOOTSTRAP_SERVERS": "other:9092",
                "DRAWDOWN_KAFKA_CLIENT_ID": "a: b #c",
                "DRAWDOWN_KAFKA_LOG_LEVEL": "3",
            ]
        ).configuration.kafka
        #expect(
            kafka == [
                "bootstrap.servers": "other:9092", "client.id": "a: b #c", "log_level": "3",
                "group.id": "drawdown",
            ]
        )
    }

    @Test func aVariableThatOverridesNothingIsAWarning() throws {
        let loaded = try parse(
            "",
            environment: [
                "DRAWDOWN_COMIT_MAX_AGE": "PT1S", "DRAWDOWN_API": "http://x", "HOME": "/",
                "DRAWDOWN_SERVICE_HOST": "10.0.0.1", "DRAWDOWN_PORT_8080_TCP": "tcp://10.0.0.1",
                "DRAWDOWN_KAFKA_SERVICE_HOST": "10.0.0.2", "DRAWDOWN_KAFKA_SERVICE_PORT": "9092",
                "DRAWDOWN_KAFKA_SERVICE_PORT_TCP_CLIENT": "9092",
                "DRAWDOWN_KAFKA_PORT": "tcp://10.0.0.2:9092",
                "DRAWDOWN_KAFKA_PORT_9092_TCP_ADDR": "10.0.0.2", "DRAWDOWN_HTTP_PORT": "9090",
            ]
        )
        let kafka = loaded.configuration.kafka.keys.sorted()
        #expect(kafka == ["bootstrap.servers", "group.id"])
        #expect(
            loaded.warnings.map { $0.line(in: "f") } == [
                "DRAWDOWN_COMIT_MAX_AGE: warning: this variable overrides no key, "
                    + "did you mean \"DRAWDOWN_COMMIT_MAX_AGE\"?",
                "DRAWDOWN_HTTP_PORT: warning: this variable overrides no key, "
                    + "did you mean \"DRAWDOWN_HTTP_KEY\"?",
            ]
        )
    }

    @Test(
        "a variable gives a key of a section that the file has not, or has as one word",
        arguments: ["", "defaults: { overdraft: record, auto_top_up: null }", "defaults:"]
    )
    func givesAKey(_ yaml: String) throws {
        let defaults = try parse(
            yaml,
            environment: [
                "DRAWDOWN_DEFAULTS_OVERDRAFT_LIMIT": "100",
                "DRAWDOWN_DEFAULTS_AUTO_TOP_UP_THRESHOLD": "5",
                "DRAWDOWN_DEFAULTS_AUTO_TOP_UP_CREDITS": "50",
                "DRAWDOWN_DEFAULTS_AUTO_TOP_UP_MAX_PER_PERIOD": "P30D",
                "DRAWDOWN_DEFAULTS_AUTO_TOP_UP_MAX_PER_COUNT": "3",
            ]
        ).configuration.defaults
        #expect(defaults.overdraft == .limit(Amount(whole: 100)))
        #expect(defaults.autoTopUp?.rule?.threshold == Amount(whole: 5))
        #expect(defaults.autoTopUp?.rule?.cap?.count == 3)
    }

    @Test func aSectionThatVariablesGiveInPartIsAFault() {
        let variable = "DRAWDOWN_DEFAULTS_AUTO_TOP_UP_THRESHOLD"
        #expect(
            faults("", environment: [variable: "5"]) == [
                "\(variable): expected defaults.auto_top_up.credits to be a decimal above 0, with "
                    + "at most 12 decimals, got: nothing"
            ]
        )
    }

    @Test func aWordAndAKeyInItsPlaceExcludeEachOther() {
        let environment = [
            "DRAWDOWN_DEFAULTS_OVERDRAFT": "refuse", "DRAWDOWN_DEFAULTS_OVERDRAFT_LIMIT": "100",
        ]
        #expect(
            faults("", environment: environment) == [
                "DRAWDOWN_DEFAULTS_OVERDRAFT_LIMIT: expected defaults.overdraft to be given by one "
                    + "variable or by those of its keys, got: DRAWDOWN_DEFAULTS_OVERDRAFT as well"
            ]
        )
    }

    @Test func aVariableOfWhatIsNotSupportedIsTheSameFaultAsInTheFile() {
        #expect(
            faults("", environment: ["DRAWDOWN_STORE_POSTGRESQL_URL": "postgresql://x"]) == [
                "DRAWDOWN_STORE_POSTGRESQL_URL: store.postgresql is not supported in this version"
            ]
        )
    }

    @Test func aNameInBracesTakesAVariable() throws {
        let kafka = try parse(
            whole: """
                kafka:
                  bootstrap.servers: ${HOST}:${PORT}
                  client.id: $${HOST} costs $5
                start: ${WHERE}
                """,
            environment: ["HOST": "broker$", "PORT": "9092", "WHERE": "latest"]
        ).configuration
        #expect(kafka.kafka["bootstrap.servers"] == "broker$:9092")
        #expect(kafka.kafka["client.id"] == "${HOST} costs $5")
        #expect(kafka.start == .latest)
    }

    @Test func whatAVariableHoldsIsNotExpandedAgain() throws {
        let expanded = try VariableExpansion.expand("a${X}${X}b") { _ in "$" }
        #expect(expanded == "a$$b")
        #expect(try VariableExpansion.expand("${X}") { _ in "${Y}" } == "${Y}")
    }

    @Test func aMissingVariableIsAFault() {
        #expect(
            faults("store: { embedded: { path: \"${DATA}\" } }") == [
                "drawdown.yaml:3:22: expected environment variable DATA to be set "
                    + "(store.embedded.path takes it)"
            ]
        )
        #expect(
            faults("store: { embedded: { path: \"${DATA\" } }") == [
                "drawdown.yaml:3:22: expected store.embedded.path to be text in which ${NAME} is "
                    + "closed, and $${ stands for ${, got: ${DATA"
            ]
        )
    }
}
