import CPrefetch
import CRdKafka

/// The messages of one poll, whose bytes stay with the library until the batch ends.
///
/// A batch may be handed to another thread. It must end before its consumer is closed.
///
/// `@unchecked` because of the pointers: the batch alone owns the messages.
@safe
public struct MessageBatch: ~Copyable, @unchecked Sendable {
    typealias Pointer = UnsafeMutablePointer<rd_kafka_message_t>

    @safe
    private struct Topic {
        let handle: OpaquePointer
        let index: Int
    }

    /// How many messages `forEach` visits.
    public private(set) var count = 0
    /// What reading met beside the messages; a partition with an error has stopped.
    public private(set) var errors: [PartitionError] = []
    private let messages: UnsafeMutableBufferPointer<Pointer?>
    /// Topics by the library's handle: few, and alive as long as a message of this batch is.
    private var topics: [Topic] = []
    private let owner: ClientHandle
    private let maximum: Int
    /// So many ends of partitions are read beside the messages, whose places they must not take.
    private static let endsAtMost = 64
    /// Of a longer value the rest follows by itself.
    private static let prefetchedBytes = 256

    /// Takes over a lease of the owner's client.
    init(maximum: Int, owner: ClientHandle) {
        self.owner = owner
        self.maximum = maximum
        unsafe messages = .allocate(capacity: maximum + Self.endsAtMost)
        unsafe messages.initialize(repeating: nil)
    }

    deinit {
        for index in 0..<count {
            unsafe rd_kafka_message_destroy(messages[index])
        }
        unsafe messages.deallocate()
        owner.leave()
    }

    /// Whether a message of the topic with this number may be among them.
    public borrowing func mayHold(topic: Int) -> Bool {
        topics.contains { $0.index == topic }
    }

    /// Visits the messages in the order of the poll: within a partition, by offset.
    ///
    /// - Parameter body: gets a view that ends with its call.
    public borrowing func forEach(_ body: (borrowing Message) -> Void) {
        var handle: OpaquePointer?
        var topic = 0
        for index in 0..<count {
            guard let pointer = unsafe messages[index] else { continue }
            if unsafe pointer.pointee.rkt != handle {
                unsafe handle = pointer.pointee.rkt
                topic = topics.first { unsafe $0.handle == handle }?.index ?? 0
            }
            let next = unsafe index + 1 < count ? messages[index + 1] : nil
            unsafe body(Message(pointer, before: next, topic: topic))
        }
    }

    mutating func append(_ error: PartitionError) {
        errors.append(error)
    }

    /// Waits for a first message, then takes what comes until the batch is full or `gathering` over.
    mutating func fill(from queue: OpaquePointer, timeout: Duration, gathering: Duration) {
        let base = unsafe messages.baseAddress
        let first = unsafe rd_kafka_consume_batch_queue(queue, timeout.timeoutMs, base, 1)
        count = max(0, first)
        let deadline = Deadline(after: gathering)
        var wanted = count == 1 ? maximum - 1 + ends(from: 0) : 0
        while wanted > 0, unsafe count < messages.count {
            let (start, asked) = unsafe (count, min(wanted, messages.count - count))
            let more = unsafe rd_kafka_consume_batch_queue(
                queue,
                deadline.remaining.timeoutMs,
                base.map { unsafe $0 + start },
                asked
            )
            count += max(0, more)
            guard more == asked else { return }
            wanted += ends(from: start) - asked
        }
    }

    /// How many of those from `start` on are no messages but ends of partitions.
    private func ends(from start: Int) -> Int {
        (start..<count).reduce(0) { sum, index in
            let error = unsafe messages[index]?.pointee.err
            return error == RD_KAFKA_RESP_ERR__PARTITION_EOF ? sum + 1 : sum
        }
    }

    /// Sorts out errors, and messages that are not, or no longer, to be read.
    ///
    /// Returns whether one of the errors ends the client.
    mutating func sift(_ tracker: inout AssignmentTracker, _ names: inout TopicNames) -> Bool {
        var kept = 0
        var isFatal = false
        var handle: OpaquePointer?
        var topic = 0
        for index in 0..<count {
            guard let pointer = unsafe messages[index] else { continue }
            let error = unsafe pointer.pointee.err
            guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
                unsafe meetEnd(pointer.pointee, &tracker, &names)
                isFatal = isFatal || error == RD_KAFKA_RESP_ERR__FATAL
                unsafe receiveError(pointer)
                unsafe rd_kafka_message_destroy(pointer)
                continue
            }
            if let new = unsafe pointer.pointee.rkt, unsafe new != handle {
                unsafe handle = new
                topic = unsafe number(ofTopic: new, &names)
            }
            let isCurrent = unsafe tracker.admit(
                topic: topic,
                partition: pointer.pointee.partition,
                offset: pointer.pointee.offset
            )
            if isCurrent {
                // It waited for long, and is read next: all of a batch are waited for together.
                unsafe drawdown_prefetch(
                    pointer.pointee.payload,
                    UInt(min(pointer.pointee.len, Self.prefetchedBytes))
                )
                unsafe messages[kept] = pointer
                kept += 1
            } else {
                unsafe rd_kafka_message_destroy(pointer)
            }
        }
        count = kept
        return isFatal
    }

    private func meetEnd(
        _ message: rd_kafka_message_t,
        _ tracker: inout AssignmentTracker,
        _ names: inout TopicNames
    ) {
        guard unsafe message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF,
            let handle = unsafe message.rkt
        else { return }
        tracker.meetEnd(
            topic: unsafe names.index(of: string(rd_kafka_topic_name(handle))),
            partition: unsafe message.partition,
            offset: unsafe message.offset
        )
    }

    private mutating func number(ofTopic handle: OpaquePointer, _ names: inout TopicNames) -> Int {
        if let known = topics.first(where: { unsafe $0.handle == handle }) {
            return known.index
        }
        let index = unsafe names.index(of: string(rd_kafka_topic_name(handle)))
        unsafe topics.append(Topic(handle: handle, index: index))
        return index
    }

    private mutating func receiveError(_ pointer: Pointer) {
        let message = unsafe pointer.pointee
        // The end of a partition is no failure.
        guard unsafe message.err != RD_KAFKA_RESP_ERR__PARTITION_EOF else { return }
        let partition = unsafe message.rkt.map { handle in
            unsafe TopicPartition(
                topic: string(rd_kafka_topic_name(handle)),
                partition: message.partition
            )
        }
        let reason = unsafe string(rd_kafka_message_errstr(pointer))
        errors.append(
            PartitionError(
                partition: partition,
                error: unsafe KafkaError(message.err, reason: reason)
            )
        )
    }
}
