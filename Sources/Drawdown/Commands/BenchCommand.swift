import ArgumentParser
import Foundation

/// Measures the worker: `drawdown bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the worker against what the Kafka client alone can do.",
        discussion: """
            Fills a broker that runs as a process of its own, reads the topic once doing nothing \
            and once with the whole worker (exactly-once to a durable commit, triggers published), \
            and checks every balance against what was sent. Exits with 70 if one differs.

            Example:
              drawdown bench --events 5000000 --json
            """
    )

    @Option(help: "Events to send, 1,000 to 100,000,000.")
    var events = 5_000_000

    @Option(help: "Customers, popular by Zipf's law, 1 to 10,000,000.")
    var customers = 100_000

    @Option(help: "Repeated events, in percent, 0 to 100.")
    var duplicates = 5

    @Flag(help: "Print the figures as JSON.")
    var json = false

    func validate() throws {
        guard (1000...100_000_000).contains(events) else {
            throw ValidationError(
                "expected --events to be between 1000 and 100000000, got: \(events)"
            )
        }
        guard (1...10_000_000).contains(customers) else {
            throw ValidationError(
                "expected --customers to be between 1 and 10000000, got: \(customers)"
            )
        }
        guard (0...100).contains(duplicates) else {
            throw ValidationError(
                "expected --duplicates to be between 0 and 100, got: \(duplicates)"
            )
        }
    }

    func run() async throws {
        let isWatched = isatty(STDERR_FILENO) == 1
        let load = BenchLoad(events: events, customers: customers, duplicates: duplicates)
        let benchmark = Benchmark(load: load) { line in
            if isWatched { StandardStreams.writeError("\r\u{1B}[K\(line)") }
        }
        let report = try await benchmark.run()
        if isWatched { StandardStreams.writeError("\r\u{1B}[K") }
        StandardStreams.write(json ? try Self.json(report) : Self.text(report))
    }

    private static func json(_ report: BenchReport) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }

    private static func text(_ report: BenchReport) -> String {
        func number(_ value: Double, _ decimals: Int) -> String {
            String(format: "%.\(decimals)f", value).padded(to: 14, .right)
        }
        func count(_ value: Double) -> String {
            LiveFormat.count(Int(value.rounded())).padded(to: 14, .right)
        }
        return """
            \(count(Double(report.events)))  events, \(report.duplicatesPercent) % repeated, \
            \(LiveFormat.count(report.customers)) customers
            \(count(report.rawDrainPerS))  events/s read and let go
            \(count(report.pipelinePerS))  events/s applied, durable, announced
            \(number(report.ratio, 2))  of the raw drain
            \(number(report.cpuUsPerEvent, 2))  CPU µs per event, all threads
            \(number(report.rssMb, 0))  MiB of anonymous memory at the peak
            \(number(report.commitP50Ms, 1))  ms per commit, p50
            \(number(report.commitP99Ms, 1))  ms per commit, p99
            \(count(Double(report.commits)))  commits
            \(count(Double(report.triggers)))  triggers
            \(number(report.diskBytesPerEvent, 0))  bytes on disk per event
            \(number(report.restartS, 2))  s to open the store again
            every balance equals what was sent

            """
    }
}
