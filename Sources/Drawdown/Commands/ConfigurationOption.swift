import ArgumentParser

/// `--config FILE`, the same wherever a configuration is read.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The configuration, in YAML.", valueName: "file")
    )
    var config: String

    /// The configuration, after its warnings have been written to standard error.
    ///
    /// - Throws: a ``CommandFailure`` that names every fault, with exit code 78.
    func load() throws(CommandFailure) -> Configuration {
        try Self.load(config)
    }

    /// Does the same for a command where the file is not the only choice.
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
