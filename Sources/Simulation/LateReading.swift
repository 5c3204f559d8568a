import Credits
import LedgerStore
import UsageCodec
import UsagePipeline

/// Lives through months of messages once, and reads them all at their end once: the same ledger.
struct LateReading {
    private let broker: SimulatedBroker
    private let workload: Workload
    private let policies: Policies
    private var randomness: Randomness
    private let sabotage: Sabotage
    private let messages: Int

    /// Between two messages that follow each other closely; more than the worker waits for company.
    private static let short: Int64 = 100_000
    /// A fraction of a second in the life of the simulation becomes days.
    private static let pace: Int64 = 1_000_000

    /// - Parameters:
    ///   - seed: draws the messages and the order of the steps.
    ///   - sabotage: a lie told to the late reader.
    init(seed: UInt64, sabotage: Sabotage) {
        var draws = Randomness(seed: seed)
        broker = SimulatedBroker(partitionsPerTopic: draws.below(3) + 1)
        var faults = Faults.none
        faults.conflict = 50
        faults.malformed = 50
        workload = Workload(
            faults: faults,
            randomness: Randomness(seed: draws.next()),
            pace: Self.pace
        )
        policies = Policies()
        messages = draws.below(60) + 20
        self.sabotage = sabotage
        randomness = draws
    }

    /// What differs; nil: nothing.
    func fault() -> String? {
        var lived = Run(self, clock: SimulatedClock(), sabotage: .none)
        var workload = workload
        var draws = randomness
        if let fault = lived.start() { return fault }
        for _ in 0..<messages {
            let gap = draws.chance(300) ? Self.short : Int64(draws.below(30_000)) * Self.pace
            let moment = lived.clock.now.advanced(byMicroseconds: max(gap, Self.short))
            if let fault = lived.live(until: moment) { return fault }
            workload.send(to: broker, at: lived.clock.now)
            if let fault = lived.settle() { return fault }
        }
        let clock = SimulatedClock()
        clock.advance(byMicroseconds: lived.clock.now.microseconds - clock.now.microseconds)
        var late = Run(self, clock: clock, sabotage: sabotage)
        if let fault = late.start() ?? late.settle() { return "read late: \(fault)" }
        return difference(lived.store, late.store)
    }

    private func difference(_ lived: SimulatedStore, _ late: SimulatedStore) -> String? {
        do {
            let (first, second) = (try Story(lived), try Story(late))
            for customer in first.lines.keys.sorted() {
                let (one, two) = (first.lines[customer] ?? [], second.lines[customer] ?? [])
                guard one != two else { continue }
                let index = zip(one, two).enumerated().first { $1.0 != $1.1 }?.offset
                let place = index ?? min(one.count, two.count)
                return "\(customer): lived \(one.dropFirst(place).first ?? "nothing"), "
                    + "read late: \(two.dropFirst(place).first ?? "nothing")"
            }
            return nil
        } catch {
            return error.message
        }
    }

    /// A worker, its store and its clock.
    private struct Run {
        let clock: SimulatedClock
        let store: SimulatedStore
        private let broker: SimulatedBroker
        private let worker: Worker

        init(_ reading: LateReading, clock: SimulatedClock, sabotage: Sabotage) {
            self.clock = clock
            broker = reading.broker
            var draws = reading.randomness
            store = SimulatedStore(
                policies: reading.policies,
                hashKey: HashKey(first: 1, second: 2),
                sabotage: .none
            )
            worker = Worker(
                source: SimulatedSource(
                    broker: broker,
                    clock: clock,
                    faults: .none,
                    sabotage: sabotage,
                    randomness: Randomness(seed: draws.next()),
                    note: { _ in }
                ),
                sink: SimulatedSink(
                    broker: SimulatedBroker(partitionsPerTopic: 1),
                    faults: .none,
                    randomness: Randomness(seed: draws.next())
                ),
                store: store,
                policies: reading.policies,
                decoder: InputDecoder(
                    hashKey: store.identity.hashKey,
                    rates: reading.policies.rates,
                    limits: DecodeLimits()
                ),
                settings: WorkerSettings(
                    roles: SimulatedBroker.roles,
                    maximumEvents: draws.below(40) + 1,
                    maximumAge: .milliseconds(20)
                ),
                clock: clock
            )
        }

        mutating func start() -> String? {
            do {
                try worker.open {}
                return nil
            } catch {
                return error.message
            }
        }

        /// Lets time pass, from one moment at which something is due to the next.
        mutating func live(until moment: Timestamp) -> String? {
            while true {
                let due = min(store.nextDue ?? .latest, store.nextAnnouncement ?? .latest)
                let next = min(moment, max(due, clock.now))
                let step = next.microseconds - clock.now.microseconds
                if step > 0 { clock.advance(byMicroseconds: step) }
                guard due < moment, clock.now < moment else { return nil }
                if let fault = settle() { return fault }
            }
        }

        /// Works until all is read and nothing is due.
        mutating func settle() -> String? {
            for _ in 0..<20_000 {
                do throws(WorkerFailure) {
                    _ = try worker.stepIntake()
                    _ = try worker.stepLedger()
                    _ = try worker.stepRelay()
                } catch {
                    return error.message
                }
                let offsets = store.offsets(cluster: "simulated")
                let isRead = broker.ends.allSatisfy { $0.value == 0 || offsets[$0.key] == $0.value }
                let due = min(store.nextDue ?? .latest, store.nextAnnouncement ?? .latest)
                if isRead, worker.isSettled, due > clock.now { return nil }
                clock.advance(byMicroseconds: 7000)
            }
            return "expected all to be read and nothing to be due in 20,000 steps"
        }
    }
}

/// What happened to each customer, line by line: entries, and what was announced about them.
private struct Story {
    private(set) var lines: [String: [String]] = [:]

    init(_ store: SimulatedStore) throws(StoreError) {
        for number in stride(from: 1, through: store.head.number, by: 1) {
            guard let commit = try store.reader.commit(number: number)?.commit else { continue }
            for entry in commit.entries { add(entry, of: commit) }
            for trigger in commit.triggers where !Self.merged.contains(trigger.type) {
                guard trigger.group >= 0 else { continue }
                let customer = commit.customerID(of: commit.groups[Int(trigger.group)])
                lines["\(customer) triggers", default: []].append(
                    "\(trigger.type.name) at \(trigger.sequence) of \(trigger.balance.ledger)"
                )
            }
        }
    }

    /// Where several of these are due at once, one goes.
    private static let merged: Set<TriggerType> = [.balanceChanged, .grantExpiring]

    private mutating func add(_ entry: Entry, of commit: Commit) {
        let customer = commit.customerID(of: commit.groups[Int(entry.group)])
        let input =
            entry.isUsage
            ? commit.bytes.string(of: entry.usageID)
            : commit.details[Int(entry.detail)].commandID
        let start = Int(entry.allocationStart)
        let allocations = commit.allocations[start..<start + Int(entry.allocationCount)]
            .map { "\($0.grant): \($0.credits)" }.joined(separator: ", ")
        lines[customer, default: []].append(
            "\(entry.sequence) \(entry.type.name) \(input) \(entry.amount) to "
                + "\(entry.balanceAfter) [\(allocations)] at \(entry.occurredAt)"
        )
    }
}
