import Credits
import EmbeddedLedgerStore
import Foundation
import KafkaIO
import LedgerStore
import Logging
import UsageCodec
import UsagePipeline

/// The one place where the parts are put together: a configuration becomes a worker.
///
/// Opens in the order in which things can be refused: the store first, for another process may hold
/// it, then Kafka, then the comparison of the two.
final class WorkerAssembly {
    let store: EmbeddedLedgerStore
    let worker: Worker
    let health: WorkerHealth
    let reader: any LedgerReader
    private let consumer: Consumer
    private let producer: Producer
    private let ends: EndOffsets
    /// The way in for commands that come by HTTP.
    let submitter: KafkaCommandSubmitter
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: what was read and validated.
    ///   - cluster: names the cluster where its own id does not do; nil asks the brokers.
    ///   - membership: how the worker comes by its partitions.
    ///   - logger: takes what librdkafka says, and what ends the worker.
    ///   - sink: may put something around Kafka as the sink, to look at what passes.
    /// - Throws: ``CommandFailure``: what is missing, where, and what to do.
    init(
        _ configuration: Configuration,
        cluster: String? = nil,
        membership: KafkaMessageSource.Membership,
        logger: Logger,
        sink: (any MessageSink) -> any MessageSink = { $0 }
    ) throws(CommandFailure) {
        ProcessMemory.keepFreed()
        self.logger = logger
        let policies = configuration.policies
        let store = try Self.openStore(configuration, policies: policies)
        // What replaying took lies between what stays, in a heap that other threads do not use.
        ProcessMemory.giveBack()
        self.store = store
        reader = store.reader
        do {
            consumer = try Consumer(
                properties: configuration.kafka,
                clientID: "drawdown",
                niceness: Niceness.reading.rawValue,
                log: logger.kafka
            )
            producer = try Producer(
                properties: Self.producerProperties(of: configuration),
                clientID: "drawdown",
                niceness: Niceness.finishing.rawValue,
                log: logger.kafka
            )
            let cluster = try cluster ?? consumer.clusterID(timeout: .seconds(10))
            try Self.checkTopics(configuration, consumer)
            let positions = AssignedPartitions()
            let topics = configuration.topics
            let ends = EndOffsets(
                source: try Consumer(
                    properties: configuration.kafka,
                    clientID: "drawdown",
                    log: logger.kafka
                ),
                topics: topics.usage + [topics.commands],
                assigned: positions
            )
            self.ends = ends
            health = WorkerHealth(
                endOffsets: ends,
                cluster: cluster,
                group: configuration.kafka["group.id"] ?? KafkaSection.defaultGroup,
                storePath: configuration.store.path,
                reader: store.reader,
                assigned: positions
            )
            worker = Self.worker(
                configuration,
                policies: policies,
                store: store,
                source: KafkaMessageSource(
                    consumer: consumer,
                    cluster: cluster,
                    topics: topics,
                    membership: membership,
                    positions: positions,
                    ends: ends,
                    logger: logger,
                    audit: { [consumer, reader = store.reader, identity = store.identity] in
                        let stored = reader.offsets(cluster: cluster)
                        let positions = try Self.acknowledged($0, consumer)
                        Self.noteSetBack(positions, stored, identity, logger)
                        return OffsetAudit.fault(
                            acknowledged: positions,
                            stored: stored,
                            identity: identity
                        )
                    }
                ),
                sink: sink(
                    KafkaMessageSink(
                        producer: producer,
                        triggers: configuration.topics.triggers,
                        deadLetters: configuration.topics.deadLetters
                    )
                )
            )
            submitter = try KafkaCommandSubmitter(
                properties: Self.producerProperties(of: configuration),
                topic: configuration.topics.commands,
                board: worker.control.board,
                log: logger.kafka
            )
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(
                kafka: error,
                servers: configuration.kafka["bootstrap.servers"] ?? ""
            )
        }
    }

    static func openStore(
        _ configuration: Configuration,
        policies: Policies
    ) throws(CommandFailure) -> EmbeddedLedgerStore {
        do {
            return try EmbeddedLedgerStore(
                path: configuration.store.path,
                policies: policies,
                options: EmbeddedLedgerStore.Options(
                    reserve: configuration.store.reserve.bytes
                )
            )
        } catch {
            throw CommandFailure(error)
        }
    }

    private static func worker(
        _ configuration: Configuration,
        policies: Policies,
        store: EmbeddedLedgerStore,
        source: KafkaMessageSource,
        sink: any MessageSink
    ) -> Worker {
        var roles = [configuration.topics.commands: MessageRole.command]
        for topic in configuration.topics.usage {
            roles[topic] = configuration.mappings[topic].map(MessageRole.mappedUsage) ?? .usage
        }
        var settings = WorkerSettings(
            roles: roles,
            start: configuration.start == .earliest ? .earliest : .latest,
            maximumEvents: configuration.commit.maxEvents,
            maximumAge: .microseconds(configuration.commit.maxAge.microseconds)
        )
        settings.maximumUnpublished = maximumUnpublished(
            of: configuration,
            atMost: settings.maximumUnpublished
        )
        let decoder = InputDecoder(
            hashKey: store.identity.hashKey,
            rates: policies.rates,
            limits: DecodeLimits(maximumBytes: configuration.events.maxBytes.bytes)
        )
        return Worker(
            source: source,
            sink: sink,
            store: store,
            policies: policies,
            decoder: decoder,
            settings: settings
        )
    }

    /// A dead letter is its input with a few headers more: the producer itself refuses none for its
    /// size, whatever the inputs' limit is.
    ///
    /// What the topic refuses is another matter: a limit that was given for messages bounds batches, for
    /// the topic refuses a batch that is too large with all that is in it.
    static func producerProperties(of configuration: Configuration) -> [String: String] {
        var properties = configuration.kafka.filter { !consumerOnly.contains($0.key) }
        let limit = properties["message.max.bytes"].flatMap { Int($0) }
        if let limit, limit < 1_000_000, properties["batch.size"] == nil {
            properties["batch.size"] = "\(limit)"
        }
        properties["message.max.bytes"] = "1000000000"
        return properties
    }

    /// How many triggers may wait for Kafka: fewer than its client was told to take.
    static func maximumUnpublished(of configuration: Configuration, atMost limit: Int) -> Int {
        let property = configuration.kafka["queue.buffering.max.messages"]
        // Of 0 it takes any number.
        guard let queue = property.flatMap({ Int($0) }), queue > 0 else { return limit }
        return min(limit, max(1, queue / 5 * 4))
    }

    private static let consumerOnly: Set<String> = [
        "group.id", "group.instance.id", "session.timeout.ms", "heartbeat.interval.ms",
        "max.poll.interval.ms", "partition.assignment.strategy", "queued.min.messages",
        "queued.max.messages.kbytes", "fetch.min.bytes", "fetch.wait.max.ms",
        "fetch.message.max.bytes", "max.partition.fetch.bytes", "fetch.max.bytes",
        "fetch.error.backoff.ms", "fetch.queue.backoff.ms", "enable.partition.eof",
    ]

    /// A topic that is missing is said so now: later it would look like silence.
    private static func checkTopics(
        _ configuration: Configuration,
        _ consumer: Consumer
    ) throws(KafkaError) {
        let topics = configuration.topics
        _ = try consumer.partitions(
            of: topics.usage + [topics.commands, topics.triggers, topics.deadLetters],
            timeout: .seconds(10)
        )
    }

    /// What the cluster was told about partitions, and by whom.
    private static func acknowledged(
        _ partitions: [TopicPartition],
        _ consumer: Consumer
    ) throws -> [AcknowledgedPosition] {
        try consumer.acknowledged(partitions, timeout: .seconds(10)).compactMap { record in
            guard let offset = record.offset else { return nil }
            return AcknowledgedPosition(
                partition: PartitionKey(record.partition),
                offset: offset,
                metadata: record.metadata ?? ""
            )
        }
    }

    /// Says that a restored store reads again what came after its backup.
    private static func noteSetBack(
        _ positions: [AcknowledgedPosition],
        _ stored: [PartitionKey: Int64],
        _ identity: StoreIdentity,
        _ logger: Logger
    ) {
        let partitions = OffsetAudit.setBack(
            acknowledged: positions,
            stored: stored,
            identity: identity
        )
        for partition in partitions {
            logger.notice(
                "The restored store reads again what came after its backup",
                metadata: [
                    "kafka.topic": "\(partition.topic)",
                    "kafka.partition": "\(partition.partition)",
                    "kafka.offset": "\(stored[partition].map(String.init) ?? "none")",
                ]
            )
        }
    }

    // MARK: Working

    /// Works until it is stopped or fails, on threads of its own.
    func work() async throws(CommandFailure) {
        health.watch(worker.control)
        submitter.start()
        let result = await withCheckedContinuation { continuation in
            // Safe to send: the worker is used by this thread only until the continuation resumes.
            nonisolated(unsafe) let worker = worker
            let thread = Thread {
                continuation.resume(
                    returning: Result { () throws(WorkerFailure) in try unsafe worker.run() }
                )
            }
            thread.name = "drawdown-worker"
            thread.start()
        }
        if case .failure(let failure) = result {
            health.noteFailure(failure.message)
            logger.error("The worker ended", metadata: ["reason": "\(failure.message)"])
            close()
            throw CommandFailure(failure)
        }
        close()
    }

    /// Leaves Kafka.
    ///
    /// Whatever hangs here is left behind: everything that counts is durable.
    private func close() {
        submitter.stop()
        if !producer.close(timeout: .seconds(2)) {
            logger.warning("Kafka's producer did not close in time")
        }
        if !consumer.close(timeout: .seconds(2)) {
            logger.warning("Kafka's consumer did not close in time")
        }
        if !ends.close(timeout: .seconds(2)) {
            logger.warning("Kafka's client for end offsets did not close in time")
        }
    }
}

extension CommandFailure {
    init(_ error: StoreError) {
        let code: ExitCodes =
            switch error.code {
            case .inUse, .fenced: .fenced
            // Starting again mends no damage: another code, so that no supervisor tries for ever.
            case .damaged: .data
            case .unusable, .diskFull, .failed: .storage
            }
        self.init(code, error.message)
    }

    /// A store that was to be read, not worked with: what is not there, or not what was written, is
    /// wrong data.
    init(reading error: StoreError) {
        let code: ExitCodes =
            switch error.code {
            case .damaged, .unusable: .data
            case .inUse, .fenced: .fenced
            case .diskFull, .failed: .storage
            }
        self.init(code, error.message)
    }

    init(_ failure: WorkerFailure) {
        switch failure {
        case .store(let error): self.init(error)
        case .sink(let error): self.init(.unavailable, error.message)
        case .source(let error):
            let code: ExitCodes =
                switch error.code {
                case .gap: .history
                case .fenced: .fenced
                case .unavailable: .unavailable
                }
            self.init(code, error.message)
        }
    }

    /// A failure of Kafka before the worker began.
    init(kafka error: any Error, servers: String) {
        guard let error = error as? KafkaError else {
            self.init(.unavailable, "Kafka at \(servers): \(error)")
            return
        }
        switch error.code {
        case .configuration: self.init(.configuration, "kafka: \(error.reason)")
        case .unknownTopic:
            self.init(
                .unavailable,
                "Kafka at \(servers): \(error.reason); create them, or name others under topics"
            )
        default: self.init(.unavailable, "Kafka at \(servers): \(error.reason)")
        }
    }
}

extension Logger {
    /// librdkafka's log lines, on their way into ours.
    var kafka: @Sendable (KafkaLogLine) -> Void {
        { line in
            let level: Level =
                switch line.level {
                case .emergency, .alert, .critical: .critical
                case .error: .error
                case .warning: .warning
                case .notice: .notice
                case .info: .info
                case .debug: .debug
                }
            log(
                level: level,
                "librdkafka",
                metadata: ["kafka.facility": "\(line.facility)", "kafka.line": "\(line.message)"]
            )
        }
    }
}
