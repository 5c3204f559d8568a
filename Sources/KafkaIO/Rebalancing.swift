import CRdKafka
import Synchronization

/// Takes the library's rebalance callbacks and keeps them until the poll that they interrupted has
/// its messages.
///
/// Answering inside the callback would start the new assignment while the same batch still holds
/// messages of the old one, and nothing could tell the two apart afterwards. Answered between two
/// batches, every message of this batch is older than the change.
///
/// `@unchecked` because the polling thread alone touches it, and the closing thread only when no
/// poll can run any more.
final class Rebalancing: @unchecked Sendable {
    enum Change {
        case assigned([TopicPartition])
        case revoked([TopicPartition], lost: Bool)
        case failed(KafkaError)
    }

    /// Whether assignments change by difference; true for cooperative strategies only.
    let isIncremental: Bool
    var answer: ((Rebalance) -> [PartitionStart])?
    var tracker = AssignmentTracker()
    var topics = TopicNames()
    /// What the caller paused and did not resume.
    var paused: Set<TopicPartition> = []
    private var pending: [Change] = []
    private var isClosing = false

    init(isIncremental: Bool) {
        self.isIncremental = isIncremental
    }

    func receive(
        _ error: rd_kafka_resp_err_t,
        _ partitions: [TopicPartition],
        client: OpaquePointer
    ) {
        guard !isClosing else { return unsafe yield(partitions, client: client) }
        switch error {
        case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
            pending.append(.assigned(partitions))
        case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
            let isLost = unsafe rd_kafka_assignment_lost(client) != 0
            pending.append(.revoked(partitions, lost: isLost))
        default:
            pending.append(.failed(KafkaError(error)))
        }
        // Ends the poll as soon as its queue is empty: the group waits for the answer.
        let queue = unsafe rd_kafka_queue_get_consumer(client)
        unsafe rd_kafka_queue_yield(queue)
        unsafe rd_kafka_queue_destroy(queue)
    }

    func takePending() -> [Change] {
        defer { pending = [] }
        return pending
    }

    /// From here on every change is answered with "none", at once and without asking: closing must
    /// not depend on what the caller's function does on a foreign thread.
    func abandon(client: OpaquePointer) {
        isClosing = true
        answer = nil
        for change in takePending() {
            guard case .revoked(let partitions, _) = change else { continue }
            unsafe yield(partitions, client: client)
        }
        // An assignment that was never answered, or whose answer was refused, would hold up the
        // close for ever.
        unsafe yield([], client: client)
    }

    private func yield(_ partitions: [TopicPartition], client: OpaquePointer) {
        guard isIncremental else {
            unsafe rd_kafka_assign(client, nil)
            return
        }
        let list = PartitionList(partitions)
        if let error = unsafe rd_kafka_incremental_unassign(client, list.pointer) {
            unsafe rd_kafka_error_destroy(error)
        }
    }
}

/// Gives each topic a small number, so that a message needs no string of its own.
struct TopicNames {
    private(set) var names: [String] = []
    private var indexes: [String: Int] = [:]

    mutating func index(of name: String) -> Int {
        if let index = indexes[name] { return index }
        indexes[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
