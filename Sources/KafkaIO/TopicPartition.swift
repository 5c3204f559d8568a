/// One partition of one topic.
public struct TopicPartition: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(topic: String, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    /// By topic, then by partition: the order in which they are listed.
    public static func < (left: Self, right: Self) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }

    /// Such as `usage.events[3]`.
    public var description: String { "\(topic)[\(partition)]" }
}

/// Where reading a partition begins.
public enum StartOffset: Equatable, Sendable {
    /// At this offset, which must be in the log or at its end: anything else is a gap.
    case at(Int64)
    /// At the oldest message that is still there.
    case earliest
    /// After the newest message at the time of the assignment.
    case latest
}

/// A partition, and where to begin reading it.
public struct PartitionStart: Equatable, Sendable {
    public let partition: TopicPartition
    public let offset: StartOffset

    public init(partition: TopicPartition, offset: StartOffset) {
        self.partition = partition
        self.offset = offset
    }
}

/// A change of the partitions that the group gives to this consumer.
public enum Rebalance: Equatable, Sendable {
    /// These are ours from now on; the answer says where each starts.
    case assigned([TopicPartition])
    /// These are no longer ours. `lost` says that another member may own them already; when it is
    /// false that may still be so, because the library can miss it.
    case revoked([TopicPartition], lost: Bool)
}

/// An error that reading met, beside the messages.
public struct PartitionError: Equatable, Sendable {
    /// The partition it concerns; nil when it concerns the client as a whole.
    public let partition: TopicPartition?
    public let error: KafkaError
}

/// What the group has on record for one partition.
public struct AcknowledgedOffset: Equatable, Sendable {
    public let partition: TopicPartition
    /// The next offset to be read, or nil when the group has none on record.
    public let offset: Int64?
    /// What was stored beside it, if anything.
    public let metadata: String?
}

/// The ends of a partition's log.
public struct Watermarks: Equatable, Sendable {
    /// The offset of the oldest message that is still there.
    public let low: Int64
    /// The offset that the next message will have.
    public let high: Int64

    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}
