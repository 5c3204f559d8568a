import ArgumentParser

/// The command `drawdown run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract:
            "Run the worker: consume usage, keep the ledger, publish triggers, serve the API.",
        discussion: """
            Runs until SIGTERM or SIGINT, then makes durable what it has read, and exits with 0. \
            The configuration is validated whole before anything is opened. Each key can be \
            overridden by an environment variable: DRAWDOWN_COMMIT_MAX_EVENTS for \
            commit.max_events.

            Example:
              drawdown run --config drawdown.yaml
            """
    )

    @OptionGroup var file: ConfigurationOption

    @Flag(
        help: """
            Read all partitions of the topics without joining a consumer group: for exactly one \
            worker that is started and stopped by hand.
            """
    )
    var withoutGroup = false

    func run() async throws {
        let configuration = try file.load()
        try await Assembly.run(configuration, isWithoutGroup: withoutGroup)
    }
}
