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

    @OptionGroup var store: StoreOption

    @Flag(help: "Print what was found as JSON.")
    var json = false

    func run() async throws {
        try Assembly.verify(storeAt: try store.directory(), asJSON: json)
    }
}
