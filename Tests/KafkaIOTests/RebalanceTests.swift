import Testing

@testable import KafkaIO

/// Groups: each first join takes the cluster three seconds, so there are few of these tests.
@Suite(.serialized)
struct RebalanceTests {
    private let group = ["group.id": "g", "session.timeout.ms": "6000"]

    @Test func readingStartsWhereTheAnswerSaysAndEndsWithTheRevocation() throws {
        let fixture = try Fixture(partitions: 2)
        try fixture.produce(20, partition: 0)
        try fixture.produce(20, partition: 1)
        let first = try fixture.consumer(group)
        // Kafka's own record says otherwise, and does not count.
        try first.acknowledgeAndWait(
            [(partition(0), 19)],
            metadata: "",
            timeout: .seconds(10)
        )
        var changes: [Rebalance] = []
        var onRecord: [Int64?] = []
        try first.subscribe([Fixture.topic]) { change in
            changes.append(change)
            let offsets = try? first.acknowledged([partition(0)], timeout: .seconds(10))
            onRecord += (offsets ?? []).map(\.offset)
            return [
                PartitionStart(partition: partition(0), offset: .at(5)),
                PartitionStart(partition: partition(1), offset: .earliest),
            ]
        }
        let messages = try first.receive(35)
        #expect(changes == [.assigned([partition(0), partition(1)])])
        #expect(onRecord == [19])
        #expect(messages.filter { $0.partition == 0 }.map(\.offset) == Array(5..<20))
        #expect(messages.filter { $0.partition == 1 }.map(\.offset) == Array(0..<20))

        let second = try fixture.consumer(group)
        var share: [TopicPartition] = []
        try second.subscribe([Fixture.topic]) { change in
            guard case .assigned(let partitions) = change else { return [] }
            share = partitions
            return partitions.map { PartitionStart(partition: $0, offset: .at(20)) }
        }
        let deadline = Deadline(after: .seconds(30))
        while share.isEmpty || changes.count < 3 {
            try #require(!deadline.isOver)
            _ = try first.poll(maximum: 100, timeout: .milliseconds(50)).count
            _ = try second.poll(maximum: 100, timeout: .milliseconds(50)).count
        }
        #expect(changes[1] == .revoked([partition(0), partition(1)], lost: false))
        #expect(share.count == 1)
        // Closing asks nobody, whatever the group made of a slow machine before.
        let before = changes.count
        #expect(second.close(timeout: .seconds(10)))
        #expect(first.close(timeout: .seconds(10)))
        #expect(changes.count == before)
    }

    @Test func whatWasPausedIsReadAgainWhenItComesBack() throws {
        let fixture = try Fixture(partitions: 2)
        try fixture.produce(20, partition: 0)
        try fixture.produce(20, partition: 1)
        let first = try fixture.consumer(group)
        var revocations = 0
        try first.subscribe([Fixture.topic]) { change in
            guard case .assigned(let partitions) = change else {
                revocations += 1
                return []
            }
            return partitions.map { PartitionStart(partition: $0, offset: .earliest) }
        }
        #expect(try first.receive(40).count == 40)
        try first.pause([partition(0), partition(1)])

        let second = try fixture.consumer(group)
        try second.subscribe([Fixture.topic]) { change in
            guard case .assigned(let partitions) = change else { return [] }
            return partitions.map { PartitionStart(partition: $0, offset: .at(20)) }
        }
        let deadline = Deadline(after: .seconds(30))
        var again = 0
        while revocations == 0 || again < 20 {
            try #require(!deadline.isOver)
            again += try first.poll(maximum: 100, timeout: .milliseconds(50)).count
            _ = try second.poll(maximum: 100, timeout: .milliseconds(50)).count
        }
        #expect(second.close(timeout: .seconds(10)))
        #expect(first.close(timeout: .seconds(10)))
    }

    @Test func aMemberThatWasReplacedGetsAFatalError() throws {
        let fixture = try Fixture()
        let consumer = try fixture.consumer(
            group.merging(["group.instance.id": "one", "heartbeat.interval.ms": "100"]) { $1 }
        )
        var isAssigned = false
        try consumer.subscribe([Fixture.topic]) { change in
            guard case .assigned(let partitions) = change else { return [] }
            isAssigned = true
            return partitions.map { PartitionStart(partition: $0, offset: .earliest) }
        }
        _ = try consumer.poll { _, _ in isAssigned }
        fixture.cluster.pushErrors(.heartbeat, [.fencedInstance])
        let error = #expect(throws: KafkaError.self) {
            _ = try consumer.poll { _, _ in false }
        }
        #expect(error?.code == .fenced)
        #expect(error?.isFatal == true)
        #expect(consumer.close(timeout: .seconds(10)))
    }

    @Test func aStartThatCannotBeIsRefusedAndTheConsumerStillCloses() throws {
        let fixture = try Fixture()
        let consumer = try fixture.consumer(group)
        try consumer.subscribe([Fixture.topic]) { _ in
            [PartitionStart(partition: partition(), offset: .at(-1))]
        }
        let error = #expect(throws: KafkaError.self) {
            _ = try consumer.poll { _, _ in false }
        }
        #expect(error?.code == .configuration)
        #expect(consumer.close(timeout: .seconds(10)))
    }

    @Test func aConsumerThatIsClosedInTheMiddleOfARebalanceStillCloses() throws {
        let fixture = try Fixture()
        let consumer = try fixture.consumer(group)
        try consumer.subscribe([Fixture.topic]) { _ in [] }
        _ = try consumer.poll(maximum: 1, timeout: .milliseconds(10)).count
        #expect(consumer.close(timeout: .seconds(15)))
    }
}
