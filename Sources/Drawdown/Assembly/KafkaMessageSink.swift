import Credits
import KafkaIO
import UsageCodec
import UsagePipeline

/// Kafka as the worker's sink of triggers and dead letters.
final class KafkaMessageSink: MessageSink {
    /// A dead letter under way: its value can be too large for the topic, and one message that Kafka
    /// will never take must not stop all others for ever.
    private struct LetterInFlight {
        let commit: UInt64
        let message: OutgoingMessage
        var isWithoutValue = false
    }

    private let producer: Producer
    private let triggers: String
    private let deadLetters: String
    private var letters: [UInt64: LetterInFlight] = [:]
    private var nextLetter: UInt64 = 0
    /// Tells the producer's tags of dead letters from those of triggers, which are commit numbers.
    private static let letterBit: UInt64 = 1 << 63

    init(producer: Producer, triggers: String, deadLetters: String) {
        self.producer = producer
        self.triggers = triggers
        self.deadLetters = deadLetters
    }

    func send(_ message: OutgoingMessage, tag: UInt64) throws(SinkError) -> Bool {
        do throws(KafkaError) {
            switch message.kind {
            case .trigger: try send(message, to: triggers, tag: tag)
            case .deadLetter: try sendLetter(message, commit: tag)
            }
            return true
        } catch {
            if error.code == .queueFull { return false }
            throw SinkError("publishing failed: \(error.reason)")
        }
    }

    private func sendLetter(_ message: OutgoingMessage, commit: UInt64) throws(KafkaError) {
        let tag = Self.letterBit | nextLetter
        do {
            try send(message, to: deadLetters, tag: tag)
            letters[tag] = LetterInFlight(commit: commit, message: message)
        } catch {
            guard error.code == .messageTooLarge else { throw error }
            try sendWithoutValue(LetterInFlight(commit: commit, message: message), tag: tag)
        }
        nextLetter += 1
    }

    private func send(
        _ message: OutgoingMessage,
        to topic: String,
        tag: UInt64
    ) throws(KafkaError) {
        try producer.send(
            topic: topic,
            key: message.key,
            value: message.value,
            headers: message.headers.map { Header(name: $0.name, value: $0.value) },
            tag: tag
        )
    }

    /// Publishes what fits of a dead letter: everything but its value, whose length a header tells.
    ///
    /// The input itself is still where the headers say.
    private func sendWithoutValue(
        _ letter: LetterInFlight,
        tag: UInt64
    ) throws(KafkaError) {
        var message = letter.message
        let length = "\(message.value?.count ?? 0)"
        message.value = nil
        message.headers.append(
            MessageHeader(name: "drawdown.error.omitted_bytes", value: Array(length.utf8))
        )
        try send(message, to: deadLetters, tag: tag)
        letters[tag] = LetterInFlight(
            commit: letter.commit,
            message: letter.message,
            isWithoutValue: true
        )
    }

    func deliveries(
        timeout: Duration,
        _ receive: (SinkDelivery) -> Void
    ) throws(SinkError) {
        var tooLarge: [UInt64] = []
        do {
            try producer.deliveries(maximum: 10_000, timeout: timeout) { delivery in
                let letter = letters[delivery.tag]
                if let letter, !letter.isWithoutValue, delivery.error?.code == .messageTooLarge {
                    tooLarge.append(delivery.tag)
                    return
                }
                if letter != nil { letters[delivery.tag] = nil }
                let failure = delivery.error.map { error in
                    "publishing failed: \(error.reason); what was not acknowledged is published "
                        + "again by the next start"
                }
                receive(SinkDelivery(tag: letter?.commit ?? delivery.tag, failure: failure))
            }
            for tag in tooLarge {
                if let letter = letters[tag] { try sendWithoutValue(letter, tag: tag) }
            }
        } catch {
            throw SinkError("publishing failed: \(error.reason)")
        }
    }
}
