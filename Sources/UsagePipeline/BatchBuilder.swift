import Credits
import LedgerStore
import UsageCodec

/// Gathers decoded messages into a batch, and keeps book of how far each partition was read.
struct BatchBuilder: ~Copyable {
    private let roles: [String: MessageRole]
    private var decoder: InputDecoder
    private(set) var batch: InputBatch
    private var slots: [Slot?] = []

    /// What is known of one partition across batches.
    private struct Slot {
        let key: PartitionKey
        let role: MessageRole
        let isCommand: Bool
        /// Index into the current batch's partitions; −1 while nothing of it is in there.
        var index: Int32 = -1
        /// The offset to be found in the store when the current batch is committed.
        var from: Int64?
        /// The lowest offset that may come next; nil before the first message of a new partition.
        var next: Int64?
    }

    init(cluster: String, roles: [String: MessageRole], decoder: consuming InputDecoder) {
        self.roles = roles
        self.decoder = decoder
        batch = InputBatch(cluster: cluster)
    }

    var count: Int { batch.count }
    var isEmpty: Bool { batch.isEmpty }
    /// The batch's arena is full: no further message may be added.
    var isFull: Bool { batch.bytes.count + headerBytes >= Self.maximumBytes }
    private var headerBytes = 0
    /// The time of the oldest usage in the batch.
    private(set) var oldestUsage = Timestamp.latest
    /// The time of the newest command in the batch; nil: there is none.
    private(set) var newestCommand: Timestamp?

    /// Slices of the arena have 32 bits; a batch of large messages is cut long before.
    private static let maximumBytes = 16 << 20

    /// Forgets what was read: the next message of any partition follows what is stored.
    mutating func restart(stored: [PartitionKey: Int64]) {
        slots.removeAll(keepingCapacity: true)
        self.stored = stored
    }

    private var stored: [PartitionKey: Int64] = [:]

    /// A partition that the store has never seen begins at an offset: a batch that says so, for else
    /// the next start would look for the end of the log anew, and skip what came in between.
    mutating func begin(_ key: PartitionKey, at offset: Int64) -> InputBatch {
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

    /// Decodes one message into the batch.
    ///
    /// - Parameters:
    ///   - message: the next of its partition.
    ///   - moment: where it stands in the order of time.
    ///   - partition: finds a slot's partition.
    mutating func add(
        _ message: borrowing SourceMessage,
        at moment: Timestamp,
        partition: (Int) -> PartitionKey
    ) {
        let slot = message.slot
        while slots.count <= slot { slots.append(nil) }
        var state = slots[slot] ?? newSlot(partition(slot))
        // A source that hands out old messages again must not move the stored offset back.
        if let next = state.next, message.offset < next { return }
        state.next = message.offset + 1
        if state.isCommand {
            newestCommand = max(newestCommand ?? moment, moment)
        } else {
            oldestUsage = min(oldestUsage, moment)
        }
        if state.index < 0 {
            state.index = Int32(batch.partitions.count)
            batch.partitions.append(
                PartitionProgress(
                    topic: state.key.topic,
                    partition: state.key.partition,
                    from: state.from,
                    next: message.offset
                )
            )
        }
        batch.partitions[Int(state.index)].next = message.offset + 1
        slots[slot] = state
        for header in message.headers {
            headerBytes += header.name.utf8.count + (header.value?.count ?? 0)
        }
        decoder.decode(
            state.role,
            key: message.key,
            value: message.value,
            headers: message.headers,
            timestamp: message.timestamp,
            origin: Origin(partition: state.index, offset: message.offset),
            into: &batch
        )
    }

    private func newSlot(_ key: PartitionKey) -> Slot {
        Slot(
            key: key,
            role: roles[key.topic] ?? .usage,
            isCommand: isCommand(key.topic),
            from: stored[key],
            next: stored[key]
        )
    }

    /// Hands the batch out and begins the next, which follows it.
    ///
    /// - Parameter readThrough: every message that arrived before it is in this batch or an earlier
    ///   one.
    /// - Returns: the batch as it is.
    mutating func take(readThrough: Timestamp) -> InputBatch {
        for index in slots.indices {
            guard let state = slots[index], state.index >= 0 else { continue }
            slots[index]?.from = batch.partitions[Int(state.index)].next
            slots[index]?.index = -1
        }
        headerBytes = 0
        oldestUsage = .latest
        newestCommand = nil
        batch.readThrough = readThrough
        var taken = InputBatch(cluster: batch.cluster)
        swap(&taken, &batch)
        batch.bytes.reserveCapacity(taken.bytes.count)
        decoder.beginBatch()
        return taken
    }
}
