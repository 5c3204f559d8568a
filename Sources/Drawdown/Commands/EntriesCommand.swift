import ArgumentParser

/// The command `drawdown entries`.
struct EntriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "entries",
        abstract: "Show a customer's ledger entries, newest first.",
        discussion: """
            Asks a running worker over its API. Exits with 65 if there is no such account, and \
            with 69 if the API cannot be reached.

            Examples:
              drawdown entries cus_aurora_studio
              drawdown entries cus_aurora_studio --type credits_granted --limit 5
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Option(help: ArgumentHelp("At most so many entries, 1 to 500.", valueName: "n"))
    var limit = 50

    @Option(help: ArgumentHelp("Continue where the page before ended.", valueName: "cursor"))
    var cursor: String?

    @Option(help: ArgumentHelp("Only entries of this type.", valueName: "entry-type"))
    var type: String?

    @OptionGroup var api: APIOptions

    func validate() throws {
        guard (1...500).contains(limit) else {
            throw ValidationError("expected --limit to be between 1 and 500, got: \(limit)")
        }
    }

    func run() async throws {
        let client = try api.client()
        let data = try client.get(
            ["v1", "customers", customer, "entries"],
            query: [
                "credit_type": api.creditType, "limit": String(limit), "cursor": cursor,
                "type": type,
            ]
        )
        try api.print(data, of: client, as: EntriesAnswer.self) { $0.text }
    }
}

/// The API's answer, as far as it is shown.
struct EntriesAnswer: Decodable {
    struct Entry: Decodable {
        let sequence: Int
        let entryType: String
        let amount: String
        let balanceAfter: String
        let usageId: String?
        let commandId: String?
        let action: String?
        let recordedAt: String
    }

    let entries: [Entry]
    let nextCursor: String?

    /// A table for people.
    var text: String {
        let older = nextCursor.map { "\nOlder ones: --cursor \($0.printable)\n" } ?? ""
        guard !entries.isEmpty else {
            // Where a kind is rare, a page ends before one was met.
            let none = nextCursor == nil ? "No entries of that kind." : "None of that kind so far."
            return none + "\n" + older
        }
        var table = TextTable([
            "#": .right, "RECORDED": .left, "TYPE": .left, "AMOUNT": .right, "BALANCE": .right,
            "ACTION": .left, "BY": .left,
        ])
        for entry in entries {
            table.append([
                String(entry.sequence), entry.recordedAt, entry.entryType, entry.amount,
                entry.balanceAfter, entry.action ?? "", entry.usageId ?? entry.commandId ?? "",
            ])
        }
        return table.text + older
    }
}
