public import Credits
import Foundation
public import LedgerStore
import Synchronization
public import UsageCodec

/// The worker: usage in, exactly-once debits, triggers out.
///
/// Three stages hand whole batches over: intake decodes the next batch while the ledger stage makes
/// the last one durable and the relay publishes the one before. Each stage can be stepped by hand,
/// which is what the simulator does; ``run()`` gives each a thread.
public final class Worker {
    private let intake: Intake
    private let stage: LedgerStage
    private let relay: Relay
    private let batches: HandOver<InputBatch>
    private let inbox: RelayInbox
    private let shared: Shared

    /// What any thread may hold: a way to stop the worker and to see what it does.
    public final class Control: Sendable {
        private let batches: HandOver<InputBatch>
        private let inbox: RelayInbox
        private let clock: any WorkerClock
        public let telemetry: Telemetry
        /// Where one learns what became of an input.
        public let board: OutcomeBoard

        fileprivate init(
            batches: HandOver<InputBatch>,
            inbox: RelayInbox,
            clock: any WorkerClock,
            telemetry: Telemetry,
            board: OutcomeBoard
        ) {
            self.board = board
            self.clock = clock
            self.batches = batches
            self.inbox = inbox
            self.telemetry = telemetry
        }

        /// Ends reading; what was read is applied and published, then ``Worker/run()`` returns.
        ///
        /// It gets four seconds for that. What is not applied by then is read again by the next start,
        /// and what is not published is published by it: an end must not wait for a cluster that is
        /// gone.
        public func stop() {
            batches.askToStop()
            let (batches, inbox) = (batches, inbox)
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) {
                batches.close()
                inbox.commits.close()
            }
        }

        private static let patience = DispatchTimeInterval.seconds(4)
        /// As many messages wait for Kafka's acknowledgement as may, or as its client takes; nothing is
        /// applied meanwhile, or soon.
        public var isOutboxFull: Bool { inbox.isFull || inbox.isRefused(at: clock.elapsed) }
        /// The last commit all of whose messages were acknowledged.
        public var publishedThrough: UInt64 { inbox.publishedThrough }
        /// Messages handed to Kafka and not acknowledged.
        public var unpublished: Int { inbox.depth }
    }

    private final class Shared: Sendable {
        let failure = Mutex<WorkerFailure?>(nil)
    }

    public let control: Control

    public init(
        source: any MessageSource,
        sink: any MessageSink,
        store: any LedgerStore,
        policies: Policies,
        decoder: consuming InputDecoder,
        settings: WorkerSettings,
        clock: any WorkerClock = SystemClock(),
        flushTimeout: Duration = .seconds(3)
    ) {
        let batches = HandOver<InputBatch>(capacity: 2, wakeGiver: source.wake)
        let time = InputTime()
        let reader = store.reader
        let telemetry = Telemetry()
        let board = OutcomeBoard()
        let inbox = RelayInbox(
            publishedThrough: store.publishedThrough,
            maximumUnpublished: settings.maximumUnpublished,
            wake: sink.wake
        )
        self.batches = batches
        self.inbox = inbox
        stage = LedgerStage(
            store: store,
            ledger: Ledger(policies: policies),
            cluster: source.cluster,
            batches: batches,
            time: time,
            relay: inbox,
            settings: settings,
            clock: clock,
            telemetry: telemetry,
            board: board
        )
        intake = Intake(
            source: source,
            decoder: decoder,
            batches: batches,
            time: time,
            reader: reader,
            identity: store.identity,
            settings: settings,
            clock: clock
        )
        relay = Relay(
            sink: sink,
            encoder: MessageEncoder { account, ordinal in
                reader.account(number: account)?.grants
                    .first { $0.ordinal == ordinal }?.terms.grantID
            },
            reader: reader,
            inbox: inbox,
            clock: clock,
            flushTimeout: flushTimeout
        )
        control = Control(
            batches: batches,
            inbox: inbox,
            clock: clock,
            telemetry: telemetry,
            board: board
        )
        shared = Shared()
    }

    // MARK: Step by step

    /// Begins to read.
    ///
    /// ``run()`` does this by itself.
    package func open(drain: @escaping () -> Void) throws(WorkerFailure) {
        do {
            try intake.open(drain: drain)
        } catch {
            throw .source(error)
        }
    }

    /// Whether everything that intake handed over was dealt with.
    package var isSettled: Bool { batches.isIdle }

    package func stepIntake() throws(WorkerFailure) -> Bool {
        do {
            return try intake.step(waits: false)
        } catch {
            throw .source(error)
        }
    }

    package func stepLedger() throws(WorkerFailure) -> Bool { try stage.step(waits: false) }
    package func stepRelay() throws(WorkerFailure) -> Bool { try relay.step(waits: false) }
    package func close() throws(StoreError) { try stage.close() }

    // MARK: On threads

    /// Works until it is stopped, then returns; or until something fails, then throws that.
    ///
    /// Blocks the calling thread. The store is closed when it returns; after a failure its outcome
    /// may be unknown and it must be opened anew.
    public func run() throws(WorkerFailure) {
        let batches = self.batches
        let threads = [
            start("drawdown-ledger", .finishing) { [stage] in try stage.step(waits: true) },
            start("drawdown-relay", .finishing) { [relay] in try relay.step(waits: true) },
            startIntake(),
        ]
        for thread in threads { thread.wait() }
        batches.close()
        if let failure = shared.failure.withLock({ $0 }) {
            // Nothing was written: the store is as good as before, and closing it gives room back.
            if case .store(let error) = failure, error.code == .diskFull { try? stage.close() }
            throw failure
        }
        do {
            try stage.close()
        } catch {
            throw .store(error)
        }
    }

    private func startIntake() -> DispatchSemaphore {
        let batches = self.batches
        var isOpen = false
        return start("drawdown-intake", .reading) { [intake] in
            do throws(SourceError) {
                if !isOpen {
                    try intake.open { batches.waitUntilIdle() }
                    isOpen = true
                }
                return try intake.step(waits: true)
            } catch {
                throw WorkerFailure.source(error)
            }
        }
    }

    /// Steps a stage on a thread of its own until it has nothing left to do, or fails.
    private func start(
        _ name: String,
        _ niceness: Niceness,
        _ step: @escaping () throws -> Bool
    ) -> DispatchSemaphore {
        let ended = DispatchSemaphore(value: 0)
        let (shared, batches, inbox) = (self.shared, self.batches, self.inbox)
        // Safe to send: each stage is used by its one thread only, from here to its end.
        nonisolated(unsafe) let step = step
        let thread = Thread {
            // Set from within, for Foundation tells the system only about the current thread.
            Thread.current.name = name
            niceness.stepBack()
            do {
                while try unsafe step() {}
            } catch let failure as WorkerFailure {
                shared.failure.withLock { first in first = first ?? failure }
                batches.close()
                inbox.commits.close()
            } catch {
                preconditionFailure("expected a stage to throw only WorkerFailure, got: \(error)")
            }
            ended.signal()
        }
        thread.stackSize = 8 << 20
        thread.start()
        return ended
    }
}
