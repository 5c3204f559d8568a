import Credits
import LedgerStore
import Synchronization
import UsageCodec
import UsagePipeline

/// A cluster of a test's own: what it holds, and what it tells of its ends, is what the test says.
final class TestSource: MessageSource {
    static let usage = PartitionKey(topic: "usage", partition: 0)
    static let commands = PartitionKey(topic: "commands", partition: 0)

    let cluster = "test"
    let partitions: Set<PartitionKey>
    private let keys: [PartitionKey]
    private var logs: [PartitionKey: [(value: String, at: Timestamp?)]] = [:]
    private var next: [PartitionKey: Int] = [:]
    /// Partitions of which nothing is handed out, as if their broker were slow.
    var slow: Set<PartitionKey> = []
    private(set) var paused: Set<PartitionKey> = []
    private(set) var questions = 0
    private var isAsked = false
    /// Who is told of partitions; weak, for it owns this source.
    private(set) weak var handler: (any AssignmentHandler)?
    /// Where the worker wanted the partitions to begin.
    private(set) var starts: [StartPosition] = []
    /// Whether questions about ends are answered.
    var answers = true

    init(_ keys: [PartitionKey] = [usage, commands]) {
        self.keys = keys.sorted()
        partitions = Set(keys)
    }

    func send(_ value: String, to key: PartitionKey, at timestamp: Timestamp?) {
        logs[key, default: []].append((value, timestamp))
    }

    func start(_ handler: any AssignmentHandler) {
        self.handler = handler
        starts = handler.assigned(keys)
        for (key, start) in zip(keys, starts) {
            guard case .offset(let offset) = start else { continue }
            next[key] = Int(offset)
        }
    }

    func poll(
        maximum: Int,
        timeout: Duration,
        gathering: Duration,
        _ receive: (borrowing SourceMessage) -> Void
    ) {
        var left = maximum
        for (slot, key) in keys.enumerated() where !slow.contains(key) && !paused.contains(key) {
            let start = next[key, default: 0]
            let more = logs[key, default: []].dropFirst(start).prefix(left)
            for (offset, message) in more.enumerated() {
                let value = Array(message.value.utf8)
                receive(
                    SourceMessage(
                        slot: slot,
                        offset: Int64(start + offset),
                        timestamp: message.at,
                        key: nil,
                        value: value.span,
                        headers: []
                    )
                )
            }
            next[key] = start + more.count
            left -= more.count
        }
    }

    func partition(slot: Int) -> PartitionKey { keys[slot] }
    // It never waits.
    let wake: @Sendable () -> Void = {}
    func acknowledge(_ offsets: [PartitionKey: Int64], metadata: String) {}

    func isAtEnd(_ partition: PartitionKey) -> Bool {
        !slow.contains(partition)
            && next[partition, default: 0] == logs[partition, default: []].count
    }

    func askForEnds() {
        questions += 1
        isAsked = true
    }

    func takeEnds() -> Set<PartitionKey>? {
        guard isAsked, answers else { return nil }
        isAsked = false
        return partitions.filter { isAtEnd($0) }
    }

    func pause(_ partitions: [PartitionKey]) { paused.formUnion(partitions) }
    func resume(_ partitions: [PartitionKey]) { paused.subtract(partitions) }
}

/// A sink that takes everything at once.
final class TestSink: MessageSink {
    private var taken: [SinkDelivery] = []

    func send(_ messages: OutgoingMessages, _ range: Range<Int>, tag: UInt64) -> Int {
        taken.append(SinkDelivery(tag: tag, count: range.count))
        return range.count
    }

    // It never waits.
    let wake: @Sendable () -> Void = {}

    func deliveries(timeout: Duration, _ receive: (SinkDelivery) -> Void) {
        taken.forEach(receive)
        taken = []
    }
}

/// A clock that the test moves.
final class TestClock: WorkerClock {
    private let microseconds: Atomic<Int64>
    private let start: Int64

    init(_ start: Timestamp) {
        self.start = start.microseconds
        microseconds = Atomic(start.microseconds)
    }

    var now: Timestamp {
        Timestamp(microseconds: microseconds.load(ordering: .relaxed)) ?? .latest
    }

    var elapsed: Duration { .microseconds(microseconds.load(ordering: .relaxed) - start) }

    func advance(by duration: Duration) {
        microseconds.add(Int64(duration / .microseconds(1)), ordering: .relaxed)
    }
}
