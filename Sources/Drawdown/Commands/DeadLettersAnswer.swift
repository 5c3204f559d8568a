import Foundation
import QueryAPI

/// The API's answer, as far as it is shown.
struct DeadLettersAnswer: Decodable {
    struct Header: Decodable {
        let name: String
        let value: String?
        let valueBytes: Int
    }

    struct Letter: Decodable {
        let code: String
        let field: String?
        let message: String
        let topic: String?
        let partition: Int?
        let offset: Int
        let timestamp: String
        let recordedAt: String
        let key: String?
        let value: String?
        let valueBytes: Int
        let headers: [Header]
    }

    let deadLetters: [Letter]
    let nextCursor: String?

    /// One letter of an answer as the answer has it, by its place in the list.
    static func json(ofLetter index: Int, in data: Data) -> String? {
        let options: JSONSerialization.WritingOptions = [
            .prettyPrinted, .sortedKeys, .withoutEscapingSlashes,
        ]
        guard let answer = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let letters = answer["dead_letters"] as? [Any], letters.indices.contains(index),
            let letter = try? JSONSerialization.data(
                withJSONObject: letters[index],
                options: options
            )
        else { return nil }
        return String(decoding: letter, as: UTF8.self) + "\n"
    }

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
    /// All that the API shows of it, as lines for people.
    var text: String {
        var lines = [
            ("code", code), ("field", field ?? ""), ("reason", message),
            ("input", "\(topic ?? "") \(partition.map(String.init) ?? "") \(offset)"),
            ("sent", timestamp), ("recorded", recordedAt), ("key", key ?? "(none)"),
        ]
        lines += headers.map { header -> (String, String) in
            ("header", "\(header.name): \(header.value ?? "(none)")" + Self.cut(header.valueBytes))
        }
        lines.append(("value", (value ?? "(tombstone)") + Self.cut(valueBytes)))
        return lines.map { "\($0.0.padded(to: 9)) \($0.1.printable)\n" }.joined()
    }

    /// Says of a value that not all of it is shown.
    ///
    /// By its length, for text that was repaired is longer than what it was made of.
    private static func cut(_ count: Int) -> String {
        count > DeadLetterExcerpt.byteCount ? " (cut; \(count) bytes)" : ""
    }
}
