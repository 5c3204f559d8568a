/// An answer, before HTTP frames it.
struct Answer: Equatable, Sendable {
    var status = 200
    /// Names in lower case.
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    static func == (left: Answer, right: Answer) -> Bool {
        left.status == right.status && left.body == right.body
            && left.headers.elementsEqual(right.headers, by: ==)
    }

    init(status: Int = 200, type: String, headers: [(String, String)] = [], body: [UInt8]) {
        self.status = status
        self.headers = [("content-type", type)] + headers.map { (name: $0.0, value: $0.1) }
        self.body = body
    }

    /// An object with the members that `content` writes.
    static func json(_ content: (inout JSONText) -> Void) -> Answer {
        jsonValue { $0.object(content) }
    }

    /// The one value that `content` writes.
    static func jsonValue(_ content: (inout JSONText) -> Void) -> Answer {
        var json = JSONText()
        content(&json)
        // Balances are out of date the moment they are written; no cache may keep one.
        return Answer(
            type: "application/json", headers: [("cache-control", "no-store")], body: json.bytes)
    }

    init(_ problem: Problem) {
        var headers = [("cache-control", "no-store")]
        if !problem.allow.isEmpty {
            headers.append(("allow", problem.allow.joined(separator: ", ")))
        }
        self.init(
            status: problem.status, type: "application/problem+json", headers: headers,
            body: JSONText.object { json in
                json.member("type", problem.type)
                json.member("title", problem.title)
                json.member("status", problem.status)
                json.member("detail", problem.detail)
                if let code = problem.code { json.member("code", code) }
                if let parameter = problem.parameter { json.member("parameter", parameter) }
                guard !problem.reasons.isEmpty else { return }
                json.key("reasons")
                json.array { for reason in problem.reasons { $0.value(reason) } }
            })
    }
}
