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
              drawdown configure cus_aurora_studio --settings \
            '{"auto_top_up":{"threshold":"10","credits":"500"}}'
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
            "Further settings as a JSON object; amounts as strings.",
            valueName: "json"
        )
    )
    var settings: String?

    @OptionGroup var options: SendOptions

    func validate() throws {
        guard overdraft != nil || !threshold.isEmpty || settings != nil else {
            throw ValidationError("expected --overdraft, --threshold or --settings to be given")
        }
        for pair in threshold where !pair.contains(":") {
            throw ValidationError("expected --threshold to be TYPE:AMOUNT, got: \(pair)")
        }
        guard settings == nil || members != nil else {
            throw ValidationError("expected --settings to be a JSON object")
        }
    }

    /// The members of `--settings`, each as JSON; nil where it is no object.
    private var members: [(name: String, json: String)]? {
        let data = Data((settings ?? "{}").utf8)
        guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            return nil
        }
        return object.sorted { $0.key < $1.key }.compactMap { name, value in
            let data = try? JSONSerialization.data(
                withJSONObject: value,
                options: [.fragmentsAllowed, .sortedKeys]
            )
            return data.map { (name, String(decoding: $0, as: UTF8.self)) }
        }
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
            for member in members ?? [] {
                json.key(named: member.name)
                json.number(text: member.json)
            }
        }
    }
}
