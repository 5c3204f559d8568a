import Credits
import LedgerStore
import UsageCodec

/// Gathers decoded messages into a batch, and keeps book of how far each partition was read.
struct BatchBuilder: ~Copyable {
    private let roles: [String: MessageRole]
    private var decoder: InputDecoder
    private(set) var batch: InputBatch
    private var slots: [Slot] = []
    /// Of each slot, what hardly any message asks for.
    private var partitions: [Partition?] = []

    /// How far one partition was read, across batches.
    ///
    /// Every message moves one of these: it holds no reference.
    private struct Slot: BitwiseCopyable {
        var isKnown = false
        var isCommand = false
        /// Its messages are what most are; of the others ``partitions`` tells.
        var isUsage = false
        /// Index into the current batch's partitions; −1 while nothing of it is in there.
        var index: Int32 = -1
        /// The offset to be found in the store when the current batch is committed.
        var from: Int64?
        /// The lowest offset that may come next; nil before the first message of a new partition.
        var next: Int64?
    }

    private struct Partition {
        let key: PartitionKey
        let role: MessageRole
    }

    init(cluster: String, roles: [String: MessageRole], decoder: consuming InputDecoder) {
        self.roles = roles
        self.decoder = decoder
        batch = InputBatch(cluster: cluster)
    }

    var count: Int { batch.count }
    var isEmpty: Bool { batch.isEmpty }
    /// The batch's arena is full: no further message may be added.
    var isFull: Bool {
        batch.bytes.count + headerBytes >= Self.maximumBytes || reversals >= Self.maximumReversals
    }
    private var headerBytes = 0
    /// The time of the oldest usage in the batch.
    private(set) var oldestUsage = Timestamp.latest
    /// The time of the newest command in the batch; nil: there is none.
    private(set) var newestCommand: Timestamp?

    /// Slices of the arena have 32 bits; a batch of large messages is cut long before.
    private static let maximumBytes = 16 << 20
    /// For each a whole commit may be read and hashed, and nothing is made durable meanwhile.
    private static let maximumReversals = 500
    private var reversals = 0

    /// Forgets what was read: the next message of any partition follows what is stored.
    mutating func restart(stored: [PartitionKey: Int64]) {
        close()
        slots.removeAll(keepingCapacity: true)
        partitions.removeAll(keepingCapacity: true)
        self.stored = stored
    }

    private var stored: [PartitionKey: Int64] = [:]

    /// A partition that the store has never seen begins at an offset: a batch that says so, for else
    /// the next start would look for the end of the log anew, and skip what came in between.
    mutating func begin(_ key: PartitionKey, at offset: Int64) -> InputBatch {
        // It says nothing of the other partitions: what time brings waits until they are read.
        var batch = InputBatch(cluster: batch.cluster)
        batch.partitions = [
            PartitionProgress(
                topic: key.topic,
                partition: key.partition,
                from: stored[key],
                next: offset
            )
        ]
        stored[key] = offset
        return batch
    }

    /// What a topic carries.
    func isCommand(_ topic: String) -> Bool { roles[topic] == .command }

    /// Whether a slot's partition was met since reading began.
    func knows(_ slot: Int) -> Bool { slot < slots.count && slots[slot].isKnown }

    /// The first message of a partition since reading began.
    mutating func meet(_ slot: Int, _ key: PartitionKey) {
        while slots.count <= slot {
            slots.append(Slot())
            partitions.append(nil)
        }
        let role = roles[key.topic] ?? .usage
        slots[slot] = Slot(
            isKnown: true,
            isCommand: isCommand(key.topic),
            isUsage: role == .usage,
            from: stored[key],
            next: stored[key]
        )
        partitions[slot] = Partition(key: key, role: role)
    }

    /// Decodes one message into the batch.
    ///
    /// - Parameters:
    ///   - message: the next of its partition, which was met.
    ///   - moment: where it stands in the order of time; its timestamp where it has none.
    mutating func add(_ message: borrowing SourceMessage, at moment: Timestamp) {
        let slot = message.slot
        let known = slots[slot]
        // A source that hands out old messages again must not move the stored offset back.
        if let next = known.next, message.offset < next { return }
        slots[slot].next = message.offset + 1
        if known.isCommand {
            newestCommand = max(newestCommand ?? moment, moment)
        } else {
            oldestUsage = min(oldestUsage, moment)
        }
        let index = known.index < 0 ? open(slot, at: message.offset) : known.index
        let commands = batch.commands.count
        if !message.headers.isEmpty { count(message.headers) }
        decoder.decode(
            known.isUsage ? .usage : partitions[slot]?.role ?? .usage,
            key: message.key,
            value: message.value,
            headers: message.headers,
            timestamp: message.timestamp ?? moment,
            origin: Origin(partition: index, offset: message.offset),
            into: &batch
        )
        if batch.commands.count > commands, case .reverseUsage = batch.commands[commands].action {
            reversals += 1
        }
    }

    private mutating func count(_ headers: [MessageHeader]) {
        for header in headers {
            headerBytes += header.name.utf8.count + (header.value?.count ?? 0)
        }
    }

    /// The first message of a partition in this batch: its index there.
    private mutating func open(_ slot: Int, at offset: Int64) -> Int32 {
        guard let key = partitions[slot]?.key else {
            preconditionFailure("expected slot \(slot) to have been met")
        }
        let index = Int32(batch.partitions.count)
        slots[slot].index = index
        // How far it goes is told by ``close()``.
        batch.partitions.append(
            PartitionProgress(
                topic: key.topic,
                partition: key.partition,
                from: slots[slot].from,
                next: offset
            )
        )
        return index
    }

    /// Hands the batch out and begins the next, which follows it.
    ///
    /// - Parameter readThrough: every message that arrived before it is in this batch or an earlier
    ///   one.
    /// - Returns: the batch as it is.
    mutating func take(readThrough: Timestamp) -> InputBatch {
        close()
        headerBytes = 0
        reversals = 0
        oldestUsage = .latest
        newestCommand = nil
        batch.readThrough = readThrough
        var taken = InputBatch(cluster: batch.cluster)
        swap(&taken, &batch)
        // The next is about as large; growing step by step would copy it as often.
        batch.bytes.reserveCapacity(taken.bytes.count + taken.bytes.count / 8)
        batch.usage.reserveCapacity(taken.usage.count)
        batch.accounts.reserveCapacity(taken.accounts.count)
        decoder.beginBatch()
        return taken
    }

    /// Says in the batch where the next is read from, partition by partition.
    private mutating func close() {
        for slot in slots.indices where slots[slot].index >= 0 {
            let index = Int(slots[slot].index)
            if let next = slots[slot].next { batch.partitions[index].next = next }
            slots[slot].from = slots[slot].next
            slots[slot].index = -1
        }
    }
}
