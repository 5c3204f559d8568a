import ArgumentParser

/// `--data DIR` or `--config FILE`: a store on this machine, which a worker may have open.
struct StoreOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A store's directory, or that of `drawdown dev`.",
            valueName: "dir"
        )
    )
    var data: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The configuration that names the store.", valueName: "file")
    )
    var config: String?

    func validate() throws {
        guard (data == nil) != (config == nil) else {
            throw ValidationError("expected one of --data DIR and --config FILE")
        }
        guard data != "" else {
            throw ValidationError("expected --data to be a directory, got: nothing")
        }
    }

    /// The store's directory.
    ///
    /// - Throws: exit code 78 where the configuration has faults.
    func directory() throws(CommandFailure) -> String {
        if let data { return data }
        return try ConfigurationOption.load(config ?? "").store.path
    }
}
