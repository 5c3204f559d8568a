import Dispatch
import KafkaIO
import LedgerStore
import QueryAPI
import Synchronization
import UsagePipeline

/// The partitions that are assigned at the moment; written by intake, read by the API.
final class AssignedPartitions: Sendable {
    private struct State {
        var partitions: Set<PartitionKey> = []
        var wasAssigned = false
    }

    private let state = Mutex(State())

    func add(_ partitions: [PartitionKey]) {
        state.withLock {
            $0.partitions.formUnion(partitions)
            $0.wasAssigned = true
        }
    }

    func remove(_ partitions: [PartitionKey]) {
        state.withLock { $0.partitions.subtract(partitions) }
    }

    /// Nil before the first assignment.
    var current: Set<PartitionKey>? {
        state.withLock { $0.wasAssigned ? $0.partitions : nil }
    }
}

/// What the API is told about the worker.
final class WorkerHealth: WorkerStatus {
    private struct Ends {
        var at: ContinuousClock.Instant?
        var ends: [PartitionKey: Watermarks] = [:]
    }

    /// End offsets are asked anew when those at hand are older than this (contract §6).
    private static let maximumAge = Duration.milliseconds(100)

    private let consumer: Consumer
    private let cluster: String
    private let reader: any LedgerReader
    private let assigned: AssignedPartitions
    private let ends = Mutex(Ends())
    private let failure = Mutex<String?>(nil)
    /// Asking brokers blocks, so it happens on a queue of its own, one at a time.
    private let queue = DispatchQueue(label: "drawdown.lag")

    init(
        consumer: Consumer,
        cluster: String,
        reader: any LedgerReader,
        assigned: AssignedPartitions
    ) {
        self.consumer = consumer
        self.cluster = cluster
        self.reader = reader
        self.assigned = assigned
    }

    func notReadyReasons() -> [String] {
        var reasons: [String] = []
        if let message = failure.withLock({ $0 }) { reasons.append(message) }
        if assigned.current == nil { reasons.append("no partition is assigned yet") }
        return reasons
    }

    /// The worker ended with this.
    func noteFailure(_ message: String) { failure.withLock { $0 = message } }

    func lagMessages() async -> Int64? {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: self.lag()) }
        }
    }

    /// Records not yet applied; nil before the first assignment, or while the brokers do not answer.
    func lag() -> Int64? {
        guard let partitions = assigned.current else { return nil }
        guard let ends = ends(of: partitions) else { return nil }
        // Read after the ends: what is applied in between may only make the lag smaller.
        let applied = reader.offsets(cluster: cluster)
        return partitions.reduce(0) { sum, partition in
            guard let end = ends[partition] else { return sum }
            return sum + max(0, end.high - (applied[partition] ?? end.low))
        }
    }

    private func ends(of partitions: Set<PartitionKey>) -> [PartitionKey: Watermarks]? {
        let known = ends.withLock { $0 }
        let now = ContinuousClock.now
        if let at = known.at, now - at < Self.maximumAge, Set(known.ends.keys) == partitions {
            return known.ends
        }
        let wanted = partitions.map { TopicPartition($0) }
        guard let fresh = try? consumer.watermarks(of: wanted, timeout: .seconds(2)) else {
            return nil
        }
        let ends = Dictionary(
            uniqueKeysWithValues: fresh.map { (PartitionKey($0.key), $0.value) }
        )
        self.ends.withLock { $0 = Ends(at: now, ends: ends) }
        return ends
    }
}
