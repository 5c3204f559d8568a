import Credits
import LedgerStore
import Logging

/// The HTTP API without HTTP: a request's method and target in, an answer out.
///
/// Every answer comes from here, so that what is true of all of them (problems, security headers) is said once and tested without a socket.
struct API: Sendable {
    let reader: any LedgerReader
    let status: any WorkerStatus
    let rates: RateBook
    let version: String
    let logger: Logger
    /// The wall clock: what has expired is not available, though it is still in the ledger.
    let now: @Sendable () -> Timestamp

    /// Bytes in a request's target, at most.
    ///
    /// The longest that names anything has an id and a source of 256 bytes each, percent-encoded.
    static let targetLimit = 8192
    /// Bytes in a body, at most; no call takes one, so what is sent all the same is dropped.
    static let bodyLimit = 65_536

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - method: in capitals.
    ///   - target: as it was sent, such as `/v1/customers?limit=10`.
    ///   - host: the authority that the client meant to reach; nil where it named none.
    ///   - bodyLength: the length of the body that it announced, in bytes.
    /// - Returns: the answer; there is always one.
    func answer(
        method: String,
        target: String,
        host: String? = nil,
        bodyLength: Int = 0
    ) async -> Answer {
        var answer: Answer
        do {
            try Self.admit(target: target, host: host, bodyLength: bodyLength)
            answer = try await route(method: method, target: target)
        } catch let problem as Problem {
            answer = .problem(problem)
        } catch {
            logger.error(
                "Could not answer",
                metadata: ["http.method": "\(method)", "error": "\(error)"]
            )
            answer = .problem(.storeFailed())
        }
        answer.headers += Self.securityHeaders
        return answer
    }

    private static func admit(target: String, host: String?, bodyLength: Int) throws(Problem) {
        guard target.utf8.count <= targetLimit else { throw .targetTooLong(limit: targetLimit) }
        guard bodyLength <= bodyLimit else { throw .bodyTooLarge(limit: bodyLimit) }
        // A page of another site whose name was rebound to 127.0.0.1 would read every balance.
        if let host, !host.isEmpty, !LoopbackHost.isNamed(byAuthority: host) {
            throw .foreignHost(host)
        }
    }

    private func route(method: String, target text: String) async throws -> Answer {
        guard let target = RequestTarget(text) else { throw Problem.malformedTarget() }
        var methods: [String] = []
        for route in Route.all {
            guard let captured = route.match(target.segments) else { continue }
            let allowed = route.method == "GET" ? ["GET", "HEAD"] : [route.method]
            guard allowed.contains(method) else {
                methods += allowed
                continue
            }
            return try await route.handler(self, Call(target: target, captured: captured))
        }
        guard methods.isEmpty else { throw Problem.wrongMethod(method, allow: methods) }
        throw Problem.unknownPath()
    }

    private static let securityHeaders: [(name: String, value: String)] = [
        ("x-content-type-options", "nosniff"),
        // Nothing here is for other sites to embed, run or frame.
        ("cross-origin-resource-policy", "same-origin"),
        (
            "content-security-policy",
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        ("referrer-policy", "no-referrer"),
    ]
}
