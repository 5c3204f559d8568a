import CRdKafka

/// Whether partitions are read to their end. For the polling thread.
extension Consumer {
    /// Whether the broker's last word about a partition was that nothing follows what was polled.
    ///
    /// Asks nobody: a fetch's answer says where the log ends. False as well while nothing is known,
    /// before the first answer and after a connection broke.
    public func isAtEnd(_ partition: TopicPartition) -> Bool {
        let topic = rebalancing.topics.index(of: partition.topic)
        guard
            let known = rebalancing.tracker.end(
                topic: topic,
                partition: partition.partition
            )
        else { return false }
        if known.isMet { return true }
        guard let end = cachedEnd(of: partition) else { return false }
        return known.next >= end || next(of: partition) ?? 0 >= end
    }

    /// Ranges of offsets before ends met since the last call that no message has, such as markers of
    /// transactions and what was aborted: whatever lies before them was polled.
    public func takeUnusedOffsets() -> [(partition: TopicPartition, offsets: Range<Int64>)] {
        // Most polls meet none, and reaching for the tracker to change it is checked each time.
        guard !rebalancing.tracker.unused.isEmpty else { return [] }
        return rebalancing.tracker.takeUnused().map { found in
            let topic = rebalancing.topics.names[found.topic]
            return (TopicPartition(topic: topic, partition: found.partition), found.offsets)
        }
    }

    /// Whether everything before this offset was polled; if so, the end counts as met there.
    ///
    /// - Parameters:
    ///   - partition: one that is assigned.
    ///   - end: where the log ended, by an answer that was asked for.
    /// - Returns: false as well where the partition is not ours.
    public func hasPolled(_ partition: TopicPartition, upTo end: Int64) -> Bool {
        let topic = rebalancing.topics.index(of: partition.topic)
        let number = partition.partition
        let expected = rebalancing.tracker.next(topic: topic, partition: number)
        guard let expected = max(expected, next(of: partition)), expected >= end else {
            return false
        }
        if rebalancing.tracker.end(topic: topic, partition: number) == nil {
            rebalancing.tracker.meetEnd(topic: topic, partition: number, offset: expected)
        }
        return true
    }

    /// The end that the newest fetch told; nil: none has.
    private func cachedEnd(of partition: TopicPartition) -> Int64? {
        guard let (client, _) = unsafe try? handle.enter() else { return nil }
        defer { handle.leave() }
        var low: Int64 = 0
        var high: Int64 = 0
        let error = unsafe rd_kafka_get_watermark_offsets(
            client,
            partition.topic,
            partition.partition,
            &low,
            &high
        )
        return error == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? high : nil
    }

    /// The library's own next offset, which counts the markers of transactions, too.
    private func next(of partition: TopicPartition) -> Int64? {
        guard let (client, _) = unsafe try? handle.enter() else { return nil }
        defer { handle.leave() }
        let list = PartitionList([partition])
        guard unsafe rd_kafka_position(client, list.pointer) == RD_KAFKA_RESP_ERR_NO_ERROR else {
            return nil
        }
        return (try? list.elements())?.first?.offset
    }
}

/// The greater of two offsets, either of which may be unknown.
private func max(_ first: Int64?, _ second: Int64?) -> Int64? {
    guard let first, let second else { return first ?? second }
    return Swift.max(first, second)
}
