import Credits
import KafkaIO
import UsageCodec
import UsagePipeline

/// Kafka as the worker's sink of triggers and dead letters.
final class KafkaMessageSink: MessageSink {
    /// A dead letter under way: it can be too large for the topic, and one message that Kafka will never
    /// take must not stop all others for ever.
    fileprivate struct LetterInFlight {
        let commit: UInt64
        let message: OutgoingMessage
        var form = Form.whole

        /// What is published of a letter, from all of it to the least.
        enum Form: Int {
            case whole
            /// Without the value.
            case withoutValue
            /// Without the key and the headers that the input brought, too: why it is one, and where the
            /// input is.
            case reason

            /// The next shorter one; nil: there is none.
            var shorter: Form? { Form(rawValue: rawValue + 1) }
        }
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
        try send(LetterInFlight(commit: commit, message: message.copy()), tag: tag)
        nextLetter += 1
    }

    /// Sends as much of a letter as the client takes.
    private func send(_ letter: LetterInFlight, tag: UInt64) throws(KafkaError) {
        do throws(KafkaError) {
            try send(letter.published, tag: tag)
            letters[tag] = letter
        } catch {
            guard error.code == .messageTooLarge, let form = letter.form.shorter else {
                throw error
            }
            var shorter = letter
            shorter.form = form
            try send(shorter, tag: tag)
        }
    }

    private func send(_ letter: OutgoingMessage, tag: UInt64) throws(KafkaError) {
        let topic = try Self.find(names.deadLetters, of: producer, in: &topics.deadLetters)
        var messages = OutgoingMessages()
        messages.append(letter)
        try topic.sending { (sender: borrowing ProducerTopic.Sender) throws(KafkaError) in
            try Self.send(messages[0], by: sender, tag: tag)
        }
    }

    var wake: @Sendable () -> Void { { [producer] in producer.wake() } }

    func deliveries(
        timeout: Duration,
        _ receive: (SinkDelivery) -> Void
    ) throws(SinkError) {
        var tooLarge: [(tag: UInt64, letter: LetterInFlight)] = []
        do {
            try producer.deliveries(maximum: 10_000, timeout: timeout) { delivery in
                let isLetter = delivery.tag & Self.letterBit != 0
                let letter = isLetter ? letters[delivery.tag] : nil
                if var letter, let form = letter.form.shorter,
                    delivery.error?.code == .messageTooLarge
                {
                    letter.form = form
                    tooLarge.append((delivery.tag, letter))
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
            for (tag, letter) in tooLarge { try send(letter, tag: tag) }
        } catch {
            throw SinkError("publishing failed: \(error.reason)")
        }
    }
}

extension KafkaMessageSink.LetterInFlight {
    /// The letter in its form.
    ///
    /// What is left out is still where the headers say; how long the value is, a header of its own tells.
    fileprivate var published: OutgoingMessage {
        guard form != .whole else { return message }
        var short = message
        short.value = nil
        if form == .reason {
            short.key = nil
            // Ours stand last, and begin with the topic.
            let first = message.headers.lastIndex { $0.name == MessageEncoder.firstErrorHeader }
            short.headers.removeFirst(first ?? 0)
        }
        let length = "\(message.value?.count ?? 0)"
        short.headers.append(
            MessageHeader(name: "drawdown.error.omitted_bytes", value: Array(length.utf8))
        )
        return short
    }
}
