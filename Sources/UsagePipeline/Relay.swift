import Credits
import LedgerStore
import Synchronization
import UsageCodec

/// What the ledger stage and the relay share: commits on their way, and how far they got.
final class RelayInbox: Sendable {
    /// A full commit is about six megabytes by the size of its parts, and so many are made in half a
    /// second.
    let commits: HandOver<SealedCommit>
    private let published: Atomic<UInt64>
    private let unacknowledged = Atomic<Int>(0)
    private let refusedSince = Mutex<Duration?>(nil)
    private let maximumUnpublished: Int
    /// A sink that takes nothing for so long takes nothing.
    private static let patience = Duration.seconds(5)

    /// - Parameters:
    ///   - publishedThrough: the last commit all of whose messages were acknowledged.
    ///   - maximumUnpublished: so many messages may wait for their acknowledgement.
    ///   - wake: ends a wait for acknowledgements.
    init(
        publishedThrough: UInt64,
        maximumUnpublished: Int,
        wake: @escaping @Sendable () -> Void
    ) {
        commits = HandOver(capacity: 16, wakeTaker: wake)
        published = Atomic(publishedThrough)
        self.maximumUnpublished = maximumUnpublished
    }

    /// The last commit all of whose messages were acknowledged.
    var publishedThrough: UInt64 { published.load(ordering: .acquiring) }
    /// Messages handed to the sink and not acknowledged.
    var depth: Int { unacknowledged.load(ordering: .relaxed) }
    var hasRoom: Bool { commits.hasRoom && !isFull }
    /// As many messages wait for their acknowledgement as may.
    var isFull: Bool { depth >= maximumUnpublished }

    /// The sink takes nothing more: its own queue is full, of which it may hold less than we let wait.
    func isRefused(at now: Duration) -> Bool {
        refusedSince.withLock { $0 }.map { now - $0 >= Self.patience } ?? false
    }

    func waitForRoom() { commits.waitForChange() }

    func note(_ machine: borrowing RelayMachine) {
        published.store(machine.publishedThrough, ordering: .releasing)
        let since = machine.refusedSince
        refusedSince.withLock { $0 = since }
        let before = unacknowledged.exchange(machine.unacknowledged, ordering: .relaxed)
        if before >= maximumUnpublished, hasRoom { commits.noteChange() }
    }
}

/// Publishes what commits owe, in their order, and keeps the watermark.
///
/// Used by one thread.
///
/// A crash between a publication and the watermark publishes again, under the same id: at least
/// once, and once in effect for a receiver that keeps ids.
final class Relay {
    private let sink: any MessageSink
    private let encoder: MessageEncoder
    private let reader: any LedgerReader
    private let inbox: RelayInbox
    private let clock: any WorkerClock
    private let flushTimeout: Duration
    private var machine: RelayMachine
    /// Commits of an earlier run, to be read from the journal, before those that are made now.
    private var recovery: Range<UInt64>
    /// What the commit taken last owes, of which those before ``firstUnsent`` are sent.
    private var messages = OutgoingMessages()
    private var firstUnsent = 0
    private var unsentCommit: UInt64 = 0
    private var endedAt: Duration?

    init(
        sink: any MessageSink,
        encoder: MessageEncoder,
        reader: any LedgerReader,
        inbox: RelayInbox,
        clock: any WorkerClock,
        flushTimeout: Duration
    ) {
        self.sink = sink
        self.encoder = encoder
        self.reader = reader
        self.inbox = inbox
        self.clock = clock
        self.flushTimeout = flushTimeout
        machine = RelayMachine(publishedThrough: inbox.publishedThrough)
        recovery = inbox.publishedThrough + 1..<max(reader.head.number, inbox.publishedThrough) + 1
    }

    /// Does the one next thing.
    ///
    /// - Parameter waits: whether to block until there is something to do; the simulator does not.
    /// - Returns: false once nothing is left to publish, or nobody waits for it.
    /// - Throws: ``WorkerFailure``: messages cannot be sent, or the journal cannot be read.
    func step(waits: Bool) throws(WorkerFailure) -> Bool {
        guard !inbox.commits.isClosed else { return false }
        var hasWork = !isAllSent
        if !hasWork { hasWork = try takeNext(waits: waits) }
        do {
            try sendAll()
            // With nothing to send, the next acknowledgement is waited for, or the next commit, which
            // ends the wait.
            let isWaiting = waits && !hasWork && machine.unacknowledged > 0
            try collect(timeout: isWaiting ? Self.pause : .zero)
        } catch {
            throw .sink(error)
        }
        return try !isFinished(waits: waits)
    }

    /// Takes the next commit, if there is one; waits for it where nothing else can happen.
    private func takeNext(waits: Bool) throws(WorkerFailure) -> Bool {
        if let number = recovery.first {
            recovery = number + 1..<recovery.upperBound
            let sealed: SealedCommit?
            do {
                sealed = try reader.commit(number: number)
            } catch {
                throw .store(error)
            }
            guard let sealed else {
                throw .store(
                    StoreError(.damaged, "expected commit \(number) to be in the journal")
                )
            }
            owe(sealed)
            return true
        }
        let mayWait = waits && machine.unacknowledged == 0
        guard let sealed = inbox.commits.take(waiting: mayWait ? Self.pause : .zero) else {
            return false
        }
        owe(sealed)
        inbox.commits.done()
        return true
    }

    /// Bounds how late anything is noticed that wakes nobody.
    private static let pause = Duration.milliseconds(100)

    private var isAllSent: Bool { firstUnsent == messages.count }

    private func owe(_ sealed: SealedCommit) {
        unsentCommit = sealed.commit.number
        encoder.write(sealed.commit, hash: sealed.hash, to: &messages)
        firstUnsent = 0
        machine.owes(messages.count, commit: unsentCommit)
        inbox.note(machine)
    }

    private func sendAll() throws(SinkError) {
        guard !isAllSent else { return }
        let taken = try sink.send(messages, firstUnsent..<messages.count, tag: unsentCommit)
        firstUnsent += taken
        machine.offered(taken: taken, at: clock.elapsed)
        // No room: what is in flight has to land first.
        if !isAllSent { try collect(timeout: .milliseconds(10)) }
    }

    private func collect(timeout: Duration) throws(SinkError) {
        var failure: String?
        try sink.deliveries(timeout: timeout) { delivery in
            guard let reason = delivery.failure else {
                machine.acknowledged(delivery.count, commit: delivery.tag)
                return
            }
            failure = reason
        }
        inbox.note(machine)
        // Sending on past a message that failed would change the order of its account. What was
        // not acknowledged is published again by the next start.
        if let failure { throw SinkError(failure) }
    }

    /// Whether all is published, or the time to wait for it at the end is over.
    private func isFinished(waits: Bool) throws(WorkerFailure) -> Bool {
        guard inbox.commits.isDone, recovery.isEmpty, isAllSent else { return false }
        guard machine.unacknowledged > 0 else { return true }
        let began = endedAt ?? clock.elapsed
        endedAt = began
        if waits {
            do {
                try collect(timeout: .milliseconds(50))
            } catch {
                throw .sink(error)
            }
        }
        return clock.elapsed - began > flushTimeout
    }
}
