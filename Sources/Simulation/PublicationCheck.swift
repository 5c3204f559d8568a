import Credits
import LedgerStore
import UsageCodec

/// Compares what the cluster holds with what had to be published.
struct PublicationCheck {
    private struct Letter: Hashable {
        let place: Place
        let key: [UInt8]?
        let value: [UInt8]?
        let headers: [MessageHeader]
        let code: String
    }

    let broker: SimulatedBroker
    let history: HistoryModel

    func fault(owed: [OutgoingMessage]) -> String? {
        deadLetterFault() ?? orderFault(owed) ?? triggerFault()
    }

    // MARK: Dead letters

    /// Every refused message, as it stands in its log, and no other.
    private func deadLetterFault() -> String? {
        var owed: Set<Letter> = []
        for (place, code) in history.refused {
            guard let log = broker.logs[place.partition] else { continue }
            let message = log[Int(place.offset)]
            owed.insert(
                Letter(
                    place: place,
                    key: message.key,
                    value: message.value,
                    headers: message.headers,
                    code: code
                )
            )
        }
        var published: Set<Letter> = []
        for message in broker.published where message.kind == .deadLetter {
            guard let letter = Self.letter(message) else {
                return "a dead letter does not say where its message stood"
            }
            published.insert(letter)
        }
        if let lost = owed.subtracting(published).map(\.place).min() {
            return "the dead letter of \(lost) is missing, or not as it was sent"
        }
        if let extra = published.subtracting(owed).map(\.place).min() {
            return "a dead letter of \(extra) was published that nobody owed"
        }
        return nil
    }

    private static func letter(_ message: OutgoingMessage) -> Letter? {
        guard let topic = message.text("__connect.errors.topic"),
            let partition = message.text("__connect.errors.partition").flatMap({ Int32($0) }),
            let offset = message.text("__connect.errors.offset").flatMap({ Int64($0) }),
            let code = message.text("drawdown.error.code")
        else { return nil }
        let key = PartitionKey(topic: topic, partition: partition)
        return Letter(
            place: Place(partition: key, offset: offset),
            key: message.key,
            value: message.value,
            headers: Array(message.headers.prefix { $0.name != "__connect.errors.topic" }),
            code: code
        )
    }

    // MARK: Triggers

    /// A receiver that keeps ids sees each trigger once; what it sees is the order of the journal.
    ///
    /// Nothing is published that no durable commit owes, not even under an id that one does.
    private func orderFault(_ owed: [OutgoingMessage]) -> String? {
        let owed = owed.filter { $0.kind == .trigger }
        let published = broker.published.filter { $0.kind == .trigger }
        let values = Set(owed.map(\.value))
        guard published.allSatisfy({ values.contains($0.value) }) else {
            return "a trigger was published that no durable commit owes"
        }
        let expected = Self.effective(owed).map(\.identifier)
        let seen = Self.effective(published).map(\.identifier)
        guard expected == seen else {
            return "expected \(expected.count) triggers in their order, got: \(seen.count)"
        }
        return nil
    }

    private static func effective(_ messages: [OutgoingMessage]) -> [OutgoingMessage] {
        var seen: Set<[UInt8]> = []
        return messages.filter { seen.insert($0.identifier).inserted }
    }

    /// What the numbers say must be told was told, with the right balance, in order per customer.
    private func triggerFault() -> String? {
        var expected: [TriggerKey: TriggerContent] = [:]
        for customer in history.customers.values {
            expected.merge(customer.expected) { first, _ in first }
        }
        var told: [String: Int] = [:]
        var announced: [String: Int] = [:]
        let modelled = Set(Self.modelled.map(\.name))
        let published = broker.published.filter { $0.kind == .trigger }
        for message in Self.effective(published) {
            guard let trigger = PublishedTrigger(message) else {
                return "a trigger cannot be read"
            }
            let key = trigger.key
            guard told[key.customer, default: 0] <= key.sequence else {
                return "the triggers of \(key.customer) are out of order"
            }
            told[key.customer] = key.sequence
            if key.type == TriggerType.balanceChanged.name {
                announced[key.customer] = trigger.content.balance
            }
            guard modelled.contains(key.type) else { continue }
            guard expected.removeValue(forKey: key) == trigger.content else {
                return "expected no \(key) of \(trigger.content)"
            }
        }
        if let lost = expected.keys.min() { return "expected a \(lost)" }
        for (name, customer) in history.customers
        where announced[name, default: 0] != customer.balance {
            return "the last balance of \(name) was not announced"
        }
        return nil
    }

    /// What the model says for itself; the others are compared with what the journal owes.
    private static let modelled: [TriggerType] = [
        .balanceLow, .balanceRecovered, .balanceDepleted, .balanceOverdrawn, .grantCreated,
        .grantActivated,
    ]
}

/// A trigger as its receiver reads it.
private struct PublishedTrigger {
    let key: TriggerKey
    let content: TriggerContent

    init?(_ message: OutgoingMessage) {
        guard let value = message.value else { return nil }
        let text = String(decoding: value, as: UTF8.self)
        guard let type = text.value(of: "type", until: "\""),
            let customer = text.value(of: "customer_id", until: "\""),
            message.key == Array(customer.utf8),
            let sequence = text.value(of: "sequence", until: ",").flatMap({ Int($0) }),
            let balance = text.value(of: "ledger", until: "\"").flatMap({ Int($0) })
        else { return nil }
        key = TriggerKey(customer: customer, sequence: sequence, type: type)
        var thresholds: Set<SentThreshold> = []
        for part in text.value(of: "thresholds", until: "]")?.split(separator: "}") ?? [] {
            let part = String(part)
            guard let kind = part.value(of: "type", until: "\""),
                let value = part.value(of: "value", until: "\"").flatMap({ Int($0) })
            else { return nil }
            thresholds.insert(SentThreshold(isPercent: kind == "percent", value: value))
        }
        content = TriggerContent(balance: balance, thresholds: thresholds)
    }
}

extension String {
    /// The text after the first `"name":` and a quote or bracket, up to a character.
    ///
    /// Enough of JSON for what the simulation names and counts.
    fileprivate func value(of name: String, until end: Character) -> String? {
        let marker = Array("\"\(name)\":".utf8)
        let bytes = utf8
        var start = bytes.startIndex
        while start != bytes.endIndex {
            guard bytes[start...].starts(with: marker) else {
                start = bytes.index(after: start)
                continue
            }
            let rest = self[bytes.index(start, offsetBy: marker.count)...]
            return String(rest.drop { "\"[".contains($0) }.prefix { $0 != end })
        }
        return nil
    }
}

extension OutgoingMessage {
    /// The value of the `webhook-id` header.
    var identifier: [UInt8] {
        headers.first { $0.name == "webhook-id" }?.value ?? []
    }

    fileprivate func text(_ name: String) -> String? {
        headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}
