import ArgumentParser

/// `--config FILE`, the same wherever a configuration is read.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The configuration, in YAML.", valueName: "file")
    )
    var config: String

    /// What a worker is made of, after its warnings have been written to standard error.
    ///
    /// - Throws: a ``CommandFailure`` that names every fault, with exit code 78.
    func load() throws(CommandFailure) -> Configuration {
        try Self.load(config) { () throws(ConfigurationFaults) in try read() }
    }

    /// Reads and judges all that a worker would be made of: the file, and librdkafka's clients.
    func read() throws(ConfigurationFaults) -> Configuration.Loaded {
        let loaded = try Configuration.load(file: config)
        try loaded.checkClients(file: config)
        return loaded
    }

    /// The configuration for a command that makes no worker; warnings go to standard error as well.
    static func load(_ path: String) throws(CommandFailure) -> Configuration {
        try load(path) { () throws(ConfigurationFaults) in try Configuration.load(file: path) }
    }

    /// Writes what is odd about a configuration to standard error.
    static func load(
        _ name: String,
        _ load: () throws(ConfigurationFaults) -> Configuration.Loaded
    ) throws(CommandFailure) -> Configuration {
        do {
            let loaded = try load()
            for warning in loaded.warnings {
                StandardStreams.writeError(warning.line(in: name) + "\n")
            }
            return loaded.configuration
        } catch {
            throw CommandFailure(error)
        }
    }
}
