import CRdKafka

/// Reads messages in batches, from a group's assignment or from one given by hand.
///
/// One thread polls, assigns, pauses and acknowledges. `watermarks`, `statistics`,
/// `acknowledgements`, `wake` and `close` may be called from any thread.
///
/// `@unchecked` because of the state that polling and rebalancing share, which only the polling
/// thread touches; all else is behind locks.
public final class Consumer: @unchecked Sendable {
    let handle: ClientHandle
    let rebalancing: Rebalancing

    /// What a caller may override.
    static let defaults = defaults(ofVersion: rd_kafka_version())

    /// Starts a client; no connection is needed yet.
    ///
    /// - Parameters:
    ///   - properties: librdkafka's properties, verbatim. Without `group.id` the client's id serves.
    ///   - clientID: names this client to the brokers, unless `client.id` is given.
    ///   - niceness: how far the library's threads step back, as in `nice(2)`: from 0 to 19.
    ///   - log: gets the library's log lines, from any thread.
    /// - Throws: `configuration` when a property is refused.
    public init(
        properties: [String: String],
        clientID: String,
        niceness: Int = 0,
        log: @escaping @Sendable (KafkaLogLine) -> Void
    ) throws(KafkaError) {
        let configuration = ClientConfiguration()
        try configuration.set(
            properties,
            defaults: Self.defaults(beside: properties)
                .merging(["client.id": clientID, "group.id": clientID]) { $1 },
            // Without ends a quiet topic could not be told from one that is still to be read.
            owned: KafkaProperties.ownedValues.merging(["enable.partition.eof": "true"]) { $1 }
        )
        configuration.setNiceness(niceness)
        let strategy = properties["partition.assignment.strategy"] ?? ""
        rebalancing = Rebalancing(isIncremental: strategy.contains("cooperative"))
        let context = ClientContext(rebalancing: rebalancing, log: log)
        handle = try ClientHandle(configuration, context: context, type: RD_KAFKA_CONSUMER)
    }

    deinit {
        _ = handle.close(timeout: .zero)
    }

    /// The topics met so far, by the numbers that messages carry.
    ///
    /// For the polling thread.
    public var topicNames: [String] { rebalancing.topics.names }

    /// How many messages were dropped because they were older than the assignment, or not of it.
    ///
    /// For the polling thread.
    public var outdatedMessages: Int { rebalancing.tracker.outdated }

    /// Waits for messages, and serves all else that the library has to tell.
    ///
    /// Returns as soon as there are messages, with all that are ready. A rebalance is answered
    /// before the batch is returned, so that no batch holds messages of a partition that was revoked.
    ///
    /// - Parameters:
    ///   - maximum: the most messages to return, from 1 to 1,000,000.
    ///   - timeout: how long to wait for the first message.
    ///   - gathering: how much longer to wait for the batch to become full.
    /// - Returns: what came, possibly nothing.
    /// - Throws: only what ends the client or the assignment; see also `MessageBatch.errors`.
    public func poll(
        maximum: Int,
        timeout: Duration,
        gathering: Duration = .zero
    ) throws(KafkaError) -> MessageBatch {
        let (client, queue) = unsafe try handle.enter()
        var batch = MessageBatch(maximum: min(max(maximum, 1), 1_000_000), owner: handle)
        unsafe batch.fill(from: queue, timeout: timeout, gathering: gathering)
        var refused: KafkaError?
        do {
            try unsafe answerRebalances(client)
        } catch {
            refused = error
        }
        // Sifting comes after the rebalance: what was revoked must not be handed out.
        // The two are handed over for the length of the call: reaching for them is checked each time.
        if batch.sift(&rebalancing.tracker, &rebalancing.topics) {
            unsafe handle.context.receive(fatalError(of: client))
        }
        try handle.context.checkFatal()
        if let refused { throw refused }
        for error in handle.context.takeErrors() {
            if error.isRetriable { rebalancing.tracker.forgetEnds() }
            batch.append(PartitionError(partition: nil, error: error))
        }
        return batch
    }

    /// Ends the wait of a `poll` that is under way, or else of the next one that finds nothing.
    ///
    /// May be called from any thread.
    public func wake() { handle.wake() }

    /// Leaves the group and frees the client, without asking the rebalance function: acknowledge
    /// first, and end every batch.
    ///
    /// - Returns: false when it took longer than `timeout`, in which case the process should exit:
    ///   the library's close is known to hang, and nothing that matters is in its hands.
    public func close(timeout: Duration) -> Bool {
        handle.close(timeout: timeout)
    }
}
