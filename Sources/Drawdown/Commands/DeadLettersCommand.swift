import ArgumentParser

/// The command `drawdown dead-letters`.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "Work through inputs that could not be applied.",
        discussion: """
            `list` and `show` ask a running worker over its API; `requeue` and `discard` read its \
            store beside it.

            Examples:
              drawdown dead-letters list --code no_rate
              drawdown dead-letters show usage.events 3 4711
              drawdown dead-letters requeue --config drawdown.yaml --code no_rate
            """,
        subcommands: [
            ListDeadLettersCommand.self, ShowDeadLetterCommand.self,
            RequeueDeadLettersCommand.self, DiscardDeadLettersCommand.self,
        ],
        defaultSubcommand: ListDeadLettersCommand.self
    )
}

/// The command `drawdown dead-letters list`.
struct ListDeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the latest, newest first."
    )

    @Option(help: ArgumentHelp("Only those with this code.", valueName: "code"))
    var code: String?

    @OptionGroup var page: PageOptions
    @OptionGroup var api: APIOptions

    func run() async throws {
        let client = try api.client()
        let data = try client.get(
            ["v1", "dead-letters"],
            query: ["code": code, "limit": String(page.limit), "cursor": page.cursor]
        )
        try api.print(data, of: client, as: DeadLettersAnswer.self) { $0.text }
    }
}

/// The command `drawdown dead-letters show`.
struct ShowDeadLetterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one with its value and headers, by where the input stood.",
        discussion: """
            Of a key and of each value, the API shows the first 16 KiB; in their topic they are \
            whole.
            """
    )

    @Argument(help: ArgumentHelp("The input's topic.", valueName: "topic"))
    var topic: String

    @Argument(help: ArgumentHelp("The input's partition.", valueName: "partition"))
    var partition: Int

    @Argument(help: ArgumentHelp("The input's offset.", valueName: "offset"))
    var offset: Int

    @OptionGroup var api: APIOptions

    func run() async throws {
        let client = try api.client()
        var cursor: String?
        repeat {
            let data = try client.get(
                ["v1", "dead-letters"],
                query: ["limit": "500", "cursor": cursor]
            )
            let answer = try client.decode(DeadLettersAnswer.self, from: data)
            let found = answer.deadLetters.firstIndex {
                $0.topic == topic && $0.partition == partition && $0.offset == offset
            }
            if let found {
                let letter = answer.deadLetters[found].text
                let json = DeadLettersAnswer.json(ofLetter: found, in: data)
                return StandardStreams.write(api.json ? json ?? letter : letter)
            }
            cursor = answer.nextCursor
        } while cursor != nil
        throw CommandFailure(
            .data,
            "expected a dead letter of \(topic.printable) \(partition) at \(offset), got: none"
        )
    }
}
