import CRdKafka

/// A message as Kafka holds it: a view that is valid inside `MessageBatch.forEach` only.
///
/// It cannot be copied or kept, but the byte buffers it lends can: copy the bytes, not the buffers.
@safe
public struct Message: ~Copyable {
    /// The topic's number in `Consumer.topicNames`.
    public let topic: Int
    public let partition: Int32
    public let offset: Int64
    /// The key's bytes; nil when there is none.
    public let key: UnsafeRawBufferPointer?
    /// The value's bytes; nil for a tombstone.
    public let value: UnsafeRawBufferPointer?
    private let pointer: UnsafePointer<rd_kafka_message_t>
    /// The message behind it in the poll.
    private let next: UnsafePointer<rd_kafka_message_t>?

    init(
        _ pointer: UnsafePointer<rd_kafka_message_t>,
        before next: UnsafePointer<rd_kafka_message_t>?,
        topic: Int
    ) {
        unsafe self.pointer = pointer
        unsafe self.next = next
        self.topic = topic
        partition = unsafe pointer.pointee.partition
        offset = unsafe pointer.pointee.offset
        unsafe key = pointer.pointee.key.map { address in
            unsafe UnsafeRawBufferPointer(start: address, count: pointer.pointee.key_len)
        }
        unsafe value = pointer.pointee.payload.map { address in
            unsafe UnsafeRawBufferPointer(start: address, count: pointer.pointee.len)
        }
    }

    /// Unix milliseconds, by the producer's or the broker's clock as the topic has it; nil when the
    /// message has none.
    public var timestampMs: Int64? {
        var type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let timestamp = unsafe rd_kafka_message_timestamp(pointer, &type)
        return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || timestamp < 0 ? nil : timestamp
    }

    /// A copy of the headers, in order; empty, without allocation, when there are none.
    public var headers: [Header] { showsNoHeaders ? [] : unsafe copyHeaders(of: pointer) }

    /// Whether it is known without asking the library that there are none.
    var showsNoHeaders: Bool {
        guard let next = unsafe next else { return false }
        return unsafe RecordFraming.showsNoHeaders(pointer.pointee, before: next.pointee)
    }

    /// The topic's name, made anew at each call; prefer `topic` where there are many messages.
    public var topicName: String { unsafe string(rd_kafka_topic_name(pointer.pointee.rkt)) }
}
