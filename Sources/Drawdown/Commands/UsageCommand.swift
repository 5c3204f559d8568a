import ArgumentParser

/// The command `drawdown usage`.
struct UsageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage",
        abstract: "Show what a customer used, by hour, day or month and by action.",
        discussion: """
            Asks a running worker over its API. Times are UTC and on full hours.

            Examples:
              drawdown usage cus_aurora_studio
              drawdown usage cus_aurora_studio --interval hour --from 2026-11-01T00:00:00Z
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Option(help: ArgumentHelp("The first hour. Default: 30 days before --to.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("The hour behind the last. Default: now.", valueName: "time"))
    var to: String?

    @Option(help: ArgumentHelp("hour, day or month.", valueName: "interval"))
    var interval = "day"

    @OptionGroup var api: APIOptions

    func run() async throws {
        let client = try api.client()
        let data = try client.get(
            ["v1", "customers", customer, "usage"],
            query: [
                "credit_type": api.creditType, "from": from, "to": to, "interval": interval,
                "group_by": "action",
            ]
        )
        try api.print(data, of: client, as: UsageAnswer.self) { $0.text }
    }
}

/// The API's answer, as far as it is shown.
struct UsageAnswer: Decodable {
    struct Line: Decodable {
        let start: String
        let action: String?
        let events: Int
        let quantity: String
        let credits: String
    }

    struct Total: Decodable {
        let events: Int
        let credits: String
    }

    let usage: [Line]
    let total: Total

    /// A table for people.
    var text: String {
        guard !usage.isEmpty else { return "Nothing was used in this time.\n" }
        var table = TextTable([
            "FROM": .left, "EVENTS": .right, "QUANTITY": .right, "CREDITS": .right,
            "ACTION": .left,
        ])
        for line in usage {
            table.append([
                line.start, String(line.events), line.quantity, line.credits, line.action ?? "",
            ])
        }
        return table.text + "\n\(total.credits) credits in \(total.events) events\n"
    }
}
