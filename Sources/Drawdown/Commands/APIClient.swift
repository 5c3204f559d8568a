import Foundation
import FoundationNetworking

/// Asks the API, and turns what goes wrong into a sentence and an exit code.
struct APIClient {
    let address: APIAddress
    /// A query that takes longer is as good as no answer.
    private static let timeout: TimeInterval = 10

    /// The body of a successful answer.
    ///
    /// - Parameters:
    ///   - path: parts of the path; each is escaped, so an id may hold anything.
    ///   - query: parameters without a value are left out.
    /// - Throws: exit code 69 where no useful answer comes, 65 where what was asked for is refused.
    func get(_ path: [String], query: KeyValuePairs<String, String?>) async throws(CommandFailure)
        -> Data
    {
        let url = try Self.url(address.url, path, query)
        var request = URLRequest(url: url, timeoutInterval: Self.timeout)
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        request.setValue("Drawdown/\(Drawdown.version)", forHTTPHeaderField: "User-Agent")
        let answer: (Data, URLResponse)
        do {
            answer = try await URLSession.shared.data(for: request)
        } catch {
            throw unreachable(error)
        }
        let status = (answer.1 as? HTTPURLResponse)?.statusCode ?? 0
        guard status != 200 else { return answer.0 }
        throw refusal(status: status, body: answer.0)
    }

    /// Decodes an answer of which the rest is shown to people.
    func decode<Answer: Decodable>(
        _ type: Answer.Type, from data: Data
    ) throws(CommandFailure) -> Answer {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let answer = try? decoder.decode(type, from: data) else {
            throw CommandFailure(
                .unavailable,
                "\(address.url) (\(address.origin)) answers, but not as Drawdown's API does.")
        }
        return answer
    }

    private func unreachable(_ error: any Error) -> CommandFailure {
        let reason =
            switch (error as? URLError)?.code {
            case .cannotConnectToHost: "nothing listens there"
            case .cannotFindHost: "there is no such host"
            case .timedOut: "no answer within \(Int(Self.timeout)) s"
            default: error.localizedDescription
            }
        return CommandFailure(
            .unavailable,
            """
            Cannot reach the API at \(address.url) (from \(address.origin)): \(reason).
            Start it with `drawdown dev` or `drawdown run`, or name another with --api URL.
            """)
    }

    private func refusal(status: Int, body: Data) -> CommandFailure {
        let problem = try? JSONDecoder().decode(Problem.self, from: body)
        let sentence = problem?.detail ?? problem?.title ?? "the API answered with status \(status)"
        // 401, 403 and 429 are the service's state, not the question's fault; so is 5xx.
        let isAnswerable = [400, 404, 422].contains(status)
        return CommandFailure(isAnswerable ? .data : .unavailable, sentence.printable)
    }

    static func url(
        _ base: URL, _ path: [String], _ query: KeyValuePairs<String, String?>
    ) throws(CommandFailure) -> URL {
        var text = base.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        for part in path { text += "/" + part.percentEncoded }
        var separator = "?"
        for (name, value) in query {
            guard let value else { continue }
            text += "\(separator)\(name)=\(value.percentEncoded)"
            separator = "&"
        }
        guard let url = URL(string: text) else {
            throw CommandFailure(.usage, "expected an address, got: \(text)")
        }
        return url
    }

    /// RFC 9457, as far as it is shown.
    private struct Problem: Decodable {
        let title: String?
        let detail: String?
    }
}

extension String {
    /// Escapes every byte but RFC 3986's unreserved ones, also `/`, `+` and `%`.
    var percentEncoded: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Without control characters: what came from outside must not move the terminal's cursor.
    var printable: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
    }
}
