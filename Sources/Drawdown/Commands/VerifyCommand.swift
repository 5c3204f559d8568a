import ArgumentParser

/// The command `drawdown verify`.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove a ledger: every balance, every hash, every usage id.",
        discussion: """
            Derives each balance from its entries again and checks the chain of commits from the \
            first to the last. Changes nothing. Exits with 65 and the first fault of each kind if \
            anything is off.

            Examples:
              drawdown verify --data ./drawdown-data
              drawdown verify --config drawdown.yaml --json
            """
    )

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

    @Flag(help: "Print what was found as JSON.")
    var json = false

    func validate() throws {
        guard (data == nil) != (config == nil) else {
            throw ValidationError("expected one of --data DIR and --config FILE")
        }
        guard data != "" else {
            throw ValidationError("expected --data to be a directory, got: nothing")
        }
    }

    func run() async throws {
        try Assembly.verify(storeAt: try storeDirectory(), asJSON: json)
    }

    private func storeDirectory() throws(CommandFailure) -> String {
        if let data { return data }
        return try ConfigurationOption.load(config ?? "").store.path
    }
}
