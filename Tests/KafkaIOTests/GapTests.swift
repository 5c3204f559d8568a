import Testing

@testable import KafkaIO

/// An offset that the log does not have is an error, never a jump.
struct GapTests {
    @Test func aStartBeyondTheLogIsAGap() throws {
        let fixture = try Fixture()
        try fixture.produce(10)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(1_000))])
        let (messages, errors) = try consumer.poll { _, errors in !errors.isEmpty }
        #expect(messages == [])
        #expect(errors.map(\.partition) == [partition()])
        #expect(errors.map(\.error.code) == [.offsetOutOfRange])
        #expect(errors.map(\.error.isFatal) == [false])
    }

    @Test func aStartBeforeTheLogIsAGap() throws {
        let fixture = try Fixture()
        let consumer = try fixture.consumer()
        let low = try overflow(fixture, consumer)
        try #require(low > 0)
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(low - 1))])
        let (messages, errors) = try consumer.poll { _, errors in !errors.isEmpty }
        #expect(messages == [])
        #expect(errors.map(\.error.code) == [.offsetOutOfRange])
    }

    @Test func aStartAtTheEndOfTheLogIsNone() throws {
        let fixture = try Fixture()
        try fixture.produce(3)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(3))])
        try fixture.produce(1, from: 3)
        #expect(try consumer.receive(1).map(\.text) == ["3"])
    }

    @Test func aPartitionWithAGapStopsWhileTheOthersGoOn() throws {
        let fixture = try Fixture(partitions: 2)
        try fixture.produce(10, partition: 0)
        try fixture.produce(10, partition: 1)
        let consumer = try fixture.consumer()
        try consumer.assign([
            PartitionStart(partition: partition(0), offset: .at(77)),
            PartitionStart(partition: partition(1), offset: .at(0)),
        ])
        let (messages, errors) = try consumer.poll { messages, errors in
            messages.count == 10 && errors.count == 1
        }
        #expect(errors.map(\.partition) == [partition(0)])
        #expect(messages.map(\.partition) == Array(repeating: 1, count: 10))
        try fixture.produce(5, partition: 0, from: 10)
        try fixture.produce(5, partition: 1, from: 10)
        #expect(try consumer.receive(5).map(\.partition) == Array(repeating: 1, count: 5))
    }

    @Test func aLogThatLosesItsBeginningDuringAPauseHasAGap() throws {
        let fixture = try Fixture()
        try fixture.produce(10)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(try consumer.receive(10).count == 10)
        try consumer.pause([partition()])
        let low = try overflow(fixture, consumer)
        try #require(low > 10)
        try consumer.resume([partition()])
        let (messages, errors) = try consumer.poll { _, errors in !errors.isEmpty }
        #expect(messages == [])
        #expect(errors.map(\.error.code) == [.offsetOutOfRange])
    }

    /// Writes more than the cluster keeps of a partition, some 5 MiB; returns where the log begins.
    private func overflow(_ fixture: Fixture, _ consumer: Consumer) throws -> Int64 {
        let producer = try fixture.producer(["compression.type": "none", "linger.ms": "0"])
        for number in 0..<1_000 {
            let value = [UInt8](repeating: UInt8(number % 251), count: 10_000)
            try producer.send(topic: Fixture.topic, partition: 0, key: nil, value: value, tag: 0)
        }
        try #require(producer.flush(timeout: .seconds(20)))
        let ends = try consumer.watermarks(of: [partition()], timeout: .seconds(10))
        return try #require(ends[partition()]?.low)
    }
}
