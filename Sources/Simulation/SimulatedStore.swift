import Credits
import LedgerStore

/// The reference store, which can be made to lie.
final class SimulatedStore: LedgerStore {
    private let inner: InMemoryLedgerStore
    private let policies: Policies
    private let sabotage: Sabotage
    /// All commits that are durable, kept only to set the store back.
    private var history: [Transition]
    private var wasAcknowledged = false
    /// Ids in commits up to this one are forgotten.
    private var forgottenThrough: UInt64 = 0

    convenience init(policies: Policies, hashKey: HashKey, sabotage: Sabotage) {
        let inner = InMemoryLedgerStore(policies: policies, hashKey: hashKey)
        self.init(inner, policies: policies, sabotage: sabotage, history: [])
    }

    private init(
        _ inner: InMemoryLedgerStore,
        policies: Policies,
        sabotage: Sabotage,
        history: [Transition]
    ) {
        self.inner = inner
        self.policies = policies
        self.sabotage = sabotage
        self.history = history
    }

    /// The store as a new process would find it.
    func reopened() throws(StoreError) -> SimulatedStore {
        var inner = try inner.reopened()
        if sabotage == .lyingStore, wasAcknowledged, !history.isEmpty {
            history.removeLast()
            inner = try Self.replayed(history, policies: policies, like: inner)
        }
        let store = SimulatedStore(
            inner,
            policies: policies,
            sabotage: sabotage,
            history: history
        )
        if sabotage == .forgetIDs { store.forgottenThrough = inner.head.number }
        return store
    }

    private static func replayed(
        _ history: [Transition],
        policies: Policies,
        like old: InMemoryLedgerStore
    ) throws(StoreError) -> InMemoryLedgerStore {
        let store = InMemoryLedgerStore(policies: policies, hashKey: old.identity.hashKey)
        store.notePublished(through: min(old.publishedThrough, UInt64(history.count)))
        for transition in history { _ = try store.commit(transition) }
        return store
    }

    var nextCommitFault: InMemoryLedgerStore.CommitFault? {
        get { inner.nextCommitFault }
        set { inner.nextCommitFault = newValue }
    }

    /// The encoded commits in order, as a verifier reads them.
    var journal: [[UInt8]] { inner.journal }
    var identity: StoreIdentity { inner.identity }
    var head: CommitHead { inner.head }
    var reader: any LedgerReader { inner.reader }
    var nextDue: Timestamp? { inner.nextDue }
    var nextAnnouncement: Timestamp? { inner.nextAnnouncement }
    var publishedThrough: UInt64 { inner.publishedThrough }

    func offsets(cluster: String) -> [PartitionKey: Int64] { inner.offsets(cluster: cluster) }

    func load(
        _ batch: borrowing InputBatch,
        dueAt now: Timestamp,
        maximumDue: Int
    ) throws(StoreError) -> Loaded {
        var loaded = try inner.load(batch, dueAt: now, maximumDue: maximumDue)
        guard forgottenThrough > 0 else { return loaded }
        for index in loaded.usage.indices {
            guard let known = loaded.usage[index] else { continue }
            if known.commit <= forgottenThrough { loaded.usage[index] = nil }
        }
        loaded.commands = loaded.commands.filter { $0.value.commit > forgottenThrough }
        return loaded
    }

    func commit(_ transition: consuming Transition) throws(StoreError) -> CommitHead {
        let transition = transition
        wasAcknowledged = false
        guard sabotage == .lyingStore else { return try inner.commit(transition) }
        let before = inner.journal.count
        defer {
            if inner.journal.count > before { history.append(transition) }
        }
        let head = try inner.commit(transition)
        wasAcknowledged = true
        return head
    }

    func notePublished(through number: UInt64) {
        let isEarly = sabotage == .advanceWatermarkEarly
        inner.notePublished(through: isEarly ? inner.head.number : number)
    }

    func close() throws(StoreError) { try inner.close() }
}
