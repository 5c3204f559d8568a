import ArgumentParser
import EmbeddedLedgerStore
import Foundation
import LedgerStore
import UsagePipeline

/// The benchmark's sender, which `bench` starts as a process of its own.
struct BenchLoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-load",
        abstract: "Send the benchmark's load; started by `bench`.",
        shouldDisplay: false
    )

    enum Kind: String, ExpressibleByArgument {
        case grants
        case events
        case paced
    }

    @Option var kind: Kind
    @Option var broker: String
    @Option var partitions: Int
    @Option var events = 0
    @Option var customers: Int
    @Option var duplicates = 0
    @Option var name = "use"
    @Option var seed: UInt64 = 7
    @Option var rate = 0
    /// In seconds.
    @Option var duration = 0

    var pace: BenchPace { BenchPace(eventsPerSecond: rate, duration: .seconds(duration)) }
    var settings: BenchLoad.Settings {
        BenchLoad.Settings(
            events: events,
            customers: customers,
            duplicatesPercent: duplicates,
            name: name,
            seed: seed
        )
    }

    func run() throws {
        BenchChild.endWithParent()
        // A load comes from other machines: one that goes before the worker on the same processors takes
        // them away when the worker has to catch up, which is when it needs them.
        if kind == .paced { Niceness.reading.stepBack() }
        var sender = try BenchSender(
            bootstrapServers: broker,
            partitions: partitions,
            isPaced: kind == .paced
        )
        switch kind {
        case .grants: try sender.grant(customers: customers)
        case .events:
            try sender.fill(settings) { StandardStreams.write("\($0)\n") }
        case .paced:
            let sent = try sender.send(settings, at: pace)
            StandardStreams.write(sent.map { "\($0.number) \($0.microseconds)\n" }.joined())
        }
    }

    /// The command line that makes another process send this.
    static func arguments(
        _ kind: Kind,
        _ settings: BenchLoad.Settings,
        broker: String,
        partitions: Int,
        pace: BenchPace? = nil
    ) -> [String] {
        var arguments = [
            "bench-load", "--kind", kind.rawValue, "--broker", broker,
            "--partitions", "\(partitions)", "--events", "\(settings.events)",
            "--customers", "\(settings.customers)", "--duplicates", "\(settings.duplicatesPercent)",
            "--name", settings.name, "--seed", "\(settings.seed)",
        ]
        if let pace {
            arguments += ["--rate", "\(pace.eventsPerSecond)"]
            arguments += ["--duration", "\(Int(pace.duration / .seconds(1)))"]
        }
        return arguments
    }
}

/// Reads the benchmark's topic and lets it go; says how many events per second that were.
struct BenchDrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-drain",
        abstract: "Read the benchmark's topic; started by `bench`.",
        shouldDisplay: false
    )

    @Option var broker: String
    @Option var events: Int
    @Option var kafka: [String] = []

    func run() throws {
        BenchChild.endWithParent()
        let worker = BenchWorker(
            bootstrapServers: broker,
            directory: "",
            properties: try BenchCommand.properties(kafka)
        )
        StandardStreams.write("\(try worker.drain(events))\n")
    }

    static func arguments(_ events: Int, broker: String, kafka: [String: String]) -> [String] {
        ["bench-drain", "--broker", broker, "--events", "\(events)"]
            + BenchCommand.arguments(kafka)
    }
}

/// Takes the benchmark's grants into a new store, as a worker does.
struct BenchGrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-grant",
        abstract: "Take in the benchmark's grants; started by `bench`.",
        shouldDisplay: false
    )

    @Option var broker: String
    @Option var data: String
    @Option var customers: Int
    @Option var kafka: [String] = []

    func run() async throws {
        BenchChild.endWithParent()
        let worker = BenchWorker(
            bootstrapServers: broker,
            directory: data,
            properties: try BenchCommand.properties(kafka)
        )
        var sums = BenchSums(customers: customers)
        sums.grant(probes: BenchProbes.count)
        let assembly = try worker.assembly(reading: .none)
        _ = try await BenchWatch.work(assembly, total: sums.total)
        try sums.check(assembly.reader)
    }

    static func arguments(
        customers: Int,
        broker: String,
        data: String,
        kafka: [String: String]
    ) -> [String] {
        ["bench-grant", "--broker", broker, "--data", data, "--customers", "\(customers)"]
            + BenchCommand.arguments(kafka)
    }
}

/// Applies a load to a store directly, without Kafka: its ids are then known.
struct BenchKnownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-known",
        abstract: "Fill a store with known ids; started by `bench`.",
        shouldDisplay: false
    )

    @Option var data: String
    @Option var events: Int
    @Option var customers: Int
    @Option var name: String
    @Option var seed: UInt64

    var settings: BenchLoad.Settings {
        BenchLoad.Settings(events: events, customers: customers, name: name, seed: seed)
    }

    func run() throws {
        BenchChild.endWithParent()
        do {
            var ledger = try BenchLedger(storeAt: data)
            try ledger.apply(settings) { StandardStreams.write("\($0)\n") }
            try ledger.close()
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }

    static func arguments(_ settings: BenchLoad.Settings, data: String) -> [String] {
        [
            "bench-known", "--data", data, "--events", "\(settings.events)",
            "--customers", "\(settings.customers)", "--name", settings.name,
            "--seed", "\(settings.seed)",
        ]
    }
}

/// Opens a store, says so, and waits to be killed: `bench` takes the time.
struct BenchOpenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-open",
        abstract: "Open a store, say how much it holds, and wait; started by `bench`.",
        shouldDisplay: false
    )

    @Option var data: String

    static let ready = "open"

    func run() throws {
        BenchChild.endWithParent()
        let configuration = BenchWorker.configuration(storeAt: data)
        let store = try BenchWorker.whenFree { () throws(CommandFailure) in
            try WorkerAssembly.openStore(configuration, policies: configuration.policies)
        }
        StandardStreams.write("\(Self.ready)\n")
        do {
            StandardStreams.write("\(try store.fileFigures.totalBytes)\n")
        } catch {
            throw CommandFailure(error)
        }
        withExtendedLifetime(store) { while true { sleep(1000) } }
    }
}
