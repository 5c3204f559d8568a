import CRdKafka

extension Consumer {
    /// The id of the cluster: offsets mean nothing in another one.
    public func clusterID(timeout: Duration) throws(KafkaError) -> String {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        guard let id = unsafe rd_kafka_clusterid(client, timeout.timeoutMs) else {
            throw handle.context.explain(RD_KAFKA_RESP_ERR__TIMED_OUT)
        }
        defer { unsafe rd_kafka_mem_free(client, id) }
        return unsafe string(id)
    }

    /// All partitions of these topics, in order.
    ///
    /// Never creates a topic.
    ///
    /// - Throws: `unknownTopic`, naming the topics that do not exist or that we may not see.
    public func partitions(
        of topics: [String],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition] {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        // All topics, for the library asks for a single one in a way that may create it.
        let error = unsafe rd_kafka_metadata(client, 1, nil, &metadata, timeout.timeoutMs)
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata = unsafe metadata else {
            throw handle.context.explain(error)
        }
        defer { unsafe rd_kafka_metadata_destroy(metadata) }
        var missing = Set(topics)
        var found: [TopicPartition] = []
        for index in unsafe 0..<Int(metadata.pointee.topic_cnt) {
            let topic = unsafe metadata.pointee.topics[index]
            let name = unsafe string(topic.topic)
            guard missing.contains(name) else { continue }
            try unsafe KafkaError.check(
                topic.err,
                "\(name): \(string(rd_kafka_err2str(topic.err)))"
            )
            missing.remove(name)
            for partition in unsafe 0..<Int(topic.partition_cnt) {
                let id = unsafe topic.partitions[partition].id
                found.append(TopicPartition(topic: name, partition: id))
            }
        }
        guard missing.isEmpty else {
            let names = missing.sorted().joined(separator: ", ")
            throw KafkaError(
                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
                reason: "expected topics to exist, got none of the name: \(names)"
            )
        }
        return found.sorted()
    }

    /// The ends of these partitions' logs, asked of the brokers.
    ///
    /// From any thread.
    ///
    /// - Parameters:
    ///   - partitions: those that are asked for, one after the other.
    ///   - timeout: for all of them together.
    /// - Returns: the ends of each.
    /// - Throws: the first error: `timedOut`, `transport`, `unknownTopic` and the like.
    public func watermarks(
        of partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Watermarks] {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let deadline = Deadline(after: timeout)
        var result: [TopicPartition: Watermarks] = [:]
        for partition in partitions {
            result[partition] = unsafe try queryWatermarks(partition, client, deadline)
        }
        return result
    }

    /// Where these partitions end, in as few requests as there are brokers.
    ///
    /// From any thread.
    ///
    /// Ask it of a consumer that reads nothing: brokers answer a connection's requests in order, so
    /// behind a fetch that waits for messages the answer is as late as that.
    ///
    /// - Parameters:
    ///   - partitions: all whose ends are wanted.
    ///   - timeout: for all of them together.
    /// - Returns: the offset that the next message of each will have.
    /// - Throws: the first error that any partition met.
    public func highWatermarks(
        of partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try offsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_END), timeout)
    }

    /// Where these partitions begin; else as ``highWatermarks(of:timeout:)``.
    public func lowWatermarks(
        of partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        try offsets(of: partitions, at: Int64(RD_KAFKA_OFFSET_BEGINNING), timeout)
    }

    private func offsets(
        of partitions: [TopicPartition],
        at position: Int64,
        _ timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let list = PartitionList(partitions.map { (partition: $0, offset: position) })
        let error = unsafe rd_kafka_offsets_for_times(
            client,
            list.pointer,
            timeout.timeoutMs
        )
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw handle.context.explain(error) }
        return try list.elements().reduce(into: [:]) { $0[$1.partition] = $1.offset }
    }

    func queryWatermarks(
        _ partition: TopicPartition,
        _ client: OpaquePointer,
        _ deadline: Deadline
    ) throws(KafkaError) -> Watermarks {
        var low: Int64 = 0
        var high: Int64 = 0
        let error = unsafe rd_kafka_query_watermark_offsets(
            client,
            partition.topic,
            partition.partition,
            &low,
            &high,
            deadline.remaining.timeoutMs
        )
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else { throw handle.context.explain(error) }
        return Watermarks(low: low, high: high)
    }

    /// The library's newest figures about itself, of any thread.
    ///
    /// Nil unless `statistics.interval.ms` asks for them, and until the first interval has passed.
    public var statistics: KafkaStatistics? {
        handle.context.currentStatistics()
    }
}
