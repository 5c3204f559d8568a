import CRdKafka

/// A topic that a producer writes to, found once for many messages.
public struct ProducerTopic: Sendable {
    let handle: ClientHandle
    let topic: TopicPointer

    /// Lends the producer for a run of messages.
    ///
    /// - Throws: `stateChanged` when the producer is closed; what `body` throws.
    public func sending<Result>(
        _ body: (borrowing Sender) throws(KafkaError) -> Result
    ) throws(KafkaError) -> Result {
        let (client, _) = unsafe try handle.enter()
        defer { handle.leave() }
        return try body(unsafe Sender(client: client, topic: topic.pointer))
    }

    /// Puts messages into the producer's queue, while it is lent.
    @safe
    public struct Sender: ~Copyable {
        fileprivate let client: OpaquePointer
        fileprivate let topic: OpaquePointer

        /// Puts a copy of the message into the queue.
        ///
        /// - Parameters:
        ///   - partition: nil lets the partitioner choose by the key.
        ///   - key: nil for none, which is not the same as empty.
        ///   - value: nil for a tombstone.
        ///   - headers: taken over, unless this throws.
        ///   - timestampMs: Unix milliseconds; nil for now.
        ///   - tag: comes back in the delivery.
        /// - Throws: as `Producer.send` does.
        public func send(
            partition: Int32? = nil,
            key: Span<UInt8>?,
            value: Span<UInt8>?,
            headers: inout HeaderList,
            timestampMs: Int64? = nil,
            tag: UInt64
        ) throws(KafkaError) {
            let error = unsafe withOptionalBytes(key) { key in
                unsafe withOptionalBytes(value) { value in
                    unsafe headers.handOver { headers in
                        unsafe drawdown_produce_to(
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
                }
            }
            if error == RD_KAFKA_RESP_ERR__FATAL { throw unsafe fatalError(of: client) }
            try KafkaError.check(error)
        }
    }
}
