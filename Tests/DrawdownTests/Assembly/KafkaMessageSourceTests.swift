import Credits
import KafkaIO
import LedgerStore
import Testing
import UsagePipeline

@testable import Drawdown

private let usage = PartitionKey(topic: "usage.events", partition: 0)
private let commands = PartitionKey(topic: "credits.commands", partition: 0)

/// What the worker is told of Kafka's messages and ends, without a group.
@Suite(.timeLimit(.minutes(1))) struct KafkaMessageSourceTests {
    private let cluster: MockCluster

    init() throws {
        cluster = try MockCluster(brokers: 1)
        for key in [usage, commands] { try cluster.createTopic(key.topic, partitions: 1) }
    }

    /// Reads everything from the begin, and notes at each assignment whether a partition of usage was
    /// at its end.
    private final class Reader: AssignmentHandler {
        let source: KafkaMessageSource
        private(set) var wereAtEnd: [Bool] = []

        init(_ source: KafkaMessageSource) { self.source = source }

        func assigned(_ partitions: [PartitionKey]) -> [UsagePipeline.StartPosition] {
            wereAtEnd.append(source.isAtEnd(usage))
            return partitions.map { _ in .earliest }
        }

        func began(_ partition: PartitionKey, at offset: Int64) {}
        func revoked(_ partitions: [PartitionKey]) {}
    }

    private func source(_ positions: AssignedPartitions) throws -> KafkaMessageSource {
        let consumer = try Consumer(
            properties: ["bootstrap.servers": cluster.bootstrapServers],
            clientID: "test",
            log: { [cluster] _ in _ = cluster }
        )
        return KafkaMessageSource(
            consumer: consumer,
            cluster: "test",
            topics: Topics(),
            membership: .alone,
            positions: positions,
            ends: EndOffsets(source: consumer, topics: [], assigned: positions),
            logger: Assembly.makeLogger(),
            lookingPace: .zero,
            audit: { _ in nil }
        )
    }

    private func produce(timestampMs: Int64? = nil) throws {
        let producer = try Producer(
            properties: ["bootstrap.servers": cluster.bootstrapServers],
            clientID: "test",
            log: { [cluster] _ in _ = cluster }
        )
        try producer.send(
            topic: usage.topic,
            key: "k",
            value: "{}",
            timestampMs: timestampMs,
            tag: 1
        )
        try #require(producer.flush(timeout: .seconds(20)))
    }

    /// The timestamps of what comes, until `isDone`.
    private func poll(_ source: KafkaMessageSource, until isDone: (Int) -> Bool) throws
        -> [Timestamp?]
    {
        var timestamps: [Timestamp?] = []
        while !isDone(timestamps.count) {
            try source.poll(maximum: 100, timeout: .milliseconds(50), gathering: .zero) {
                timestamps.append($0.timestamp)
            }
        }
        return timestamps
    }

    @Test func whatIsAssignedAnewIsNotAtTheEndThatWasMetBefore() throws {
        try produce()
        let positions = AssignedPartitions()
        let source = try source(positions)
        let reader = Reader(source)
        try source.start(reader)
        _ = try poll(source) { $0 == 1 && source.isAtEnd(usage) }
        // As if the other topic had gained its partition only now.
        positions.remove([commands])
        let again = try poll(source) { $0 == 1 }
        #expect(again.count == 1)
        #expect(reader.wereAtEnd == [false, false])
    }

    @Test func aRecordWithoutATimestampHasNone() throws {
        try produce(timestampMs: -1)
        let source = try source(AssignedPartitions())
        let reader = Reader(source)
        try source.start(reader)
        let timestamps = try poll(source) { $0 == 1 }
        #expect(timestamps == [nil])
        #expect(reader.wereAtEnd == [false])
    }
}
