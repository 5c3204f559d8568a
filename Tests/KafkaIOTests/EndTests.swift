import Testing

@testable import KafkaIO

/// Whether a partition is read to its end, from what comes with the messages.
struct EndTests {
    private func isAtEnd(_ consumer: Consumer, _ number: Int32 = 0) throws {
        _ = try consumer.poll { _, _ in consumer.isAtEnd(partition(number)) }
    }

    @Test func nothingIsKnownBeforeTheFirstAnswer() throws {
        let fixture = try Fixture()
        try fixture.produce(3)
        let consumer = try fixture.consumer()
        #expect(!consumer.isAtEnd(partition()))
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(3))])
        #expect(!consumer.isAtEnd(partition()))
    }

    @Test func anEmptyPartitionIsAtItsEnd() throws {
        let consumer = try Fixture().consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        try isAtEnd(consumer)
    }

    @Test func aPartitionIsAtItsEndWithItsLastMessage() throws {
        let fixture = try Fixture()
        try fixture.produce(500)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        var count = 0
        while count < 499 {
            count += try consumer.poll(maximum: 499 - count, timeout: .seconds(1)).count
            #expect(!consumer.isAtEnd(partition()))
        }
        #expect(try consumer.receive(1).count == 1)
        #expect(consumer.isAtEnd(partition()))
    }

    @Test func aMessageThatCameSinceMovesTheEnd() throws {
        let fixture = try Fixture()
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        try isAtEnd(consumer)
        try fixture.produce(2)
        var first = try consumer.poll(maximum: 1, timeout: .seconds(10)).count
        while first == 0 { first = try consumer.poll(maximum: 1, timeout: .seconds(10)).count }
        #expect(!consumer.isAtEnd(partition()))
        #expect(try consumer.receive(1).count == 1)
        #expect(consumer.isAtEnd(partition()))
    }

    @Test func anEarlierAssignmentsEndIsForgotten() throws {
        let fixture = try Fixture()
        try fixture.produce(5)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(5))])
        try isAtEnd(consumer)
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(5))])
        #expect(!consumer.isAtEnd(partition()))
        try isAtEnd(consumer)
    }

    @Test func aLostConnectionMakesEveryEndUnknown() throws {
        let fixture = try Fixture()
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        try isAtEnd(consumer)
        try fixture.cluster.setBroker(nil, isUp: false)
        _ = try consumer.poll { _, errors in !errors.isEmpty }
        #expect(!consumer.isAtEnd(partition()))
        // Nothing came, so the library says nothing anew: an answer that was asked for does.
        #expect(consumer.hasPolled(partition(), upTo: 0))
        #expect(consumer.isAtEnd(partition()))
    }

    @Test func whatWasPolledIsHeldAgainstAnEndThatWasAskedFor() throws {
        let fixture = try Fixture()
        try fixture.produce(3)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(!consumer.hasPolled(partition(), upTo: 3))
        _ = try consumer.receive(3)
        #expect(consumer.hasPolled(partition(), upTo: 3))
        #expect(!consumer.hasPolled(partition(), upTo: 4))
    }

    @Test func aPauseAndItsEndDoNotLoseTheEnd() throws {
        let fixture = try Fixture()
        try fixture.produce(3)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        _ = try consumer.receive(3)
        try consumer.pause([partition()])
        try fixture.produce(1, from: 3)
        try consumer.resume([partition()])
        #expect(try consumer.receive(1).count == 1)
        try isAtEnd(consumer)
    }
}
