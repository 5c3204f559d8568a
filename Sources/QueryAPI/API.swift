import Credits
import LedgerStore
import Logging

/// The HTTP API without HTTP: a request's method and target in, an answer out.
///
/// Every answer comes from here, so that what is true of all of them (problems, security headers) is said once and tested without a socket.
struct API: Sendable {
    let reader: any LedgerReader
    let status: any WorkerStatus
    /// Takes commands; nil: none are taken.
    let submitter: (any CommandSubmitter)?
    let intake: CommandIntake
    let rates: RateBook
    /// Of accounts that have no policy of their own.
    let overdraft: OverdraftPolicy
    let rollups = UsageRollups()
    let lowAccounts = LowAccounts()
    let streams = LiveStreams()
    let version: String
    /// Who may do what; nil: whoever reaches this may do everything.
    let tokens: AccessTokens?
    /// Bytes in the body of a command, at most.
    let bodyLimit: Int
    let logger: Logger
    /// The wall clock: what has expired is not available, though it is still in the ledger.
    let now: @Sendable () -> Timestamp

    /// Bytes in a request's target, at most.
    ///
    /// The longest that names anything has an id and a source of 256 bytes each, percent-encoded.
    static let targetLimit = 8192
    /// Bytes in the body of a call that takes none; what is sent all the same is dropped.
    static let unusedBodyLimit = 65_536

    /// Answers a request.
    ///
    /// - Parameter request: what was asked.
    /// - Returns: the answer; there is always one.
    func answer(_ request: APIRequest) async -> Answer {
        var answer: Answer
        do {
            try admit(request)
            answer = try await route(request)
        } catch let problem as Problem {
            answer = .problem(problem)
        } catch {
            logger.error(
                "Could not answer",
                metadata: ["http.method": "\(request.method)", "error": "\(error)"]
            )
            answer = .problem(.storeFailed())
        }
        answer.headers += Self.securityHeaders
        let isPage = answer.type.hasPrefix("text/html")
        answer.headers.append(("content-security-policy", isPage ? Self.pagePolicy : Self.policy))
        return answer
    }

    private func admit(_ request: APIRequest) throws(Problem) {
        guard request.target.utf8.count <= Self.targetLimit else {
            throw .targetTooLong(limit: Self.targetLimit)
        }
        let limit = request.isQuestion ? Self.unusedBodyLimit : bodyLimit
        guard max(request.bodyLength, request.body.count) <= limit else {
            throw .bodyTooLarge(limit: limit)
        }
        // A page of another site whose name was rebound to 127.0.0.1 would read every balance. It
        // cannot know a token.
        if tokens == nil, let host = request.host, !host.isEmpty,
            !LoopbackHost.isNamed(byAuthority: host)
        {
            throw .foreignHost(host)
        }
    }

    /// Whether a request's body is worth reading: that of a call which takes one, by somebody who may
    /// make it.
    ///
    /// Else whoever reaches this could fill its memory.
    func takesBody(_ request: APIRequest) -> Bool {
        guard !request.isQuestion, let target = RequestTarget(request.target),
            (try? admit(request)) != nil
        else { return false }
        return Route.all.contains { route in
            route.method == request.method && route.match(target.segments) != nil
                && (try? authorize(request, for: route)) != nil
        }
    }

    private func route(_ request: APIRequest) async throws -> Answer {
        guard let target = RequestTarget(request.target) else { throw Problem.malformedTarget() }
        var methods: [String] = []
        for route in Route.all {
            guard let captured = route.match(target.segments) else { continue }
            let allowed = route.method == "GET" ? ["GET", "HEAD"] : [route.method]
            guard allowed.contains(request.method) else {
                methods += allowed
                continue
            }
            do {
                try authorize(request, for: route)
                let call = Call(target: target, captured: captured, request: request)
                return try await route.handler(self, call)
            } catch let problem as Problem where route.isPage {
                return Page.problem(problem)
            }
        }
        guard methods.isEmpty else { throw Problem.wrongMethod(request.method, allow: methods) }
        throw Problem.unknownPath()
    }

    /// Before anything is read or looked up: who may not ask learns nothing from the answer.
    private func authorize(_ request: APIRequest, for route: Route) throws(Problem) {
        guard let tokens, let needed = route.scope else { return }
        let token = Credentials.token(in: request.authorization, isQuestion: request.isQuestion)
        guard let scope = tokens.scope(of: token ?? "") else {
            throw .unauthorized(isPage: route.isPage)
        }
        guard scope >= needed else { throw .forbidden(needed) }
    }

    private static let policy =
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    /// What a page needs, from this server alone, and nothing that stands in the page itself.
    private static let pagePolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

    private static let securityHeaders: [(name: String, value: String)] = [
        ("x-content-type-options", "nosniff"),
        // Nothing here is for other sites to embed, run or frame.
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
    ]
}
