import Credits
import LedgerStore
import UsagePipeline

/// Reads the simulated broker as Kafka does at its worst: small pieces, rebalances at any poll,
/// messages handed out a second time.
final class SimulatedSource: MessageSource {
    let cluster = "simulated"
    private let broker: SimulatedBroker
    private let clock: SimulatedClock
    private let faults: Faults
    private let sabotage: Sabotage
    private var randomness: Randomness
    private var positions: [Int64]
    /// The ends as of the last poll: the source hears of what came since with the next one.
    private var knownEnds: [Int64]
    private var paused: Set<PartitionKey> = []
    /// How often an answer is still to be asked for in vain; nil: no question is open.
    private var answerDelay: Int?
    private let keys: [PartitionKey]
    /// It holds the source: held in turn, no worker of any seed would ever be let go.
    private weak var handler: (any AssignmentHandler)?
    private let note: (String) -> Void

    init(
        broker: SimulatedBroker,
        clock: SimulatedClock,
        faults: Faults,
        sabotage: Sabotage,
        randomness: Randomness,
        note: @escaping (String) -> Void
    ) {
        self.broker = broker
        self.clock = clock
        self.faults = faults
        self.sabotage = sabotage
        self.randomness = randomness
        self.note = note
        keys = broker.partitions
        positions = [Int64](repeating: 0, count: keys.count)
        knownEnds = positions
    }

    func start(_ handler: any AssignmentHandler) {
        self.handler = handler
        assign(handler)
    }

    private func assign(_ handler: any AssignmentHandler) {
        paused = []
        // What was known is of an earlier time than the assignment.
        knownEnds = [Int64](repeating: .max, count: keys.count)
        for (slot, start) in handler.assigned(keys).enumerated() {
            switch start {
            case .offset(let offset): positions[slot] = offset
            case .earliest: positions[slot] = 0
            case .latest: positions[slot] = Int64(broker.logs[keys[slot]]?.count ?? 0)
            }
        }
    }

    func poll(
        maximum: Int,
        timeout: Duration,
        gathering: Duration,
        _ receive: (borrowing SourceMessage) -> Void
    ) {
        if randomness.chance(faults.rebalance), let handler {
            note("rebalance")
            handler.revoked(keys)
            assign(handler)
        }
        for (slot, key) in keys.enumerated() { knownEnds[slot] = broker.ends[key] ?? 0 }
        let slot = randomness.below(keys.count)
        guard !paused.contains(keys[slot]) else { return }
        let log = broker.logs[keys[slot]] ?? []
        if randomness.chance(faults.redelivery), positions[slot] > 0 {
            // A client that seeks back by itself: what it hands out was handed out before.
            note("redelivery")
            positions[slot] -= Int64(randomness.below(Int(positions[slot])) + 1)
        }
        let wanted = min(maximum, randomness.below(12) + 1)
        for _ in 0..<wanted where Int(positions[slot]) < log.count {
            // The last one is handed out, or the run would never come to its end.
            if sabotage == .skipMessage, Int(positions[slot]) + 1 < log.count, randomness.chance(50)
            {
                positions[slot] += 1
            }
            let message = log[Int(positions[slot])]
            receive(
                SourceMessage(
                    slot: slot,
                    offset: positions[slot],
                    timestamp: message.timestamp,
                    key: message.key?.span,
                    value: message.value?.span,
                    headers: message.headers
                )
            )
            positions[slot] += 1
        }
    }

    func partition(slot: Int) -> PartitionKey { keys[slot] }
    // It never waits.
    let wake: @Sendable () -> Void = {}

    var partitions: Set<PartitionKey> { Set(keys) }

    func isAtEnd(_ partition: PartitionKey) -> Bool {
        guard let slot = keys.firstIndex(of: partition) else { return false }
        return sabotage == .overtakeCommands || positions[slot] >= knownEnds[slot]
    }

    func askForEnds() {
        // Some questions are never answered: the cluster is not there at the moment.
        answerDelay = randomness.chance(faults.silence) ? nil : randomness.below(4)
    }

    func takeEnds() -> Set<PartitionKey>? {
        guard let delay = answerDelay else { return nil }
        answerDelay = delay > 0 ? delay - 1 : nil
        guard delay == 0 else { return nil }
        let read = keys.indices.filter { slot in
            sabotage == .expireUnread || positions[slot] >= broker.ends[keys[slot]] ?? 0
        }
        return Set(read.map { keys[$0] })
    }

    func pause(_ partitions: [PartitionKey]) { paused.formUnion(partitions) }

    func resume(_ partitions: [PartitionKey]) { paused.subtract(partitions) }

    func acknowledge(_ offsets: [PartitionKey: Int64], metadata: String) {
        broker.acknowledge(offsets, metadata: metadata)
    }
}
