import Credits
import KafkaIO
import Testing
import UsageCodec
import UsagePipeline

@testable import Drawdown

/// What becomes of messages that the topic does not take as they are.
@Suite(.timeLimit(.minutes(1))) struct KafkaMessageSinkTests {
    private let cluster: MockCluster

    init() throws {
        cluster = try MockCluster(brokers: 1)
        for topic in ["triggers", "letters"] { try cluster.createTopic(topic, partitions: 1) }
    }

    private func sink(_ properties: [String: String] = [:]) throws -> KafkaMessageSink {
        let own = ["bootstrap.servers": cluster.bootstrapServers, "linger.ms": "1"]
        return KafkaMessageSink(
            producer: try Producer(
                properties: own.merging(properties) { $1 },
                clientID: "test",
                log: { [cluster] _ in _ = cluster }
            ),
            triggers: "triggers",
            deadLetters: "letters"
        )
    }

    private func letter(
        key: Int = 3,
        value: Int = 10,
        headers: [Int] = []
    ) -> OutgoingMessage {
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x78, count: count) }
        return OutgoingMessage(
            kind: .deadLetter,
            key: bytes(key),
            value: bytes(value),
            headers: headers.map { MessageHeader(name: "trace", value: bytes($0)) } + [
                MessageHeader(name: "__connect.errors.topic", value: Array("usage.events".utf8)),
                MessageHeader(name: "drawdown.error.code", value: Array("invalid_json".utf8)),
            ]
        )
    }

    /// Sends messages of commit 7 and collects what became of them.
    private func publish(_ messages: [OutgoingMessage], by sink: KafkaMessageSink) throws
        -> [SinkDelivery]
    {
        var outgoing = OutgoingMessages()
        for message in messages { outgoing.append(message) }
        #expect(try sink.send(outgoing, 0..<messages.count, tag: 7) == messages.count)
        var deliveries: [SinkDelivery] = []
        while deliveries.reduce(0, { $0 + $1.count }) < messages.count {
            try sink.deliveries(timeout: .milliseconds(100)) { deliveries.append($0) }
        }
        return deliveries
    }

    /// What is in the topic of dead letters.
    private func published(_ count: Int) throws -> [(key: Int?, value: Int?, headers: [String])] {
        let consumer = try Consumer(
            properties: ["bootstrap.servers": cluster.bootstrapServers],
            clientID: "test",
            log: { [cluster] _ in _ = cluster }
        )
        let partition = TopicPartition(topic: "letters", partition: 0)
        try consumer.assign([PartitionStart(partition: partition, offset: .earliest)])
        var found: [(key: Int?, value: Int?, headers: [String])] = []
        while found.count < count {
            try consumer.poll(maximum: 100, timeout: .milliseconds(100)).forEach {
                unsafe found.append(($0.key?.count, $0.value?.count, $0.headers.map(\.name)))
            }
        }
        return found
    }

    @Test func whatFitsIsPublishedAsItIs() throws {
        let deliveries = try publish([letter()], by: try sink())
        #expect(deliveries.allSatisfy { $0.failure == nil && $0.tag == 7 })
        let found = try published(1)
        #expect(found.map(\.value) == [10])
        #expect(found[0].headers == ["__connect.errors.topic", "drawdown.error.code"])
    }

    @Test func aValueThatIsTooLargeIsLeftOut() throws {
        let sink = try sink(["message.max.bytes": "2000"])
        let deliveries = try publish([letter(value: 5000), letter()], by: sink)
        #expect(deliveries.allSatisfy { $0.failure == nil && $0.tag == 7 })
        let found = try published(2)
        #expect(Set(found.map(\.value)) == [nil, 10])
        let short = try #require(found.first { $0.value == nil })
        #expect(short.key == 3)
        #expect(short.headers.last == "drawdown.error.omitted_bytes")
    }

    /// One such record must not end every start for ever.
    @Test(arguments: [(key: 5000, headers: []), (3, [5000]), (5000, [1500, 1500])])
    func ofALetterThatIsTooLargeWithoutItsValueTheReasonIsLeft(
        key: Int,
        headers: [Int]
    ) throws {
        let sink = try sink(["message.max.bytes": "2000"])
        let deliveries = try publish([letter(key: key, headers: headers), letter()], by: sink)
        #expect(deliveries.allSatisfy { $0.failure == nil && $0.tag == 7 })
        let found = try published(2)
        let short = try #require(found.first { $0.value == nil })
        #expect(short.key == nil)
        #expect(
            short.headers == [
                "__connect.errors.topic", "drawdown.error.code", "drawdown.error.omitted_bytes",
            ]
        )
    }

    @Test func whatTheBrokerRefusesAsTooLargeIsSentAgainShorter() throws {
        let sink = try sink()
        cluster.pushErrors(.produce, [.messageTooLarge, .messageTooLarge])
        let deliveries = try publish([letter()], by: sink)
        #expect(deliveries.allSatisfy { $0.failure == nil && $0.tag == 7 })
        let found = try published(1)
        #expect(found.map(\.key) == [nil])
        #expect(found.map(\.value) == [nil])
    }
}
