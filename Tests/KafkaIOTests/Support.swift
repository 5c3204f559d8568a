import Testing

@testable import KafkaIO

/// A cluster of one test's own, with one topic, and clients for it.
///
/// Each client's log function holds the cluster, so that it cannot end before its clients do.
struct Fixture {
    static let topic = "usage.events"
    let cluster: MockCluster

    init(partitions: Int = 1, brokers: Int = 1) throws {
        cluster = try MockCluster(brokers: brokers)
        try cluster.createTopic(Self.topic, partitions: partitions)
    }

    func consumer(_ properties: [String: String] = [:]) throws -> Consumer {
        try Consumer(
            properties: ["bootstrap.servers": cluster.bootstrapServers].merging(properties) { $1 },
            clientID: "test",
            log: { [cluster] _ in _ = cluster }
        )
    }

    func producer(_ properties: [String: String] = [:]) throws -> Producer {
        try Producer(
            properties: ["bootstrap.servers": cluster.bootstrapServers].merging(properties) { $1 },
            clientID: "test",
            log: { [cluster] _ in _ = cluster }
        )
    }

    /// Writes `count` messages whose value is their number, and waits until the broker has them.
    func produce(_ count: Int, partition: Int32 = 0, from first: Int = 0) throws {
        let producer = try producer()
        for number in first..<first + count {
            try producer.send(
                topic: Self.topic,
                partition: partition,
                key: "k",
                value: "\(number)",
                tag: UInt64(number)
            )
        }
        try #require(producer.flush(timeout: .seconds(20)))
        var failures: [KafkaError] = []
        try producer.deliveries(maximum: count, timeout: .zero) { delivery in
            if let error = delivery.error { failures.append(error) }
        }
        try #require(failures == [])
    }
}

func partition(_ number: Int32 = 0) -> TopicPartition {
    TopicPartition(topic: Fixture.topic, partition: number)
}

/// A copy of a message, to be kept beyond its batch.
struct Received: Equatable {
    var topic: String
    var partition: Int32
    var offset: Int64
    var timestampMs: Int64?
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header]

    init(_ message: borrowing Message) {
        topic = message.topicName
        partition = message.partition
        offset = message.offset
        timestampMs = message.timestampMs
        key = unsafe message.key.map { unsafe Array($0) }
        value = unsafe message.value.map { unsafe Array($0) }
        headers = message.headers
    }

    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

extension Consumer {
    /// Polls until `isDone` or, which fails the test, until the time is over.
    func poll(
        within limit: Duration = .seconds(20),
        until isDone: ([Received], [PartitionError]) -> Bool
    ) throws -> (messages: [Received], errors: [PartitionError]) {
        let deadline = Deadline(after: limit)
        var messages: [Received] = []
        var errors: [PartitionError] = []
        while !isDone(messages, errors) {
            try #require(!deadline.isOver, "got \(messages.count) messages, errors: \(errors)")
            let batch = try poll(maximum: 1_000, timeout: .milliseconds(50))
            batch.forEach { messages.append(Received($0)) }
            errors += batch.errors
        }
        return (messages, errors)
    }

    func receive(_ count: Int) throws -> [Received] {
        try poll { messages, _ in messages.count >= count }.messages
    }

    /// What still comes within a short time: for the assertion that nothing does.
    func receiveRest() throws -> [Received] {
        let deadline = Deadline(after: .milliseconds(300))
        return try poll { _, _ in deadline.isOver }.messages
    }
}
