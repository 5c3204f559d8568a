import ArgumentParser
import Credits
import Testing

@testable import Drawdown

@Suite struct CommandLineTests {
    @Test func devTakesItsOptions() throws {
        let line = ["dev", "--data", "/d", "--http", "0", "--demo", "--rate", "9", "--for", "1.5"]
        let command = try #require(try Drawdown.parseAsRoot(line) as? DevCommand)
        #expect(
            command.options
                == DevelopmentOptions(
                    dataDirectory: "/d",
                    httpPort: 0,
                    isDemo: true,
                    rate: 9,
                    duration: .milliseconds(1500)
                )
        )
        let plain = try #require(try Drawdown.parseAsRoot(["dev"]) as? DevCommand)
        #expect(plain.options == DevelopmentOptions())
    }

    @Test func devWorksWithTheDefaultsTheDemosPricesAndASmallReserve() throws {
        let options = DevelopmentOptions(dataDirectory: "/d", httpPort: 81)
        let loaded = try options.configuration(environment: [:])
        let configuration = loaded.configuration
        #expect(loaded.warnings.isEmpty)
        var expected = Configuration()
        expected.kafka["bootstrap.servers"] = configuration.kafka["bootstrap.servers"]
        expected.store.path = "/d"
        expected.http.listen = ListenAddress(host: "127.0.0.1", port: 81)
        expected.store.reserve = .mebibytes(16)
        expected.rateCards = [DemoRates.card]
        #expect(configuration == expected)
    }

    @Test func devTakesWhatTheEnvironmentSaysBehindItsFlags() throws {
        let environment = [
            "DRAWDOWN_HTTP_LISTEN": "127.0.0.1:19999", "DRAWDOWN_DEFAULTS_OVERDRAFT": "refuse",
            "DRAWDOWN_HTP_LISTEN": "127.0.0.1:1", "DRAWDOWN_KAFKA_SECURITY_PROTOCOL": "SSL",
            "DRAWDOWN_KAFKA": "{ group.id: others }", "DRAWDOWN_TOPICS": "{ commands: others }",
            "DRAWDOWN_STORE_EMBEDDED_RESERVE": "0", "DRAWDOWN_STORE_EMBEDDED_PATH": "/e",
            "DRAWDOWN_RATE_CARDS": "[{ version: own, effective_from: 2026-01-01T00:00:00Z, "
                + "rates: [{ id: r, action: a, credits: 1 }] }]",
        ]
        let loaded = try DevelopmentOptions().configuration(environment: environment)
        #expect(loaded.configuration.http.listen.port == 19_999)
        #expect(loaded.configuration.defaults.overdraft == .refuse)
        #expect(loaded.configuration.kafka["security.protocol"] == nil)
        #expect(loaded.configuration.topics == Topics())
        #expect(loaded.configuration.kafka["group.id"] == KafkaSection.defaultGroup)
        #expect(loaded.configuration.store.reserve == ByteCount(bytes: 0))
        #expect(loaded.warnings.count == 1)
        #expect(loaded.configuration.store.path == "/e")
        #expect(loaded.configuration.rateCards.map(\.version) == ["own"])
        let flagged = try DevelopmentOptions(dataDirectory: "/d", httpPort: 0)
            .configuration(environment: environment)
        #expect(flagged.configuration.http.listen.port == 0)
        #expect(flagged.configuration.store.path == "/d")
        let wrong = ["DRAWDOWN_HTTP_LISTEN": "no"]
        #expect(throws: ConfigurationFaults.self) {
            try DevelopmentOptions().configuration(environment: wrong)
        }
        #expect(throws: Never.self) {
            try DevelopmentOptions(httpPort: 0).configuration(environment: wrong)
        }
    }

    @Test(
        "a wrong command line is exit code 64",
        arguments: [
            ["dev", "--rate", "0"], ["dev", "--http", "70000"], ["dev", "--for", "0"],
            ["dev", "--for", "nan"], ["dev", "--data", ""], ["run"], ["check"], ["verify"],
            ["verify", "--data", "a", "--config", "b"], ["verify", "--data", ""], ["entries"],
            ["backup", "--data", "a"], ["backup", "--to", "a"],
            ["backup", "--data", "a", "--to", ""],
            ["restore", "--from", "a"], ["restore", "--from", "", "--to", "a"],
            ["entries", "c", "--limit", "501"], ["fly"], ["grants"],
            ["grants", "c", "--limit", "0"],
            ["grant", "c"], ["grant", "c", "5", "--wait", "6"],
            ["grant", "c", "5", "--actor", "x"],
            ["adjust", "c", "--credits", "-5"], ["hold", "c", "--hold-id", "h"],
            ["hold", "c", "--hold-id", "h", "--credits", "1", "--action", "a"],
            ["configure", "c"], ["configure", "c", "--threshold", "5"],
            ["configure", "c", "--settings", "[]"], ["dead-letters", "show", "t", "0"],
            ["dead-letters", "requeue", "--all"], ["dead-letters", "discard", "--data", "d"],
            ["rates", "preview"], ["rates", "preview", "--config", "c", "--from", "noon"],
            ["rates", "preview", "--config", "c", "--from", "2026-12-01", "--to", "2026-11-01"],
        ]
    )
    func isRefused(_ line: [String]) {
        #expect {
            _ = try Drawdown.parseAsRoot(line)
        } throws: { error in
            Drawdown.exitCode(for: error).rawValue == ExitCodes.usage.rawValue
        }
    }

    @Test func everyCommandExplainsItselfWithAnExample() {
        let commands = Drawdown.configuration.groupedSubcommands.flatMap(\.subcommands)
        #expect(commands.count == 20)
        for command in commands {
            let text = Drawdown.helpMessage(for: command)
            #expect(text.contains("\n  drawdown \(command.configuration.commandName ?? "?") "))
        }
    }

    @Test func aFaultyConfigurationIsExitCode78() async throws {
        let command = try #require(
            try Drawdown.parseAsRoot(["run", "--config", "/nowhere.yaml"]) as? RunCommand
        )
        await #expect(
            throws: CommandFailure(
                .configuration,
                "/nowhere.yaml: the file cannot be used: there is no such file"
            )
        ) {
            try await command.run()
        }
    }

    @Test func checkReportsAsJSON() {
        let faults = [
            ConfigurationFault(.file(line: 2, column: 3), key: "a.b", message: "wrong \"x\""),
            ConfigurationFault(
                .environment("DRAWDOWN_X"),
                key: "",
                message: "odd",
                severity: .warning
            ),
        ]
        #expect(
            CheckReport(file: "d/f.yaml", isUsable: false, faults: faults).json == """
                {
                  "faults" : [
                    {
                      "column" : 3,
                      "key" : "a.b",
                      "line" : 2,
                      "message" : "wrong \\"x\\"",
                      "severity" : "error"
                    },
                    {
                      "key" : "",
                      "message" : "odd",
                      "severity" : "warning",
                      "variable" : "DRAWDOWN_X"
                    }
                  ],
                  "file" : "d/f.yaml",
                  "ok" : false
                }

                """
        )
    }
}
