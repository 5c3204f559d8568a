import Credits
import LedgerStore
import UsageCodec
import UsagePipeline

/// What one seed did.
public struct SimulationReport: Sendable {
    public let seed: UInt64
    /// Hash of everything that happened, in order: the same seed has the same.
    public let traceHash: UInt64
    public let messages: Int
    public let commits: UInt64
    public let crashes: Int
    /// What the checker found; nil: nothing.
    public let failure: String?
}

/// The real worker, stepped over a simulated cluster, clock and store that fail in every way a seed
/// draws: first a phase in which anything may go wrong and nothing may be lost or doubled, then one
/// in which nothing goes wrong and everything must come to its end.
public final class Simulator {
    /// One seed of so many also lives through a history and reads it late.
    private static let lateReadings: UInt64 = 4

    private let seed: UInt64
    private let trace: ((String) -> Void)?
    private var traceHash: UInt64 = 0xcbf2_9ce4_8422_2325
    private var randomness: Randomness
    private var faults: Faults
    private let clock = SimulatedClock()
    private let broker: SimulatedBroker
    private let policies: Policies
    private var workload: Workload
    private let sabotage: Sabotage
    private var store: SimulatedStore
    private var parts: Parts
    /// The newest commit that the store said is durable.
    private var acknowledged = CommitHead.genesis
    private var crashes = 0
    private var worker: Worker { parts.worker }

    /// A process: the worker, and what ends with it.
    private struct Parts {
        let worker: Worker
        let sink: SimulatedSink
    }

    /// What a step inside a rebalance threw; the step itself cannot.
    private var failureInside: WorkerFailure?

    /// Runs one seed.
    ///
    /// - Parameters:
    ///   - seed: draws the load, the faults and the order of the steps.
    ///   - sabotage: a lie that the checker must find.
    ///   - trace: is told everything that happens.
    /// - Returns: what happened, and the first promise that was broken.
    public static func run(
        seed: UInt64,
        sabotage: Sabotage = .none,
        trace: ((String) -> Void)? = nil
    ) -> SimulationReport {
        Simulator(seed: seed, sabotage: sabotage, trace: trace).run()
    }

    private init(seed: UInt64, sabotage: Sabotage, trace: ((String) -> Void)?) {
        self.seed = seed
        self.sabotage = sabotage
        self.trace = trace
        var randomness = Randomness(seed: seed)
        faults = Faults(&randomness)
        broker = SimulatedBroker(partitionsPerTopic: randomness.below(3) + 1)
        workload = Workload(faults: faults, randomness: Randomness(seed: randomness.next()))
        policies = Policies(
            coalescing: randomness.chance(500) ? 1_000_000 : 0,
            expiryGrace: CalendarDuration(microseconds: Int64(randomness.below(200_000)))
                ?? .standardExpiryGrace
        )
        store = SimulatedStore(
            policies: policies,
            hashKey: HashKey(first: randomness.next(), second: randomness.next()),
            sabotage: sabotage
        )
        self.randomness = randomness
        parts = Self.parts(
            store: store,
            broker: broker,
            clock: clock,
            policies: policies,
            sabotage: sabotage,
            faults: .none,
            randomness: Randomness(seed: 0),
            note: { _ in }
        )
    }

    private static func parts(
        store: SimulatedStore,
        broker: SimulatedBroker,
        clock: SimulatedClock,
        policies: Policies,
        sabotage: Sabotage,
        faults: Faults,
        randomness: Randomness,
        note: @escaping (String) -> Void
    ) -> Parts {
        var draws = randomness
        let source = SimulatedSource(
            broker: broker,
            clock: clock,
            faults: faults,
            sabotage: sabotage,
            randomness: Randomness(seed: draws.next()),
            note: note
        )
        let sink = SimulatedSink(
            broker: broker,
            faults: faults,
            randomness: Randomness(seed: draws.next())
        )
        let settings = WorkerSettings(
            roles: SimulatedBroker.roles,
            maximumEvents: draws.below(20) + 1,
            maximumAge: .milliseconds(20)
        )
        let worker = Worker(
            source: source,
            sink: sabotaged(sink, by: sabotage, Randomness(seed: draws.next())),
            store: store,
            policies: policies,
            decoder: InputDecoder(
                hashKey: store.identity.hashKey,
                rates: policies.rates,
                limits: DecodeLimits()
            ),
            settings: settings,
            clock: clock
        )
        return Parts(worker: worker, sink: sink)
    }

    private static func sabotaged(
        _ sink: SimulatedSink,
        by sabotage: Sabotage,
        _ randomness: Randomness
    ) -> any MessageSink {
        switch sabotage {
        case .dropTrigger: SabotagedSink(sink, dropped: .trigger, randomness: randomness)
        case .dropDeadLetter: SabotagedSink(sink, dropped: .deadLetter, randomness: randomness)
        default: sink
        }
    }

    private func note(_ event: String) {
        for byte in event.utf8 { traceHash = (traceHash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        trace?(event)
    }

    private func run() -> SimulationReport {
        var failure = start()
        let steps = randomness.below(400) + 100
        for _ in 0..<steps where failure == nil { failure = act() }
        if failure == nil { failure = settle() }
        if failure == nil {
            failure = Checker(
                store: store,
                broker: broker,
                workload: workload,
                policies: policies
            ).fault()
        }
        if failure == nil, seed % Self.lateReadings == 0 {
            failure = LateReading(seed: randomness.next(), sabotage: sabotage).fault()
        }
        let head = store.head
        note("end at commit \(head.number), published \(broker.published.count)")
        return SimulationReport(
            seed: seed,
            traceHash: traceHash,
            messages: broker.logs.values.reduce(0) { $0 + $1.count },
            commits: head.number,
            crashes: crashes,
            failure: failure
        )
    }

    // MARK: Things that happen

    private func act() -> String? {
        switch randomness.below(10) {
        case 0...2:
            workload.send(to: broker, at: clock.now)
            note("sent")
        case 3:
            let step = Int64(randomness.below(30_000))
            clock.advance(byMicroseconds: step)
            note("time +\(step)")
        case 4...5: return step("intake") { () throws(WorkerFailure) in try worker.stepIntake() }
        case 6...7:
            drawCommitFault()
            return step("ledger") { () throws(WorkerFailure) in try worker.stepLedger() }
        default: return step("relay") { () throws(WorkerFailure) in try worker.stepRelay() }
        }
        guard randomness.chance(faults.crash) else { return nil }
        if randomness.chance(300) { beAway() }
        return restart("crash")
    }

    /// Nobody works for a while, but the world goes on: what is used then is used in time.
    private func beAway() {
        for _ in 0..<randomness.below(10) {
            workload.send(to: broker, at: clock.now)
            clock.advance(byMicroseconds: Int64(randomness.below(150_000)))
        }
        note("away until \(clock.now)")
    }

    private func drawCommitFault() {
        if randomness.chance(faults.commitLost) {
            store.nextCommitFault = .beforeEffect
        } else if randomness.chance(faults.commitUnknown) {
            store.nextCommitFault = .afterEffect
        }
    }

    private func step(_ name: String, _ body: () throws(WorkerFailure) -> Bool) -> String? {
        do throws(WorkerFailure) {
            let goesOn = try body()
            note("\(name) \(goesOn)")
            if failureInside == nil { acknowledged = store.head }
            if let inside = failureInside { throw inside }
            return nil
        } catch {
            failureInside = nil
            guard !Self.isOurs(error) else { return "\(name): \(error.message)" }
            return restart("\(name) failed")
        }
    }

    /// Whether a failure is one that no simulated fault explains.
    private static func isOurs(_ failure: WorkerFailure) -> Bool {
        guard case .store(let error) = failure else { return false }
        return error.code != .failed
    }

    /// The process ends, all it had in memory is gone, and it starts again.
    private func restart(_ reason: String) -> String? {
        note(reason)
        crashes += 1
        parts.sink.crash()
        do {
            store = try store.reopened()
            if let fault = try durabilityFault() { return fault }
        } catch {
            return "reopening: \(error.message)"
        }
        return start()
    }

    /// What was said to be durable must be there, and what the cluster was told must be true.
    private func durabilityFault() throws(StoreError) -> String? {
        if acknowledged.number > 0 {
            let kept = try store.reader.commit(number: acknowledged.number)
            guard kept?.hash == acknowledged.hash else {
                return "commit \(acknowledged.number) was durable and is gone"
            }
        }
        let audit = OffsetAudit.fault(
            acknowledged: Array(broker.acknowledged.values),
            stored: store.offsets(cluster: "simulated"),
            identity: store.identity
        )
        return audit.map { "audit: \($0)" }
    }

    private func start() -> String? {
        parts = Self.parts(
            store: store,
            broker: broker,
            clock: clock,
            policies: policies,
            sabotage: sabotage,
            faults: faults,
            randomness: Randomness(seed: randomness.next()),
            note: { [unowned self] in note($0) }
        )
        note("start at commit \(store.head.number)")
        do {
            try worker.open { [unowned self] in drain() }
            return nil
        } catch {
            return "start: \(error.message)"
        }
    }

    /// Stands in for waiting on another thread: nothing else runs here, so it must be run.
    private func drain() {
        while !worker.isSettled, failureInside == nil {
            do throws(WorkerFailure) {
                guard try worker.stepLedger() else { return }
                _ = try worker.stepRelay()
            } catch {
                failureInside = error
            }
        }
    }

    // MARK: Coming to an end

    /// From here on nothing goes wrong: everything sent must be applied, everything owed published.
    private func settle() -> String? {
        faults = .none
        if let failure = restart("settle") { return failure }
        for _ in 0..<20_000 {
            clock.advance(byMicroseconds: 7000)
            if let failure = step("intake", { () throws(WorkerFailure) in try worker.stepIntake() })
                ?? step("ledger", { () throws(WorkerFailure) in try worker.stepLedger() })
                ?? step("relay", { () throws(WorkerFailure) in try worker.stepRelay() })
            {
                return failure
            }
            if isSettled { return nil }
        }
        return "expected everything to be applied and published in 20,000 steps"
    }

    /// What is left is due in weeks: credits that a reversal made into a grant.
    private var isNothingDueSoon: Bool {
        store.nextDue ?? .latest > clock.now.advanced(byMicroseconds: 3_600_000_000)
    }

    private var isSettled: Bool {
        let applied = store.offsets(cluster: "simulated")
        return broker.ends.allSatisfy { $0.value == 0 || applied[$0.key] == $0.value }
            && isNothingDueSoon && store.nextAnnouncement == nil
            && worker.isSettled
            && worker.control.publishedThrough == store.head.number
    }
}
