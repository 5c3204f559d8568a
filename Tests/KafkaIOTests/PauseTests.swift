import Testing

@testable import KafkaIO

/// A pause must neither lose what was fetched before it nor bring it twice.
struct PauseTests {
    @Test func whatWasFetchedBeforeAPauseComesAfterIt() throws {
        let fixture = try Fixture()
        try fixture.produce(500)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(100))])
        let first = try consumer.poll(maximum: 10, timeout: .seconds(10))
        var offsets: [Int64] = []
        first.forEach { offsets.append($0.offset) }
        try consumer.pause([partition()])
        #expect(try consumer.receiveRest() == [])
        try consumer.resume([partition()])
        offsets += try consumer.receive(400 - offsets.count).map(\.offset)
        #expect(offsets == Array(100..<500))
        #expect(try consumer.receiveRest() == [])
    }

    @Test func aPauseBeforeTheFirstMessageLosesNone() throws {
        let fixture = try Fixture()
        try fixture.produce(500)
        for start in [StartOffset.earliest, .at(0)] {
            let consumer = try fixture.consumer()
            try consumer.assign([PartitionStart(partition: partition(), offset: start)])
            // Time enough to fetch: the broker answers a question that was asked later.
            _ = try consumer.watermarks(of: [partition()], timeout: .seconds(10))
            _ = try consumer.watermarks(of: [partition()], timeout: .seconds(10))
            try consumer.pause([partition()])
            #expect(try consumer.receiveRest() == [])
            try consumer.resume([partition()])
            #expect(try consumer.receive(500).map(\.offset) == Array(0..<500))
        }
    }

    /// librdkafka keeps a pause beyond the assignment that it was made in.
    @Test func aPauseEndsWithTheAssignmentThatItWasMadeIn() throws {
        let fixture = try Fixture()
        try fixture.produce(50)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(try consumer.receive(50).count == 50)
        try consumer.pause([partition()])
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(10))])
        #expect(try consumer.receive(40).map(\.offset) == Array(10..<50))
    }
}
