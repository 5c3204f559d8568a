import Credits
import LedgerStore
import UsageCodec

/// A message as the simulated cluster keeps it.
struct StoredMessage {
    let key: [UInt8]?
    let value: [UInt8]?
    let timestamp: Timestamp
}

/// A cluster of logs that forget nothing, and the messages that were published to it.
final class SimulatedBroker {
    static let usageTopic = "usage.events"
    static let commandTopic = "credits.commands"

    let partitionsPerTopic: Int
    private(set) var logs: [PartitionKey: [StoredMessage]] = [:]
    /// Everything that was published and acknowledged, or published with its acknowledgement lost.
    private(set) var published: [OutgoingMessage] = []

    init(partitionsPerTopic: Int) {
        self.partitionsPerTopic = partitionsPerTopic
        for key in partitions { logs[key] = [] }
    }

    var partitions: [PartitionKey] {
        [Self.usageTopic, Self.commandTopic].flatMap { topic in
            (0..<partitionsPerTopic).map { PartitionKey(topic: topic, partition: Int32($0)) }
        }
    }

    func append(_ message: StoredMessage, to key: PartitionKey) {
        logs[key, default: []].append(message)
    }

    func publish(_ message: OutgoingMessage) {
        published.append(message)
    }

    /// The offsets at which every log ends.
    var ends: [PartitionKey: Int64] { logs.mapValues { Int64($0.count) } }
}
