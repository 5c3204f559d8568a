import Credits
import Foundation
import KafkaIO
import Synchronization

/// Usage under way to the broker, and the sums that it must come to.
final class Load: Sendable {
    struct Sent: Sendable {
        /// What each customer's balance must be in the end.
        var balances: [String: Int64] = [:]
        var ids: Set<String> = []
        var messages = 0
    }

    static let customers = 200
    static let grant: Int64 = 3000

    private let producer: Producer
    private let rate: Int
    private let duplicates: Int
    private let seed: UInt64
    private let isStopped = Atomic(false)
    private let hasEnded = DispatchSemaphore(value: 0)
    private let state = Mutex(Sent())

    init(bootstrapServers: String, rate: Int, duplicates: Int, seed: UInt64) throws {
        producer = try Producer(
            properties: ["bootstrap.servers": bootstrapServers],
            clientID: "crash-campaign",
            log: { _ in }
        )
        self.rate = rate
        self.duplicates = duplicates
        self.seed = seed
    }

    var sent: Sent { state.withLock { $0 } }

    func start() {
        let thread = Thread { [self] in
            sendGrants()
            sendUsage()
            hasEnded.signal()
        }
        thread.start()
    }

    /// Ends sending; returns once the broker has everything.
    func stop() throws {
        isStopped.store(true, ordering: .releasing)
        hasEnded.wait()
        guard producer.flush(timeout: .seconds(10)) else {
            throw CampaignError("the broker did not take all messages")
        }
    }

    private func sendGrants() {
        for customer in 0..<Self.customers {
            let name = "cus_\(customer)"
            let text =
                "{\"command_id\":\"first-\(customer)\",\"type\":\"grant\","
                + "\"customer_id\":\"\(name)\",\"credits\":\"\(Self.grant)\"}"
            send("credits.commands", name, text)
            state.withLock { $0.balances[name] = Self.grant }
        }
    }

    private func sendUsage() {
        var random = SystemlessRandom(state: seed)
        var recent: [(key: String, text: String)] = []
        let began = ContinuousClock.now
        var count = 0
        while !isStopped.load(ordering: .acquiring) {
            let target = Int((ContinuousClock.now - began) / .milliseconds(1)) * rate / 1000
            while count < target {
                count += 1
                if Int(random.next() % 100) < duplicates,
                    let again = recent.randomElement(using: &random)
                {
                    send("usage.events", again.key, again.text)
                    continue
                }
                let name = "cus_\(Int(random.next() % UInt64(Self.customers)))"
                let credits = Int64(random.next() % 20)
                let id = "use_\(seed)_\(count)"
                let text = "{\"usage_id\":\"\(id)\",\"credits\":\(credits)}"
                send("usage.events", name, text)
                state.withLock { sent in
                    sent.balances[name, default: 0] -= credits
                    sent.ids.insert(id)
                }
                if recent.count < 2000 {
                    recent.append((name, text))
                } else {
                    recent[count % 2000] = (name, text)
                }
            }
            try? producer.deliveries(maximum: 100_000, timeout: .milliseconds(5)) { _ in }
        }
    }

    private func send(_ topic: String, _ key: String, _ text: String) {
        state.withLock { $0.messages += 1 }
        while true {
            do {
                try producer.send(topic: topic, key: key, value: text, tag: 0)
                return
            } catch {
                // Full: what was sent has to land first.
                try? producer.deliveries(maximum: 100_000, timeout: .milliseconds(20)) { _ in }
            }
        }
    }
}

/// SplitMix64: the same seed sends the same events.
struct SystemlessRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
