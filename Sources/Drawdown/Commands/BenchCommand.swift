import ArgumentParser
import Foundation
import KafkaIO

/// Measures the worker: `drawdown bench`.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the worker against what the Kafka client alone can do.",
        discussion: """
            Fills a broker that runs as a process of its own, reads the topic once doing nothing \
            and once with the whole worker (exactly-once to a durable commit, triggers published). \
            Then sends at half that speed and takes the time from a record to its acknowledged \
            trigger, kills a process with the store open, and takes the time to open it again. \
            Every balance is checked against what was sent; exits with 70 if one differs.

            Measure a release build on a quiet machine, and quote the ratio: absolute figures move \
            with the machine.

            Examples:
              drawdown bench
              drawdown bench --events 1000000 --known-ids 10000000 --json
              drawdown bench --customers 1
              drawdown bench --duplicates 100
            """
    )

    enum Store: String, ExpressibleByArgument {
        case embedded
        case postgresql
    }

    @Option(help: "Events to send, 1,000 to 100,000,000.")
    var events = 5_000_000

    @Option(help: "Customers, popular by Zipf's law, 1 to 10,000,000.")
    var customers = 100_000

    @Option(
        help: """
            Repeated events, in percent, 0 to 100. With 100, the first 2 % of the events (at most \
            100,000) are new and all others repeat one of them.
            """
    )
    var duplicates = 5

    @Option(help: "The store: embedded; postgresql is not supported in this version.")
    var store = Store.embedded

    @Option(help: "Usage ids that the store knows beforehand, 0 to 1,000,000,000.")
    var knownIds = 0

    @Option(
        help: ArgumentHelp(
            "A property of librdkafka, for the raw drain and the worker alike; may be repeated.",
            valueName: "key=value"
        )
    )
    var kafka: [String] = []

    @Flag(
        help: """
            Measure the steps of the worker one by one instead, each alone on one thread, in ns per \
            event.
            """
    )
    var micro = false

    @Flag(help: "Print the figures as JSON.")
    var json = false

    func validate() throws {
        try Self.check("--events", events, 1000...100_000_000)
        try Self.check("--customers", customers, 1...10_000_000)
        try Self.check("--duplicates", duplicates, 0...100)
        try Self.check("--known-ids", knownIds, 0...1_000_000_000)
        guard store == .embedded else {
            throw ValidationError(
                "expected --store to be embedded, got: postgresql, which this version does not "
                    + "support"
            )
        }
        _ = try options
    }

    private static func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
        guard !range.contains(value) else { return }
        throw ValidationError(
            "expected \(name) to be between \(range.lowerBound) and \(range.upperBound), "
                + "got: \(value)"
        )
    }

    /// Properties of librdkafka as ``properties(_:)`` reads them.
    static func arguments(_ properties: [String: String]) -> [String] {
        properties.sorted { $0.key < $1.key }.flatMap { ["--kafka", "\($0.key)=\($0.value)"] }
    }

    /// Reads properties of librdkafka as they are given on a command line.
    static func properties(_ list: [String]) throws -> [String: String] {
        var properties: [String: String] = [:]
        for property in list {
            let parts = property.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw ValidationError("expected --kafka to be KEY=VALUE, got: \(property)")
            }
            guard !["bootstrap.servers", "group.id"].contains(parts[0]) else {
                throw ValidationError(
                    "expected --kafka to leave out \(parts[0]): the benchmark has its own broker"
                )
            }
            properties[parts[0]] = parts[1]
        }
        if let fault = KafkaProperties.validate(properties).first {
            throw ValidationError(fault.message)
        }
        return properties
    }

    var options: Benchmark.Options {
        get throws {
            Benchmark.Options(
                events: events,
                customers: customers,
                duplicatesPercent: duplicates,
                knownIDs: knownIds,
                kafka: try Self.properties(kafka)
            )
        }
    }

    func run() async throws {
        let isWatched = isatty(STDERR_FILENO) == 1
        let note: (String) -> Void = { line in
            if isWatched { StandardStreams.writeError("\r\u{1B}[K\(line)") }
        }
        defer { note("") }
        if micro {
            let report = try BenchMicro(try options).run(note: note)
            note("")
            StandardStreams.write(json ? try Self.json(report) : report.text)
        } else {
            var benchmark = try Benchmark(try options, note: note)
            let report = try await benchmark.run()
            note("")
            StandardStreams.write(json ? try Self.json(report) : report.text)
        }
    }

    static func json(_ report: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }
}
