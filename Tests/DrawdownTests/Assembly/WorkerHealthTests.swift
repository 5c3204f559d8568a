import LedgerStore
import Testing

@testable import Drawdown

/// What no message has is nothing to apply.
@Suite struct UnusedOffsetsTests {
    private let partition = PartitionKey(topic: "usage.events", partition: 0)

    private func next(_ ranges: [Range<Int64>], from offset: Int64) -> Int64 {
        let partitions = AssignedPartitions()
        for range in ranges { partitions.note(unused: range, of: partition) }
        return partitions.nextUsed(partition, from: offset)
    }

    @Test func aMarkerBehindTheLastMessageIsPassed() {
        #expect(next([10..<11], from: 10) == 11)
        #expect(next([10..<11], from: 9) == 9)
        #expect(next([10..<11], from: 11) == 11)
        #expect(next([], from: 10) == 10)
    }

    @Test func whatWasAbortedBehindAMarkerIsPassedWithIt() {
        #expect(next([10..<11, 11..<5012], from: 10) == 5012)
    }

    @Test func ofAPartitionThatWentOnOnlyTheLastCounts() {
        #expect(next([10..<11, 20..<21], from: 10) == 10)
        #expect(next([10..<11, 20..<21], from: 20) == 21)
    }

    @Test func nothingIsKnownOfAPartitionThatLeft() {
        let partitions = AssignedPartitions()
        partitions.note(unused: 10..<11, of: partition)
        partitions.remove([partition])
        #expect(partitions.nextUsed(partition, from: 10) == 10)
    }
}

@Suite struct ProducerPropertiesTests {
    private func batchSize(_ kafka: [String: String]) -> String? {
        var configuration = Configuration()
        configuration.kafka = kafka
        let properties = WorkerAssembly.producerProperties(of: configuration)
        // The producer itself refuses nothing for its size.
        #expect(properties["message.max.bytes"] == "1000000000")
        return properties["batch.size"]
    }

    @Test func aLimitOnMessagesBoundsBatches() {
        #expect(batchSize(["message.max.bytes": "65536"]) == "65536")
        #expect(batchSize(["message.max.bytes": "65536", "batch.size": "1000"]) == "1000")
        #expect(batchSize(["message.max.bytes": "8000000"]) == nil)
        #expect(batchSize([:]) == nil)
    }

    @Test(
        arguments: [
            (nil, 80_000), ("1000000", 80_000), ("20000", 16_000), ("1", 1), ("0", 80_000),
        ] as [(String?, Int)]
    )
    func fewerMayWaitThanTheClientTakes(queue: String?, expected: Int) {
        var configuration = Configuration()
        configuration.kafka["queue.buffering.max.messages"] = queue
        let found = WorkerAssembly.maximumUnpublished(of: configuration, atMost: 80_000)
        #expect(found == expected)
    }
}
