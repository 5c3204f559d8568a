import ArgumentParser

/// The program's one entry.
@main
struct Drawdown: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "drawdown",
        abstract: "Turns usage events into credits that add up, exactly once.",
        discussion: """
            Drawdown reads usage events and credit commands from Kafka, keeps a ledger of every \
            credit that was granted and used, and announces what happens to balances.

            Try it, nothing else is needed:
              drawdown dev --demo

            Exit codes follow sysexits: 64 usage, 65 data, 69 a service is unavailable, 70 an \
            invariant is broken, 74 storage failed, 75 the store is in use or taken over, 76 the \
            topic has a gap or the store went back, 78 configuration.
            """,
        version: version,
        subcommands: [
            BenchLoadCommand.self, BenchGrantCommand.self, BenchDrainCommand.self,
            BenchKnownCommand.self, BenchOpenCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Run",
                subcommands: [DevCommand.self, RunCommand.self]
            ),
            CommandGroup(
                name: "Query",
                subcommands: [
                    BalanceCommand.self, EntriesCommand.self, GrantsCommand.self,
                    UsageCommand.self, DeadLettersCommand.self,
                ]
            ),
            CommandGroup(
                name: "Send",
                subcommands: [
                    GrantCommand.self, VoidCommand.self, AdjustCommand.self,
                    ReverseCommand.self, HoldCommand.self, ReleaseCommand.self,
                    ConfigureCommand.self,
                ]
            ),
            CommandGroup(
                name: "Check",
                subcommands: [
                    CheckCommand.self, VerifyCommand.self, RatesCommand.self, BenchCommand.self,
                ]
            ),
            CommandGroup(
                name: "Keep",
                subcommands: [BackupCommand.self, RestoreCommand.self]
            ),
        ]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            failure.report()
            exit(withError: failure.exitCode.parserCode)
        } catch {
            exit(withError: error)
        }
    }
}
