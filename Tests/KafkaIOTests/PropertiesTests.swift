import Foundation
import Testing

@testable import KafkaIO

/// The `kafka:` part of a configuration, judged before any connection is made.
struct PropertiesTests {
    private func message(_ properties: [String: String], version: Int32 = 0x0200_02ff) -> [String] {
        KafkaProperties.validate(properties, linkedVersion: version).map(\.message)
    }

    @Test func ordinaryPropertiesPass() {
        let properties = [
            "bootstrap.servers": "a:9092,b:9092", "group.id": "g", "fetch.min.bytes": "1",
            "security.protocol": "sasl_ssl", "sasl.password": "p", "linger.ms": "7",
            "enable.idempotence": "true", "client.rack": "",
        ]
        #expect(message(properties) == [])
    }

    @Test(arguments: KafkaProperties.owned.sorted())
    func whatIsOursIsRefused(_ key: String) {
        let faults = KafkaProperties.validate([key: "true"])
        #expect(faults.map(\.key) == [key])
        #expect(faults.first?.message.contains("to be left out") == true)
    }

    @Test func anUnknownPropertyIsNamed() {
        #expect(
            message(["bootstrap.server": "x"])
                == ["expected kafka.bootstrap.server to be a property of librdkafka, got: x"]
        )
    }

    @Test func aValueThatTheLibraryRefusesIsNamed() {
        #expect(
            message(["session.timeout.ms": "soon"]) == [
                "expected kafka.session.timeout.ms to be a value that librdkafka accepts, "
                    + "such as 45000, got: soon"
            ]
        )
    }

    @Test func faultsComeOneForEachPropertyInOrder() {
        let faults = KafkaProperties.validate([
            "zzz": "1", "check.crcs": "false", "acks": "maybe", "group.id": "g",
        ])
        #expect(faults.map(\.key) == ["acks", "check.crcs", "zzz"])
    }

    @Test func whatIsBrokenInTheLinkedVersionIsRefused() {
        let cooperative = ["partition.assignment.strategy": "cooperative-sticky"]
        #expect(message(cooperative, version: 0x020a_00ff).count == 1)
        #expect(message(cooperative, version: 0x020a_01ff).count == 0)
        #expect(message(["client.rack": "r1"], version: 0x0201_00ff).count == 1)
        #expect(message(["client.rack": "r1"], version: 0x0201_01ff).count == 0)
    }

    @Test func transactionsAreRefused() {
        #expect(message(["transactional.id": "t"]).count == 1)
        #expect(message(["enable.idempotence": "false"]).count == 1)
    }

    @Test func secretsAreNotRepeated() {
        let text = message(["sasl.passwords": "hunter2", "ssl.key.pems": "hunter2"]).joined()
        #expect(!text.contains("hunter2"))
        #expect(text.contains("sasl.passwords"))
    }

    @Test func theThreadsOfAClientStepBackAsFarAsTheyAreTold() throws {
        // Nobody else in this process uses these.
        let consumer = try Consumer(properties: [:], clientID: "c", niceness: 13, log: { _ in })
        let producer = try Producer(properties: [:], clientID: "c", niceness: 14, log: { _ in })
        var nicenesses: [Int32] = []
        // The main thread and one for the brokers that are not known yet; they start in their time.
        for _ in 0..<500 {
            nicenesses = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
                .compactMap { id_t($0) }
                .map { getpriority(__priority_which_t(PRIO_PROCESS.rawValue), $0) }
            if [13, 14].allSatisfy({ wanted in nicenesses.count { $0 == wanted } >= 2 }) { break }
            _ = try consumer.poll(maximum: 1, timeout: .milliseconds(10))
        }
        #expect(nicenesses.count { $0 == 13 } >= 2)
        #expect(nicenesses.count { $0 == 14 } >= 2)
        #expect(consumer.close(timeout: .seconds(5)))
        withExtendedLifetime(producer) {}
    }

    @Test func aClientRefusesWhatTheCheckRefuses() {
        let error = #expect(throws: KafkaError.self) {
            _ = try Consumer(
                properties: ["auto.offset.reset": "latest"],
                clientID: "c",
                log: { _ in }
            )
        }
        #expect(error?.code == .configuration)
        #expect(error?.reason.contains("auto.offset.reset") == true)
    }

    @Test func propertiesThatContradictEachOtherAreAConfigurationError() {
        let error = #expect(throws: KafkaError.self) {
            _ = try Producer(properties: ["acks": "1"], clientID: "c", log: { _ in })
        }
        #expect(error?.code == .configuration)
        #expect(error?.reason.contains("acks") == true)
    }

    @Test func aLibraryThatPausesForASecondGetsLargeQueuesAndOthersSmallOnes() {
        let before = Consumer.defaults(ofVersion: 0x0201_01ff)
        #expect(before["queued.max.messages.kbytes"] == "65536")
        // The library would refuse what it does not know.
        #expect(before["fetch.queue.backoff.ms"] == nil)
        let since = Consumer.defaults(ofVersion: 0x0202_00ff)
        #expect(since["queued.max.messages.kbytes"] == "16384")
        #expect(since["fetch.queue.backoff.ms"] == "5")
    }

    /// Of a client that is not polled they would pile up.
    @Test func figuresArePublishedOnlyWhereSomebodyAsksForThem() {
        #expect(Consumer.defaultProperties["statistics.interval.ms"] == nil)
    }

    @Test(arguments: [
        ["message.max.bytes": "9000000"], ["receive.message.max.bytes": "9000000"],
        ["fetch.max.bytes": "1000000"], [:],
    ])
    func aFetchBringsAsMuchAsAMessageMayHave(_ given: [String: String]) throws {
        let consumer = try Consumer(properties: given, clientID: "c", log: { _ in })
        #expect(consumer.close(timeout: .seconds(5)))
    }

    /// Each property has a second name, and the order of a dictionary is another in each process: of
    /// so many, one at least would go wrong if the order decided.
    @Test(arguments: 0..<12)
    func whatIsGivenWinsOverADefaultThatGoesByTheOtherName(beside others: Int) throws {
        let configuration = ClientConfiguration()
        let filling = ["client.id", "group.id", "client.software.name", "log_level"]
            .prefix(others % 5)
        try configuration.set(
            ["compression.codec": "zstd", "queue.buffering.max.ms": "7", "retries": "\(others)"]
                .merging(filling.map { ($0, "\(others % 8)") }) { $1 },
            defaults: [
                "compression.type": "lz4", "linger.ms": "5", "message.send.max.retries": "100",
                "socket.keepalive.enable": "true",
            ],
            owned: [:]
        )
        #expect(configuration.value(of: "compression.type") == "zstd")
        #expect(configuration.value(of: "linger.ms") == "7")
        #expect(configuration.value(of: "message.send.max.retries") == "\(others)")
    }

    @Test func theEndOfARequestIsSentAtOnceUnlessOneWantsOtherwise() throws {
        let configuration = ClientConfiguration()
        #expect(configuration.value(of: "socket.nagle.disable") == "true")
        try configuration.set(["socket.nagle.disable": "false"], defaults: [:], owned: [:])
        #expect(configuration.value(of: "socket.nagle.disable") == "false")
    }

    @Test(arguments: KafkaProperties.aliases.keys.sorted())
    func aPropertyHasTheTwoNamesThatAreWrittenDown(_ name: String) throws {
        let values = [
            "bootstrap.servers": "b", "compression.type": "zstd", "sasl.mechanism": "PLAIN",
        ]
        let other = try #require(KafkaProperties.otherName(of: name))
        #expect(KafkaProperties.otherName(of: other) == name)
        let configuration = ClientConfiguration()
        let before = configuration.value(of: other)
        try configuration.set(name, values[name] ?? "7")
        #expect(configuration.value(of: other) != before)
        #expect(configuration.value(of: other) == configuration.value(of: name))
    }

    @Test func whatIsNotToChooseWinsUnderEitherName() throws {
        let configuration = ClientConfiguration()
        try configuration.set(
            ["retries": "3"],
            defaults: [:],
            owned: ["message.send.max.retries": "9"]
        )
        #expect(configuration.value(of: "retries") == "9")
    }

    @Test func aNameThatTheLibraryDoesNotKnowHasNoValue() {
        #expect(ClientConfiguration().value(of: "no.such.property") == nil)
    }
}
