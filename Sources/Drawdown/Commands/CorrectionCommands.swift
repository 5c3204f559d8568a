import ArgumentParser

/// The command `drawdown void`.
struct VoidCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "void",
        abstract: "Take back what is left of a grant.",
        discussion: """
            Sends a command over the API and waits for its outcome. Exits with 65 if it is refused, \
            and with 69 if the outcome is not known.

            Example:
              drawdown void cus_aurora_studio grant_7 --reason refund
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Argument(help: ArgumentHelp("The grant's id.", valueName: "grant"))
    var grant: String

    @Option(help: ArgumentHelp("How many. Default: all that remain.", valueName: "amount"))
    var credits: String?

    @OptionGroup var options: SendOptions

    func run() async throws {
        try options.send("void", to: customer, ["grant_id": grant, "credits": credits])
    }
}

/// The command `drawdown adjust`.
struct AdjustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adjust",
        abstract: "Correct a balance by hand.",
        discussion: """
            Sends a command over the API and waits for its outcome. Exits with 65 if it is refused, \
            and with 69 if the outcome is not known. --reason and --actor must be given.

            Example:
              drawdown adjust cus_aurora_studio --credits -5 --reason "counted twice" --actor \
            admin:kim
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Above or below 0.", valueName: "amount")
    )
    var credits: String

    @OptionGroup var options: SendOptions

    func validate() throws {
        guard options.reason != nil, options.actor != nil else {
            throw ValidationError("expected --reason and --actor to be given")
        }
    }

    func run() async throws {
        try options.send("adjust", to: customer, ["credits": credits])
    }
}

/// The command `drawdown reverse`.
struct ReverseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverse",
        abstract: "Give back the credits of one usage event.",
        discussion: """
            Sends a command over the API and waits for its outcome. Exits with 65 if it is refused, \
            and with 69 if the outcome is not known.

            Example:
              drawdown reverse cus_aurora_studio img_12345
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Argument(help: ArgumentHelp("The usage event's id.", valueName: "usage"))
    var usage: String

    @Option(help: ArgumentHelp("The usage event's source.", valueName: "source"))
    var source: String?

    @Option(
        help: ArgumentHelp("How many. Default: all not given back yet.", valueName: "amount")
    )
    var credits: String?

    @OptionGroup var options: SendOptions

    func run() async throws {
        try options.send(
            "reverse_usage",
            to: customer,
            ["usage_id": usage, "source": source, "credits": credits]
        )
    }
}
