import Credits
import Foundation
import KafkaIO
import LedgerStore
import Logging
import QueryAPI
import Synchronization
import UsagePipeline

extension Assembly {
    /// `drawdown dev`: a broker, a store, the worker and the API in this process, until a signal or
    /// the given time ends it.
    static func develop(_ options: DevelopmentOptions) async throws {
        // Its own log is quiet: what happens is shown, not logged.
        let logger = makeLogger(level: .warning)
        let stopping = StopSignals()
        let broker = try DevelopmentBroker()
        lastCluster.withLock { $0 = broker.cluster }
        var configuration = try load(options)
        configuration.kafka["bootstrap.servers"] = broker.bootstrapServers
        // The mock cluster answers an empty fetch only when its time is over, also if messages come
        // in meanwhile: with the default of 500 ms every event would be that late.
        configuration.kafka["fetch.wait.max.ms"] = "10"
        let assembly = try WorkerAssembly(
            configuration,
            cluster: broker.clusterID,
            membership: .alone,
            logger: logger
        )
        // Of an earlier run that was killed: whoever waits for the file must not find its addresses. Not
        // before the store is ours: another run may be using both.
        try? FileManager.default.removeItem(
            atPath: DevelopmentFile.path(in: configuration.store.path)
        )
        let session = DevelopmentSession(options, configuration, assembly)
        stopping.onStop { [control = assembly.worker.control] in control.stop() }
        try await session.run(logger: logger)
    }

    private static func load(
        _ options: DevelopmentOptions
    ) throws(CommandFailure) -> Configuration {
        try ConfigurationOption.load("dev") { () throws(ConfigurationFaults) in
            try options.configuration(environment: ProcessInfo.processInfo.environment)
        }
    }

    /// The embedded broker, until the process ends: clients whose threads end only with it would find
    /// nobody, and say so behind the last line.
    private static let lastCluster = Mutex<MockCluster?>(nil)
}

/// The embedded broker: librdkafka's mock cluster, which forgets its messages when it ends.
private struct DevelopmentBroker {
    let cluster: MockCluster
    /// Drawn anew for each run, for the broker's messages are new each time: offsets of an earlier
    /// run mean nothing here, and the ids make reading from the start harmless.
    let clusterID = "dev-\(UUID().uuidString.lowercased())"
    var bootstrapServers: String { cluster.bootstrapServers }

    init() throws(CommandFailure) {
        do {
            cluster = try MockCluster(brokers: 1)
            let topics = Topics()
            for topic in topics.usage + [topics.commands, topics.triggers, topics.deadLetters] {
                try cluster.createTopic(topic, partitions: 4, replication: 1)
            }
        } catch {
            throw CommandFailure(.unavailable, "the embedded broker did not start: \(error.reason)")
        }
    }
}

/// One run of `dev` from its first line to its last.
private final class DevelopmentSession: Sendable {
    private let options: DevelopmentOptions
    private let configuration: Configuration
    private let control: Worker.Control
    private let health: WorkerHealth
    private let reader: any LedgerReader
    private let port = Mutex<Int?>(nil)
    private let hasEnded = Atomic(false)
    // Used by `run` only, which is called once.
    nonisolated(unsafe) private let assembly: WorkerAssembly

    init(
        _ options: DevelopmentOptions,
        _ configuration: Configuration,
        _ assembly: WorkerAssembly
    ) {
        self.options = options
        self.configuration = configuration
        unsafe self.assembly = assembly
        control = assembly.worker.control
        health = assembly.health
        reader = assembly.reader
    }

    private var api: String {
        let scheme = configuration.http.identity == nil ? "http" : "https"
        // Who listens everywhere is reached on this machine, too.
        let listen = configuration.http.listen.host
        let host = ["0.0.0.0", "::"].contains(listen) ? "127.0.0.1" : listen
        return "\(scheme)://\(ListenAddress(host: host, port: port.withLock { $0 } ?? 0))"
    }
    private var directory: String { configuration.store.path }
    private var brokerAddress: String { configuration.kafka["bootstrap.servers"] ?? "" }

    func run(logger: Logger) async throws {
        let server = try unsafe Assembly.startAPI(assembly, configuration, logger: logger) {
            [self] bound in
            port.withLock { $0 = bound }
        }
        let showing = Task { [control] in
            do {
                try await show(server)
            } catch let error where !(error is CancellationError) {
                control.stop()
                throw error
            }
        }
        let working: Result<Void, CommandFailure>
        do {
            try await unsafe assembly.work()
            working = .success(())
        } catch {
            working = .failure(error)
        }
        hasEnded.store(true, ordering: .releasing)
        showing.cancel()
        await server.stop()
        let shown = await showing.result
        try? FileManager.default.removeItem(atPath: DevelopmentFile.path(in: directory))
        if let failure = server.failure { throw CommandFailure(.unavailable, failure) }
        try working.get()
        if case .failure(let error) = shown, !(error is CancellationError) { throw error }
        StandardStreams.write(
            """
            The ledger stays in \(directory):
              drawdown verify --data \(directory)

            """
        )
    }

    /// Waits until everything answers, says where things are, then shows what happens.
    private func show(_ server: RunningAPI) async throws {
        while port.withLock({ $0 }) == nil || !health.notReadyReasons().isEmpty {
            guard !hasEnded.load(ordering: .acquiring) else { return }
            // Readiness is asked for, never announced: `/readyz` asks in the same way.
            try await Task.sleep(for: .milliseconds(20))
        }
        try writeDevelopmentFile()
        StandardStreams.write(greeting)
        if let duration = options.duration {
            Task { [control] in
                try await Task.sleep(for: duration)
                control.stop()
            }
        }
        guard options.isDemo else { return }
        let demo = try DemoProducer(brokerAddress, rate: options.rate)
        demo.start()
        defer { demo.stop() }
        let watching = Task { [health] in
            while !Task.isCancelled {
                demo.note(lag: await health.lagMessages())
                // Ends of partitions may be as old as this: looking more often would count room twice.
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        defer { watching.cancel() }
        try await showFigures()
    }

    private func showFigures() async throws {
        var report = LiveReport(mode: .ofStandardOutput())
        var gauge = LiveGauge(storePath: directory, api: api, broker: brokerAddress)
        while !hasEnded.load(ordering: .acquiring) {
            // The pace at which lines are shown, not a wait for anything.
            try await Task.sleep(for: report.interval)
            let lag = await health.lagMessages()
            StandardStreams.write(
                report.next(gauge.figures(reader: reader, control: control, lag: lag))
            )
        }
    }

    private var greeting: String {
        """
        Drawdown is running; Ctrl-C ends it.
          API     \(api)
          Kafka   \(brokerAddress)
          ledger  \(directory)

        """
    }

    /// Tells other programs where things are: `drawdown balance` reads it.
    private func writeDevelopmentFile() throws {
        let file = DevelopmentFile(
            bootstrapServers: brokerAddress,
            http: api,
            pid: ProcessInfo.processInfo.processIdentifier
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        // Atomically, so that whoever waits for the file never reads half of it.
        try encoder.encode(file).write(
            to: URL(fileURLWithPath: DevelopmentFile.path(in: directory)),
            options: .atomic
        )
    }
}

/// Takes the live view's figures from the worker, and the rate from two looks at it.
private struct LiveGauge {
    let storePath: String
    let api: String
    let broker: String
    private let began = ContinuousClock.now
    /// A command that works as it stands: the address is left out only where it is found without.
    private var hint: String {
        let isFound = storePath == DevelopmentOptions.standardDirectory
        return "drawdown balance \(DemoCustomers.name(0))" + (isFound ? "" : " --api \(api)")
    }
    private var looks: [(at: ContinuousClock.Instant, total: UInt64)] = []
    private var rates: [Double] = []
    private var rateTaken = ContinuousClock.now

    init(storePath: String, api: String, broker: String) {
        self.storePath = storePath
        self.api = api
        self.broker = broker
    }

    mutating func figures(
        reader: any LedgerReader,
        control: Worker.Control,
        lag: Int64?
    ) -> LiveFigures {
        let telemetry = control.telemetry.figures
        let now = ContinuousClock.now
        let rate = rate(telemetry.outcomes.total, at: now)
        var figures = LiveFigures(
            now: UsagePipeline.SystemClock().now,
            uptime: now - began,
            eventsPerSecond: rate
        )
        figures.recentRates = rates
        figures.outcomes = telemetry.outcomes
        figures.commitP50 = telemetry.commitDuration(quantile: 0.5)
        figures.commitP99 = telemetry.commitDuration(quantile: 0.99)
        figures.lag = lag.map(Int.init)
        figures.outboxDepth = control.unpublished
        figures.accountCount = reader.accountCount
        figures.lowestBalances = reader.accounts(
            creditType: "credits",
            query: nil,
            after: nil,
            limit: 500
        ).sorted { $0.balance < $1.balance }.prefix(10).map {
            LiveFigures.Balance(customer: $0.customerID, amount: $0.balance)
        }
        figures.latestTriggers = telemetry.recentTriggers.reversed().map {
            LiveFigures.Announcement(
                time: $0.at,
                type: $0.type.name,
                customer: $0.customerID,
                balance: $0.balance
            )
        }
        figures.api = api
        figures.broker = broker
        figures.storePath = storePath
        figures.hint = hint
        return figures
    }

    /// Inputs per second over the last second or so.
    private mutating func rate(_ total: UInt64, at now: ContinuousClock.Instant) -> Double {
        looks.append((now, total))
        while looks.count > 2, now - looks[1].at >= .seconds(1) { looks.removeFirst() }
        guard let first = looks.first, now > first.at else { return 0 }
        let seconds = (now - first.at) / .seconds(1)
        let rate = Double(total - first.total) / seconds
        if now - rateTaken >= .seconds(1) {
            rateTaken = now
            rates.append(rate)
            if rates.count > 120 { rates.removeFirst() }
        }
        return rate
    }
}

/// Sends the demo's messages at their rate, or as fast as the worker applies them where that is less,
/// on a thread of its own.
private final class DemoProducer: Sendable {
    private let producer: Producer
    private let rate: Int
    private let room = Mutex(DemoRoom())
    private let isStopped = Atomic(false)

    init(_ brokerAddress: String, rate: Int) throws {
        producer = try Producer(
            properties: ["bootstrap.servers": brokerAddress],
            clientID: "drawdown-demo",
            niceness: Niceness.reading.rawValue,
            log: { _ in }
        )
        self.rate = rate
    }

    func start() {
        let thread = Thread { [self] in
            // What goes before the worker takes the processors that it needs to keep up.
            Niceness.reading.stepBack()
            // A new stream each time: the store of the last run knows the ids of the old one.
            var traffic = DemoTraffic(seed: UInt64.random(in: .min ... .max))
            var pace = DemoPace(rate: rate)
            let began = ContinuousClock.now
            while !isStopped.load(ordering: .acquiring) {
                let due = pace.due(at: ContinuousClock.now - began)
                for _ in 0..<room.withLock({ $0.take(due) }) { send(traffic.next()) }
                // Waiting for acknowledgements is also what keeps the pace.
                try? producer.deliveries(maximum: 100_000, timeout: .milliseconds(20)) { _ in }
            }
        }
        thread.name = "drawdown-demo"
        thread.start()
    }

    /// Takes notice of how many messages the worker has not yet applied.
    func note(lag: Int64?) {
        let queued = producer.queued
        room.withLock { $0.note(lag: lag, queued: queued) }
    }

    private func send(_ message: DemoMessage) {
        let topics = Topics()
        let topic = message.topic == .usage ? topics.usage[0] : topics.commands
        // A full queue drops the message: the demo shows a rate, and the broker is what limits it.
        try? producer.send(
            topic: topic,
            key: Array(message.key.utf8),
            value: message.value,
            tag: 0
        )
    }

    func stop() { isStopped.store(true, ordering: .releasing) }
}
