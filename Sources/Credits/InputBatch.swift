/// One partition of one topic, as far as a batch has read it.
public struct PartitionProgress: Hashable, Sendable {
    public let topic: String
    public let partition: Int32
    /// The offset that must be stored for this partition when the batch is committed: the
    /// compare-and-set that a zombie's or a replayed batch fails on.
    ///
    /// Nil: nothing was stored yet.
    public var from: Int64?
    /// The offset of the next message to read.
    public var next: Int64

    public init(topic: String, partition: Int32, from: Int64?, next: Int64) {
        self.topic = topic
        self.partition = partition
        self.from = from
        self.next = next
    }
}

/// Where an input stood.
public struct Origin: Hashable, Sendable, BitwiseCopyable {
    /// Index into the batch's ``InputBatch/partitions``; −1 for what time brought.
    public let partition: Int32
    public let offset: Int64

    public init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }

    /// Of entries that no message made, such as an expiry.
    public static let time = Origin(partition: -1, offset: 0)
}

/// A header of a message, byte for byte; a value may be absent.
public struct MessageHeader: Hashable, Sendable {
    public let name: String
    public let value: [UInt8]?

    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// A message as it was received, kept until its outcome is known: a refusal keeps it whole.
public struct ReceivedMessage: Hashable, Sendable, BitwiseCopyable {
    public let origin: Origin
    /// The record's timestamp.
    public let timestamp: Timestamp
    public let key: ByteSlice
    public let hasKey: Bool
    public let value: ByteSlice
    /// False for a tombstone.
    public let hasValue: Bool
    /// Index into the batch's ``InputBatch/headers``; −1 where the message has none.
    public let headers: Int32

    public init(
        origin: Origin,
        timestamp: Timestamp,
        key: ByteSlice?,
        value: ByteSlice?,
        headers: Int32
    ) {
        self.origin = origin
        self.timestamp = timestamp
        self.key = key ?? .empty
        hasKey = key != nil
        self.value = value ?? .empty
        hasValue = value != nil
        self.headers = headers
    }
}

/// The account that an input names: a customer and a credit type.
public struct AccountKey: Sendable, BitwiseCopyable {
    public let customerID: ByteSlice
    public let creditType: ByteSlice
    /// Keyed hash of both, by which the account is told from all others, as ids are.
    public let hash: IDKey

    public init(customerID: ByteSlice, creditType: ByteSlice, hash: IDKey) {
        self.customerID = customerID
        self.creditType = creditType
        self.hash = hash
    }

    /// The hash of an account's name under a store's key.
    public static func hash(
        customerID: Span<UInt8>,
        creditType: Span<UInt8>,
        key: HashKey
    ) -> IDKey {
        var hash = KeyedHash(key: key)
        hash.combine(UInt64(customerID.count))
        hash.combine(padded: customerID)
        hash.combine(padded: creditType)
        return hash.finalize()
    }
}

/// An input that could not be understood.
public struct InvalidInput: Sendable {
    public let message: ReceivedMessage
    public let refusal: Refusal

    public init(message: ReceivedMessage, refusal: Refusal) {
        self.message = message
        self.refusal = refusal
    }
}

/// What one poll brought, decoded: plain values over one arena of bytes.
///
/// Commands are applied before usage (contract §2.1); within each list the order is that of arrival.
public struct InputBatch: Sendable {
    /// The Kafka cluster's id; offsets mean nothing without it.
    public var cluster: String
    public var partitions: [PartitionProgress] = []
    /// Every message that arrived before this moment is in this batch or an earlier one.
    ///
    /// What time brings waits for it: our own delay must not cost a customer credits that were used
    /// in time, and a history that is read late is to become the same ledger. The earliest: nothing is
    /// known.
    public var readThrough: Timestamp = .earliest
    /// Everything of variable length, once.
    public var bytes: [UInt8] = []
    /// The headers of the few messages that carry any.
    public var headers: [[MessageHeader]] = []
    /// Every account that an input names, once.
    public var accounts: [AccountKey] = []
    public var commands: [Command] = []
    public var usage: [UsageEvent] = []
    /// What is known of the usage's ids already; nil: nobody asked.
    public var knownUsage: KnownUsage?
    /// Why an event could not be priced; events point here.
    public var pricingRefusals: [Refusal] = []
    public var invalid: [InvalidInput] = []

    public init(cluster: String) {
        self.cluster = cluster
    }

    /// How many messages were decoded into this batch.
    public var count: Int { commands.count + usage.count + invalid.count }
    public var isEmpty: Bool { count == 0 }
}
