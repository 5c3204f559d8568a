import ArgumentParser
import Foundation
import UsageCodec

/// The command `drawdown configure`.
struct ConfigureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configure",
        abstract: "Change an account's settings.",
        discussion: """
            Sends a command over the API and waits for its outcome. Exits with 65 if it is refused, \
            and with 69 if the outcome is not known. What is not given stays as it is.

            Examples:
              drawdown configure cus_aurora_studio --overdraft limit:100
              drawdown configure cus_aurora_studio --threshold percent:20 --threshold absolute:50
              drawdown configure cus_aurora_studio --auto-top-up threshold=10,credits=500,\
            max_per.period=P30D,max_per.count=5
              drawdown configure cus_aurora_studio --recurring \
            schedule_id=plan,credits=1000,every=P1M,rollover.max_percent=50
            """
    )

    @Argument(help: ArgumentHelp("The customer's id.", valueName: "customer"))
    var customer: String

    @Option(help: ArgumentHelp("record, refuse, or limit:AMOUNT.", valueName: "policy"))
    var overdraft: String?

    @Option(
        help: ArgumentHelp(
            "absolute:AMOUNT or percent:AMOUNT; all of them together are the new list.",
            valueName: "threshold"
        )
    )
    var threshold: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            threshold=AMOUNT,credits=AMOUNT with answer_within=, max_per.period=, max_per.count= \
            and max_per.credits= as wanted; or none.
            """,
            valueName: "rule"
        )
    )
    var autoTopUp: String?

    @Option(
        help: ArgumentHelp(
            """
            schedule_id=NAME,credits=AMOUNT,every=DURATION with anchor=, expires=, \
            rollover.max_credits= and rollover.max_percent= as wanted; all of them together are the \
            new list, and none is an empty one.
            """,
            valueName: "rule"
        )
    )
    var recurring: [String] = []

    @Option(
        help: ArgumentHelp(
            "Further settings as a JSON object; amounts as strings.",
            valueName: "json"
        )
    )
    var settings: String?

    @OptionGroup var options: SendOptions

    func validate() throws {
        guard
            overdraft != nil || !threshold.isEmpty || autoTopUp != nil || !recurring.isEmpty
                || settings != nil
        else {
            throw ValidationError(
                "expected --overdraft, --threshold, --auto-top-up, --recurring or --settings"
            )
        }
        try check("--auto-top-up", autoTopUp.map { [$0] } ?? [], SettingOption.autoTopUp)
        try check("--recurring", recurring, SettingOption.recurring)
        guard !recurring.contains(Self.none) || recurring.count == 1 else {
            throw ValidationError("expected --recurring none to stand alone")
        }
        for pair in threshold where !pair.contains(":") {
            throw ValidationError("expected --threshold to be TYPE:AMOUNT, got: \(pair)")
        }
        guard settings == nil || members != nil else {
            throw ValidationError("expected --settings to be a JSON object")
        }
    }

    private static let none = "none"

    private func check(
        _ name: String,
        _ texts: [String],
        _ kinds: [String: SettingOption.Kind]
    ) throws {
        for text in texts where text != Self.none && SettingOption(text, kinds) == nil {
            let names = kinds.keys.sorted().joined(separator: ", ")
            throw ValidationError(
                "expected \(name) to be none or NAME=VALUE,… of \(names), got: \(text)"
            )
        }
    }

    /// What stands between the braces of `--settings`; nil where it is not one JSON object.
    ///
    /// The text and not what is read from it: that has one member of two with the same name, which the
    /// API refuses, and binary fractions for amounts.
    private var members: String? {
        guard let settings,
            (try? JSONSerialization.jsonObject(with: Data(settings.utf8))) is [String: Any]
        else { return nil }
        let text = settings.trimmingCharacters(in: .whitespacesAndNewlines)
        guard text.hasPrefix("{"), text.hasSuffix("}") else { return nil }
        return String(text.dropFirst().dropLast()).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func run() async throws {
        try options.send("configure", to: customer, [:]) { json in
            if let overdraft {
                if overdraft.hasPrefix("limit:") {
                    json.objectMember("overdraft") {
                        $0.member("limit", String(overdraft.dropFirst("limit:".count)))
                    }
                } else {
                    json.member("overdraft", overdraft)
                }
            }
            if !threshold.isEmpty {
                json.arrayMember("thresholds") { json in
                    for pair in threshold {
                        let type = pair.prefix { $0 != ":" }
                        json.object {
                            $0.member("type", String(type))
                            $0.member("value", String(pair[type.endIndex...].dropFirst()))
                        }
                    }
                }
            }
            writeRules(to: &json)
            writeSettings(to: &json)
        }
    }

    /// Writes the members of `--settings` as they were given.
    func writeSettings(to json: inout JSONWriter) {
        guard let members, !members.isEmpty else { return }
        // All of them in one, with their own commas: the writer takes a number's text as it is.
        json.number(text: members)
    }

    func writeRules(to json: inout JSONWriter) {
        if let autoTopUp {
            json.key("auto_top_up")
            if let rule = SettingOption(autoTopUp, SettingOption.autoTopUp) {
                rule.write(to: &json)
            } else {
                json.null()
            }
        }
        if !recurring.isEmpty {
            json.arrayMember("recurring") { json in
                for text in recurring {
                    SettingOption(text, SettingOption.recurring)?.write(to: &json)
                }
            }
        }
    }
}
