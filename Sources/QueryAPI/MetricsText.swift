/// Figures in Prometheus' text format (version 0.0.4), one family after another.
struct MetricsText {
    enum Kind: String {
        case counter, gauge, histogram
    }

    private(set) var text = ""

    /// Begins a family; its samples follow.
    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(
        _ name: String,
        _ labels: KeyValuePairs<String, String>,
        _ value: some CustomStringConvertible
    ) {
        let pairs = labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }
        text += name + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}") + " \(value)\n"
    }

    /// A family of one sample without labels; left out where its value is not known.
    mutating func single(
        _ name: String,
        _ kind: Kind,
        _ help: String,
        _ value: (some CustomStringConvertible)?
    ) {
        guard let value else { return }
        family(name, kind, help)
        sample(name, [:], value)
    }

    mutating func histogram(
        _ name: String,
        _ help: String,
        _ distribution: WorkerFigures.Distribution
    ) {
        family(name, .histogram, help)
        var count: UInt64 = 0
        for (bound, here) in zip(distribution.bounds, distribution.counts) {
            count += here
            sample(name + "_bucket", ["le": "\(bound)"], count)
        }
        let total = distribution.counts.reduce(0, +)
        sample(name + "_bucket", ["le": "+Inf"], total)
        sample(name + "_sum", [:], distribution.sum)
        sample(name + "_count", [:], total)
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            .replacing("\n", with: "\\n")
    }
}
