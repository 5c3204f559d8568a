import CRdKafka
import Synchronization

extension Consumer {
    /// Records next offsets with the group, without waiting; see `acknowledgements` for the outcome.
    ///
    /// - Parameters:
    ///   - offsets: the next offset to be read of each partition.
    ///   - metadata: stored beside each offset, and given back by `acknowledged`.
    /// - Throws: `stateChanged` when the client is closed; `configuration` without a group.
    public func acknowledge(
        _ offsets: [(TopicPartition, Int64)],
        metadata: String
    ) throws(KafkaError) {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let list = Self.list(offsets, metadata)
        let error = unsafe rd_kafka_commit(client, list.pointer, 1)
        guard !error.isBenignForAcknowledgement else {
            handle.context.state.withLock { $0.acknowledgements.count(error) }
            return
        }
        try KafkaError.check(error)
    }

    /// Records next offsets with the group and waits for the outcome: for shutdown and revocation.
    ///
    /// - Parameters:
    ///   - offsets: the next offset to be read of each partition.
    ///   - metadata: stored beside each offset, and given back by `acknowledged`.
    ///   - timeout: how long to wait for the coordinator's answer.
    /// - Returns: false when the group has moved on and refused, which loses nothing.
    /// - Throws: `timedOut` when no answer came within `timeout`; it may have been recorded.
    @discardableResult
    public func acknowledgeAndWait(
        _ offsets: [(TopicPartition, Int64)],
        metadata: String,
        timeout: Duration
    ) throws(KafkaError) -> Bool {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let list = Self.list(offsets, metadata)
        let replies = unsafe rd_kafka_queue_new(client)
        defer { unsafe rd_kafka_queue_destroy(replies) }
        var error = unsafe rd_kafka_commit_queue(client, list.pointer, replies, nil, nil)
        if error == RD_KAFKA_RESP_ERR_NO_ERROR {
            guard let event = unsafe rd_kafka_queue_poll(replies, timeout.timeoutMs) else {
                throw handle.context.explain(RD_KAFKA_RESP_ERR__TIMED_OUT)
            }
            error = unsafe rd_kafka_event_error(event)
            unsafe rd_kafka_event_destroy(event)
        }
        if error.isBenignForAcknowledgement { return false }
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw handle.context.explain(error) }
        return true
    }

    /// What the group has on record: a hint for tools, and a witness that our own store is not older.
    public func acknowledged(
        _ partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [AcknowledgedOffset] {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let list = PartitionList(partitions)
        let error = unsafe rd_kafka_committed(client, list.pointer, timeout.timeoutMs)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw handle.context.explain(error) }
        return try list.elements()
    }

    /// What became of the acknowledgements so far, as far as polls have learned it.
    ///
    /// From any thread.
    public var acknowledgements: AcknowledgementCounts {
        handle.context.state.withLock { $0.acknowledgements }
    }

    private static func list(
        _ offsets: [(TopicPartition, Int64)],
        _ metadata: String
    ) -> PartitionList {
        let list = PartitionList(capacity: offsets.count)
        for (partition, offset) in offsets {
            list.append(partition, offset: offset, metadata: metadata)
        }
        return list
    }
}
