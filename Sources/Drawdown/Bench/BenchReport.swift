/// What the benchmark measured (contract §7).
///
/// Written with keys in snake case: `pipelinePerS` is `pipeline_per_s`.
struct BenchReport: Codable, Equatable {
    // What was asked for.
    var events = 0
    var customers = 0
    var duplicatesPercent = 0
    var knownIds = 0
    var store = "embedded"

    // What it ran on.
    var librdkafka = ""
    /// Properties that were given, and those that decide how far the client reads ahead.
    var kafka: [String: String] = [:]

    // As fast as it goes.
    var rawDrainPerS = 0.0
    var pipelinePerS = 0.0
    var ratio = 0.0
    var cpuUsPerEvent = 0.0
    var rssMb = 0.0
    var commitP50Ms = 0.0
    var commitP99Ms = 0.0
    var commits = 0
    var triggers = 0

    // At half that speed.
    var pacedPerS = 0
    var probes = 0
    /// Whose trigger was held back and told with another's, or lost: has no time.
    var probesWithoutTrigger = 0
    var endToEndP50Ms = 0.0
    var endToEndP99Ms = 0.0

    // What is left behind.
    var restartS = 0.0
    var diskBytesPerEvent = 0.0

    /// Of the events read as fast as it goes.
    var applied = 0
    var duplicates = 0
    var sumsAgree = false

    /// The figures as a table for people.
    var text: String {
        var table = TextTable(["": .right, " ": .left])
        func row(_ value: String, _ words: String) { table.append([value, words]) }
        row(
            LiveFormat.count(events),
            "events, \(duplicatesPercent) % repeated, \(LiveFormat.count(customers)) customers"
        )
        if knownIds > 0 { row(LiveFormat.count(knownIds), "ids known before") }
        row(LiveFormat.rate(rawDrainPerS), "events/s read and let go")
        row(LiveFormat.rate(pipelinePerS), "events/s applied, durable, announced")
        row(Self.decimal(ratio, 2), "of the raw drain")
        row(Self.decimal(cpuUsPerEvent, 2), "CPU µs per event, all threads")
        row(Self.decimal(rssMb, 0), "MiB of anonymous memory at the peak")
        row(Self.decimal(commitP50Ms, 1), "ms per commit, p50")
        row(Self.decimal(commitP99Ms, 1), "ms per commit, p99")
        row(LiveFormat.count(commits), "commits")
        row(LiveFormat.count(triggers), "triggers")
        row(
            Self.decimal(endToEndP50Ms, 1),
            "ms from record to acknowledged trigger, p50, at \(LiveFormat.count(pacedPerS)) events/s"
        )
        row(Self.decimal(endToEndP99Ms, 1), "ms of the same, p99, \(probes) probes")
        if probesWithoutTrigger > 0 {
            row(LiveFormat.count(probesWithoutTrigger), "probes without a trigger of their own")
        }
        row(Self.decimal(restartS, 2), "s from start to open store, after a SIGKILL")
        row(Self.decimal(diskBytesPerEvent, 1), "bytes on disk per event")
        let settings = kafka.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        // The titles are empty: two columns of figures and words need none.
        let lines = table.text.split(separator: "\n").filter { !$0.isEmpty }
        return
            (lines.map(String.init)
            + ["librdkafka \(librdkafka), \(settings.joined(separator: ", "))"]
            + ["every balance equals what was sent", ""]).joined(separator: "\n")
    }

    static func decimal(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
        guard let scaled = Int(exactly: (value * scale).rounded()) else { return "–" }
        guard decimals > 0 else { return LiveFormat.count(scaled) }
        let fraction = String(scaled % Int(scale))
        let zeros = String(repeating: "0", count: decimals - fraction.count)
        return "\(LiveFormat.count(scaled / Int(scale))).\(zeros)\(fraction)"
    }
}
