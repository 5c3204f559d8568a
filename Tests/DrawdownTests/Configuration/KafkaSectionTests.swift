import Testing

@testable import Drawdown

@Suite struct KafkaSectionTests {
    @Test func propertiesPassVerbatim() throws {
        let kafka = try parse(
            whole:
                "start: latest\nkafka: { bootstrap.servers: 'a:1,b:2', group.id: g, linger.ms: 5 }"
        ).configuration.kafka
        #expect(kafka == ["bootstrap.servers": "a:1,b:2", "group.id": "g", "linger.ms": "5"])
    }

    @Test(
        "properties that are ours, unknown or refused by the library are faults",
        arguments: [
            "enable.auto.commit: true", "auto.offset.reset: latest", "linger.mss: 5",
            "linger.ms: soon",
        ]
    )
    func isRefused(_ property: String) {
        let lines = faults(whole: "start: latest\nkafka:\n  bootstrap.servers: b\n  \(property)")
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("drawdown.yaml:4:3: expected kafka.") == true)
    }

    @Test func aPropertyCanStandInAFileOfItsOwn() throws {
        let yaml = """
            start: latest
            kafka: { bootstrap.servers: b, sasl.password_file: /run/secrets/kafka }
            """
        let loaded = try parse(whole: yaml, files: ["/run/secrets/kafka": "s3cret\n"])
        #expect(loaded.configuration.kafka["sasl.password"] == "s3cret")
        #expect(loaded.configuration.kafka["sasl.password_file"] == nil)
        #expect(
            faults(whole: yaml) == [
                "drawdown.yaml:2:32: expected kafka.sasl.password_file to name a readable file, "
                    + "got: /run/secrets/kafka (there is no such file)"
            ]
        )
    }

    @Test func aVariableCanNameThatFile() throws {
        let loaded = try parse(
            whole: "start: latest\nkafka: { bootstrap.servers: b }",
            environment: ["DRAWDOWN_KAFKA_SASL_PASSWORD_FILE": "/p"],
            files: ["/p": "word"]
        )
        #expect(loaded.configuration.kafka["sasl.password"] == "word")
    }

    @Test func aValueAndItsFileExcludeEachOther() {
        let yaml = """
            start: latest
            kafka: { bootstrap.servers: b, sasl.password: x, sasl.password_file: /p }
            """
        #expect(
            faults(whole: yaml, files: ["/p": "y"]) == [
                "drawdown.yaml:2:50: expected kafka.sasl.password_file to be left out beside "
                    + "kafka.sasl.password, got: /p"
            ]
        )
    }

    @Test func filesAreReadOnlyWhenAllElseIsRight() {
        let yaml = """
            start: sometime
            kafka: { bootstrap.servers: b, sasl.password_file: /missing }
            """
        #expect(
            faults(whole: yaml) == [
                "drawdown.yaml:1:1: expected start to be earliest or latest, got: sometime"
            ]
        )
    }

    @Test func whatAFileHoldsIsValidatedAndNotRepeated() {
        let lines = faults(
            whole: "start: latest\nkafka: { bootstrap.servers: b, linger.ms_file: /p }",
            files: ["/p": "soon"]
        )
        #expect(lines.count == 1)
        #expect(
            lines.first?.hasPrefix("drawdown.yaml:2:32: expected kafka.linger.ms to be") == true
        )
        #expect(lines.first?.hasSuffix("got: (hidden)") == true)
    }

    @Test func whatIsNullCountsAsLeftOut() throws {
        let yaml = """
            start: latest
            kafka:
              bootstrap.servers: b
              group.id: null
              sasl.password: ~
              client.id:
              linger.ms_file: null
            """
        let kafka = try parse(whole: yaml).configuration.kafka
        #expect(kafka == ["bootstrap.servers": "b", "group.id": "drawdown"])
    }

    @Test func aGroupWithoutANameIsAFault() {
        let fault =
            "expected kafka.group.id to be the name of a group (without one nothing would be read), "
        #expect(
            faults(whole: "start: latest\nkafka: { bootstrap.servers: b, group.id: '' }") == [
                "drawdown.yaml:2:32: \(fault)got: nothing"
            ]
        )
        #expect(
            faults("", environment: ["DRAWDOWN_KAFKA_GROUP_ID": ""]) == [
                "DRAWDOWN_KAFKA_GROUP_ID: \(fault)got: nothing"
            ]
        )
    }

    @Test(
        "a variable wins over the file also under the property's other name, or over a file of its own",
        arguments: [
            ("sasl.mechanisms: PLAIN", "SASL_MECHANISM", "sasl.mechanism", "SCRAM-SHA-256"),
            ("retries: 3", "MESSAGE_SEND_MAX_RETRIES", "message.send.max.retries", "5"),
            ("linger.ms_file: /missing", "QUEUE_BUFFERING_MAX_MS", "queue.buffering.max.ms", "5"),
            ("sasl.password_file: /missing", "SASL_PASSWORD", "sasl.password", "word"),
        ]
    )
    func wins(_ line: String, _ variable: String, _ key: String, _ value: String) throws {
        let kafka = try parse(
            whole: "start: latest\nkafka: { metadata.broker.list: b, \(line) }",
            environment: [
                "DRAWDOWN_KAFKA_\(variable)": value, "DRAWDOWN_KAFKA_BOOTSTRAP_SERVERS": "other:1",
            ]
        ).configuration.kafka
        #expect(kafka == ["bootstrap.servers": "other:1", key: value, "group.id": "drawdown"])
    }

    @Test(
        "no part of a password is repeated",
        arguments: ["sasl.password", "ssl.key.pem", "sasl.pasword"],
        ["pa${s3cret", "pa${s3cret}"]
    )
    func hides(_ key: String, _ value: String) {
        let lines = faults(
            whole: "start: latest\nkafka: { bootstrap.servers: b, \(key): '\(value)' }"
        )
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("drawdown.yaml:2:32: expected kafka.\(key) to be") == true)
        #expect(lines.first?.hasSuffix("got: (hidden)") == true)
        #expect(lines.first?.contains("s3cret") == false)
    }

    @Test func aVariableThatIsAWholePasswordIsNamed() {
        let yaml = "start: latest\nkafka: { bootstrap.servers: b, sasl.password: '${WORD}' }"
        #expect(
            faults(whole: yaml) == [
                "drawdown.yaml:2:32: expected environment variable WORD to be set "
                    + "(kafka.sasl.password takes it)"
            ]
        )
    }

    @Test func theVariableThatNamesAPasswordsFileIsNamed() {
        let yaml = """
            start: latest
            kafka: { bootstrap.servers: b, sasl.password_file: "${WHERE}" }
            """
        #expect(faults(whole: yaml).first?.contains("environment variable WHERE to be set") == true)
    }

    @Test func aMistypedPasswordIsNotRepeated() {
        #expect(
            faults(whole: "start: latest\nkafka: { bootstrap.servers: b, sasl.pasword: s3cret }")
                == [
                    "drawdown.yaml:2:32: expected kafka.sasl.pasword to be a property of "
                        + "librdkafka, got: (hidden)"
                ]
        )
    }
}
