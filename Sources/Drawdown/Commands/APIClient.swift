import Foundation
import NIOSSL

/// Asks the API, and turns what goes wrong into a sentence and an exit code.
struct APIClient {
    let address: APIAddress
    /// Says who asks; nil where nobody is asked.
    var token: String?
    /// Who may have signed the API's certificate; nil: whom the system trusts.
    var authorities: [NIOSSLCertificate]?
    /// A query that takes longer is as good as no answer.
    private static let timeout = Duration.seconds(10)

    /// Asks one question.
    ///
    /// - Parameters:
    ///   - path: parts of the path; each is escaped, so an id may hold anything.
    ///   - query: parameters without a value are left out.
    /// - Returns: the body of a successful answer.
    /// - Throws: exit code 69 where no useful answer comes, 65 where what was asked for is refused, 64
    ///   where it was asked for in a wrong way.
    func get(_ path: [String], query: KeyValuePairs<String, String?>) throws(CommandFailure)
        -> Data
    {
        try ask("GET", path, query: query)
    }

    /// Sends a command and waits for its outcome.
    ///
    /// - Parameters:
    ///   - path: as in ``get(_:query:)``.
    ///   - query: as in ``get(_:query:)``.
    ///   - body: JSON.
    /// - Returns: the body of a successful answer.
    /// - Throws: exit code 69 where the outcome is not known, 65 where the command is refused.
    func post(
        _ path: [String],
        query: KeyValuePairs<String, String?>,
        body: String
    ) throws(CommandFailure) -> Data {
        try ask("POST", path, query: query, body: body)
    }

    private func ask(
        _ method: String,
        _ path: [String],
        query: KeyValuePairs<String, String?>,
        body content: String? = nil
    ) throws(CommandFailure) -> Data {
        var lines = [
            "\(method) \(Self.target(below: address.url, path, query)) HTTP/1.1",
            "Host: \(address.authority)", "Accept: application/json",
            "User-Agent: Drawdown/\(Drawdown.version)", "Connection: close",
        ]
        if let token { lines.append("Authorization: Bearer \(token)") }
        if let content {
            lines += ["Content-Type: application/json", "Content-Length: \(content.utf8.count)"]
        }
        let request = lines.joined(separator: "\r\n") + "\r\n\r\n" + (content ?? "")
        let answer: HTTPAnswer
        do {
            answer = try exchange(request)
        } catch {
            throw unreachable(error)
        }
        let body = Data(answer.body)
        guard answer.status != 200 else { return body }
        guard answer.status != 202 else {
            throw CommandFailure(
                .unavailable,
                "The command is in its topic, and not yet decided; send it again to hear."
            )
        }
        throw refusal(status: answer.status, body: body)
    }

    private func exchange(_ request: String) throws(HTTPFault) -> HTTPAnswer {
        guard address.isSecure else {
            let connection = try HTTPConnection(
                host: address.host,
                port: address.port,
                timeout: Self.timeout
            )
            return try connection.exchange(request)
        }
        let connection = TLSConnection(
            host: address.host,
            port: address.port,
            authorities: authorities,
            timeout: Self.timeout
        )
        return try connection.exchange(request)
    }

    /// Decodes an answer of which the rest is shown to people.
    func decode<Answer: Decodable>(
        _ type: Answer.Type,
        from data: Data
    ) throws(CommandFailure) -> Answer {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let answer = try? decoder.decode(type, from: data) else {
            throw CommandFailure(
                .unavailable,
                "\(address.url) (\(address.origin)) answers, but not as Drawdown's API does."
            )
        }
        return answer
    }

    private func unreachable(_ fault: HTTPFault) -> CommandFailure {
        let reason =
            switch fault {
            case .refused: "nothing listens there"
            case .unknownHost: "there is no such host"
            case .timedOut: "no answer within \(Self.timeout.components.seconds) s"
            case .noAnswer: "what answers there is no HTTP server"
            case .untrusted(let words):
                "its certificate is not trusted, or it speaks no TLS (\(words.printable)); --ca FILE "
                    + "names who signed it"
            case .system(let words): words
            }
        let sentence = "Cannot reach the API at \(address.url) (from \(address.origin)): \(reason)."
        // It runs, where only its certificate is the matter.
        if case .untrusted = fault { return CommandFailure(.unavailable, sentence) }
        return CommandFailure(
            .unavailable,
            """
            \(sentence)
            Start it with `drawdown dev` or `drawdown run`, or name another with --api URL.
            """
        )
    }

    func refusal(status: Int, body: Data) -> CommandFailure {
        let problem = try? JSONDecoder().decode(Problem.self, from: body)
        let sentence = problem?.detail ?? problem?.title ?? "the API answered with status \(status)"
        // 401, 403 and 429 are the service's state, not the question's fault; so is 5xx.
        let code: ExitCodes =
            switch status {
            case 400: .usage
            case 402, 404, 409, 413, 422: .data
            default: .unavailable
            }
        // Who may not ask has sent nothing, and will not by asking again.
        return CommandFailure(code, sentence.printable, isFinal: [401, 403].contains(status))
    }

    /// Path and query below the API's base URL, which may have a path of its own.
    static func target(
        below base: URL,
        _ path: [String],
        _ query: KeyValuePairs<String, String?>
    ) -> String {
        var text = base.path(percentEncoded: true)
        while text.hasSuffix("/") { text.removeLast() }
        for part in path { text += "/" + part.percentEncoded }
        var separator = "?"
        for (name, value) in query {
            guard let value else { continue }
            text += "\(separator)\(name)=\(value.percentEncoded)"
            separator = "&"
        }
        return text
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
                }
            )
        )
    }
}
