import CRdKafka
import Dispatch
import Synchronization

/// Owns a client of the library and its queue, and ends them in the one order that is safe:
/// nobody uses the client any more, group left, queue released, client destroyed, context released.
///
/// `@unchecked` because of the two pointers: they never change, the library's client is safe for
/// threads, and a lease keeps both alive while they are used.
@safe
final class ClientHandle: @unchecked Sendable {
    let context: ClientContext
    private let client: OpaquePointer
    private let queue: OpaquePointer
    private let isConsumer: Bool
    private let isClosed = Mutex(false)
    /// Topics that were found for good; the client does not end before they are let go.
    private let topics = Mutex<[TopicPointer]>([])
    /// Entered by every call in progress and by every batch that still holds messages: the library
    /// waits for ever in `rd_kafka_destroy` while one message is out.
    private let leases = DispatchGroup()
    private let destroyed = DispatchSemaphore(value: 0)

    init(
        _ configuration: consuming ClientConfiguration,
        context: ClientContext,
        type: rd_kafka_type_t
    ) throws(KafkaError) {
        self.context = context
        isConsumer = type == RD_KAFKA_CONSUMER
        configuration.connect(context)
        let client = unsafe try configuration.makeClient(type)
        unsafe self.client = client
        if isConsumer { unsafe rd_kafka_poll_set_consumer(client) }
        let found =
            unsafe isConsumer
            ? rd_kafka_queue_get_consumer(client)
            : rd_kafka_queue_get_main(client)
        guard let queue = unsafe found else {
            unsafe rd_kafka_destroy(client)
            throw .configuration("the client has no queue")
        }
        unsafe self.queue = queue
        _ = unsafe Unmanaged.passRetained(context)
    }

    /// Lends client and queue until `leave()`.
    func enter() throws(KafkaError) -> (client: OpaquePointer, queue: OpaquePointer) {
        let isOpen = isClosed.withLock { isClosed in
            if !isClosed { leases.enter() }
            return !isClosed
        }
        guard isOpen else { throw .closed }
        return unsafe (client, queue)
    }

    func leave() {
        leases.leave()
    }

    /// Lets the thread that waits at the queue go, or the next one that would.
    func wake() {
        guard let (_, queue) = unsafe try? enter() else { return }
        defer { leave() }
        unsafe rd_kafka_queue_yield(queue)
    }

    /// Finds a topic, which need not exist yet; valid as long as the client.
    func topic(named name: String) throws(KafkaError) -> TopicPointer {
        let (client, _) = unsafe try enter()
        defer { leave() }
        guard let found = unsafe rd_kafka_topic_new(client, name, nil) else {
            throw KafkaError(rd_kafka_last_error())
        }
        let topic = unsafe TopicPointer(pointer: found)
        topics.withLock { $0.append(topic) }
        return topic
    }

    /// Ends the client on a thread of its own, because the library's own close can hang.
    ///
    /// - Returns: false when that takes longer than `timeout`; it then goes on in the background.
    func close(timeout: Duration) -> Bool {
        let isFirst = isClosed.withLock { isClosed in
            defer { isClosed = true }
            return !isClosed
        }
        if isFirst {
            DispatchQueue(label: "kafka-close").async { [self] in
                leases.wait()
                destroy()
                destroyed.signal()
            }
        }
        let limit = DispatchTime.now() + .milliseconds(Int(timeout.timeoutMs))
        guard destroyed.wait(timeout: limit) == .success else { return false }
        destroyed.signal()  // whoever asks again finds it closed
        return true
    }

    private func destroy() {
        if isConsumer {
            unsafe context.rebalancing?.abandon(client: client)
            unsafe rd_kafka_consumer_close(client)
        }
        for topic in topics.withLock({ $0 }) { unsafe rd_kafka_topic_destroy(topic.pointer) }
        unsafe rd_kafka_queue_destroy(queue)
        unsafe rd_kafka_destroy(client)
        unsafe Unmanaged.passUnretained(context).release()
    }
}

/// A topic of a client; it may be used while its client is lent.
///
/// `@unchecked` because the library's topics are safe for threads.
@safe
struct TopicPointer: @unchecked Sendable {
    let pointer: OpaquePointer
}
