import UsageCodec
import UsagePipeline

/// Takes messages as Kafka does: late acknowledgements, a full queue, an answer that never comes.
final class SimulatedSink: MessageSink {
    private let broker: SimulatedBroker
    private let faults: Faults
    private var randomness: Randomness
    private var inFlight: [SinkDelivery] = []

    init(broker: SimulatedBroker, faults: Faults, randomness: Randomness) {
        self.broker = broker
        self.faults = faults
        self.randomness = randomness
    }

    func send(_ message: OutgoingMessage, tag: UInt64) -> Bool {
        guard inFlight.count < 64 else { return false }
        broker.publish(message)
        inFlight.append(SinkDelivery(tag: tag))
        return true
    }

    func deliveries(timeout: Duration, _ receive: (SinkDelivery) -> Void) throws(SinkError) {
        if randomness.chance(faults.sinkFailure), let last = inFlight.popLast() {
            // Persisted or not, nobody knows: the answer was lost.
            receive(SinkDelivery(tag: last.tag, failure: "the acknowledgement was lost"))
            return
        }
        let count = inFlight.isEmpty ? 0 : randomness.below(inFlight.count + 1)
        for delivery in inFlight.prefix(count) { receive(delivery) }
        inFlight.removeFirst(count)
    }
}
