import Foundation

/// The API's answer, as far as it is shown.
struct DeadLettersAnswer: Decodable {
    struct Header: Codable {
        let name: String
        let value: String?
    }

    struct Letter: Codable {
        let code: String
        let field: String?
        let message: String
        let topic: String?
        let partition: Int?
        let offset: Int
        let recordedAt: String
        let key: String?
        let value: String?
        let valueBytes: Int
        let headers: [Header]
    }

    let deadLetters: [Letter]
    let nextCursor: String?

    /// A table for people.
    var text: String {
        guard !deadLetters.isEmpty else {
            return "No dead letters.\n" + PageOptions.more(nextCursor)
        }
        var table = TextTable([
            "RECORDED": .left, "CODE": .left, "TOPIC": .left, "PARTITION": .right,
            "OFFSET": .right, "KEY": .left, "REASON": .left,
        ])
        for letter in deadLetters {
            table.append([
                letter.recordedAt, letter.code, letter.topic ?? "",
                letter.partition.map(String.init) ?? "", String(letter.offset), letter.key ?? "",
                letter.message,
            ])
        }
        return table.text + PageOptions.more(nextCursor)
    }
}

extension DeadLettersAnswer.Letter {
    /// All of it: as one JSON object, or as lines for people.
    func text(asJSON: Bool) throws(CommandFailure) -> String {
        guard asJSON else { return lines }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let data = try? encoder.encode(self) else {
            throw CommandFailure(.software, "a dead letter cannot be written as JSON")
        }
        return String(decoding: data, as: UTF8.self) + "\n"
    }

    private var lines: String {
        var lines = [
            ("code", code), ("field", field ?? ""), ("reason", message),
            ("input", "\(topic ?? "") \(partition.map(String.init) ?? "") \(offset)"),
            ("recorded", recordedAt), ("key", key ?? "(none)"),
        ]
        lines += headers.map { ("header", "\($0.name): \($0.value ?? "(none)")") }
        let cut = (value?.utf8.count ?? 0) < valueBytes ? " (cut; \(valueBytes) bytes)" : ""
        lines.append(("value", (value ?? "(tombstone)") + cut))
        return lines.map { "\($0.0.padded(to: 9)) \($0.1.printable)\n" }.joined()
    }
}
