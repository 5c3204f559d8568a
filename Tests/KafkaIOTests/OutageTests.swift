import Testing

@testable import KafkaIO

/// Brokers that go, come back, or were never there.
struct OutageTests {
    private let quick = ["reconnect.backoff.ms": "10", "reconnect.backoff.max.ms": "50"]

    @Test func aBrokerThatGoesDownAndComesBackLosesNothing() throws {
        let fixture = try Fixture()
        try fixture.produce(100)
        let consumer = try fixture.consumer(quick)
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        var messages = try consumer.receive(100)
        try fixture.cluster.setBroker(nil, isUp: false)
        let errors = try consumer.poll { _, errors in !errors.isEmpty }.errors
        #expect(errors.allSatisfy { $0.partition == nil && $0.error.isRetriable })
        try fixture.cluster.setBroker(nil, isUp: true)
        try fixture.produce(100, from: 100)
        messages += try consumer.receive(100)
        #expect(messages.map(\.offset) == Array(0..<200))
    }

    @Test func aConnectionThatBreaksWhileFetchingLosesNothing() throws {
        let fixture = try Fixture()
        try fixture.produce(100)
        fixture.cluster.pushErrors(.fetch, [.disconnect, .notLeader, .disconnect])
        let consumer = try fixture.consumer(quick)
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(try consumer.receive(100).map(\.offset) == Array(0..<100))
    }

    @Test func aWrongAddressSaysWhichAndWhy() throws {
        let consumer = try Consumer(
            properties: ["bootstrap.servers": "127.0.0.1:1"],
            clientID: "test",
            log: { _ in }
        )
        let error = #expect(throws: KafkaError.self) {
            _ = try consumer.partitions(of: ["t"], timeout: .seconds(2))
        }
        #expect(error?.code == .transport || error?.code == .timedOut)
        #expect(error?.isRetriable == true)
        #expect(error?.reason.contains("127.0.0.1:1") == true, "\(String(describing: error))")
        #expect(error?.reason.contains("Connection refused") == true)
        let errors = try consumer.poll { _, errors in !errors.isEmpty }.errors
        #expect(errors.contains { $0.error.code == .allBrokersDown || $0.error.code == .transport })
        #expect(throws: KafkaError.self) { _ = try consumer.clusterID(timeout: .milliseconds(50)) }
    }

    @Test func aLeaderThatMovesLosesNothing() throws {
        let fixture = try Fixture(brokers: 2)
        try fixture.cluster.setLeader(partition(), broker: 1)
        try fixture.produce(10)
        let consumer = try fixture.consumer(["topic.metadata.refresh.interval.ms": "100"])
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(try consumer.receive(10).count == 10)
        try fixture.cluster.setLeader(partition(), broker: 2)
        try fixture.produce(10, from: 10)
        #expect(try consumer.receive(10).map(\.offset) == Array(10..<20))
    }
}
