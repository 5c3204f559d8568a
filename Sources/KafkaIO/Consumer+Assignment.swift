import CRdKafka

extension Consumer {
    /// Reads these partitions from these places, without joining a group; replaces what was assigned.
    ///
    /// - Throws: `timedOut` or `transport` when a start at `latest` cannot be resolved;
    ///   `configuration` when a start is negative.
    public func assign(_ starts: [PartitionStart]) throws(KafkaError) {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let places = unsafe try places(of: starts, client)
        try unsafe endPauses(of: rebalancing.paused, client)
        // Ends the old assignment first, so that the library can tell its messages from the new.
        try unsafe KafkaError.check(rd_kafka_assign(client, nil))
        rebalancing.tracker.removeAll()
        let list = PartitionList(places)
        try unsafe KafkaError.check(rd_kafka_assign(client, list.pointer))
        track(places)
    }

    /// Joins the group for these topics.
    ///
    /// - Parameters:
    ///   - topics: all of them; a later call replaces them.
    ///   - onRebalance: runs on the polling thread, inside `poll`. Asked about `assigned`, it returns
    ///     where each partition starts; one that it leaves out is not read. On `revoked` it should
    ///     finish and acknowledge; what it returns is ignored.
    /// - Throws: `stateChanged` when the client is closed.
    public func subscribe(
        _ topics: [String],
        onRebalance: @escaping (Rebalance) -> [PartitionStart]
    ) throws(KafkaError) {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        rebalancing.answer = onRebalance
        let list = PartitionList(topics.map { TopicPartition(topic: $0, partition: -1) })
        try unsafe KafkaError.check(rd_kafka_subscribe(client, list.pointer))
    }

    /// Stops reading these partitions until `resume`, or until they are assigned anew.
    public func pause(_ partitions: [TopicPartition]) throws(KafkaError) {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let list = PartitionList(partitions)
        rebalancing.paused.formUnion(partitions)
        try unsafe KafkaError.check(rd_kafka_pause_partitions(client, list.pointer))
        _ = try list.elements()
    }

    /// Goes on reading these partitions where `pause` stopped.
    public func resume(_ partitions: [TopicPartition]) throws(KafkaError) {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        _ = try unsafe resume(partitions, client).elements()
    }

    private func resume(
        _ partitions: [TopicPartition],
        _ client: OpaquePointer
    ) throws(KafkaError) -> PartitionList {
        rebalancing.paused.subtract(partitions)
        let list = PartitionList(partitions)
        try unsafe KafkaError.check(rd_kafka_resume_partitions(client, list.pointer))
        return list
    }

    /// Ends what was paused of partitions that are about to go.
    ///
    /// The library keeps a pause beyond the assignment that it was made in: a partition that came back
    /// would never be read again, and nothing would say so.
    private func endPauses(
        of partitions: Set<TopicPartition>,
        _ client: OpaquePointer
    ) throws(KafkaError) {
        let paused = rebalancing.paused.intersection(partitions)
        // What it says of single partitions does not matter: one that is gone is not paused either.
        if !paused.isEmpty { _ = try unsafe resume(Array(paused), client) }
    }

    /// Answers what the library asked during the poll, in its order.
    func answerRebalances(_ client: OpaquePointer) throws(KafkaError) {
        for change in rebalancing.takePending() {
            switch change {
            case .assigned(let partitions):
                let starts = rebalancing.answer?(.assigned(partitions)) ?? []
                try unsafe take(starts, client)
            case .revoked(let partitions, let isLost):
                _ = rebalancing.answer?(.revoked(partitions, lost: isLost))
                try unsafe give(partitions, client)
            case .failed(let error):
                try unsafe endPauses(of: rebalancing.paused, client)
                rebalancing.tracker.removeAll()
                try unsafe KafkaError.check(rd_kafka_assign(client, nil))
                handle.context.receive(error)
            }
        }
    }

    private func take(_ starts: [PartitionStart], _ client: OpaquePointer) throws(KafkaError) {
        let places = unsafe try places(of: starts, client)
        let list = PartitionList(places)
        if rebalancing.isIncremental {
            if let error = unsafe rd_kafka_incremental_assign(client, list.pointer) {
                throw unsafe KafkaError(consuming: error)
            }
        } else {
            rebalancing.tracker.removeAll()
            try unsafe KafkaError.check(rd_kafka_assign(client, list.pointer))
        }
        track(places)
    }

    private func give(_ partitions: [TopicPartition], _ client: OpaquePointer) throws(KafkaError) {
        guard rebalancing.isIncremental else {
            try unsafe endPauses(of: rebalancing.paused, client)
            rebalancing.tracker.removeAll()
            try unsafe KafkaError.check(rd_kafka_assign(client, nil))
            return
        }
        try unsafe endPauses(of: Set(partitions), client)
        for partition in partitions {
            let topic = rebalancing.topics.index(of: partition.topic)
            rebalancing.tracker.remove(topic: topic, partition: partition.partition)
        }
        let list = PartitionList(partitions)
        if let error = unsafe rd_kafka_incremental_unassign(client, list.pointer) {
            throw unsafe KafkaError(consuming: error)
        }
    }

    private typealias Place = (partition: TopicPartition, offset: Int64)

    /// Turns starts into the library's offsets.
    ///
    /// "Latest" is looked up now: left to the library it would be looked up again after an
    /// interruption, and skip what came in between.
    private func places(
        of starts: [PartitionStart],
        _ client: OpaquePointer
    ) throws(KafkaError) -> [Place] {
        let deadline = Deadline(after: .seconds(10))
        var places: [Place] = []
        for start in starts {
            switch start.offset {
            case .at(let offset):
                // Negative numbers are commands to the library, such as "from the end".
                guard offset >= 0 else {
                    throw .configuration(
                        "expected start of \(start.partition) to be at least 0, got: \(offset)"
                    )
                }
                places.append((start.partition, offset))
            case .earliest:
                places.append((start.partition, Int64(RD_KAFKA_OFFSET_BEGINNING)))
            case .latest:
                let ends = unsafe try queryWatermarks(start.partition, client, deadline)
                places.append((start.partition, ends.high))
            }
        }
        return places
    }

    private func track(_ places: [Place]) {
        for place in places {
            rebalancing.tracker.assign(
                topic: rebalancing.topics.index(of: place.partition.topic),
                partition: place.partition.partition,
                next: place.offset < 0 ? nil : place.offset
            )
        }
    }
}
