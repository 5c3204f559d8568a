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
        let topic = try find(BenchBroker.UsageTopic.events.rawValue)
        for start in stride(from: 0, to: settings.events, by: Self.run) {
            let count = min(Self.run, settings.events - start)
            try send(count, of: &load, to: topic, partition: start / Self.run % partitions)
            if start / 100_000 < (start + count) / 100_000 { progress(start + count) }
        }
        try flush()
    }

    /// Sends each customer and each probe a grant that no load exceeds.
    mutating func grant(customers: Int) throws(CommandFailure) {
        let topic = try find("credits.commands")
        for account in 0..<customers + BenchProbes.count {
            let name =
                account < customers
                ? BenchLoad.customerID(account) : BenchProbes.customerID(account - customers)
            BenchGrant.write(to: name, number: account, into: &value)
            key.removeAll(keepingCapacity: true)
            key.append(contentsOf: name.utf8)
            try send(to: topic, partition: account % partitions)
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
        let topic = try find(BenchBroker.UsageTopic.paced.rawValue)
        var (sent, tick) = (0, 0)
        var probes: [BenchProbes.Sent] = []
        let began = ContinuousClock.now
        while sent < settings.events || probes.count < pace.probes {
            let elapsed = ContinuousClock.now - began
            let due = min(pace.eventsDue(after: elapsed), settings.events)
            while sent < due {
                let count = min(due - sent, Self.run)
                try send(count, of: &load, to: topic, partition: tick % partitions)
                sent += count
                tick += 1
            }
            while probes.count < min(pace.probesDue(after: elapsed), pace.probes) {
                let number = probes.count
                probes.append(try send(probe: number, to: topic, partition: tick % partitions))
            }
            try check()
            // The pace is the measurement's: what has fallen due by the clock is sent at each turn.
            Thread.sleep(forTimeInterval: 0.001)
        }
        try flush()
        return probes
    }

    private mutating func send(
        probe number: Int,
        to topic: ProducerTopic,
        partition: Int
    ) throws(CommandFailure) -> BenchProbes.Sent {
        let name = BenchProbes.customerID(number % BenchProbes.count)
        BenchProbes.write(number, of: name, into: &value)
        key.removeAll(keepingCapacity: true)
        key.append(contentsOf: name.utf8)
        let now = BenchProbes.now
        try send(to: topic, partition: partition, at: now / 1000)
        return BenchProbes.Sent(number: number, microseconds: now)
    }

    // MARK: Messages

    private func find(_ topic: String) throws(CommandFailure) -> ProducerTopic {
        do {
            return try producer.topic(named: topic)
        } catch {
            throw Self.failure(error)
        }
    }

    /// Sends the next events of a load, all to one partition.
    private mutating func send(
        _ count: Int,
        of load: inout BenchLoad,
        to topic: ProducerTopic,
        partition: Int
    ) throws(CommandFailure) {
        // All are dealt before the first is written, so that the looks into the table of customers, which
        // is far away, do not wait for one another.
        let events = (0..<count).map { _ in load.next() }
        do {
            try topic.sending { (sender: borrowing ProducerTopic.Sender) throws(KafkaError) in
                for event in events {
                    load.write(event, into: &value)
                    BenchLoad.writeKey(of: event.customer, into: &key)
                    try send(by: sender, partition: partition)
                }
            }
        } catch {
            throw Self.failure(error)
        }
    }

    /// Sends one message, whose key and value were written.
    private func send(
        to topic: ProducerTopic,
        partition: Int,
        at milliseconds: Int64? = nil
    ) throws(CommandFailure) {
        do {
            try topic.sending { (sender: borrowing ProducerTopic.Sender) throws(KafkaError) in
                try send(by: sender, partition: partition, at: milliseconds)
            }
        } catch {
            throw Self.failure(error)
        }
    }

    private func send(
        by sender: borrowing ProducerTopic.Sender,
        partition: Int,
        at milliseconds: Int64? = nil
    ) throws(KafkaError) {
        var headers = HeaderList(count: 0)
        while true {
            do throws(KafkaError) {
                return try sender.send(
                    partition: Int32(partition),
                    key: key.span,
                    value: value.span,
                    headers: &headers,
                    timestampMs: milliseconds,
                    tag: 0
                )
            } catch {
                guard error.code == .queueFull else { throw error }
                try read(timeout: .milliseconds(10))
            }
        }
    }

    /// Looks for a message that the broker refused: one ends all, for the sums would not agree.
    private func read(timeout: Duration) throws(KafkaError) {
        var refusal: KafkaError?
        try producer.deliveries(maximum: 1_000_000, timeout: timeout) {
            refusal = refusal ?? $0.error
        }
        if let refusal { throw refusal }
    }

    private func flush() throws(CommandFailure) {
        guard producer.flush(timeout: .seconds(60)) else {
            throw CommandFailure(.unavailable, "the broker did not take all messages in a minute")
        }
        try check()
    }

    private func check() throws(CommandFailure) {
        do {
            try read(timeout: .zero)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: KafkaError) -> CommandFailure {
        CommandFailure(.unavailable, "the broker does not take messages: \(error.reason)")
    }
}
