import Credits
import LedgerStore

/// A message that has to wait: a copy, for its bytes were only lent.
struct WaitingMessage {
    let slot: Int
    let offset: Int64
    let timestamp: Timestamp?
    /// Where it stands in the order of time: its timestamp, held to the moment it was read.
    let moment: Timestamp
    private let key: [UInt8]?
    private let value: [UInt8]?
    private let headers: [MessageHeader]

    init(_ message: borrowing SourceMessage, moment: Timestamp) {
        slot = message.slot
        offset = message.offset
        timestamp = message.timestamp
        self.moment = moment
        key = message.key?.copy()
        value = message.value?.copy()
        headers = message.headers
    }

    /// Lends the message as its source did.
    func lend(_ body: (borrowing SourceMessage) -> Void) {
        body(
            SourceMessage(
                slot: slot,
                offset: offset,
                timestamp: timestamp,
                key: key?.span,
                value: value?.span,
                headers: headers
            )
        )
    }

    /// What it takes in memory, about.
    var size: Int {
        let fixed = 128
        return headers.reduce(fixed + (key?.count ?? 0) + (value?.count ?? 0)) {
            $0 + $1.name.utf8.count + ($1.value?.count ?? 0)
        }
    }
}

/// Messages that were read and may not be applied yet, in the order of their partitions.
struct WaitingMessages {
    private struct Queue {
        var messages: [WaitingMessage] = []
        /// Those before it were taken; dropped in one go, for removing the first moves all others.
        var start = 0
    }

    private var queues: [PartitionKey: Queue] = [:]
    /// What all of them take in memory, about.
    private(set) var bytes = 0

    var isEmpty: Bool { queues.isEmpty }
    var keys: [PartitionKey] { Array(queues.keys) }

    func first(of key: PartitionKey) -> WaitingMessage? {
        queues[key].map { $0.messages[$0.start] }
    }

    mutating func append(_ message: WaitingMessage, to key: PartitionKey) {
        queues[key, default: Queue()].messages.append(message)
        bytes += message.size
    }

    /// Drops the first of a partition, and says when the next one is from.
    mutating func removeFirst(of key: PartitionKey) -> Timestamp? {
        guard let taken = first(of: key) else { return nil }
        bytes -= taken.size
        queues[key]?.start += 1
        guard let queue = queues[key], queue.start < queue.messages.count else {
            queues[key] = nil
            return nil
        }
        if queue.start >= 1024, queue.start * 2 >= queue.messages.count {
            queues[key]?.messages.removeFirst(queue.start)
            queues[key]?.start = 0
        }
        return first(of: key)?.moment
    }

    /// Drops what waits of a partition: it will be read again.
    mutating func remove(_ key: PartitionKey) {
        guard let queue = queues.removeValue(forKey: key) else { return }
        bytes -= queue.messages[queue.start...].reduce(0) { $0 + $1.size }
    }
}
