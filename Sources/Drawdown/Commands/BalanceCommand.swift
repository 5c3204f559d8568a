import ArgumentParser

/// The command `drawdown balance`.
struct BalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance",
        abstract: "Show a customer's balance.",
        discussion: """
            Asks a running worker over its API. Exits with 65 if there is no such account, and \
            with 69 if the API cannot be reached.

            Example:
              drawdown balance cus_aurora_studio
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @OptionGroup var api: APIOptions

    func run() async throws {
        let client = try api.client()
        let data = try client.get(
            ["v1", "customers", customer, "balance"],
            query: ["credit_type": api.creditType]
        )
        try api.print(data, of: client, as: BalanceAnswer.self) { $0.text }
    }
}

/// The API's answer, as far as it is shown.
struct BalanceAnswer: Decodable {
    struct Balance: Decodable {
        let ledger: String
        let available: String
        let held: String
        let overdraft: String
    }

    struct Expiry: Decodable {
        let credits: String
        let at: String
    }

    struct Moment: Decodable {
        let sequence: Int
        let recordedAt: String?
        let lagMessages: Int?
    }

    let customerId: String
    let creditType: String
    let balance: Balance
    let nextExpiry: Expiry?
    let asOf: Moment

    /// Lines for people.
    var text: String {
        let amounts = [
            ("ledger", balance.ledger), ("held", balance.held), ("available", balance.available),
            ("overdraft", balance.overdraft),
        ]
        let width = amounts.map(\.1.count).max() ?? 0
        var lines = ["\(customerId) · \(creditType)"]
        for (name, amount) in amounts {
            lines.append("  \(name.padded(to: 11))\(amount.padded(to: width, .right))")
        }
        lines.append("")
        if let nextExpiry {
            lines.append("  \(nextExpiry.credits) expire at \(nextExpiry.at)")
        }
        lines.append("  \(freshness)")
        return lines.map { $0.printable + "\n" }.joined()
    }

    private var freshness: String {
        let recorded = asOf.recordedAt.map { " of \($0)" } ?? ""
        let lag =
            switch asOf.lagMessages {
            case 0: "nothing waits to be applied"
            case 1: "1 message waits to be applied"
            case .some(let count): "\(count) messages wait to be applied"
            case nil: "the worker has no partitions yet"
            }
        return "as of entry \(asOf.sequence)\(recorded); \(lag)"
    }
}
