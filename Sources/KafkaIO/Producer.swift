import CRdKafka
import Synchronization

/// What became of messages that were sent one after the other under one number.
public struct Delivery: Equatable, Sendable {
    /// The caller's own number for them.
    public let tag: UInt64
    /// How many there are; 1 where there is an error.
    public let count: Int
    /// Nil when the brokers have them; else why one may not be there.
    public let error: KafkaError?
}

/// Sends messages, each acknowledged by all in-sync replicas, and reports on every one of them.
///
/// `send` and `wake` may be called from any thread; deliveries are read by one.
public final class Producer: Sendable {
    private let handle: ClientHandle
    /// Deliveries that `flush` came upon, for the next call of `deliveries`.
    private let unread = Mutex<[Delivery]>([])

    /// What a caller may override.
    ///
    /// A message is given up after a day: giving up early would only make doubles, since the caller
    /// sends it again.
    static let defaults = [
        // Whoever sends much at once sends it within that; waiting longer only makes it later.
        "linger.ms": "1",
        "compression.type": "lz4",
        "message.timeout.ms": "86400000",
        "socket.keepalive.enable": "true",
    ]

    /// Starts a client; no connection is needed yet.
    ///
    /// - Parameters:
    ///   - properties: librdkafka's properties, verbatim.
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
            defaults: Self.defaults.merging(["client.id": clientID]) { $1 },
            owned: ["enable.idempotence": "true"]
        )
        configuration.setNiceness(niceness)
        configuration.enableEvents(RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR)
        let context = ClientContext(rebalancing: nil, log: log)
        handle = try ClientHandle(configuration, context: context, type: RD_KAFKA_PRODUCER)
    }

    deinit {
        _ = handle.close(timeout: .zero)
    }

    /// Puts a copy of the message into the queue.
    ///
    /// - Parameters:
    ///   - topic: need not exist yet.
    ///   - partition: nil lets the partitioner choose by the key.
    ///   - key: nil for none, which is not the same as empty.
    ///   - value: nil for a tombstone.
    ///   - headers: in this order; names may repeat.
    ///   - timestampMs: Unix milliseconds; nil for now.
    ///   - tag: comes back in the delivery.
    /// - Throws: `queueFull` when deliveries must be read first; `messageTooLarge`; `unknownTopic`;
    ///   after a fatal error, that error.
    public func send(
        topic: String,
        partition: Int32? = nil,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: [Header] = [],
        timestampMs: Int64? = nil,
        tag: UInt64
    ) throws(KafkaError) {
        var list = try HeaderList(headers)
        unsafe try send(
            topic: topic,
            partition: partition,
            key: key,
            value: value,
            headers: &list,
            timestampMs: timestampMs,
            tag: tag
        )
    }

    /// As above, for bytes that are at hand as arrays.
    public func send(
        topic: String,
        partition: Int32? = nil,
        key: [UInt8]?,
        value: [UInt8]?,
        headers: [Header] = [],
        timestampMs: Int64? = nil,
        tag: UInt64
    ) throws(KafkaError) {
        var list = try HeaderList(headers)
        let result: Result<Void, KafkaError> = unsafe withOptionalBytes(key) { key in
            unsafe withOptionalBytes(value) { value in
                Result { () throws(KafkaError) in
                    unsafe try send(
                        topic: topic,
                        partition: partition,
                        key: key,
                        value: value,
                        headers: &list,
                        timestampMs: timestampMs,
                        tag: tag
                    )
                }
            }
        }
        try result.get()
    }

    /// As above, for text.
    public func send(
        topic: String,
        partition: Int32? = nil,
        key: String?,
        value: String?,
        headers: [Header] = [],
        timestampMs: Int64? = nil,
        tag: UInt64
    ) throws(KafkaError) {
        try send(
            topic: topic,
            partition: partition,
            key: key.map { Array($0.utf8) },
            value: value.map { Array($0.utf8) },
            headers: headers,
            timestampMs: timestampMs,
            tag: tag
        )
    }

    /// Finds a topic, which need not exist yet, for many messages.
    ///
    /// - Throws: `stateChanged` when the producer is closed; `configuration` for a name that is none.
    public func topic(named name: String) throws(KafkaError) -> ProducerTopic {
        ProducerTopic(handle: handle, topic: try handle.topic(named: name))
    }

    func send(
        topic: String,
        partition: Int32?,
        key: UnsafeRawBufferPointer?,
        value: UnsafeRawBufferPointer?,
        headers: inout HeaderList,
        timestampMs: Int64?,
        tag: UInt64
    ) throws(KafkaError) {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        let key = unsafe key?.withAddress
        let value = unsafe value?.withAddress
        let error = unsafe headers.handOver { headers in
            unsafe drawdown_produce(
                client,
                topic,
                partition ?? RD_KAFKA_PARTITION_UA,
                key?.baseAddress,
                key?.count ?? 0,
                value?.baseAddress,
                value?.count ?? 0,
                headers,
                timestampMs ?? 0,
                UnsafeMutableRawPointer(bitPattern: UInt(tag))
            )
        }
        if error == RD_KAFKA_RESP_ERR__FATAL { throw unsafe fatalError(of: client) }
        try KafkaError.check(error)
    }

    /// Visits deliveries, in the order in which they became known.
    ///
    /// - Parameters:
    ///   - maximum: stop soon after this many; what came in one piece is visited in full.
    ///   - timeout: how long to wait for the first.
    ///   - body: is called once for each message, or for several with the same tag in a row.
    /// - Throws: a fatal error, once all deliveries before it have been visited. The client is then
    ///   of no further use: make a new one, and send again what was not delivered.
    public func deliveries(
        maximum: Int,
        timeout: Duration,
        _ body: (Delivery) -> Void
    ) throws(KafkaError) {
        let stashed = unread.withLock { unread in
            defer { unread = [] }
            return unread
        }
        stashed.forEach(body)
        var count = stashed.reduce(0) { $0 + $1.count }
        var wait = count == 0 ? timeout : .zero
        let (client, queue) = unsafe try handle.enter()
        defer { handle.leave() }
        while count < maximum, let event = unsafe rd_kafka_queue_poll(queue, wait.timeoutMs) {
            count += unsafe serve(event, client, body)
            unsafe rd_kafka_event_destroy(event)
            wait = .zero
        }
        guard count == 0 else { return }
        // Asked as well: no event tells of every fatal error.
        if unsafe rd_kafka_fatal_error(client, nil, 0) != RD_KAFKA_RESP_ERR_NO_ERROR {
            throw unsafe fatalError(of: client)
        }
        try handle.context.checkFatal()
    }

    /// Ends the wait of a `deliveries` that is under way, or else of the next one that finds nothing.
    ///
    /// May be called from any thread.
    public func wake() { handle.wake() }

    /// Waits until every message sent so far has its delivery; those are then read by `deliveries`.
    ///
    /// - Returns: false when some were still outstanding after `timeout`.
    public func flush(timeout: Duration) -> Bool {
        guard let (client, queue) = unsafe try? handle.enter() else { return false }
        defer { handle.leave() }
        let deadline = Deadline(after: timeout)
        while unsafe rd_kafka_outq_len(client) > 0 {
            guard !deadline.isOver else { return false }
            // Short waits: the queue can become empty without an event.
            let wait = min(deadline.remaining, .milliseconds(100))
            guard let event = unsafe rd_kafka_queue_poll(queue, wait.timeoutMs) else { continue }
            _ = unsafe serve(event, client) { delivery in
                unread.withLock { $0.append(delivery) }
            }
            unsafe rd_kafka_event_destroy(event)
        }
        return true
    }

    /// Messages whose delivery is not known yet.
    public var queued: Int {
        guard let (client, _) = unsafe try? handle.enter() else { return 0 }
        defer { handle.leave() }
        return unsafe Int(rd_kafka_outq_len(client))
    }

    /// Frees the client; messages that are still queued are dropped, so `flush` first.
    ///
    /// - Returns: false when it took longer than `timeout`.
    public func close(timeout: Duration) -> Bool {
        handle.close(timeout: timeout)
    }

    /// Returns the number of messages in the event.
    private func serve(
        _ event: OpaquePointer,
        _ client: OpaquePointer,
        _ body: (Delivery) -> Void
    ) -> Int {
        guard unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_DR else {
            unsafe receiveError(event, client)
            return 0
        }
        var count = 0
        var (tag, run): (UInt64, Int) = (0, 0)
        func endRun() {
            if run > 0 { body(Delivery(tag: tag, count: run, error: nil)) }
            run = 0
        }
        while let message = unsafe rd_kafka_event_message_next(event) {
            let error = unsafe message.pointee.err
            let next = unsafe UInt64(UInt(bitPattern: message.pointee._private))
            if next != tag || error != RD_KAFKA_RESP_ERR_NO_ERROR { endRun() }
            if error == RD_KAFKA_RESP_ERR_NO_ERROR {
                tag = next
                run += 1
            } else {
                body(Delivery(tag: next, count: 1, error: handle.context.explain(error)))
            }
            count += 1
        }
        endRun()
        return count
    }

    private func receiveError(_ event: OpaquePointer, _ client: OpaquePointer) {
        guard unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_ERROR else { return }
        let error = unsafe rd_kafka_event_error(event)
        if error == RD_KAFKA_RESP_ERR__FATAL {
            unsafe handle.context.receive(fatalError(of: client))
        } else {
            unsafe handle.context.receive(
                KafkaError(error, reason: string(rd_kafka_event_error_string(event)))
            )
        }
    }
}
