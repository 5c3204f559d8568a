import Credits
import LedgerStore
import UsageCodec
import UsagePipeline

/// A message as the simulated cluster keeps it.
struct StoredMessage {
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [MessageHeader]
    let timestamp: Timestamp
    /// When the cluster got it, which is later where a message is sent again.
    var arrivedAt: Timestamp
}

/// A cluster of logs that forget nothing, and the messages that were published to it.
final class SimulatedBroker {
    static let usageTopic = "usage.events"
    static let commandTopic = "credits.commands"

    static let roles = [usageTopic: MessageRole.usage, commandTopic: .command]

    let partitionsPerTopic: Int
    private(set) var logs: [PartitionKey: [StoredMessage]] = [:]
    /// Everything that was persisted, whether or not its sender ever heard of it.
    private(set) var published: [OutgoingMessage] = []

    /// How far the worker said that it has applied.
    private(set) var acknowledged: [PartitionKey: AcknowledgedPosition] = [:]

    init(partitionsPerTopic: Int) {
        self.partitionsPerTopic = partitionsPerTopic
        for key in partitions { logs[key] = [] }
    }

    var partitions: [PartitionKey] {
        [Self.usageTopic, Self.commandTopic].flatMap { topic in
            (0..<partitionsPerTopic).map { PartitionKey(topic: topic, partition: Int32($0)) }
        }
    }

    /// Keeps a message and says at which offset.
    func append(_ message: StoredMessage, to key: PartitionKey) -> Int64 {
        logs[key, default: []].append(message)
        return Int64(logs[key, default: []].count - 1)
    }

    func publish(_ message: OutgoingMessage) {
        published.append(message)
    }

    func acknowledge(_ offsets: [PartitionKey: Int64], metadata: String) {
        for (partition, offset) in offsets {
            acknowledged[partition] = AcknowledgedPosition(
                partition: partition,
                offset: offset,
                metadata: metadata
            )
        }
    }

    /// The offsets at which every log ends.
    var ends: [PartitionKey: Int64] { logs.mapValues { Int64($0.count) } }
}
