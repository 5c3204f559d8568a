import Credits
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
        /// Of partitions that end so: offsets that no message has.
        var unused: [PartitionKey: Range<Int64>] = [:]
    }

    private let state = Mutex(State())

    func add(_ partitions: [PartitionKey]) {
        state.withLock {
            $0.partitions.formUnion(partitions)
            $0.wasAssigned = true
        }
    }

    func remove(_ partitions: [PartitionKey]) {
        state.withLock { state in
            state.partitions.subtract(partitions)
            for partition in partitions { state.unused[partition] = nil }
        }
    }

    /// Notes that a partition, when its end was met, had no message at these offsets before it.
    func note(unused offsets: Range<Int64>, of partition: PartitionKey) {
        state.withLock { state in
            let known = state.unused[partition]
            let begin = known?.upperBound == offsets.lowerBound ? known?.lowerBound : nil
            state.unused[partition] = (begin ?? offsets.lowerBound)..<offsets.upperBound
        }
    }

    /// The offset of the next message that there can be, from one on.
    func nextUsed(_ partition: PartitionKey, from offset: Int64) -> Int64 {
        let unused = state.withLock { $0.unused[partition] }
        guard let unused, unused.contains(offset) else { return offset }
        return unused.upperBound
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
    private let group: String
    private let storePath: String
    private let startedAt = UsagePipeline.SystemClock().now
    private let reader: any LedgerReader
    private let assigned: AssignedPartitions
    private let endOffsets: EndOffsets
    private let failure = Mutex<String?>(nil)
    private let control = Mutex<Worker.Control?>(nil)

    /// - Parameters:
    ///   - endOffsets: where the partitions end.
    ///   - cluster: whose offsets count.
    ///   - group: the consumer group, for lag tools.
    ///   - storePath: the directory of the store.
    ///   - reader: knows what is applied.
    ///   - assigned: the partitions to sum over.
    init(
        endOffsets: EndOffsets,
        cluster: String,
        group: String,
        storePath: String,
        reader: any LedgerReader,
        assigned: AssignedPartitions
    ) {
        self.cluster = cluster
        self.group = group
        self.storePath = storePath
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

    func lag() async -> [PartitionKey: Int64]? {
        guard let partitions = assigned.current else { return nil }
        guard !partitions.isEmpty else { return [:] }
        let ends = await endOffsets.ends(of: partitions, maximumAge: Self.maximumAge)
        guard let ends else { return nil }
        // Read after the ends: what is applied in between may only make the lag smaller.
        let applied = reader.offsets(cluster: cluster)
        return ends.reduce(into: [:]) { lag, partition in
            let end = partition.value
            // Markers of transactions are no messages: nobody applies them.
            let next = assigned.nextUsed(
                partition.key,
                from: applied[partition.key] ?? end.low
            )
            lag[partition.key] = max(0, end.high - next)
        }
    }

    func figures() -> WorkerFigures {
        var result = WorkerFigures()
        result.group = group
        result.startedAt = startedAt
        result.residentBytes = ProcessFigures.residentBytes
        result.storeBytes = ProcessFigures.byteCount(ofFilesBelow: storePath)
        guard let control = control.withLock({ $0 }) else { return result }
        let telemetry = control.telemetry.figures
        result.outcomes = telemetry.outcomes
        result.triggers = telemetry.triggers
        result.deadLetters = telemetry.deadLettersByCode
        result.batchSizes = .init(telemetry.batchSizes)
        result.applying = .init(telemetry.applySeconds)
        result.committing = .init(telemetry.commitSeconds)
        result.commitP50 = telemetry.commitDuration(quantile: 0.5)
        result.commitP99 = telemetry.commitDuration(quantile: 0.99)
        result.recentTriggers = telemetry.recentTriggers.reversed().map {
            .init(
                at: $0.at,
                type: $0.type.name,
                customerID: $0.customerID,
                creditType: $0.creditType,
                balance: $0.balance
            )
        }
        result.outboxDepth = control.unpublished
        result.publishedThrough = control.publishedThrough
        return result
    }
}

extension WorkerFigures.Distribution {
    init(_ histogram: Histogram) {
        self.init(bounds: histogram.bounds, counts: histogram.counts, sum: histogram.sum)
    }
}
