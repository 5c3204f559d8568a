import Foundation
import KafkaIO

/// Sends a load to the broker; runs in a process of its own.
struct BenchSender {
    private let producer: Producer
    private let partitions: Int
    private var key: [UInt8] = []
    private var value: [UInt8] = []

    /// So many events in a row go to the same partition: they fill a batch of about 1 MB, and what
    /// is repeated soon is read soon.
    ///
    /// By key, the most popular customers would fill a partition beyond what the mock cluster keeps.
    private static let run = 4096

    /// - Parameters:
    ///   - bootstrapServers: of the broker.
    ///   - partitions: of the topic that is sent to.
    ///   - isPaced: whether the worker reads what is sent at the same time. Batches then go soon, and
    ///     are packed with less effort, for that would be taken from the worker's processors; else
    ///     they are large and packed so that the broker keeps them all.
    /// - Throws: `KafkaError`, where the client refuses these settings.
    init(bootstrapServers: String, partitions: Int, isPaced: Bool) throws(KafkaError) {
        self.partitions = partitions
        producer = try Producer(
            properties: [
                "bootstrap.servers": bootstrapServers,
                "compression.codec": isPaced ? "lz4" : "zstd",
                "batch.size": "1000000", "linger.ms": isPaced ? "1" : "100",
                "queue.buffering.max.messages": "1000000",
                "queue.buffering.max.kbytes": "1048576", "batch.num.messages": "10000",
            ],
            clientID: "drawdown-bench",
            log: { _ in }
        )
    }

    // MARK: As fast as the broker takes it

    /// Sends a whole load.
    ///
    /// - Throws: ``CommandFailure`` where the broker does not take it.
    mutating func fill(
        _ settings: BenchLoad.Settings,
        progress: (Int) -> Void
    ) throws(CommandFailure) {
        var load = BenchLoad(settings)
        for sent in 0..<settings.events {
            try send(load.next(), of: load, to: .events, partition: sent / Self.run % partitions)
            if sent % 100_000 == 0 { progress(sent) }
        }
        try flush()
    }

    /// Sends each customer and each probe a grant that no load exceeds.
    mutating func grant(customers: Int) throws(CommandFailure) {
        for account in 0..<customers + BenchProbes.count {
            let name =
                account < customers
                ? BenchLoad.customerID(account) : BenchProbes.customerID(account - customers)
            BenchGrant.write(to: name, number: account, into: &value)
            key.removeAll(keepingCapacity: true)
            key.append(contentsOf: name.utf8)
            try send(to: "credits.commands", partition: account % partitions)
        }
        try flush()
    }

    // MARK: At a pace

    /// Sends a load evenly, and from ``BenchPace/warmUp`` on the probes beside it.
    ///
    /// - Parameters:
    ///   - settings: the load.
    ///   - pace: how fast.
    /// - Returns: when each probe was sent, in their order.
    /// - Throws: ``CommandFailure`` where the broker does not take it.
    mutating func send(
        _ settings: BenchLoad.Settings,
        at pace: BenchPace
    ) throws(CommandFailure) -> [BenchProbes.Sent] {
        var load = BenchLoad(settings)
        var (sent, tick) = (0, 0)
        var probes: [BenchProbes.Sent] = []
        let began = ContinuousClock.now
        while sent < settings.events || probes.count < pace.probes {
            let elapsed = ContinuousClock.now - began
            let due = min(pace.eventsDue(after: elapsed), settings.events)
            while sent < due {
                let partition = tick % partitions
                for _ in sent..<min(due, sent + Self.run) {
                    try send(load.next(), of: load, to: .paced, partition: partition)
                    sent += 1
                }
                tick += 1
            }
            while probes.count < min(pace.probesDue(after: elapsed), pace.probes) {
                probes.append(try send(probe: probes.count, partition: tick % partitions))
            }
            try read(timeout: .zero)
            Thread.sleep(forTimeInterval: 0.001)
        }
        try flush()
        return probes
    }

    private mutating func send(
        probe number: Int,
        partition: Int
    ) throws(CommandFailure) -> BenchProbes.Sent {
        let name = BenchProbes.customerID(number % BenchProbes.count)
        BenchProbes.write(number, of: name, into: &value)
        key.removeAll(keepingCapacity: true)
        key.append(contentsOf: name.utf8)
        let now = BenchProbes.now
        try send(to: BenchBroker.UsageTopic.paced.rawValue, partition: partition, at: now / 1000)
        return BenchProbes.Sent(number: number, microseconds: now)
    }

    // MARK: One message

    private mutating func send(
        _ event: BenchLoad.Event,
        of load: BenchLoad,
        to topic: BenchBroker.UsageTopic,
        partition: Int
    ) throws(CommandFailure) {
        load.write(event, into: &value)
        BenchLoad.writeKey(of: event.customer, into: &key)
        try send(to: topic.rawValue, partition: partition)
    }

    private func send(
        to topic: String,
        partition: Int,
        at milliseconds: Int64? = nil
    ) throws(CommandFailure) {
        while true {
            do {
                try producer.send(
                    topic: topic,
                    partition: Int32(partition),
                    key: key,
                    value: value,
                    timestampMs: milliseconds,
                    tag: 0
                )
                return
            } catch {
                guard error.code == .queueFull else { throw Self.failure(error) }
                try read(timeout: .milliseconds(10))
            }
        }
    }

    /// Makes room for more; a message that the broker refused ends all, for the sums would not agree.
    private func read(timeout: Duration) throws(CommandFailure) {
        var refusal: KafkaError?
        do {
            try producer.deliveries(maximum: 1_000_000, timeout: timeout) {
                refusal = refusal ?? $0.error
            }
        } catch {
            throw Self.failure(error)
        }
        if let refusal { throw Self.failure(refusal) }
    }

    private func flush() throws(CommandFailure) {
        guard producer.flush(timeout: .seconds(60)) else {
            throw CommandFailure(.unavailable, "the broker did not take all messages in a minute")
        }
        try read(timeout: .zero)
    }

    private static func failure(_ error: KafkaError) -> CommandFailure {
        CommandFailure(.unavailable, "the broker does not take messages: \(error.reason)")
    }
}
