import Credits
import LedgerStore

/// Makes messages and remembers what they say: no accounts, no grants, just ids and numbers.
struct Workload {
    private let faults: Faults
    private var randomness: Randomness
    private let customers: [String]
    private var sent: [(message: StoredMessage, input: SentInput)] = []
    /// What was sent, by where it stands.
    private(set) var inputs: [Place: SentInput] = [:]
    private var count = 0
    /// By how much longer everything takes that takes time.
    private let pace: Int64

    init(faults: Faults, randomness: Randomness, pace: Int64 = 1) {
        self.faults = faults
        self.pace = pace
        self.randomness = randomness
        var draws = randomness
        let plain = (0..<draws.below(5) + 1).map { "cus_\($0)" }
        customers = plain + (0..<draws.below(3)).map { "lim_\($0)" }
    }

    /// Whether a customer's usage may be refused, because some command sets an overdraft.
    static func isLimited(_ customer: String) -> Bool { customer.hasPrefix("lim_") }

    /// Sends one message to the broker.
    mutating func send(to broker: SimulatedBroker, at now: Timestamp) {
        count += 1
        if randomness.chance(faults.malformed) {
            sendMalformed(to: broker, at: now)
        } else if randomness.chance(faults.duplicate), !sent.isEmpty {
            var again = sent[randomness.below(sent.count)]
            again.message.arrivedAt = now
            append(again.message, again.input, to: broker)
        } else if randomness.chance(faults.conflict), !sent.isEmpty {
            send(conflicting(with: sent[randomness.below(sent.count)].input), to: broker, at: now)
        } else if randomness.chance(140) {
            send(.command(grant(at: now)), to: broker, at: now)
        } else if randomness.chance(50) {
            send(.command(configuration()), to: broker, at: now)
        } else if randomness.chance(50), let reversal = reversal() {
            send(.command(reversal), to: broker, at: now)
        } else {
            let usage = SentUsage(id: "u\(count)", customer: customer(), credits: credits())
            send(.usage(usage), to: broker, at: now)
        }
    }

    private mutating func customer() -> String {
        customers[randomness.below(customers.count)]
    }

    private mutating func credits() -> Int {
        randomness.chance(100) ? 0 : randomness.below(40)
    }

    private mutating func grant(at now: Timestamp) -> SentCommand {
        let delay = randomness.chance(300) ? randomness.below(200_000) : 0
        let effectiveAt = now.advanced(byMicroseconds: Int64(delay) * pace)
        let expiresAt =
            randomness.chance(400)
            ? effectiveAt.advanced(byMicroseconds: (Int64(randomness.below(300_000)) + 1) * pace)
            : nil
        return SentCommand(
            id: "g\(count)",
            customer: customer(),
            action: .grant(
                credits: randomness.below(200) + 1,
                effectiveAt: effectiveAt,
                expiresAt: expiresAt
            )
        )
    }

    /// Of usage that was sent, whole or in part, perhaps of more than there is.
    private mutating func reversal() -> SentCommand? {
        guard !sent.isEmpty, case .usage(let usage) = sent[randomness.below(sent.count)].input
        else { return nil }
        let credits = randomness.chance(500) ? randomness.below(40) + 1 : nil
        return SentCommand(
            id: "r\(count)",
            customer: randomness.chance(100) ? customer() : usage.customer,
            action: .reverse(usageID: usage.id, credits: credits)
        )
    }

    private mutating func configuration() -> SentCommand {
        let customer = customer()
        var floor: Int?
        if Self.isLimited(customer) { floor = randomness.chance(500) ? 0 : -randomness.below(100) }
        var thresholds: [SentThreshold]?
        if floor == nil || randomness.chance(500) {
            var list: [SentThreshold] = []
            for _ in 0..<randomness.below(4) {
                let isPercent = randomness.chance(500)
                let value = randomness.below(isPercent ? 100 : 150) + 1
                let threshold = SentThreshold(isPercent: isPercent, value: value)
                if !list.contains(threshold) { list.append(threshold) }
            }
            thresholds = list
        }
        let action = SentCommand.Action.configure(floor: floor, thresholds: thresholds)
        return SentCommand(id: "c\(count)", customer: customer, action: action)
    }

    /// The same id with what may be other content; where it is not, the message is a duplicate.
    private mutating func conflicting(with input: SentInput) -> SentInput {
        switch input {
        case .usage(let usage):
            return .usage(SentUsage(id: usage.id, customer: usage.customer, credits: credits()))
        case .command(let command):
            guard case .grant(_, let effectiveAt, let expiresAt) = command.action else {
                return input
            }
            let credits = randomness.below(200) + 1
            return .command(
                SentCommand(
                    id: command.id,
                    customer: command.customer,
                    action: .grant(
                        credits: credits,
                        effectiveAt: effectiveAt,
                        expiresAt: expiresAt
                    )
                )
            )
        case .malformed:
            return input
        }
    }

    private mutating func send(
        _ input: SentInput,
        to broker: SimulatedBroker,
        at now: Timestamp
    ) {
        let key: [UInt8]?
        let text: String
        switch input {
        case .usage(let usage):
            key = Array(usage.customer.utf8)
            text = "{\"usage_id\":\"\(usage.id)\",\"credits\":\(usage.credits)}"
        case .command(let command):
            key = nil
            text = Self.text(of: command)
        case .malformed:
            return
        }
        let message = StoredMessage(
            key: key,
            value: Array(text.utf8),
            headers: headers(),
            timestamp: now,
            arrivedAt: now
        )
        sent.append((message, input))
        append(message, input, to: broker)
    }

    private static func text(of command: SentCommand) -> String {
        let start = "{\"command_id\":\"\(command.id)\",\"customer_id\":\"\(command.customer)\","
        switch command.action {
        case .grant(let credits, let effectiveAt, let expiresAt):
            let expiry = expiresAt.map { ",\"expires_at\":\"\($0)\"" } ?? ""
            return start + "\"type\":\"grant\",\"credits\":\"\(credits)\","
                + "\"effective_at\":\"\(effectiveAt)\"\(expiry)}"
        case .reverse(let usageID, let credits):
            let amount = credits.map { ",\"credits\":\"\($0)\"" } ?? ""
            return start + "\"type\":\"reverse_usage\",\"usage_id\":\"\(usageID)\"\(amount)}"
        case .configure(let floor, let thresholds):
            var text = start + "\"type\":\"configure\""
            if let floor {
                text +=
                    ",\"overdraft\":" + (floor == 0 ? "\"refuse\"" : "{\"limit\":\"\(-floor)\"}")
            }
            if let thresholds {
                let list = thresholds.map {
                    let kind = $0.isPercent ? "percent" : "absolute"
                    return "{\"type\":\"\(kind)\",\"value\":\"\($0.value)\"}"
                }
                text += ",\"thresholds\":[" + list.joined(separator: ",") + "]"
            }
            return text + "}"
        }
    }

    private mutating func sendMalformed(to broker: SimulatedBroker, at now: Timestamp) {
        let value: [UInt8]?
        var code = "invalid_json"
        switch randomness.below(5) {
        case 0: value = nil
        case 1: value = []
        case 2:
            value = Array("{\"credits\":\(count)}".utf8)
            code = "missing_field"
        case 3: value = [0x7b, 0x22, 0xff, 0x00]
        default: value = Array("{\"usage_id\": \"m\(count)\", \"credits\": tru".utf8)
        }
        let key = randomness.chance(500) ? Array("cus_0".utf8) : nil
        let message = StoredMessage(
            key: key,
            value: value,
            headers: headers(),
            timestamp: now,
            arrivedAt: now
        )
        append(message, .malformed(code: code), to: broker)
    }

    private mutating func headers() -> [MessageHeader] {
        guard randomness.chance(150) else { return [] }
        return (0...randomness.below(3)).map { _ in
            MessageHeader(
                name: "trace-\(randomness.below(2))",
                value: randomness.chance(300) ? nil : [UInt8(randomness.below(256)), 0]
            )
        }
    }

    private mutating func append(
        _ message: StoredMessage,
        _ input: SentInput,
        to broker: SimulatedBroker
    ) {
        // Any partition: that a producer keeps to one is its habit, not our assumption. Only where
        // the order counts it must be one, for between partitions there is none.
        var partition = Int32(randomness.below(broker.partitionsPerTopic))
        if pace > 1, let customer = input.customer {
            partition = Int32(customer.utf8.reduce(0) { $0 + Int($1) } % broker.partitionsPerTopic)
        }
        let topic: String
        switch input {
        case .usage: topic = SimulatedBroker.usageTopic
        case .command: topic = SimulatedBroker.commandTopic
        case .malformed:
            topic =
                randomness.chance(500)
                ? SimulatedBroker.usageTopic : SimulatedBroker.commandTopic
        }
        let key = PartitionKey(topic: topic, partition: partition)
        let offset = broker.append(message, to: key)
        inputs[Place(partition: key, offset: offset)] = input
    }
}
