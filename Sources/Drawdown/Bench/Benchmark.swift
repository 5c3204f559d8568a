import Credits
import EmbeddedLedgerStore
import Foundation
import KafkaIO
import LedgerStore
import Logging
import UsagePipeline

/// What the benchmark measured (contract §7).
struct BenchReport: Codable {
    var events = 0
    var customers = 0
    var duplicatesPercent = 0
    var rawDrainPerS = 0.0
    var pipelinePerS = 0.0
    var ratio = 0.0
    var cpuUsPerEvent = 0.0
    var rssMb = 0.0
    var commitP50Ms = 0.0
    var commitP99Ms = 0.0
    var commits = 0
    var triggers = 0
    var diskBytesPerEvent = 0.0
    var restartS = 0.0
    var sumsAgree = false

    private enum CodingKeys: String, CodingKey {
        case events
        case customers
        case duplicatesPercent = "duplicates_percent"
        case rawDrainPerS = "raw_drain_per_s"
        case pipelinePerS = "pipeline_per_s"
        case ratio
        case cpuUsPerEvent = "cpu_us_per_event"
        case rssMb = "rss_mb"
        case commitP50Ms = "commit_p50_ms"
        case commitP99Ms = "commit_p99_ms"
        case commits
        case triggers
        case diskBytesPerEvent = "disk_bytes_per_event"
        case restartS = "restart_s"
        case sumsAgree = "sums_agree"
    }
}

/// Fills a broker, reads it once doing nothing and once with the whole worker, and checks the sums.
struct Benchmark {
    let load: BenchLoad
    let note: (String) -> Void

    func run() async throws -> BenchReport {
        // The mock cluster keeps 5 MiB of each partition, about 80,000 of these events.
        let partitions = max(48, load.events / 50_000)
        let broker = try BenchBroker(partitions: partitions)
        defer { broker.stop() }
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("drawdown-bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let filler = BenchFiller(
            bootstrapServers: broker.bootstrapServers,
            partitions: partitions
        )
        let filled = try filler.fill(load) { note("filling: \(LiveFormat.count($0)) events") }
        var report = BenchReport()
        report.events = load.events
        report.customers = load.customers
        report.duplicatesPercent = load.duplicates
        note("raw drain")
        report.rawDrainPerS = try drain(broker.bootstrapServers)
        note("pipeline")
        try await measurePipeline(broker.bootstrapServers, directory, filled, into: &report)
        report.ratio = report.pipelinePerS / report.rawDrainPerS
        note("restart")
        try measureRestart(directory, into: &report)
        return report
    }

    private static func properties(_ bootstrapServers: String) -> [String: String] {
        [
            "bootstrap.servers": bootstrapServers, "group.id": "drawdown-bench",
            "fetch.wait.max.ms": "10",
        ]
    }

    /// Events per second that the wrapper reads and lets go.
    private func drain(_ bootstrapServers: String) throws -> Double {
        let consumer = try Consumer(
            properties: Self.properties(bootstrapServers),
            clientID: "drawdown-drain",
            log: { _ in }
        )
        defer { _ = consumer.close(timeout: .seconds(5)) }
        let partitions = try consumer.partitions(of: ["usage.events"], timeout: .seconds(10))
        try consumer.assign(partitions.map { PartitionStart(partition: $0, offset: .earliest) })
        var count = 0
        var began: ContinuousClock.Instant?
        var progressed = ContinuousClock.now
        while count < load.events {
            guard ContinuousClock.now - progressed < .seconds(20) else {
                throw CommandFailure(
                    .unavailable,
                    "expected the broker to keep \(load.events) events, got: \(count)"
                )
            }
            let batch = try consumer.poll(
                maximum: 10_000,
                timeout: .milliseconds(100),
                gathering: .milliseconds(20)
            )
            if batch.count > 0 {
                progressed = .now
                began = began ?? progressed
            }
            batch.forEach { _ in count += 1 }
        }
        guard let began else { return 0 }
        return Double(count) / ((ContinuousClock.now - began) / .seconds(1))
    }

    private func measurePipeline(
        _ bootstrapServers: String,
        _ directory: String,
        _ filled: BenchLoad,
        into report: inout BenchReport
    ) async throws {
        let assembly = try WorkerAssembly(
            Self.configuration(bootstrapServers, directory),
            membership: .alone,
            logger: Assembly.makeLogger(level: .error)
        )
        let (control, reader) = (assembly.worker.control, assembly.reader)
        let watching = Task { [events = load.events] in
            await BenchWatch(control: control, reader: reader, events: events).untilApplied()
        }
        try await assembly.work()
        let watched = await watching.value
        let figures = control.telemetry.figures
        let count = Double(load.events)
        report.pipelinePerS = count / (watched.duration / .seconds(1))
        report.cpuUsPerEvent = watched.cpu / .microseconds(1) / count
        report.rssMb = watched.anonymousMebibytes
        report.commitP50Ms = (figures.commitDuration(quantile: 0.5) ?? .zero) / .milliseconds(1)
        report.commitP99Ms = (figures.commitDuration(quantile: 0.99) ?? .zero) / .milliseconds(1)
        report.commits = Int(figures.commits)
        report.triggers = Int(figures.triggers)
        let size = try FileManager.default.attributesOfItem(atPath: "\(directory)/data.mdb")
        report.diskBytesPerEvent = Double(size[.size] as? Int ?? 0) / count
        try check(filled, reader)
        report.sumsAgree = true
    }

    private static func configuration(
        _ bootstrapServers: String,
        _ directory: String
    ) -> Configuration {
        var configuration = Configuration()
        configuration.kafka = properties(bootstrapServers)
        configuration.store.path = directory
        configuration.store.reserve = .mebibytes(64)
        return configuration
    }

    /// Every balance against the generator's own sum.
    private func check(_ filled: BenchLoad, _ reader: any LedgerReader) throws {
        for customer in 0..<filled.customers where filled.used[customer] > 0 {
            let name = BenchLoad.name(customer)
            let account = reader.account(customerID: name, creditType: "credits")
            let expected = Amount(whole: -filled.used[customer])
            guard let account, account.balance == expected else {
                throw CommandFailure(
                    .software,
                    "\(name): expected a balance of \(expected), got: "
                        + "\(account?.balance.description ?? "no account")"
                )
            }
        }
        guard reader.outcomes.applied == UInt64(filled.distinct) else {
            throw CommandFailure(
                .software,
                "expected \(filled.distinct) applied events, got: \(reader.outcomes.applied)"
            )
        }
    }

    private func measureRestart(_ directory: String, into report: inout BenchReport) throws {
        let began = ContinuousClock.now
        let configuration = Self.configuration("", directory)
        let store = try WorkerAssembly.openStore(configuration, policies: configuration.policies)
        report.restartS = (ContinuousClock.now - began) / .seconds(1)
        do {
            try store.close()
        } catch {
            throw CommandFailure(error)
        }
    }
}

/// Watches a worker until it has applied everything, then stops it.
private struct BenchWatch {
    struct Result: Sendable {
        var duration = Duration.zero
        var cpu = Duration.zero
        var anonymousMebibytes = 0.0
    }

    let control: Worker.Control
    let reader: any LedgerReader
    let events: Int

    func untilApplied() async -> Result {
        var result = Result()
        var began: (at: ContinuousClock.Instant, cpu: Duration)?
        // A worker that makes no progress for a minute is stopped; the sums then say what is missing.
        var last = (count: 0, at: ContinuousClock.now)
        while true {
            let count = Int(reader.outcomes.total)
            let now = ContinuousClock.now
            if count != last.count { last = (count, now) }
            if count > 0, began == nil { began = (now, Self.cpu()) }
            result.anonymousMebibytes = max(result.anonymousMebibytes, Self.anonymousMebibytes())
            if count >= events || now - last.at > .seconds(60) { break }
            try? await Task.sleep(for: .milliseconds(5))
        }
        if let began {
            result.duration = ContinuousClock.now - began.at
            result.cpu = Self.cpu() - began.cpu
        }
        control.stop()
        return result
    }

    private static func cpu() -> Duration {
        var usage = rusage()
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return .seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + .microseconds(Int64(usage.ru_utime.tv_usec) + Int64(usage.ru_stime.tv_usec))
    }

    private static func anonymousMebibytes() -> Double {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
        let kibibytes = line?.split(separator: " ").compactMap { Double($0) }.first ?? 0
        return kibibytes / 1024
    }
}
