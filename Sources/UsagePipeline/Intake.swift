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
    /// Gives a batch to the ledger.
    private let give: (InputBatch) -> Void
    private let time: InputTime
    private let reader: any LedgerReader
    private let metadata: String
    private let start: StartPosition
    /// Blocks until all that was handed over is durable.
    private var drain: () -> Void = {}
    private var machine: IntakeMachine
    private var order: InputOrder
    private var ends = EndQuestion()
    /// Since when the ledger is waited for.
    private var settlingSince: Duration?
    private var assigned: Set<PartitionKey> = []
    private var acknowledgedAt: Duration?
    private var lookedAroundAt: Duration?

    /// What waits is looked at again that soon: it may be that an end was met.
    private static let lookingPause = Duration.milliseconds(10)
    /// Whatever keeps the ledger from what is due, input does not wait longer for it.
    private static let settlingPatience = Duration.seconds(1)

    init(
        source: any MessageSource,
        decoder: consuming InputDecoder,
        batches: HandOver<InputBatch>,
        time: InputTime,
        reader: any LedgerReader,
        identity: StoreIdentity,
        settings: WorkerSettings,
        clock: any WorkerClock
    ) {
        self.source = source
        self.clock = clock
        self.batches = batches
        give = { batches.put(Self.lookingUp($0, reader)) }
        self.time = time
        self.reader = reader
        metadata = OffsetAudit.metadata(of: identity)
        start = settings.start
        machine = IntakeMachine(
            maximumEvents: settings.maximumEvents,
            maximumAge: settings.maximumAge
        )
        order = InputOrder(
            source: source,
            clock: clock,
            builder: BatchBuilder(
                cluster: source.cluster,
                roles: settings.roles,
                decoder: decoder
            ),
            settings: settings,
            put: give
        )
    }

    /// The batch with what files know of its ids: to look there is not the ledger's work, for which all
    /// else waits.
    private static func lookingUp(_ batch: InputBatch, _ reader: any LedgerReader) -> InputBatch {
        var batch = batch
        // What cannot be read the ledger asks for again, and says why it cannot.
        batch.knownUsage = try? reader.knownUsage(of: batch)
        return batch
    }

    /// Begins to read.
    func open(drain: @escaping () -> Void) throws(SourceError) {
        self.drain = drain
        order.restart(stored: reader.offsets(cluster: source.cluster))
        try source.start(self)
    }

    /// Does the one next thing.
    ///
    /// - Parameter waits: whether to block until there is something to do; the simulator does not.
    /// - Returns: false once there is nothing left to do.
    /// - Throws: ``SourceError``: messages cannot be read any more.
    func step(waits: Bool) throws(SourceError) -> Bool {
        if batches.shouldEnd { machine.stop() }
        askForEnds()
        guard try isSettled() else {
            if waits { batches.waitForChange() }
            return true
        }
        let action = machine.next(
            at: clock.elapsed,
            hasRoom: batches.hasRoom,
            isNext: batches.isEmpty,
            isLedgerIdle: batches.isIdle
        )
        switch action {
        case .poll(let maximum, let timeout):
            let patience = order.isWaiting ? min(timeout, Self.lookingPause) : timeout
            try poll(maximum, timeout: waits ? patience : .zero, gathering: .zero)
        case .gather(let maximum, let timeout):
            let wait = waits ? timeout : .zero
            try poll(maximum, timeout: wait, gathering: wait)
        case .handOver:
            handOver()
            if settlingSince == nil { try takeWaiting() }
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
        order.begin(boundary: time.nextDue)
        var count = 0
        try source.poll(maximum: maximum, timeout: timeout, gathering: gathering) { message in
            count += 1
            order.receive(message)
        }
        lookAround(hasMore: count >= maximum)
        try takeWaiting()
        noteTime()
        acknowledge(force: false)
    }

    /// Meets the ends of partitions, but not between any two polls of a long history: each partition
    /// that is not read to where it was assigned is asked for its own, and they took a twelfth of
    /// intake's time.
    private func lookAround(hasMore: Bool) {
        let now = clock.elapsed
        if hasMore, let last = lookedAroundAt, now - last < Self.lookingPause { return }
        lookedAroundAt = now
        order.lookAround()
    }

    /// Takes what need not wait any longer, and tells the machine what there is.
    private func takeWaiting() throws(SourceError) {
        if !order.isCut {
            order.begin(boundary: time.nextDue)
            try order.takeWaiting()
        }
        machine.polled(order.countTaken(), at: clock.elapsed)
        guard order.isCut || order.isFull else { return }
        machine.cut()
        // Nothing to hand over, but the ledger has something to do before what comes next.
        if order.isEmpty { handOver() }
    }

    private func handOver() {
        if !order.isEmpty { give(order.takeBatch()) }
        machine.handedOver()
        if order.isSettlingWanted { settlingSince = settlingSince ?? clock.elapsed }
        noteTime()
    }

    /// Tells lag tools how far input is applied, at most once a second.
    private func acknowledge(force: Bool) {
        let now = clock.elapsed
        if !force, let last = acknowledgedAt, now - last < .seconds(1) { return }
        acknowledgedAt = now
        let offsets = reader.offsets(cluster: source.cluster).filter { assigned.contains($0.key) }
        if !offsets.isEmpty { source.acknowledge(offsets, metadata: metadata) }
    }

    // MARK: Time

    /// Says how far all goes that was handed over; of what is still being gathered, nothing is said.
    private func noteTime() {
        guard order.isEmpty else { return }
        let isNews = time.note(
            readThrough: order.readThrough,
            newestRecord: order.newestRecord
        )
        if isNews { batches.noteChange() }
    }

    /// Finds out whether quiet partitions are read to their end, where somebody waits for it.
    private func askForEnds() {
        if let asked = ends.asked, let read = source.takeEnds() {
            order.lookAround()
            order.readToEnd(read, at: asked)
            ends.answered()
            noteTime()
        }
        let isWanted = time.isReadingOnWanted || order.isWaiting
        if ends.asks(isWanted: isWanted, at: clock.now, elapsed: clock.elapsed) {
            source.askForEnds()
        }
    }

    /// Whether the ledger has done what comes before the messages that wait.
    private func isSettled() throws(SourceError) -> Bool {
        guard let since = settlingSince else { return true }
        let isDue = time.nextDue.map { $0 <= time.readThrough } ?? false
        let isPatient = clock.elapsed - since < Self.settlingPatience && !batches.shouldEnd
        guard !isPatient || batches.isIdle && !isDue else { return false }
        settlingSince = nil
        order.settled()
        try takeWaiting()
        return true
    }

    // MARK: Partitions that come and go

    func assigned(_ partitions: [PartitionKey]) -> [StartPosition] {
        let stored = settle()
        assigned.formUnion(partitions)
        order.assign(partitions, at: clock.now)
        forgetTime()
        return partitions.map { stored[$0].map(StartPosition.offset) ?? start }
    }

    func began(_ partition: PartitionKey, at offset: Int64) {
        give(order.begin(partition, at: offset))
    }

    func revoked(_ partitions: [PartitionKey]) {
        _ = settle()
        acknowledge(force: true)
        assigned.subtract(partitions)
        order.unassign(partitions)
        forgetTime()
    }

    /// What was known of how far input is read was known of other partitions.
    private func forgetTime() {
        ends.drop()
        order.lookAround()
        noteTime()
    }

    /// Lets everything that was decoded become durable, so that the stored offsets are the truth
    /// about what was read: nobody reads on from an offset that is about to move.
    private func settle() -> [PartitionKey: Int64] {
        handOver()
        drain()
        settlingSince = nil
        order.settled()
        let stored = reader.offsets(cluster: source.cluster)
        order.restart(stored: stored)
        return stored
    }
}
