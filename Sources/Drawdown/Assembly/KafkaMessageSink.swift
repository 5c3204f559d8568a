import Credits
import KafkaIO
import UsageCodec
import UsagePipeline

/// Kafka as the worker's sink of triggers and dead letters.
final class KafkaMessageSink: MessageSink {
    private let producer: Producer
    private let triggers: String
    private let deadLetters: String

    init(producer: Producer, triggers: String, deadLetters: String) {
        self.producer = producer
        self.triggers = triggers
        self.deadLetters = deadLetters
    }

    func send(_ message: OutgoingMessage, tag: UInt64) throws(SinkError) -> Bool {
        let topic = message.kind == .trigger ? triggers : deadLetters
        do {
            try producer.send(
                topic: topic,
                key: message.key,
                value: message.value,
                headers: message.headers.map { Header(name: $0.name, value: $0.value) },
                tag: tag
            )
            return true
        } catch {
            if error.code == .queueFull { return false }
            throw SinkError("publishing to \(topic) failed: \(error.reason)")
        }
    }

    func deliveries(
        timeout: Duration,
        _ receive: (SinkDelivery) -> Void
    ) throws(SinkError) {
        do {
            try producer.deliveries(maximum: 10_000, timeout: timeout) { delivery in
                let failure = delivery.error.map { error in
                    "publishing failed: \(error.reason); what was not acknowledged is published "
                        + "again by the next start"
                }
                receive(SinkDelivery(tag: delivery.tag, failure: failure))
            }
        } catch {
            throw SinkError("publishing failed: \(error.reason)")
        }
    }
}
