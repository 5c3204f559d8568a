import Dispatch
import Foundation
import Testing

@testable import KafkaIO

/// Every message that was taken gets exactly one delivery.
struct ProducerTests {
    @Test func everyDeliveryComesBackWithItsTag() throws {
        let producer = try Fixture(partitions: 3).producer()
        let count = 5_000
        for tag in 0..<count {
            try producer.send(topic: Fixture.topic, key: "\(tag)", value: "v", tag: UInt64(tag))
        }
        var tags: [UInt64] = []
        let deadline = Deadline(after: .seconds(20))
        while tags.count < count, !deadline.isOver {
            try producer.deliveries(maximum: 500, timeout: .milliseconds(100)) { delivery in
                #expect(delivery.error == nil)
                tags.append(delivery.tag)
            }
        }
        #expect(tags.sorted() == (0..<UInt64(count)).map { $0 })
        #expect(producer.queued == 0)
    }

    @Test func deliveriesThatFlushMetAreNotLost() throws {
        let producer = try Fixture().producer()
        for tag in 1...100 as ClosedRange<UInt64> {
            try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: tag)
        }
        #expect(producer.flush(timeout: .seconds(20)))
        var tags: [UInt64] = []
        try producer.deliveries(maximum: 1, timeout: .zero) { tags.append($0.tag) }
        #expect(tags.sorted() == Array(1...100))
    }

    @Test func whoWaitsForDeliveriesCanBeWoken() throws {
        let producer = try Fixture().producer()
        let waits = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            waits.wait()
            producer.wake()
        }
        let began = ContinuousClock.now
        waits.signal()
        try producer.deliveries(maximum: 1, timeout: .seconds(30)) { _ in }
        // What was too early ends the next wait.
        producer.wake()
        try producer.deliveries(maximum: 1, timeout: .seconds(30)) { _ in }
        #expect(ContinuousClock.now - began < .seconds(20))
    }

    @Test func aClosedProducerCanBeWoken() throws {
        let producer = try Fixture().producer()
        #expect(producer.close(timeout: .seconds(20)))
        producer.wake()
    }

    @Test func aTagKeepsAllItsBits() throws {
        let producer = try Fixture().producer()
        for tag in [0, UInt64.max] {
            try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: tag)
        }
        try #require(producer.flush(timeout: .seconds(20)))
        var tags: [UInt64] = []
        try producer.deliveries(maximum: 2, timeout: .zero) { tags.append($0.tag) }
        #expect(tags == [0, UInt64.max])
    }

    @Test func aFullQueueIsAValue() throws {
        let fixture = try Fixture()
        try fixture.cluster.setBroker(nil, isUp: false)
        let producer = try fixture.producer(["queue.buffering.max.messages": "10"])
        for tag in 1...10 as ClosedRange<UInt64> {
            try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: tag)
        }
        let error = #expect(throws: KafkaError.self) {
            try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: 11)
        }
        #expect(error?.code == .queueFull)
        #expect(error?.isRetriable == true)
        #expect(!producer.flush(timeout: .milliseconds(50)))
        #expect(producer.queued == 10)
        try fixture.cluster.setBroker(nil, isUp: true)
        #expect(producer.flush(timeout: .seconds(20)))
        try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: 11)
    }

    @Test func aMessageThatIsTooLargeIsRefusedAtOnce() throws {
        let producer = try Fixture().producer(["message.max.bytes": "2000"])
        let error = #expect(throws: KafkaError.self) {
            try producer.send(
                topic: Fixture.topic,
                key: nil,
                value: [UInt8](repeating: 1, count: 3_000),
                headers: [Header(name: "h", value: [1])],
                tag: 1
            )
        }
        #expect(error?.code == .messageTooLarge)
        #expect(error?.isRetriable == false)
    }

    @Test func aMessageThatTheBrokerFindsTooLargeIsADeliveryWithAnError() throws {
        let fixture = try Fixture()
        fixture.cluster.pushErrors(.produce, [.messageTooLarge])
        let producer = try fixture.producer()
        try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: 9)
        try #require(producer.flush(timeout: .seconds(20)))
        var deliveries: [Delivery] = []
        try producer.deliveries(maximum: 1, timeout: .zero) { deliveries.append($0) }
        #expect(deliveries.map(\.tag) == [9])
        #expect(deliveries.map(\.error?.code) == [.messageTooLarge])
    }

    @Test func aConnectionThatBreaksIsRetriedInOrder() throws {
        let fixture = try Fixture()
        fixture.cluster.pushErrors(.produce, [.disconnect, .requestTimedOut, .notLeader])
        let producer = try fixture.producer(["retry.backoff.ms": "10"])
        for number in 0..<50 {
            try producer.send(
                topic: Fixture.topic,
                partition: 0,
                key: nil,
                value: "\(number)",
                tag: 1
            )
        }
        #expect(producer.flush(timeout: .seconds(20)))
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(try consumer.receive(50).map(\.text) == (0..<50).map { "\($0)" })
    }

    @Test func anUnknownPartitionIsAnError() throws {
        let fixture = try Fixture()
        try fixture.produce(1)
        let producer = try fixture.producer()
        try producer.send(topic: Fixture.topic, partition: 50, key: nil, value: "v", tag: 1)
        try #require(producer.flush(timeout: .seconds(20)))
        var codes: [KafkaError.Code?] = []
        try producer.deliveries(maximum: 1, timeout: .zero) { codes.append($0.error?.code) }
        #expect(codes == [.unknownTopic])
    }

    @Test func aClosedProducerTakesNothing() throws {
        let producer = try Fixture().producer()
        #expect(producer.close(timeout: .seconds(10)))
        #expect(producer.close(timeout: .seconds(10)))
        let error = #expect(throws: KafkaError.self) {
            try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: 1)
        }
        #expect(error?.code == .stateChanged)
    }

    @Test func deliveriesInARowWithTheSameTagComeTogether() throws {
        let producer = try Fixture().producer()
        for tag in [1, 1, 1, 2, 1] as [UInt64] {
            try producer.send(topic: Fixture.topic, key: nil, value: "v", tag: tag)
        }
        try #require(producer.flush(timeout: .seconds(20)))
        var counts: [UInt64: Int] = [:]
        try producer.deliveries(maximum: 5, timeout: .zero) {
            counts[$0.tag, default: 0] += $0.count
        }
        #expect(counts == [1: 4, 2: 1])
    }

    @Test func aTopicThatIsFoundOnceTakesMessagesAsTheyAre() throws {
        let fixture = try Fixture()
        let producer = try fixture.producer()
        let topic = try producer.topic(named: Fixture.topic)
        let (name, key, value): ([UInt8], [UInt8], [UInt8]) = ([0x6e], [0, 255], [1, 0, 2])
        try topic.sending { (sender: borrowing ProducerTopic.Sender) throws(KafkaError) in
            var headers = HeaderList(count: 2)
            try headers.append(name: name.span, value: value.span)
            try headers.append(name: [UInt8]().span, value: nil)
            try sender.send(key: key.span, value: value.span, headers: &headers, tag: 1)
            var none = HeaderList(count: 0)
            try sender.send(key: nil, value: nil, headers: &none, tag: 1)
            try sender.send(key: [UInt8]().span, value: [UInt8]().span, headers: &none, tag: 1)
        }
        try #require(producer.flush(timeout: .seconds(10)))
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        let received = try consumer.receive(3)
        #expect(received.map(\.key) == [key, nil, []])
        #expect(received.map(\.value) == [value, nil, []])
        #expect(
            received.map(\.headers) == [
                [Header(name: "n", value: value), Header(name: "", value: nil)], [], [],
            ]
        )
    }

    @Test func aTopicThatIsFoundOnceTakesMessagesForAPartitionAndAMoment() throws {
        let fixture = try Fixture(partitions: 4)
        let producer = try fixture.producer()
        let topic = try producer.topic(named: Fixture.topic)
        try topic.sending { (sender: borrowing ProducerTopic.Sender) throws(KafkaError) in
            for number: Int32 in 0..<4 {
                var none = HeaderList(count: 0)
                try sender.send(
                    partition: number,
                    key: nil,
                    value: [UInt8(number)].span,
                    headers: &none,
                    timestampMs: 1_700_000_000_000 + Int64(number),
                    tag: 1
                )
            }
        }
        try #require(producer.flush(timeout: .seconds(10)))
        let consumer = try fixture.consumer()
        try consumer.assign(
            (0..<4).map { PartitionStart(partition: partition($0), offset: .earliest) }
        )
        for message in try consumer.receive(4) {
            #expect(message.value == [UInt8(message.partition)])
            #expect(message.timestampMs == 1_700_000_000_000 + Int64(message.partition))
        }
    }

    @Test func aTopicOfAClosedProducerTakesNothing() throws {
        let producer = try Fixture().producer()
        let topic = try producer.topic(named: Fixture.topic)
        #expect(producer.close(timeout: .seconds(10)))
        let error = #expect(throws: KafkaError.self) {
            try topic.sending { (_: borrowing ProducerTopic.Sender) throws(KafkaError) in }
        }
        #expect(error?.code == .stateChanged)
        #expect(throws: KafkaError.self) { try producer.topic(named: Fixture.topic) }
    }
}
