import Credits
import LedgerStore

/// Applies batches and makes them durable.
///
/// Used by one thread, the only one that writes.
final class LedgerStage {
    private let store: any LedgerStore
    private let ledger: Ledger
    private let clock: any WorkerClock
    private let batches: HandOver<InputBatch>
    private let time: InputTime
    private let relay: RelayInbox
    private let telemetry: Telemetry
    private let board: OutcomeBoard
    private let maximumDue: Int
    /// An announcement waits so long for a batch to share its commit, in microseconds.
    private let announcementPatience: Int64
    /// However long a batch may wait: nobody sees that an announcement comes so much later.
    private static let longestPatience = Duration.milliseconds(50)
    private let cluster: String
    private var ledgerClock = LedgerClock()

    init(
        store: any LedgerStore,
        ledger: Ledger,
        cluster: String,
        batches: HandOver<InputBatch>,
        time: InputTime,
        relay: RelayInbox,
        settings: WorkerSettings,
        clock: any WorkerClock,
        telemetry: Telemetry,
        board: OutcomeBoard
    ) {
        self.store = store
        self.ledger = ledger
        self.cluster = cluster
        self.batches = batches
        self.time = time
        self.relay = relay
        self.clock = clock
        self.telemetry = telemetry
        self.board = board
        maximumDue = settings.maximumDue
        announcementPatience = min(settings.maximumAge, Self.longestPatience).wholeMicroseconds
        time.note(nextDue: store.nextDue, isReadingOnWanted: false)
    }

    /// Does the one next thing.
    ///
    /// - Parameter waits: whether to block until there is something to do; the simulator does not.
    /// - Returns: false once there is nothing left to do.
    /// - Throws: ``WorkerFailure``: the store failed, and must be opened anew.
    func step(waits: Bool) throws(WorkerFailure) -> Bool {
        guard !batches.isDone else {
            relay.commits.end()
            return false
        }
        // Announcements that Kafka does not take must not pile up without bound.
        guard relay.hasRoom else {
            if waits { relay.waitForRoom() }
            return true
        }
        // Before taking: what is handed over in between may not be counted as applied.
        let readThrough = time.readThrough
        if let batch = batches.take(waiting: waits ? timeout : .zero) {
            defer { batches.done() }
            try apply(consume batch, now: now)
        } else if isDue(now, readThrough) {
            var nothing = InputBatch(cluster: cluster)
            nothing.readThrough = readThrough
            try apply(consume nothing, now: now)
        }
        noteDue(readThrough)
        return true
    }

    /// The time of the ledger.
    private var now: Timestamp {
        ledgerClock.now(
            wall: clock.now,
            elapsed: clock.elapsed,
            newestRecord: time.newestRecord
        )
    }

    /// Whether time has brought something that need not wait for input.
    private func isDue(_ now: Timestamp, _ readThrough: Timestamp) -> Bool {
        if let announcement = nextAnnouncement, announcement <= now { return true }
        return store.nextDue.map { $0 <= min(now, readThrough) } ?? false
    }

    /// When an announcement that was held back is to be made, batch or none.
    ///
    /// With many accounts in use one is due at any moment: a sync for each would make every batch
    /// later.
    private var nextAnnouncement: Timestamp? {
        store.nextAnnouncement?.advanced(byMicroseconds: announcementPatience)
    }

    /// Tells intake what comes next, and whether it waits for input.
    private func noteDue(_ readThrough: Timestamp) {
        let due = store.nextDue
        let isHeldUp = due.map { $0 <= now && $0 > readThrough } ?? false
        time.note(nextDue: due, isReadingOnWanted: isHeldUp)
    }

    /// How long nothing needs to be done if no batch comes.
    private var timeout: Duration {
        let longest = Duration.milliseconds(100)
        let readThrough = time.readThrough
        // What waits for input is looked at when intake says that more was read.
        let due = store.nextDue.flatMap { $0 <= readThrough ? $0 : nil } ?? .latest
        let next = min(due, nextAnnouncement ?? .latest)
        let left = next.microseconds - now.microseconds
        return max(.zero, min(longest, .microseconds(left)))
    }

    /// Load, apply, make durable, publish: in this order, or not at all.
    ///
    /// A failed write ends the stage, for its outcome is unknown: skipping the batch could lose
    /// money, repeating it could double it.
    private func apply(_ batch: consuming InputBatch, now: Timestamp) throws(WorkerFailure) {
        let began = clock.elapsed
        do {
            let loaded = try store.load(batch, dueAt: now, maximumDue: maximumDue)
            let awaited = board.awaited(in: batch)
            // Given away, so that all of it is moved where it lies and not copied first.
            let transition = ledger.apply(consume batch, to: consume loaded, now: now)
            let commit = transition.commit
            // Nothing was due after all, and nothing came: an empty commit would only cost a sync.
            guard !commit.partitions.isEmpty || !commit.groups.isEmpty else { return }
            store.notePublished(through: relay.publishedThrough)
            let writing = clock.elapsed
            let head = try store.commit(consume transition)
            let sealed = SealedCommit(commit: commit, hash: head.hash)
            relay.commits.put(sealed)
            board.tell(awaited, sealed)
            telemetry.committed(
                commit,
                applying: writing - began,
                writing: clock.elapsed - writing
            )
        } catch {
            throw .store(error)
        }
    }

    /// Makes durable how far is published, and stops using the store.
    func close() throws(StoreError) {
        store.notePublished(through: relay.publishedThrough)
        try store.close()
    }
}
