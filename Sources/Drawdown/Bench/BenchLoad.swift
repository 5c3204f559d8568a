import Foundation
import KafkaIO

/// The benchmark's events, and the sums that they must come to.
///
/// About 215 bytes of realistic JSON each; customers by a Zipf distribution, as customers are; a
/// share of repetitions, nearly all of events that were sent a moment ago.
struct BenchLoad {
    let events: Int
    let customers: Int
    /// In percent.
    let duplicates: Int
    private var random: SplitMix64
    /// Cumulated shares of the customers, for drawing one by bisection.
    private let cumulated: [Double]
    /// Where the latest events stand in `recentBytes`, for repeating one.
    private var recent: [[UInt8]] = []
    private var recentCustomers: [Int] = []
    private var number = 0
    /// Credits that each customer must have used in the end.
    private(set) var used: [Int64]
    private(set) var distinct = 0

    private static let remembered = 2000
    private static let models = ["opus-4", "sonnet-4", "sdxl-turbo", "whisper-3", "veo-2"]
    private static let regions = ["eu-central-1", "us-east-1", "ap-south-1"]

    init(events: Int, customers: Int, duplicates: Int, seed: UInt64 = 7) {
        self.events = events
        self.customers = customers
        self.duplicates = duplicates
        random = SplitMix64(seed: seed)
        var sum = 0.0
        cumulated = (1...customers).map { rank in
            sum += 1 / Double(rank)
            return sum
        }
        used = [Int64](repeating: 0, count: customers)
    }

    static func name(_ customer: Int) -> String { "customer-\(customer)" }

    /// The next event and whose it is.
    mutating func next() -> (customer: Int, value: [UInt8]) {
        if Int(random.next() % 100) < duplicates, !recent.isEmpty {
            let index = Int(random.next() % UInt64(recent.count))
            return (recentCustomers[index], recent[index])
        }
        number += 1
        let customer = drawCustomer()
        let credits = Int64(random.next() % 50) + 1
        used[customer] += credits
        distinct += 1
        let value = event(of: customer, credits: credits)
        if recent.count < Self.remembered {
            recent.append(value)
            recentCustomers.append(customer)
        } else {
            recent[number % Self.remembered] = value
            recentCustomers[number % Self.remembered] = customer
        }
        return (customer, value)
    }

    private mutating func drawCustomer() -> Int {
        let point = Double(random.next() >> 11) / Double(1 << 53) * (cumulated.last ?? 1)
        var low = 0
        var high = cumulated.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulated[middle] < point { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func event(of customer: Int, credits: Int64) -> [UInt8] {
        var json: [UInt8] = []
        json.reserveCapacity(240)
        json += "{\"usage_id\":\"use_".utf8
        json += String(random.next(), radix: 16).utf8
        json += "-\(number)\",\"customer_id\":\"customer-\(customer)\",\"action\":\"".utf8
        json += "image.generate\",\"credits\":\(credits),\"occurred_at\":\"2026-11-22T10:".utf8
        json += "\(10 + random.next() % 50):\(10 + random.next() % 50).125Z\",".utf8
        let model = Self.models[Int(random.next() % UInt64(Self.models.count))]
        let region = Self.regions[Int(random.next() % UInt64(Self.regions.count))]
        json += "\"dimensions\":{\"model\":\"\(model)\",\"region\":\"\(region)\"}}".utf8
        return json
    }
}

/// Sends a load as fast as the broker takes it.
struct BenchFiller {
    let bootstrapServers: String
    /// Events are dealt out to them in turn: by key, the most popular customers would fill a partition
    /// beyond the 5 MiB that the mock cluster keeps of each.
    let partitions: Int

    /// Returns the load, which then knows its sums.
    func fill(_ load: BenchLoad, progress: (Int) -> Void) throws -> BenchLoad {
        var load = load
        let producer = try Producer(
            properties: [
                "bootstrap.servers": bootstrapServers, "compression.codec": "zstd",
                "batch.size": "1000000", "linger.ms": "100",
                "queue.buffering.max.messages": "2000000",
                "queue.buffering.max.kbytes": "1048576", "batch.num.messages": "10000",
            ],
            clientID: "drawdown-bench",
            log: { _ in }
        )
        for sent in 0..<load.events {
            let (customer, value) = load.next()
            let key = Array(BenchLoad.name(customer).utf8)
            while true {
                do {
                    try producer.send(
                        topic: "usage.events",
                        partition: Int32(sent % partitions),
                        key: key,
                        value: value,
                        tag: 0
                    )
                    break
                } catch {
                    guard error.code == .queueFull else { throw error }
                    try producer.deliveries(maximum: 100_000, timeout: .milliseconds(10)) { _ in }
                }
            }
            if sent % 100_000 == 0 {
                progress(sent)
                try producer.deliveries(maximum: 1_000_000, timeout: .zero) { _ in }
            }
        }
        guard producer.flush(timeout: .seconds(60)) else {
            throw CommandFailure(.unavailable, "the broker did not take all events")
        }
        return load
    }
}
