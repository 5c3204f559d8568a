import Foundation
import KafkaIO
import Logging
import UsagePipeline

/// How the benchmark sets up what it measures: as a user gets it.
struct BenchWorker {
    let bootstrapServers: String
    let directory: String
    /// Given on the command line.
    let properties: [String: String]

    /// The mock cluster answers an empty fetch only when its time is over, also if messages come in.
    ///
    /// With the default of 500 ms every event would be that late. A broker answers at once.
    private static let ownProperties = ["fetch.wait.max.ms": "3"]

    /// The raw drain takes what a worker has no memory for: it is to show what the client can do.
    private static let drainProperties = [
        "queued.min.messages": "1000000", "queued.max.messages.kbytes": "131072",
    ]

    private var kafka: [String: String] {
        var kafka = Self.ownProperties.merging(properties) { $1 }
        kafka["bootstrap.servers"] = bootstrapServers
        kafka["group.id"] = "drawdown-bench"
        return kafka
    }

    /// What decides how far the client reads ahead, and what was given.
    var reported: [String: String] {
        let deciding = [
            "queued.min.messages", "queued.max.messages.kbytes", "fetch.max.bytes",
            "fetch.queue.backoff.ms",
        ]
        let defaults = Consumer.defaultProperties.filter { deciding.contains($0.key) }
        return defaults.merging(Self.ownProperties) { $1 }.merging(properties) { $1 }
    }

    static func configuration(storeAt path: String) -> Configuration {
        var configuration = Configuration()
        configuration.store.path = path
        configuration.store.reserve = .mebibytes(64)
        return configuration
    }

    /// Puts a worker together that reads one topic of usage, and the commands.
    func assembly(
        reading topic: BenchBroker.UsageTopic,
        sink: (any MessageSink) -> any MessageSink = { $0 }
    ) throws(CommandFailure) -> WorkerAssembly {
        var configuration = Self.configuration(storeAt: directory)
        configuration.kafka = kafka
        configuration.topics.usage = [topic.rawValue]
        return try Self.whenFree { () throws(CommandFailure) in
            try WorkerAssembly(
                configuration,
                membership: .alone,
                logger: Assembly.makeLogger(level: .error),
                sink: sink
            )
        }
    }

    /// Opens a store that was just let go: the thread that worked with it may hold it for a moment.
    static func whenFree<Opened>(
        _ open: () throws(CommandFailure) -> Opened
    ) throws(CommandFailure) -> Opened {
        let deadline = ContinuousClock.now + .seconds(5)
        while true {
            do {
                return try open()
            } catch {
                guard error.exitCode == .fenced, ContinuousClock.now < deadline else { throw error }
                BenchProcess.sleep(.milliseconds(10))
            }
        }
    }

    /// Events per second that the client's wrapper reads and lets go.
    func drain(_ count: Int) throws -> Double {
        let consumer = try Consumer(
            properties: Self.drainProperties.merging(kafka) { $1 },
            clientID: "drawdown-drain",
            log: { _ in }
        )
        defer { _ = consumer.close(timeout: .seconds(5)) }
        let topic = BenchBroker.UsageTopic.events.rawValue
        let partitions = try consumer.partitions(of: [topic], timeout: .seconds(10))
        try consumer.assign(partitions.map { PartitionStart(partition: $0, offset: .earliest) })
        var read = 0
        var first: (count: Int, at: ContinuousClock.Instant)?
        var progressed = ContinuousClock.now
        while read < count {
            guard ContinuousClock.now - progressed < .seconds(20) else {
                throw CommandFailure(
                    .unavailable,
                    "expected the broker to keep \(count) events, got: \(read)"
                )
            }
            let batch = try consumer.poll(
                maximum: 10_000,
                timeout: .milliseconds(100),
                gathering: .milliseconds(20)
            )
            guard batch.count > 0 else { continue }
            read += batch.count
            progressed = .now
            if first == nil { first = (read, progressed) }
        }
        // As with the worker: from the first batch on, without it.
        guard let first, read > first.count else { return 0 }
        return Double(read - first.count) / ((progressed - first.at) / .seconds(1))
    }
}
