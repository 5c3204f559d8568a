import Credits
import LedgerStore
import UsageCodec

extension API {
    /// `POST /v1/commands`: publishes a command, waits until it is applied, and says what it did.
    ///
    /// The answer is what a durable commit holds. A client that got none asks again under the same
    /// id, and learns what became of the first.
    func submitCommand(_ call: Call) async throws -> Answer {
        let wait = try call.wait
        try Self.checkMediaType(call.request.contentType)
        guard let submitter else { throw Problem.readOnly() }
        let command = try intake.prepare(
            call.request.body,
            idempotencyKey: call.request.idempotencyKey,
            at: now()
        )
        let submission = await submitter.submit(
            key: command.customerID,
            value: command.value,
            wait: wait
        )
        switch submission {
        case .applied(let entries, let sealed):
            let records = entries.map { EntryRecord(sealed: sealed, entry: $0) }
            return outcome("applied", records)
        case .duplicate:
            return outcome("duplicate", try reader.commandEntries(commandID: command.commandID))
        case .refused(let refusal):
            throw Problem.refused(refusal)
        case .pending:
            var answer = Answer.json { json in
                json.member("outcome", "pending")
                json.member("command_id", command.commandID)
            }
            answer.status = 202
            return answer
        case .unknown(let reason):
            throw Problem.unknownOutcome(reason)
        }
    }

    private func outcome(_ name: String, _ records: [EntryRecord]) -> Answer {
        .json { json in
            json.member("outcome", name)
            json.arrayMember("entries") { json in
                for record in records {
                    let group = record.sealed.commit.groups[Int(record.entry.group)]
                    let names = names(for: reader.account(number: group.number))
                    json.writeEntry(record, names)
                }
            }
        }
    }

    /// Any page on the web can make a browser send text to this address, but not JSON.
    private static func checkMediaType(_ type: String?) throws(Problem) {
        let name = (type ?? "").prefix { $0 != ";" }.lowercased()
        guard name.filter({ $0 != " " }) == "application/json" else {
            throw .wrongMediaType(type ?? "")
        }
    }
}

extension Call {
    /// How long the answer may take.
    var wait: Duration {
        get throws(Problem) {
            guard let text = try target.parameter("wait") else { return .seconds(2) }
            guard let seconds = try? Amount(text), !seconds.isNegative,
                seconds <= Amount(whole: 5)
            else { throw .invalid("wait", "to be a number of seconds from 0 to 5", got: text) }
            return .microseconds(Int64(seconds.units / 1_000_000))
        }
    }
}

extension Problem {
    /// What the worker refused, or would refuse.
    static func refused(_ refusal: Refusal) -> Problem {
        let (status, type, title) =
            switch refusal.code {
            case .insufficientCredits: (402, "insufficient-credits", "Insufficient credits")
            case .commandIDConflict: (409, "command-id-conflict", "Command id is taken")
            case .tooLarge: (413, "body-too-large", "Body too large")
            default: (422, "command-refused", "Command refused")
            }
        return Problem(
            type: type,
            title: title,
            status: status,
            detail: refusal.message,
            code: refusal.code.name,
            parameter: refusal.field
        )
    }

    static func wrongMediaType(_ type: String) -> Problem {
        Problem(
            type: "wrong-media-type",
            title: "Wrong media type",
            status: 415,
            detail: "expected Content-Type to be application/json, got: \(shortened(type))"
        )
    }

    /// Truthful where nothing is known: the same command may be sent again without harm.
    static func unknownOutcome(_ reason: String) -> Problem {
        Problem(
            type: "outcome-unknown",
            title: "Outcome unknown",
            status: 503,
            detail: "\(reason); whether the command will be applied is not known. Send it again "
                + "under the same id: it is applied at most once"
        )
    }

    static func readOnly() -> Problem {
        Problem(
            type: "read-only",
            title: "Commands are not taken",
            status: 503,
            detail: "expected the worker to be connected to Kafka"
        )
    }
}
