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
    private let skips: Bool
    private var randomness: Randomness
    private var positions: [Int64]
    private let keys: [PartitionKey]
    private var handler: (any AssignmentHandler)?
    private let note: (String) -> Void

    init(
        broker: SimulatedBroker,
        clock: SimulatedClock,
        faults: Faults,
        skips: Bool,
        randomness: Randomness,
        note: @escaping (String) -> Void
    ) {
        self.broker = broker
        self.clock = clock
        self.faults = faults
        self.skips = skips
        self.randomness = randomness
        self.note = note
        keys = broker.partitions
        positions = [Int64](repeating: 0, count: keys.count)
    }

    func start(_ handler: any AssignmentHandler) {
        self.handler = handler
        assign(handler)
    }

    private func assign(_ handler: any AssignmentHandler) {
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
        let slot = randomness.below(keys.count)
        let log = broker.logs[keys[slot]] ?? []
        if randomness.chance(faults.redelivery), positions[slot] > 0 {
            // A client that seeks back by itself: what it hands out was handed out before.
            note("redelivery")
            positions[slot] -= Int64(randomness.below(Int(positions[slot])) + 1)
        }
        let wanted = min(maximum, randomness.below(12) + 1)
        for _ in 0..<wanted where Int(positions[slot]) < log.count {
            // The last one is handed out, or the run would never come to its end.
            if skips, Int(positions[slot]) + 1 < log.count, randomness.chance(50) {
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

    func acknowledge(_ offsets: [PartitionKey: Int64], metadata: String) {
        broker.acknowledge(offsets, metadata: metadata)
    }
}
