import Credits
import Foundation
import KafkaIO
import LedgerStore
import Synchronization
import UsagePipeline

/// Fills a broker, reads it once doing nothing and once with the whole worker, takes the time from
/// record to trigger at half that speed, and checks all sums.
struct Benchmark {
    /// What is to be measured.
    struct Options: Equatable, Sendable {
        var events = 5_000_000
        var customers = 100_000
        var duplicatesPercent = 5
        var knownIDs = 0
        /// Properties of librdkafka, for the raw drain and the worker alike.
        var kafka: [String: String] = [:]

        var load: BenchLoad.Settings {
            BenchLoad.Settings(
                events: events,
                customers: customers,
                duplicatesPercent: duplicatesPercent
            )
        }

        /// All different: each is an id that is known beforehand.
        var knownLoad: BenchLoad.Settings {
            BenchLoad.Settings(events: knownIDs, customers: customers, name: "old", seed: 11)
        }

        func paced(_ pace: BenchPace) -> BenchLoad.Settings {
            BenchLoad.Settings(
                events: pace.events,
                customers: customers,
                duplicatesPercent: duplicatesPercent,
                name: "pac",
                seed: 13
            )
        }

        /// Of the probes; a small benchmark is to be over soon.
        var pacedDuration: Duration { events < 1_000_000 ? .seconds(3) : .seconds(10) }
        /// Half the maximum may be more than the mock cluster's batches allow.
        static let greatestPace = 2_000_000
    }

    let options: Options
    let note: (String) -> Void
    private let worker: BenchWorker
    private let broker: BenchBroker
    private let directory: BenchDirectory
    private var report = BenchReport()
    private var sums: BenchSums

    /// - Parameters:
    ///   - options: what is to be measured.
    ///   - note: gets a word about what is being done.
    /// - Throws: ``CommandFailure`` where the broker does not start.
    init(_ options: Options, note: @escaping (String) -> Void) throws(CommandFailure) {
        self.options = options
        self.note = note
        broker = try BenchBroker(
            BenchBroker.Partitions(events: options.events, customers: options.customers)
        )
        directory = BenchDirectory()
        worker = BenchWorker(
            bootstrapServers: broker.bootstrapServers,
            directory: directory.path,
            properties: options.kafka
        )
        sums = BenchSums(customers: options.customers)
        report.events = options.events
        report.customers = options.customers
        report.duplicatesPercent = options.duplicatesPercent
        report.knownIds = options.knownIDs
        report.librdkafka = KafkaProperties.linkedVersion
        report.kafka = worker.reported
    }

    mutating func run() async throws -> BenchReport {
        defer {
            broker.stop()
            directory.remove()
        }
        try grant()
        if options.knownIDs > 0 { try applyKnownIDs() }
        try send(.events, options.load, partitions: broker.partitions.events)
        note("raw drain")
        report.rawDrainPerS = try drain()
        try await measurePipeline()
        try await measureEndToEnd()
        note("restart")
        let reopened = try directory.reopen()
        report.restartS = reopened.duration / .seconds(1)
        report.diskBytesPerEvent = Double(reopened.storeBytes) / Double(sums.applied)
        return report
    }

    // MARK: Before

    /// Every account gets its credits by command, before it uses any.
    ///
    /// By a worker in another process: the one that is measured begins with no memory that another
    /// one left.
    private mutating func grant() throws {
        note("granting credits")
        let load = BenchLoad.Settings(events: 0, customers: options.customers)
        try send(.grants, load, partitions: broker.partitions.commands)
        sums.grant(probes: BenchProbes.count)
        let child = try BenchChild(
            nil,
            BenchGrantCommand.arguments(
                customers: options.customers,
                broker: broker.bootstrapServers,
                data: directory.path,
                kafka: options.kafka
            )
        )
        try child.wait()
    }

    private mutating func applyKnownIDs() throws {
        let known = LiveFormat.count(options.knownIDs)
        let child = try BenchChild(
            nil,
            BenchKnownCommand.arguments(options.knownLoad, data: directory.path)
        )
        while let line = child.nextLine() {
            note("known ids: \(Int(line).map { LiveFormat.count($0) } ?? line) of \(known)")
        }
        try child.wait()
        sums.add(options.knownLoad)
    }

    private func send(
        _ kind: BenchLoadCommand.Kind,
        _ load: BenchLoad.Settings,
        partitions: Int
    ) throws {
        let sender = try BenchChild(
            nil,
            BenchLoadCommand.arguments(
                kind,
                load,
                broker: broker.bootstrapServers,
                partitions: partitions
            )
        )
        while let line = sender.nextLine() {
            note("filling: \(Int(line).map { LiveFormat.count($0) } ?? line) events")
        }
        try sender.wait()
    }

    // MARK: As fast as it goes

    /// Events per second that are read and let go: in another process, so that the memory which that
    /// takes is not the worker's.
    private func drain() throws -> Double {
        let child = try BenchChild(
            nil,
            BenchDrainCommand.arguments(
                options.events,
                broker: broker.bootstrapServers,
                kafka: options.kafka
            )
        )
        var rate: Double?
        while let line = child.nextLine() { rate = Double(line) }
        try child.wait()
        return rate ?? 0
    }

    private mutating func measurePipeline() async throws {
        note("pipeline")
        sums.add(options.load)
        let assembly = try worker.assembly(reading: .events)
        let before = assembly.reader.outcomes
        let watched = try await BenchWatch.work(assembly, total: sums.total)
        let figures = assembly.worker.control.telemetry.figures
        let count = Double(watched.events)
        guard watched.duration > .zero, count > 0 else {
            throw CommandFailure(
                .software,
                "expected more than one batch to measure, got: \(watched.events) events after the "
                    + "first"
            )
        }
        report.pipelinePerS = count / (watched.duration / .seconds(1))
        report.ratio =
            report.rawDrainPerS > 0 ? report.pipelinePerS / report.rawDrainPerS : 0
        report.cpuUsPerEvent = watched.cpu / .microseconds(1) / count
        report.rssMb = Double(watched.anonymousBytes) / 1_048_576
        report.commitP50Ms = (figures.commitDuration(quantile: 0.5) ?? .zero) / .milliseconds(1)
        report.commitP99Ms = (figures.commitDuration(quantile: 0.99) ?? .zero) / .milliseconds(1)
        report.commits = Int(figures.commits)
        report.triggers = Int(figures.triggers)
        report.applied = Int(assembly.reader.outcomes.applied - before.applied)
        report.duplicates = Int(assembly.reader.outcomes.duplicate - before.duplicate)
        note("checking balances")
        try sums.check(assembly.reader)
    }

    // MARK: At half that speed

    private mutating func measureEndToEnd() async throws {
        let pace = BenchPace(
            eventsPerSecond: min(Int(report.pipelinePerS / 2), Options.greatestPace),
            duration: options.pacedDuration
        )
        note("end to end, at \(LiveFormat.count(pace.eventsPerSecond)) events/s")
        let load = options.paced(pace)
        sums.add(load)
        sums.add(probes: pace.probes)
        let notes = BenchProbeSink.Notes()
        let assembly = try worker.assembly(reading: .paced) {
            BenchProbeSink($0, notes: notes)
        }
        let sender = try BenchChild(
            nil,
            BenchLoadCommand.arguments(
                .paced,
                load,
                broker: broker.bootstrapServers,
                partitions: BenchBroker.Partitions.paced,
                pace: pace
            )
        )
        _ = try await BenchWatch.work(assembly, total: sums.total)
        var sent: [BenchProbes.Sent] = []
        while let line = sender.nextLine() {
            let fields = line.split(separator: " ").compactMap { Int64($0) }
            if fields.count == 2 {
                sent.append(BenchProbes.Sent(number: Int(fields[0]), microseconds: fields[1]))
            }
        }
        try sender.wait()
        note("checking balances")
        try sums.check(assembly.reader)
        report.sumsAgree = true
        let samples = BenchProbes.milliseconds(sent, notes.microseconds.withLock { $0 })
        let quantiles = BenchQuantiles(samples)
        report.pacedPerS = pace.eventsPerSecond
        report.probes = sent.count
        report.probesWithoutTrigger = sent.count - samples.count
        report.endToEndP50Ms = quantiles[0.5] ?? 0
        report.endToEndP99Ms = quantiles[0.99] ?? 0
    }
}
