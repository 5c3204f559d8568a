import Testing

@testable import KafkaIO

/// Many messages at once: nothing lost, nothing twice, every byte right.
struct BatchTests {
    @Test func borrowedBytesAreRightOverManyBatches() throws {
        let fixture = try Fixture(partitions: 4)
        let producer = try fixture.producer(["queue.buffering.max.messages": "200000"])
        let count = 100_000
        for number in 0..<count {
            let text = "\(number)"
            try producer.send(
                topic: Fixture.topic,
                partition: Int32(number % 4),
                key: text,
                value: text,
                tag: UInt64(number)
            )
        }
        try #require(producer.flush(timeout: .seconds(30)))
        let consumer = try fixture.consumer()
        try consumer.assign(
            (0..<4).map { PartitionStart(partition: partition($0), offset: .earliest) }
        )
        var seen = 0
        var sum = 0
        var batches = 0
        var misplaced = 0
        let deadline = Deadline(after: .seconds(30))
        while seen < count, !deadline.isOver {
            let batch = try consumer.poll(maximum: 3_000, timeout: .milliseconds(100))
            #expect(batch.count <= 3_000)
            batches += 1
            batch.forEach { message in
                let number = unsafe message.value.map { unsafe decimal($0) } ?? -1
                let key = unsafe message.key.map { unsafe decimal($0) }
                let expected = Int64(number / 4)
                if key != number || message.offset != expected || message.topic != 0 {
                    misplaced += 1
                }
                sum += number
                seen += 1
            }
        }
        #expect(seen == count)
        #expect(sum == count * (count - 1) / 2)
        #expect(misplaced == 0)
        #expect(batches >= count / 3_000)
        #expect(consumer.topicNames == [Fixture.topic])
        #expect(consumer.outdatedMessages == 0)
    }

    private func decimal(_ bytes: UnsafeRawBufferPointer) -> Int {
        unsafe bytes.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }

    @Test func anIdlePollReturnsAnEmptyBatchInTime() throws {
        let consumer = try Fixture().consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        let start = ContinuousClock.now
        let batch = try consumer.poll(maximum: 10, timeout: .milliseconds(30))
        #expect(batch.count == 0)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test func whoWaitsForMessagesCanBeWoken() throws {
        let fixture = try Fixture()
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        let began = ContinuousClock.now
        consumer.wake()
        #expect(try consumer.poll(maximum: 1, timeout: .seconds(30)).count == 0)
        try fixture.produce(3)
        var count = 0
        while count < 3 {
            // Once what is there was taken, the wait for more ends.
            consumer.wake()
            count += try consumer.poll(
                maximum: 10,
                timeout: .seconds(30),
                gathering: .seconds(30)
            ).count
        }
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test func gatheringFillsTheBatch() throws {
        let fixture = try Fixture(partitions: 2)
        try fixture.produce(50, partition: 0)
        try fixture.produce(50, partition: 1)
        let consumer = try fixture.consumer()
        try consumer.assign(
            [0, 1].map { PartitionStart(partition: partition($0), offset: .earliest) }
        )
        let batch = try consumer.poll(
            maximum: 100,
            timeout: .seconds(10),
            gathering: .seconds(20)
        )
        #expect(batch.count == 100)
    }

    @Test func aStartAtLatestSeesOnlyWhatComesAfterTheAssignment() throws {
        let fixture = try Fixture()
        try fixture.produce(5)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .latest)])
        try fixture.produce(2, from: 5)
        #expect(try consumer.receive(2).map(\.offset) == [5, 6])
    }

    @Test func aNewAssignmentReadsFromItsOwnStart() throws {
        let fixture = try Fixture()
        try fixture.produce(100)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(40))])
        #expect(try consumer.receive(60).map(\.offset) == Array(40..<100))
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(10))])
        #expect(try consumer.receive(90).map(\.offset) == Array(10..<100))
    }

    @Test func aBatchOfAnOldAssignmentDoesNotLeakIntoTheNew() throws {
        let fixture = try Fixture(partitions: 2)
        try fixture.produce(1_000, partition: 0)
        try fixture.produce(10, partition: 1)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(0), offset: .earliest)])
        let first = try consumer.poll(maximum: 1, timeout: .seconds(10))
        #expect(first.count == 1)
        // 999 messages of partition 0 wait in the queue now.
        try consumer.assign([PartitionStart(partition: partition(1), offset: .earliest)])
        let messages = try consumer.receive(10) + consumer.receiveRest()
        #expect(messages.map(\.partition) == Array(repeating: 1, count: 10))
    }
}
