import ArgumentParser

/// The command `drawdown grants`.
struct GrantsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grants",
        abstract: "Show a customer's grants in the order in which they will be used.",
        discussion: """
            Asks a running worker over its API. After the grants in use come those that are \
            scheduled, then those that ended.

            Example:
              drawdown grants cus_aurora_studio
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @OptionGroup var page: PageOptions
    @OptionGroup var api: APIOptions

    func run() async throws {
        let client = try api.client()
        let data = try client.get(
            ["v1", "customers", customer, "grants"],
            query: [
                "credit_type": api.creditType, "limit": String(page.limit), "cursor": page.cursor,
            ]
        )
        try api.print(data, of: client, as: GrantsAnswer.self) { $0.text }
    }
}

/// Which part of a list is shown.
struct PageOptions: ParsableArguments {
    @Option(help: ArgumentHelp("At most so many lines, 1 to 500.", valueName: "n"))
    var limit = 50

    @Option(help: ArgumentHelp("Continue where the page before ended.", valueName: "cursor"))
    var cursor: String?

    func validate() throws {
        guard (1...500).contains(limit) else {
            throw ValidationError("expected --limit to be between 1 and 500, got: \(limit)")
        }
    }

    /// The line that says how to go on.
    static func more(_ cursor: String?) -> String {
        cursor.map { "\nMore: --cursor \($0.printable)\n" } ?? ""
    }
}

/// The API's answer, as far as it is shown.
struct GrantsAnswer: Decodable {
    struct Grant: Decodable {
        let grantId: String
        let credits: String
        let remaining: String
        let source: String
        let priority: Int
        let expiresAt: String?
        let status: String
    }

    let grants: [Grant]
    let nextCursor: String?

    /// A table for people.
    var text: String {
        guard !grants.isEmpty else { return "No grants.\n" }
        var table = TextTable([
            "GRANT": .left, "STATUS": .left, "REMAINING": .right, "OF": .right, "SOURCE": .left,
            "PRIORITY": .right, "EXPIRES": .left,
        ])
        for grant in grants {
            table.append([
                grant.grantId, grant.status, grant.remaining, grant.credits, grant.source,
                String(grant.priority), grant.expiresAt ?? "never",
            ])
        }
        return table.text + PageOptions.more(nextCursor)
    }
}
