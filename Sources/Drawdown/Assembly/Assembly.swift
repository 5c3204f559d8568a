import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Logging
import QueryAPI
import Synchronization
import UsagePipeline

/// What the long-running commands do.
enum Assembly {
    /// `drawdown run`: the worker of a configuration, with its API, until a signal ends it.
    static func run(_ configuration: Configuration, isWithoutGroup: Bool) async throws {
        let logger = makeLogger()
        let stopping = StopSignals()
        let assembly = try WorkerAssembly(
            configuration,
            membership: isWithoutGroup ? .alone : .group,
            logger: logger
        )
        stopping.onStop { [control = assembly.worker.control] in
            logger.notice("Stopping: what was read is applied and published first")
            control.stop()
        }
        logger.notice(
            "Started",
            metadata: [
                "store": "\(configuration.store.path)",
                "store.commit": "\(assembly.store.head.number)",
                "kafka": "\(configuration.kafka["bootstrap.servers"] ?? "")",
            ]
        )
        let listen = configuration.http.listen
        let scheme = configuration.http.identity == nil ? "http" : "https"
        if configuration.http.identity == nil, !listen.isLoopback {
            logger.warning("Tokens travel in the clear: http.certificate is not given")
        }
        let api = try startAPI(assembly, configuration, logger: logger) { port in
            let address = ListenAddress(host: listen.host, port: port)
            logger.notice(
                configuration.http.tokens == nil
                    ? "The API listens, on loopback only, for no tokens are configured"
                    : "The API listens",
                metadata: ["http": "\(scheme)://\(address)"]
            )
        }
        let counting = Task { [control = assembly.worker.control] in
            try await logOutcomes(of: control, logger)
        }
        defer { counting.cancel() }
        do {
            try await assembly.work()
        } catch {
            await api.stop()
            throw error
        }
        await api.stop()
        if let failure = api.failure { throw CommandFailure(.unavailable, failure) }
        logger.notice("Stopped", metadata: ["store.commit": "\(assembly.reader.head.number)"])
    }

    /// Says once a minute what became of the inputs, if there were any.
    private static func logOutcomes(of control: Worker.Control, _ logger: Logger) async throws {
        var last: UInt64 = 0
        while true {
            // The pace of the log; the task is cancelled when the worker ends.
            try await Task.sleep(for: .seconds(60))
            let figures = control.telemetry.figures
            guard figures.outcomes.total > last else { continue }
            last = figures.outcomes.total
            var metadata: Logger.Metadata = ["commits": "\(figures.commits)"]
            for outcome in Outcome.allCases {
                metadata["events.\(outcome.name)"] = "\(figures.outcomes[outcome])"
            }
            logger.notice("Inputs since the start", metadata: metadata)
        }
    }

    /// Logs go to standard error, so that standard output is only what was asked for.
    static func makeLogger(level: Logger.Level = .notice) -> Logger {
        var logger = Logger(label: "drawdown") { label in
            StreamLogHandler.standardError(label: label)
        }
        logger.logLevel = level
        return logger
    }

    /// Serves the API beside the worker; a port that is taken ends the worker, for nobody would
    /// know why it does not answer.
    static func startAPI(
        _ assembly: WorkerAssembly,
        _ configuration: Configuration,
        logger: Logger,
        onListening: @escaping @Sendable (Int) -> Void
    ) throws(CommandFailure) -> RunningAPI {
        let listen = configuration.http.listen
        let server: APIServer
        do {
            server = APIServer(
                reader: assembly.reader,
                status: assembly.health,
                submitter: assembly.submitter,
                rates: configuration.policies.rates,
                overdraft: configuration.defaults.overdraft ?? .record,
                version: Drawdown.version,
                configuration: try APIConfiguration(
                    host: listen.host,
                    port: listen.port,
                    tokens: configuration.http.tokens,
                    identity: configuration.http.identity,
                    bodyLimit: configuration.events.maxBytes.bytes
                ),
                logger: logger
            )
        } catch {
            throw CommandFailure(.configuration, error.description)
        }
        let control = assembly.worker.control
        return RunningAPI(server, onListening: onListening) { control.stop() }
    }

    /// `drawdown verify`: proves the store in a directory.
    static func verify(storeAt path: String, asJSON: Bool) throws {
        try Verification(path: path).run(asJSON: asJSON)
    }
}

/// The API as a task that can be ended.
final class RunningAPI: Sendable {
    private let task: Task<Void, Never>
    private let failed: FailureBox

    /// Why serving ended by itself; nil: it did not.
    var failure: String? { failed.message.withLock { $0 } }

    init(
        _ server: APIServer,
        onListening: @escaping @Sendable (Int) -> Void,
        onFailure: @escaping @Sendable () -> Void
    ) {
        let failed = FailureBox()
        self.failed = failed
        task = Task {
            do {
                try await server.run(onListening: onListening)
            } catch {
                failed.message.withLock { $0 = "\(error)" }
                onFailure()
            }
        }
    }

    /// Ends serving; answers under way are given first.
    func stop() async {
        task.cancel()
        await task.value
    }

    private final class FailureBox: Sendable {
        let message = Mutex<String?>(nil)
    }
}
