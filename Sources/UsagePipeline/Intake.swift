import Credits
import LedgerStore
import UsageCodec

/// Reads messages, decodes them, and hands batches to the ledger stage.
///
/// Used by one thread; the source calls back on it when partitions come and go.
final class Intake: AssignmentHandler {
    private let source: any MessageSource
    private let clock: any WorkerClock
    private let batches: HandOver<InputBatch>
    private let reader: any LedgerReader
    private let metadata: String
    private let start: StartPosition
    /// Blocks until all that was handed over is durable.
    private var drain: () -> Void = {}
    private var machine: IntakeMachine
    private var builder: BatchBuilder
    private var assigned: Set<PartitionKey> = []
    private var acknowledgedAt: Duration?

    init(
        source: any MessageSource,
        decoder: consuming InputDecoder,
        batches: HandOver<InputBatch>,
        reader: any LedgerReader,
        identity: StoreIdentity,
        settings: WorkerSettings,
        clock: any WorkerClock
    ) {
        self.source = source
        self.clock = clock
        self.batches = batches
        self.reader = reader
        metadata = OffsetAudit.metadata(of: identity)
        start = settings.start
        machine = IntakeMachine(
            maximumEvents: settings.maximumEvents,
            maximumAge: settings.maximumAge
        )
        builder = BatchBuilder(
            cluster: source.cluster,
            roles: settings.roles,
            decoder: decoder
        )
    }

    /// Begins to read.
    func open(drain: @escaping () -> Void) throws(SourceError) {
        self.drain = drain
        builder.restart(stored: reader.offsets(cluster: source.cluster))
        try source.start(self)
    }

    /// Does the one next thing.
    ///
    /// - Parameter waits: whether to block until there is something to do; the simulator does not.
    /// - Returns: false once there is nothing left to do.
    /// - Throws: ``SourceError``: messages cannot be read any more.
    func step(waits: Bool) throws(SourceError) -> Bool {
        if batches.shouldEnd { machine.stop() }
        switch machine.next(at: clock.elapsed, hasRoom: batches.hasRoom) {
        case .poll(let maximum, let timeout):
            try poll(maximum, timeout: waits ? timeout : .zero, gathering: .zero)
        case .gather(let maximum, let timeout):
            let wait = waits ? timeout : .zero
            try poll(maximum, timeout: wait, gathering: wait)
        case .handOver:
            handOver()
        case .waitForRoom:
            if waits { batches.waitForRoom() }
        case .finish:
            batches.end()
            drain()
            acknowledge(force: true)
            return false
        }
        return true
    }

    private func poll(
        _ maximum: Int,
        timeout: Duration,
        gathering: Duration
    ) throws(SourceError) {
        var count = 0
        try source.poll(maximum: maximum, timeout: timeout, gathering: gathering) { message in
            builder.add(message, partition: source.partition(slot:))
            count += 1
            // Large messages fill a batch in the middle of a poll. It may be one more than the
            // queue has room for: how many it can be is bounded by what the source had in memory.
            if builder.isFull { batches.put(builder.take()) }
        }
        machine.polled(count, at: clock.elapsed)
        acknowledge(force: false)
    }

    private func handOver() {
        if !builder.isEmpty { batches.put(builder.take()) }
        machine.handedOver()
    }

    /// Tells lag tools how far input is applied, at most once a second.
    private func acknowledge(force: Bool) {
        let now = clock.elapsed
        if !force, let last = acknowledgedAt, now - last < .seconds(1) { return }
        acknowledgedAt = now
        let offsets = reader.offsets(cluster: source.cluster).filter { assigned.contains($0.key) }
        if !offsets.isEmpty { source.acknowledge(offsets, metadata: metadata) }
    }

    // MARK: Partitions that come and go

    func assigned(_ partitions: [PartitionKey]) -> [StartPosition] {
        let stored = settle()
        assigned.formUnion(partitions)
        return partitions.map { stored[$0].map(StartPosition.offset) ?? start }
    }

    func began(_ partition: PartitionKey, at offset: Int64) {
        batches.put(builder.begin(partition, at: offset))
    }

    func revoked(_ partitions: [PartitionKey]) {
        _ = settle()
        acknowledge(force: true)
        assigned.subtract(partitions)
    }

    /// Lets everything that was decoded become durable, so that the stored offsets are the truth
    /// about what was read: nobody reads on from an offset that is about to move.
    private func settle() -> [PartitionKey: Int64] {
        handOver()
        drain()
        let stored = reader.offsets(cluster: source.cluster)
        builder.restart(stored: stored)
        return stored
    }
}
