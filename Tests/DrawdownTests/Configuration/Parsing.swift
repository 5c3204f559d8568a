@testable import Drawdown

/// A configuration from lines below the two sections that every one needs.
func parse(
    _ yaml: String,
    environment: [String: String] = [:],
    files: [String: String] = [:]
) throws(ConfigurationFaults) -> Configuration.Loaded {
    let head = "kafka: { bootstrap.servers: \"broker:9092\" }\nstart: earliest\n"
    return try parse(whole: head + yaml, environment: environment, files: files)
}

/// A configuration from a whole text; files are taken from a dictionary, never from the disk.
func parse(
    whole yaml: String,
    environment: [String: String] = [:],
    files: [String: String] = [:]
) throws(ConfigurationFaults) -> Configuration.Loaded {
    try Configuration.parse(
        yaml,
        environment: environment,
        readFile: { path throws(UnreadableFile) in
            guard let text = files[path] else {
                throw UnreadableFile(reason: "there is no such file")
            }
            return text
        }
    )
}

/// The lines that a person sees; empty if the configuration is good.
func faults(_ yaml: String, environment: [String: String] = [:]) -> [String] {
    lines { () throws(ConfigurationFaults) in try parse(yaml, environment: environment) }
}

func faults(
    whole yaml: String,
    environment: [String: String] = [:],
    files: [String: String] = [:]
) -> [String] {
    lines { () throws(ConfigurationFaults) in
        try parse(whole: yaml, environment: environment, files: files)
    }
}

private func lines(
    _ parse: () throws(ConfigurationFaults) -> Configuration.Loaded
) -> [String] {
    do {
        return try parse().warnings.map { $0.line(in: "drawdown.yaml") }
    } catch {
        return error.faults.map { $0.line(in: error.file) }
    }
}
