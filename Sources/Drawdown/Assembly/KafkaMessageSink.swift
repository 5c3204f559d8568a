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
    private let names: (triggers: String, deadLetters: String)
    /// Found when they are first sent to: a topic that nothing goes to need not exist.
    private var topics: (triggers: ProducerTopic?, deadLetters: ProducerTopic?)
    private var letters: [UInt64: LetterInFlight] = [:]
    private var nextLetter: UInt64 = 0
    /// Tells the producer's tags of dead letters from those of triggers, which are commit numbers.
    private static let letterBit: UInt64 = 1 << 63

    init(producer: Producer, triggers: String, deadLetters: String) {
        self.producer = producer
        names = (triggers, deadLetters)
    }

    func send(
        _ messages: OutgoingMessages,
        _ range: Range<Int>,
        tag: UInt64
    ) throws(SinkError) -> Int {
        var position = range.lowerBound
        do throws(KafkaError) {
            while position < range.upperBound {
                if messages[position].kind == .deadLetter {
                    try sendLetter(messages[position], commit: tag)
                    position += 1
                } else {
                    try sendTriggers(messages, &position, end: range.upperBound, tag: tag)
                }
            }
        } catch {
            guard error.code == .queueFull else {
                throw SinkError("publishing failed: \(error.reason)")
            }
        }
        return position - range.lowerBound
    }

    /// Sends messages up to the next dead letter; moves the position past each that was taken.
    private func sendTriggers(
        _ messages: OutgoingMessages,
        _ position: inout Int,
        end: Int,
        tag: UInt64
    ) throws(KafkaError) {
        let topic = try Self.find(names.triggers, of: producer, in: &topics.triggers)
        try topic.sending { (sender: borrowing ProducerTopic.Sender) throws(KafkaError) in
            while position < end, messages[position].kind == .trigger {
                try Self.send(messages[position], by: sender, tag: tag)
                position += 1
            }
        }
    }

    private static func find(
        _ name: String,
        of producer: Producer,
        in topic: inout ProducerTopic?
    ) throws(KafkaError) -> ProducerTopic {
        if let topic { return topic }
        let found = try producer.topic(named: name)
        topic = found
        return found
    }

    private static func send(
        _ message: borrowing LentMessage,
        by sender: borrowing ProducerTopic.Sender,
        tag: UInt64
    ) throws(KafkaError) {
        var headers = HeaderList(count: message.headerCount)
        for index in 0..<message.headerCount {
            try headers.append(
                name: message.headerName(index),
                value: message.headerValue(index)
            )
        }
        try sender.send(key: message.key, value: message.value, headers: &headers, tag: tag)
    }

    private func sendLetter(
        _ message: borrowing LentMessage,
        commit: UInt64
    ) throws(KafkaError) {
        let tag = Self.letterBit | nextLetter
        let letter = LetterInFlight(commit: commit, message: message.copy())
        do throws(KafkaError) {
            try send(letter.message, tag: tag)
            letters[tag] = letter
        } catch {
            guard error.code == .messageTooLarge else { throw error }
            try sendWithoutValue(letter, tag: tag)
        }
        nextLetter += 1
    }

    private func send(_ letter: OutgoingMessage, tag: UInt64) throws(KafkaError) {
        let topic = try Self.find(names.deadLetters, of: producer, in: &topics.deadLetters)
        var messages = OutgoingMessages()
        messages.append(letter)
        try topic.sending { (sender: borrowing ProducerTopic.Sender) throws(KafkaError) in
            try Self.send(messages[0], by: sender, tag: tag)
        }
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
        try send(message, tag: tag)
        letters[tag] = LetterInFlight(
            commit: letter.commit,
            message: letter.message,
            isWithoutValue: true
        )
    }

    var wake: @Sendable () -> Void { { [producer] in producer.wake() } }

    func deliveries(
        timeout: Duration,
        _ receive: (SinkDelivery) -> Void
    ) throws(SinkError) {
        var tooLarge: [UInt64] = []
        do {
            try producer.deliveries(maximum: 10_000, timeout: timeout) { delivery in
                let isLetter = delivery.tag & Self.letterBit != 0
                let letter = isLetter ? letters[delivery.tag] : nil
                if let letter, !letter.isWithoutValue, delivery.error?.code == .messageTooLarge {
                    tooLarge.append(delivery.tag)
                    return
                }
                if isLetter { letters[delivery.tag] = nil }
                let failure = delivery.error.map { error in
                    "publishing failed: \(error.reason); what was not acknowledged is published "
                        + "again by the next start"
                }
                receive(
                    SinkDelivery(
                        tag: letter?.commit ?? delivery.tag,
                        count: delivery.count,
                        failure: failure
                    )
                )
            }
            for tag in tooLarge {
                if let letter = letters[tag] { try sendWithoutValue(letter, tag: tag) }
            }
        } catch {
            throw SinkError("publishing failed: \(error.reason)")
        }
    }
}
