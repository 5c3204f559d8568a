import ArgumentParser
import Foundation
import UsageCodec

/// What every command that is sent has in common.
struct SendOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The command's id; the same id is applied at most once. Default: one that is drawn, and \
            shown where the outcome is not known.
            """,
            valueName: "id"
        )
    )
    var commandID: String?

    @Option(help: ArgumentHelp("Why; kept on the entry.", valueName: "text"))
    var reason: String?

    @Option(help: ArgumentHelp("Who, as TYPE:ID; kept on the entry.", valueName: "actor"))
    var actor: String?

    @Option(help: ArgumentHelp("Wait so many seconds for the outcome, 0 to 5.", valueName: "n"))
    var wait = 2.0

    @OptionGroup var api: APIOptions

    func validate() throws {
        guard (0...5).contains(wait) else {
            throw ValidationError("expected --wait to be between 0 and 5, got: \(wait)")
        }
        if let actor, actor.firstIndex(of: ":") == nil {
            throw ValidationError("expected --actor to be TYPE:ID, got: \(actor)")
        }
    }

    /// Sends a command, waits for its outcome, and prints it.
    ///
    /// - Parameters:
    ///   - type: the command's.
    ///   - customer: whose account it is for.
    ///   - members: what the type adds; those without a value are left out.
    ///   - write: writes members that are no text.
    /// - Throws: exit code 65 where it is refused, 69 where the outcome is not known.
    func send(
        _ type: String,
        to customer: String,
        _ members: KeyValuePairs<String, String?>,
        more write: (inout JSONWriter) -> Void = { _ in }
    ) throws(CommandFailure) {
        let id = commandID ?? UUID().uuidString.lowercased()
        var json = JSONWriter()
        json.object { json in
            json.member("command_id", id)
            json.member("type", type)
            json.member("customer_id", customer)
            // The worker knows the default, which of a hold for an action is the rate's.
            if let creditType = api.creditType { json.member("credit_type", creditType) }
            if let reason { json.member("reason", reason) }
            if let actor, let colon = actor.firstIndex(of: ":") {
                json.objectMember("actor") { json in
                    json.member("type", String(actor[..<colon]))
                    json.member("id", String(actor[actor.index(after: colon)...]))
                }
            }
            for (name, value) in members {
                if let value { json.member(named: name, value) }
            }
            write(&json)
        }
        let client = try api.client()
        let body = String(decoding: json.bytes, as: UTF8.self)
        do {
            let data = try client.post(["v1", "commands"], query: ["wait": "\(wait)"], body: body)
            try api.print(data, of: client, as: OutcomeAnswer.self) { $0.text }
        } catch {
            guard error.exitCode == .unavailable, !error.isFinal else { throw error }
            throw CommandFailure(
                .unavailable,
                error.message + "\nTo send it again without doing it twice: --command-id \(id)"
            )
        }
    }
}

/// The API's answer, as far as it is shown.
struct OutcomeAnswer: Decodable {
    let outcome: String
    let entries: [EntriesAnswer.Entry]

    /// What was done, for people.
    var text: String {
        let line = outcome == "duplicate" ? "Applied before; this is what it did:" : "Applied."
        return line + "\n\n" + EntriesAnswer(entries: entries, nextCursor: nil).text
    }
}
