import Credits
import KafkaIO
import LedgerStore
import Logging
import UsagePipeline

/// Kafka as the worker's source of messages.
final class KafkaMessageSource: MessageSource {
    /// How partitions are come by.
    enum Membership: Sendable {
        /// As a member of the consumer group, which deals partitions out.
        case group
        /// All partitions, without asking anybody: for the one worker of an embedded store.
        case alone
    }

    let cluster: String
    let consumer: Consumer
    private let topics: [String]
    private let commands: String
    private let membership: Membership
    let positions: AssignedPartitions
    let ends: EndOffsets
    private let logger: Logger
    /// Says why these partitions may not be read with this store; nil: they may.
    private let audit: ([TopicPartition]) throws -> String?
    /// What forbade the last assignment; ends the next poll, for a rebalance itself cannot fail.
    private var forbidden: SourceError?
    /// Weak, for the handler owns this source: a circle would keep the store open for ever.
    private weak var handler: (any AssignmentHandler)?
    private let lookingPace: Duration
    private var lookedAt = ContinuousClock.now
    /// Slot numbers by topic number, then by partition; −1 where none is given yet.
    private var slots: [[Int]] = []
    private var slotKeys: [PartitionKey] = []
    var partitions: Set<PartitionKey> = []

    /// - Parameters:
    ///   - consumer: reads; nobody else polls it.
    ///   - cluster: its id.
    ///   - topics: those of usage and of commands are read.
    ///   - membership: how partitions are come by.
    ///   - positions: is told which partitions are assigned.
    ///   - ends: is asked where partitions end.
    ///   - logger: takes what happens to partitions.
    ///   - lookingPace: from one look for partitions that were added to the next, where no group tells.
    ///   - audit: says why partitions may not be read with this store; nil: they may.
    init(
        consumer: Consumer,
        cluster: String,
        topics: Topics,
        membership: Membership,
        positions: AssignedPartitions,
        ends: EndOffsets,
        logger: Logger,
        lookingPace: Duration = .seconds(60),
        audit: @escaping ([TopicPartition]) throws -> String?
    ) {
        self.consumer = consumer
        self.cluster = cluster
        self.topics = topics.usage + [topics.commands]
        commands = topics.commands
        self.membership = membership
        self.positions = positions
        self.ends = ends
        self.logger = logger
        self.lookingPace = lookingPace
        self.audit = audit
    }

    func start(_ handler: any AssignmentHandler) throws(SourceError) {
        self.handler = handler
        do {
            switch membership {
            case .alone:
                let found = try consumer.partitions(of: topics, timeout: .seconds(10))
                partitions = Set(found.map { PartitionKey($0) })
                try consumer.assign(answer(found, handler))
            case .group:
                // After a crash the group waits up to session.timeout.ms for the member that died.
                logger.notice("Joining the group")
                try consumer.subscribe(topics) { [self] rebalance in
                    switch rebalance {
                    case .assigned(let assigned):
                        logger.notice("Partitions assigned", metadata: Self.metadata(assigned))
                        lookAtTopics()
                        warnOfOthers(assigned)
                        return answer(assigned, handler)
                    case .revoked(let revoked, let isLost):
                        var metadata = Self.metadata(revoked)
                        metadata["kafka.lost"] = "\(isLost)"
                        logger.notice("Partitions revoked", metadata: metadata)
                        let keys = revoked.map(PartitionKey.init)
                        handler.revoked(keys)
                        positions.remove(keys)
                        return []
                    }
                }
            }
        } catch {
            throw SourceError(error)
        }
    }

    /// Finds out which partitions there are, whoever reads them; what is not known is not believed
    /// to be read.
    private func lookAtTopics() {
        guard let found = try? consumer.partitions(of: topics, timeout: .seconds(2)) else { return }
        partitions = Set(found.map { PartitionKey($0) })
    }

    /// A store needs all partitions: with some of them, what time brings waits for ever.
    private func warnOfOthers(_ assigned: [TopicPartition]) {
        // Some strategies bring what is new, beside what is read already.
        let others = partitions.subtracting(assigned.map { PartitionKey($0) })
            .subtracting(positions.current ?? [])
        guard !others.isEmpty else { return }
        logger.warning(
            """
            Other members of the group read partitions of the topics: until they leave, no hold and no \
            grant of this store ends, and no schedule goes on
            """,
            metadata: ["kafka.partitions": "\(others.count)"]
        )
    }

    private func answer(
        _ assigned: [TopicPartition],
        _ handler: any AssignmentHandler
    ) -> [PartitionStart] {
        do {
            // Asked anew for every assignment: another store may have read these partitions since, or read
            // the others at this moment.
            let all = partitions.union(assigned.map { PartitionKey($0) })
            let fault = try audit(all.map { TopicPartition($0) })
            if let fault { forbidden = SourceError(.gap, fault) }
        } catch {
            forbidden = SourceError(.unavailable, "Kafka is unavailable: \(error)")
        }
        guard forbidden == nil else { return [] }
        let keys = assigned.map { PartitionKey($0) }
        let starts = handler.assigned(keys)
        positions.add(keys)
        return zip(assigned, starts).compactMap { partition, start in
            switch start {
            case .offset(let offset): PartitionStart(partition: partition, offset: .at(offset))
            case .earliest: PartitionStart(partition: partition, offset: .earliest)
            // Where one cannot be asked, the assignment is off: the others are not waited for, too.
            case .latest: forbidden == nil ? latest(partition, handler) : nil
            }
        }
    }

    /// The end of a partition as it is now, told to the handler so that it is remembered.
    private func latest(
        _ partition: TopicPartition,
        _ handler: any AssignmentHandler
    ) -> PartitionStart? {
        do {
            let ends = try consumer.watermarks(of: [partition], timeout: .seconds(10))
            let end = ends[partition]?.high ?? 0
            handler.began(PartitionKey(partition), at: end)
            logger.notice(
                "A partition that the store does not know begins at its end",
                metadata: [
                    "kafka.place": "\(partition.topic) partition \(partition.partition)",
                    "kafka.offset": "\(end)",
                ]
            )
            return PartitionStart(partition: partition, offset: .at(end))
        } catch {
            forbidden = SourceError(error)
            return nil
        }
    }

    /// Reads partitions that were added to the topics; a group does this by itself.
    private func lookForPartitions() throws(SourceError) {
        guard membership == .alone, ContinuousClock.now - lookedAt > lookingPace, let handler
        else {
            return
        }
        lookedAt = .now
        guard let found = try? consumer.partitions(of: topics, timeout: .seconds(2)),
            Set(found.map { PartitionKey($0) }) != positions.current
        else { return }
        logger.notice("Partitions were added", metadata: Self.metadata(found))
        partitions = Set(found.map { PartitionKey($0) })
        do {
            // The handler drops what was read and waits, and looks for ends: by the old assignment a
            // partition would count as read to its end whose messages were just dropped.
            try consumer.assign([])
            try consumer.assign(answer(found, handler))
        } catch {
            throw SourceError(error)
        }
    }

    func poll(
        maximum: Int,
        timeout: Duration,
        gathering: Duration,
        _ receive: (borrowing SourceMessage) -> Void
    ) throws(SourceError) {
        try lookForPartitions()
        let batch: MessageBatch
        do {
            batch = try consumer.poll(
                maximum: maximum,
                timeout: timeout,
                gathering: gathering
            )
        } catch {
            throw SourceError(error)
        }
        if let forbidden { throw forbidden }
        for failure in batch.errors { try consider(failure) }
        for (partition, offsets) in consumer.takeUnusedOffsets() {
            positions.note(unused: offsets, of: PartitionKey(partition))
        }
        var run = Run()
        guard let number = consumer.topicNames.firstIndex(of: commands),
            batch.mayHold(topic: number)
        else {
            batch.forEach { lend($0, in: &run, to: receive) }
            return
        }
        batch.forEach { if $0.topic == number { lend($0, in: &run, to: receive) } }
        batch.forEach { if $0.topic != number { lend($0, in: &run, to: receive) } }
    }

    /// Messages that follow one another are mostly of one partition.
    private struct Run {
        var topic = -1
        var partition: Int32 = -1
        var slot = -1
    }

    private func lend(
        _ message: borrowing Message,
        in run: inout Run,
        to receive: (borrowing SourceMessage) -> Void
    ) {
        let (topic, partition) = (message.topic, message.partition)
        if topic != run.topic || partition != run.partition {
            let slot = slot(topic: topic, partition: partition)
            run = Run(topic: topic, partition: partition, slot: slot)
        }
        // Borrowed for the length of the call, as the message itself is.
        let key = unsafe message.span(of: message.key)
        let value = unsafe message.span(of: message.value)
        receive(
            SourceMessage(
                slot: run.slot,
                offset: message.offset,
                timestamp: message.timestampMs.map { Timestamp(clampingMilliseconds: $0) },
                key: key,
                value: value,
                headers: Self.headers(of: message)
            )
        )
    }

    private static func headers(of message: borrowing Message) -> [MessageHeader] {
        let headers = message.headers
        // Most messages have none.
        guard !headers.isEmpty else { return [] }
        return headers.map { MessageHeader(name: $0.name, value: $0.value) }
    }

    /// A failure of one partition: some end the worker, the others the library mends by itself.
    private func consider(_ failure: PartitionError) throws(SourceError) {
        let place =
            failure.partition.map { "\($0.topic) partition \($0.partition)" } ?? "the cluster"
        switch failure.error.code {
        case .offsetOutOfRange:
            throw SourceError(
                .gap,
                "expected \(place) to still hold the messages after the stored offset, got: "
                    + "\(failure.error.reason); usage is missing there: find out how much before "
                    + "going on"
            )
        case .unknownTopic, .authentication:
            throw SourceError(.unavailable, "\(place): \(failure.error.reason)")
        case .corrupt:
            // Before what follows is taken: the next start reads it again, which mends what was damaged on
            // its way.
            throw SourceError(
                .unavailable,
                "expected \(place) to hold messages that can be read, got: "
                    + "\(failure.error.reason); nothing behind the stored offset was applied"
            )
        default:
            logger.warning(
                "Kafka reported an error",
                metadata: ["kafka.place": "\(place)", "kafka.error": "\(failure.error)"]
            )
        }
    }

    private func slot(topic: Int, partition: Int32) -> Int {
        while slots.count <= topic { slots.append([]) }
        let index = Int(partition)
        while slots[topic].count <= index { slots[topic].append(-1) }
        if slots[topic][index] < 0 {
            slots[topic][index] = slotKeys.count
            slotKeys.append(
                PartitionKey(topic: consumer.topicNames[topic], partition: partition)
            )
        }
        return slots[topic][index]
    }

    func partition(slot: Int) -> PartitionKey { slotKeys[slot] }
    var wake: @Sendable () -> Void { { [consumer] in consumer.wake() } }

    func acknowledge(_ offsets: [PartitionKey: Int64], metadata: String) {
        let list = offsets.map { (TopicPartition($0.key), $0.value) }
        do {
            try consumer.acknowledge(list, metadata: metadata)
        } catch {
            // Only lag tools look at these: the offsets that count are in the store.
            logger.warning("Acknowledging failed", metadata: ["kafka.error": "\(error)"])
        }
    }

    private static func metadata(_ partitions: [TopicPartition]) -> Logger.Metadata {
        ["kafka.partitions": "\(partitions.count)"]
    }
}

extension Message {
    /// The bytes of one of the message's buffers, for as long as the message is lent.
    @_lifetime(borrow self)
    fileprivate borrowing func span(of buffer: UnsafeRawBufferPointer?) -> Span<UInt8>? {
        guard let bytes = unsafe buffer else { return nil }
        return unsafe _overrideLifetime(Span<UInt8>(_unsafeBytes: bytes), borrowing: self)
    }
}

extension TopicPartition {
    init(_ key: PartitionKey) {
        self.init(topic: key.topic, partition: key.partition)
    }
}

extension PartitionKey {
    init(_ partition: TopicPartition) {
        self.init(topic: partition.topic, partition: partition.partition)
    }
}

extension SourceError {
    init(_ error: KafkaError) {
        switch error.code {
        case .fenced: self.init(.fenced, "Kafka fenced this consumer: \(error.reason)")
        case .offsetOutOfRange: self.init(.gap, error.reason)
        default: self.init(.unavailable, "Kafka is unavailable: \(error.reason)")
        }
    }
}
