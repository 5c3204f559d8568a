import ArgumentParser
import Credits
import UsageCodec

/// The command `drawdown hold`.
struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Set credits aside for work that is under way.",
        discussion: """
            Sends a command over the API and waits for its outcome. Exits with 65 if it is refused, \
            also where the credits do not cover it, and with 69 if the outcome is not known. A \
            usage event with this hold_id captures the hold.

            Examples:
              drawdown hold cus_aurora_studio --hold-id job_7 --credits 40
              drawdown hold cus_aurora_studio --hold-id job_8 --action image.generate --quantity 4
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Option(help: ArgumentHelp("The hold's id, new for the account.", valueName: "id"))
    var holdID: String

    @Option(help: ArgumentHelp("How many credits.", valueName: "amount"))
    var credits: String?

    @Option(help: ArgumentHelp("What it is for, priced by the rate card.", valueName: "action"))
    var action: String?

    @Option(help: ArgumentHelp("How much of the action.", valueName: "amount"))
    var quantity: String?

    @Option(
        help: ArgumentHelp(
            """
            NAME=VALUE, which chooses the rate; a VALUE that is a number is sent as one, unless it \
            stands in double quotes.
            """,
            valueName: "dimension"
        )
    )
    var dimension: [String] = []

    @Option(help: ArgumentHelp("Ends by itself then. Default: PT15M.", valueName: "duration"))
    var expiresAfter: String?

    @OptionGroup var options: SendOptions

    func validate() throws {
        guard (credits == nil) != (action == nil) else {
            throw ValidationError("expected either --credits or --action to be given")
        }
        for pair in dimension where !pair.contains("=") {
            throw ValidationError("expected --dimension to be NAME=VALUE, got: \(pair)")
        }
    }

    func run() async throws {
        try options.send(
            "hold",
            to: customer,
            [
                "hold_id": holdID, "credits": credits, "action": action, "quantity": quantity,
                "expires_after": expiresAfter,
            ]
        ) { json in
            guard !dimension.isEmpty else { return }
            json.objectMember("dimensions") { json in
                for pair in dimension.map(DimensionArgument.init) {
                    if let number = pair.number {
                        json.key(named: pair.name)
                        json.number(text: number)
                    } else {
                        json.member(named: pair.name, pair.text)
                    }
                }
            }
        }
    }
}

/// A dimension as it is given on the command line: `NAME=VALUE`.
struct DimensionArgument: Equatable {
    let name: String
    /// The value as a text.
    let text: String
    /// The value as a number; nil: it is a text.
    let number: String?

    init(_ argument: String) {
        name = String(argument.prefix { $0 != "=" })
        let value = argument.dropFirst(name.count + 1)
        let isQuoted = value.count > 1 && value.hasPrefix("\"") && value.hasSuffix("\"")
        text = String(isQuoted ? value.dropFirst().dropLast() : value)
        number = isQuoted ? nil : (try? Amount(text))?.description
    }
}

/// The command `drawdown release`.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Give a hold back.",
        discussion: """
            Sends a command over the API and waits for its outcome. Exits with 65 if it is refused, \
            and with 69 if the outcome is not known.

            Example:
              drawdown release cus_aurora_studio job_7
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Argument(help: ArgumentHelp("The hold's id.", valueName: "hold"))
    var hold: String

    @OptionGroup var options: SendOptions

    func run() async throws {
        try options.send("release", to: customer, ["hold_id": hold])
    }
}
