import UsageCodec
import UsagePipeline

/// Takes messages as a Kafka producer does: they wait in a queue until the cluster has them, and a
/// process that ends takes with it what still waited.
final class SimulatedSink: MessageSink {
    private struct Waiting {
        let message: OutgoingMessage
        let tag: UInt64
    }

    private static let capacity = 64
    private let broker: SimulatedBroker
    private let faults: Faults
    private var randomness: Randomness
    private var inFlight: [Waiting] = []
    private var hasFailed = false

    init(broker: SimulatedBroker, faults: Faults, randomness: Randomness) {
        self.broker = broker
        self.faults = faults
        self.randomness = randomness
    }

    func send(_ messages: OutgoingMessages, _ range: Range<Int>, tag: UInt64) -> Int {
        // After a failure nothing may overtake what failed.
        guard !hasFailed else { return 0 }
        let taken = range.prefix(Self.capacity - inFlight.count)
        for index in taken {
            inFlight.append(Waiting(message: messages[index].copy(), tag: tag))
        }
        return taken.count
    }

    // It never waits.
    let wake: @Sendable () -> Void = {}

    func deliveries(timeout: Duration, _ receive: (SinkDelivery) -> Void) {
        let count = inFlight.isEmpty ? 0 : randomness.below(inFlight.count + 1)
        for waiting in inFlight.prefix(count) {
            broker.publish(waiting.message)
            receive(SinkDelivery(tag: waiting.tag))
        }
        inFlight.removeFirst(count)
        guard !inFlight.isEmpty, randomness.chance(faults.sinkFailure) else { return }
        // Persisted or not, nobody knows: the answers were lost.
        hasFailed = true
        let failed = inFlight
        persistPrefix()
        for waiting in failed {
            receive(SinkDelivery(tag: waiting.tag, failure: "the acknowledgement was lost"))
        }
    }

    /// The process ends: of what was in flight a prefix survives.
    func crash() { persistPrefix() }

    private func persistPrefix() {
        for waiting in inFlight {
            guard randomness.chance(500) else { break }
            broker.publish(waiting.message)
        }
        inFlight.removeAll()
    }
}
