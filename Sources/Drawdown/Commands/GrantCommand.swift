import ArgumentParser
import UsageCodec

/// The command `drawdown grant`.
struct GrantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant",
        abstract: "Give a customer credits.",
        discussion: """
            Sends a command over the API and waits for its outcome. Exits with 65 if it is refused, \
            and with 69 if the outcome is not known.

            Examples:
              drawdown grant cus_aurora_studio 5000
              drawdown grant cus_aurora_studio 100 --source promotional --expires-after P30D
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Argument(help: ArgumentHelp("How many credits.", valueName: "credits"))
    var credits: String

    @Option(help: ArgumentHelp("Default: the command's id.", valueName: "id"))
    var grantID: String?

    @Option(
        help: ArgumentHelp(
            """
            purchase, top_up, auto_top_up, plan_included, promotional, compensation or rollover.
            """,
            valueName: "source"
        )
    )
    var source: String?

    @Option(help: ArgumentHelp("paid or promotional.", valueName: "category"))
    var category: String?

    @Option(help: ArgumentHelp("0 to 1000; lower is used first.", valueName: "n"))
    var priority: Int?

    @Option(help: ArgumentHelp("From when on. Default: now.", valueName: "time"))
    var effectiveAt: String?

    @Option(help: ArgumentHelp("Until when. Default: for ever.", valueName: "time"))
    var expiresAt: String?

    @Option(help: ArgumentHelp("For how long, such as P30D.", valueName: "duration"))
    var expiresAfter: String?

    @Option(help: ArgumentHelp("What a credit cost.", valueName: "amount"))
    var costBasis: String?

    @Option(help: ArgumentHelp("Such as an invoice's number.", valueName: "text"))
    var reference: String?

    @Option(help: ArgumentHelp("The auto_top_up.requested that this answers.", valueName: "id"))
    var requestID: String?

    @OptionGroup var options: SendOptions

    func run() async throws {
        try options.send(
            "grant",
            to: customer,
            [
                "credits": credits, "grant_id": grantID, "source": source, "category": category,
                "effective_at": effectiveAt, "expires_at": expiresAt,
                "expires_after": expiresAfter, "cost_basis": costBasis, "reference": reference,
                "request_id": requestID,
            ]
        ) { json in
            if let priority { json.member("priority", priority) }
        }
    }
}
