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
    private let relay: RelayInbox
    private let telemetry: Telemetry
    private let board: OutcomeBoard
    private let maximumDue: Int
    private let cluster: String
    private var machine = LedgerStageMachine()

    init(
        store: any LedgerStore,
        ledger: Ledger,
        cluster: String,
        batches: HandOver<InputBatch>,
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
        self.relay = relay
        self.clock = clock
        self.telemetry = telemetry
        self.board = board
        maximumDue = settings.maximumDue
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
        if let batch = batches.take(waiting: waits ? timeout : .zero) {
            defer { batches.done() }
            try apply(batch)
        } else if let due = store.nextDue, due <= clock.now {
            try apply(InputBatch(cluster: cluster))
        }
        return true
    }

    /// How long nothing needs to be done if no batch comes.
    private var timeout: Duration {
        let longest = Duration.milliseconds(100)
        guard let due = store.nextDue else { return longest }
        let left = due.microseconds - clock.now.microseconds
        return max(.zero, min(longest, .microseconds(left)))
    }

    private func apply(_ batch: InputBatch) throws(WorkerFailure) {
        _ = machine.began()
        let began = clock.elapsed
        let now = clock.now
        let loaded: Loaded
        do {
            loaded = try store.load(batch, dueAt: now, maximumDue: maximumDue)
        } catch {
            machine.failed()
            throw .store(error)
        }
        _ = machine.loaded()
        let awaited = board.awaited(in: batch)
        let transition = ledger.apply(batch, to: loaded, now: now)
        let commit = transition.commit
        // Nothing was due after all, and nothing came: an empty commit would only cost a sync.
        guard !commit.partitions.isEmpty || !commit.groups.isEmpty else {
            machine = LedgerStageMachine()
            return
        }
        store.notePublished(through: relay.publishedThrough)
        let writing = clock.elapsed
        let head: CommitHead
        do {
            head = try store.commit(transition)
        } catch {
            machine.failed()
            throw .store(error)
        }
        _ = machine.committed()
        let sealed = SealedCommit(commit: commit, hash: head.hash)
        relay.commits.put(sealed)
        board.tell(awaited, sealed)
        telemetry.committed(
            commit,
            applying: writing - began,
            writing: clock.elapsed - writing
        )
        _ = machine.published()
    }

    /// Makes durable how far is published, and stops using the store.
    func close() throws(StoreError) {
        store.notePublished(through: relay.publishedThrough)
        try store.close()
    }
}
