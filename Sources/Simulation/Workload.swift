import Credits
import LedgerStore

/// What was sent, as the checker remembers it: no accounts, no grants, just ids and numbers.
struct SentUsage: Hashable {
    let id: String
    let customer: String
    let credits: Int64
}

/// Makes messages and remembers what they say.
struct Workload {
    private let faults: Faults
    private var randomness: Randomness
    private let customers: [String]
    private var sent: [(message: StoredMessage, usage: SentUsage)] = []
    /// Every content that was sent under a usage id.
    private(set) var usage: [String: Set<SentUsage>] = [:]
    /// Credits of every grant by its command id.
    private(set) var grants: [String: (customer: String, credits: Int64)] = [:]
    private(set) var malformed = 0
    private var count = 0

    init(faults: Faults, randomness: Randomness) {
        self.faults = faults
        self.randomness = randomness
        var draws = randomness
        customers = (0..<draws.below(5) + 1).map { "cus_\($0)" }
    }

    /// Sends one message to the broker.
    mutating func send(to broker: SimulatedBroker, at now: Timestamp) {
        count += 1
        if randomness.chance(120) {
            sendGrant(to: broker, at: now)
        } else if randomness.chance(faults.malformed) {
            malformed += 1
            let bytes = Array("{\"usage_id\": \"m\(count)\", \"credits\": tru".utf8)
            append(StoredMessage(key: nil, value: bytes, timestamp: now), to: broker)
        } else if randomness.chance(faults.duplicate),
            let again = sent.randomElement(using: &randomness)
        {
            append(again.message, to: broker)
        } else if randomness.chance(faults.conflict),
            let other = sent.randomElement(using: &randomness)
        {
            sendUsage(other.usage.id, other.usage.customer, to: broker, at: now)
        } else {
            sendUsage("u\(count)", customer(), to: broker, at: now)
        }
    }

    private mutating func customer() -> String {
        customers[randomness.below(customers.count)]
    }

    private mutating func append(_ message: StoredMessage, to broker: SimulatedBroker) {
        // Any partition: that a producer keeps to one is its habit, not our assumption.
        let partition = Int32(randomness.below(broker.partitionsPerTopic))
        broker.append(
            message,
            to: PartitionKey(topic: SimulatedBroker.usageTopic, partition: partition)
        )
    }

    private mutating func sendUsage(
        _ id: String,
        _ customer: String,
        to broker: SimulatedBroker,
        at now: Timestamp
    ) {
        let credits = Int64(randomness.below(40))
        let event = SentUsage(id: id, customer: customer, credits: credits)
        usage[id, default: []].insert(event)
        let text = "{\"usage_id\":\"\(id)\",\"credits\":\(credits)}"
        let message = StoredMessage(
            key: Array(customer.utf8),
            value: Array(text.utf8),
            timestamp: now
        )
        sent.append((message, event))
        append(message, to: broker)
    }

    private mutating func sendGrant(to broker: SimulatedBroker, at now: Timestamp) {
        let id = "g\(count)"
        let customer = customer()
        let credits = Int64(randomness.below(200) + 1)
        grants[id] = (customer, credits)
        let text =
            "{\"command_id\":\"\(id)\",\"type\":\"grant\",\"customer_id\":\"\(customer)\","
            + "\"credits\":\"\(credits)\"}"
        let message = StoredMessage(key: nil, value: Array(text.utf8), timestamp: now)
        let partition = Int32(randomness.below(broker.partitionsPerTopic))
        let key = PartitionKey(topic: SimulatedBroker.commandTopic, partition: partition)
        broker.append(message, to: key)
        if randomness.chance(faults.duplicate) { broker.append(message, to: key) }
    }
}
