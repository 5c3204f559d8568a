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
    /// End offsets are never older than this (contract §6).
    private static let maximumAge = Duration.milliseconds(100)
    /// A cluster that says nothing for so long is not there.
    private static let maximumSilence = Duration.seconds(10)

    private let cluster: String
    private let reader: any LedgerReader
    private let assigned: AssignedPartitions
    private let endOffsets: EndOffsets
    private let failure = Mutex<String?>(nil)
    private let control = Mutex<Worker.Control?>(nil)

    /// - Parameters:
    ///   - endOffsets: where the partitions end.
    ///   - cluster: whose offsets count.
    ///   - reader: knows what is applied.
    ///   - assigned: the partitions to sum over.
    init(
        endOffsets: EndOffsets,
        cluster: String,
        reader: any LedgerReader,
        assigned: AssignedPartitions
    ) {
        self.cluster = cluster
        self.reader = reader
        self.assigned = assigned
        self.endOffsets = endOffsets
    }

    /// Begins to watch a worker.
    func watch(_ control: Worker.Control) {
        self.control.withLock { $0 = control }
        endOffsets.start()
    }

    func notReadyReasons() -> [String] {
        var reasons: [String] = []
        if let message = failure.withLock({ $0 }) { reasons.append(message) }
        if assigned.current?.isEmpty ?? true { reasons.append("no partition is assigned") }
        // Before the first answer nothing is known against the cluster but the missing assignment.
        if assigned.current != nil, endOffsets.silence > Self.maximumSilence {
            reasons.append("Kafka does not answer")
        }
        if control.withLock({ $0?.isOutboxFull ?? false }) {
            reasons.append("Kafka does not take triggers, and no more of them may wait")
        }
        return reasons
    }

    /// The worker ended with this.
    func noteFailure(_ message: String) { failure.withLock { $0 = message } }

    func lagMessages() async -> Int64? {
        guard let partitions = assigned.current else { return nil }
        guard !partitions.isEmpty else { return 0 }
        let ends = await endOffsets.ends(
            of: partitions,
            maximumAge: Self.maximumAge,
            timeout: .milliseconds(500)
        )
        guard let ends else { return nil }
        // Read after the ends: what is applied in between may only make the lag smaller.
        let applied = reader.offsets(cluster: cluster)
        return partitions.reduce(0) { sum, partition in
            guard let end = ends[partition] else { return sum }
            return sum + max(0, end.high - (applied[partition] ?? end.low))
        }
    }
}
