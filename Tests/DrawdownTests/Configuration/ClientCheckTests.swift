// Goal: properties that librdkafka refuses only together are named before anything is opened.
// Method: no brokers; a configuration that is right key by key, and what the library says of it.

import ArgumentParser
import Foundation
import Testing

@testable import Drawdown

@Suite struct ClientCheckTests {
    @Test(
        "what librdkafka refuses as a whole is a fault where kafka stands",
        arguments: [
            ("acks: 1", "`acks` must be"), ("retries: 0", "`retries` must be"),
            ("max.in.flight: 10", "`max.in.flight` must be"),
            ("queuing.strategy: lifo", "`queuing.strategy` must be"),
            ("session.timeout.ms: 400000", "`session.timeout.ms`"),
            ("security.protocol: sasl_plaintext, sasl.mechanisms: PLAIN", "sasl.password"),
            ("security.protocol: ssl, ssl.ca.location: /nowhere.pem", "ssl.ca.location"),
        ]
    )
    func isRefused(_ properties: String, _ reason: String) throws {
        let loaded = try parse(
            whole: "start: latest\nkafka: { bootstrap.servers: b, \(properties) }"
        )
        let error = #expect(throws: ConfigurationFaults.self) {
            try loaded.checkClients(file: "f.yaml")
        }
        #expect(error?.faults.count == 1)
        let line = error?.description ?? ""
        #expect(line.hasPrefix("f.yaml:2:1: librdkafka refuses the properties of kafka: "))
        #expect(line.contains(reason))
    }

    @Test(
        "what goes together is no fault, under whichever name",
        arguments: ["client.id: a", "linger.ms: 20000", "queue.buffering.max.ms: 20000"]
    )
    func isNoFault(_ property: String) throws {
        let loaded = try parse(
            whole: "start: latest\nkafka: { bootstrap.servers: b, \(property) }"
        )
        #expect(throws: Never.self) { try loaded.checkClients(file: "f.yaml") }
    }

    @Test func warningsStandBesideTheFault() throws {
        let loaded = try parse(
            "",
            environment: ["DRAWDOWN_KAFKA_ACKS": "1", "DRAWDOWN_HTP_LISTEN": "127.0.0.1:1"]
        )
        let error = #expect(throws: ConfigurationFaults.self) {
            try loaded.checkClients(file: "f.yaml")
        }
        let severities = error?.faults.map(\.severity) ?? []
        #expect(severities == [.error, .warning])
    }

    @Test func runAndCheckRefuseItAlike() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "drawdown.yaml").path
        let store = directory.appending(path: "store").path
        let yaml = """
            start: latest
            kafka: { bootstrap.servers: "127.0.0.1:1", retries: 0 }
            store: { embedded: { path: \(store), reserve: 0 } }
            """
        try Data(yaml.utf8).write(to: URL(fileURLWithPath: file))
        let run = try #require(try Drawdown.parseAsRoot(["run", "--config", file]) as? RunCommand)
        let refused = await #expect(throws: CommandFailure.self) { try await run.run() }
        #expect(refused?.exitCode == .configuration)
        #expect(refused?.message.hasPrefix("\(file):2:1: ") == true)
        #expect(!FileManager.default.fileExists(atPath: store))
        let check = try #require(
            try Drawdown.parseAsRoot(["check", "--config", file]) as? CheckCommand
        )
        await #expect(throws: CommandFailure(.configuration, "")) { try await check.run() }
    }
}
