import Testing

@testable import KafkaIO

/// What one message looks like after the way through the broker, surprises included.
struct MessageTests {
    private func roundTrip(
        key: [UInt8]? = Array("k".utf8),
        value: [UInt8]? = Array("v".utf8),
        headers: [Header] = [],
        timestampMs: Int64? = nil
    ) throws -> Received {
        let fixture = try Fixture()
        let producer = try fixture.producer()
        try producer.send(
            topic: Fixture.topic,
            key: key,
            value: value,
            headers: headers,
            timestampMs: timestampMs,
            tag: 1
        )
        try #require(producer.flush(timeout: .seconds(10)))
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        return try #require(try consumer.receive(1).first)
    }

    @Test func aTombstoneIsAnOrdinaryValue() throws {
        #expect(try roundTrip(value: nil).value == nil)
    }

    @Test func anEmptyValueIsNotATombstone() throws {
        #expect(try roundTrip(value: []).value == [])
    }

    @Test func aMissingKeyIsNotAnEmptyKey() throws {
        #expect(try roundTrip(key: nil).key == nil)
        #expect(try roundTrip(key: []).key == [])
    }

    @Test func keyValueTopicAndOffsetArriveAsTheyWereSent() throws {
        let message = try roundTrip(key: [0, 255], value: [1, 0, 2])
        #expect(message.key == [0, 255])
        #expect(message.value == [1, 0, 2])
        #expect(message.topic == Fixture.topic)
        #expect(message.partition == 0)
        #expect(message.offset == 0)
    }

    @Test func headersKeepTheirOrderTheirDoublesAndTheirNulls() throws {
        let headers = [
            Header(name: "b", value: [1, 0]), Header(name: "a", value: nil),
            Header(name: "b", value: []), Header(name: "", value: [9]),
        ]
        #expect(try roundTrip(headers: headers).headers == headers)
    }

    @Test func aMessageWithoutHeadersHasNone() throws {
        #expect(try roundTrip().headers == [])
    }

    @Test func aHeaderNameThatIsNotUTF8IsRepaired() throws {
        let fixture = try Fixture()
        let producer = try fixture.producer()
        var headers = HeaderList(count: 1)
        try headers.append(name: [0x61, 0xff, 0x62], value: [7])
        unsafe try producer.send(
            topic: Fixture.topic,
            partition: 0,
            key: nil,
            value: nil,
            headers: &headers,
            timestampMs: nil,
            tag: 1
        )
        try #require(producer.flush(timeout: .seconds(10)))
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(0))])
        let message = try #require(try consumer.receive(1).first)
        #expect(message.headers == [Header(name: "a\u{fffd}b", value: [7])])
    }

    @Test func aGivenTimestampIsKept() throws {
        #expect(try roundTrip(timestampMs: 1_700_000_000_123).timestampMs == 1_700_000_000_123)
    }

    @Test func withoutATimestampTheMessageBearsTheTimeOfSending() throws {
        let timestamp = try #require(try roundTrip().timestampMs)
        #expect(timestamp > 1_700_000_000_123)
    }
}
