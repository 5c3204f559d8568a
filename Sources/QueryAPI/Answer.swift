import UsageCodec

/// An answer, before HTTP frames it.
struct Answer: Sendable {
    var status = 200
    /// The media type of the body.
    var type: String
    /// Further headers, with names in lower case.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]
    /// What follows the body, for as long as it comes.
    var stream: AsyncStream<[UInt8]>?

    /// An object with the members that `content` writes.
    static func json(_ content: (inout JSONWriter) -> Void) -> Answer {
        jsonValue { $0.object(content) }
    }

    /// The one value that `content` writes.
    static func jsonValue(_ content: (inout JSONWriter) -> Void) -> Answer {
        var json = JSONWriter()
        content(&json)
        // Balances are out of date the moment they are written; no cache may keep one.
        return Answer(
            type: "application/json",
            headers: [("cache-control", "no-store")],
            body: json.bytes
        )
    }

    static func problem(_ problem: Problem) -> Answer {
        var answer = json { json in
            json.member("type", problem.type)
            json.member("title", problem.title)
            json.member("status", problem.status)
            json.member("detail", problem.detail)
            if let code = problem.code { json.member("code", code) }
            if let parameter = problem.parameter { json.member("parameter", parameter) }
            guard !problem.reasons.isEmpty else { return }
            json.arrayMember("reasons") { for reason in problem.reasons { $0.string(reason) } }
        }
        answer.status = problem.status
        answer.type = "application/problem+json"
        if !problem.allow.isEmpty {
            answer.headers.append(("allow", problem.allow.joined(separator: ", ")))
        }
        answer.headers += problem.challenges.map { ("www-authenticate", $0) }
        return answer
    }
}
