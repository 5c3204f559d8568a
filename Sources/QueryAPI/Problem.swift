/// An answer that is an error, as RFC 9457 writes it.
struct Problem: Error, Equatable, Sendable {
    var type: String
    var title: String
    var status: Int
    var detail: String
    /// The code of contract §2.6, where one fits.
    var code: String?
    /// The parameter at fault.
    var parameter: String?
    /// Why the worker is not ready.
    var reasons: [String] = []
    /// The methods that a path knows.
    var allow: [String] = []
    /// How to say who one is.
    var challenges: [String] = []

    /// A parameter that is not what it must be.
    static func invalid(_ parameter: String, _ constraint: String, got value: String) -> Problem {
        Problem(
            type: "invalid-parameter",
            title: "Invalid parameter",
            status: 422,
            detail: "expected \(parameter) \(constraint), got: \(shortened(value))",
            code: "invalid_field",
            parameter: parameter
        )
    }

    static func unknownCustomer(_ customerID: String, creditType: String) -> Problem {
        Problem(
            type: "customer-not-found",
            title: "No such customer",
            status: 404,
            detail: "expected a customer with an entry in \(shortened(creditType)), "
                + "got: \(shortened(customerID))"
        )
    }

    static func unknownUsage(_ usageID: String, source: String) -> Problem {
        let place = source.isEmpty ? "the empty source" : "source \(shortened(source))"
        return Problem(
            type: "usage-not-found",
            title: "No such usage",
            status: 404,
            detail: "expected usage that was applied from \(place), got: \(shortened(usageID))"
        )
    }

    static func unknownPath() -> Problem {
        Problem(
            type: "path-not-found",
            title: "No such path",
            status: 404,
            detail: "expected a path that GET /openapi.yaml lists"
        )
    }

    static func wrongMethod(_ method: String, allow: [String]) -> Problem {
        Problem(
            type: "method-not-allowed",
            title: "Method not allowed",
            status: 405,
            detail: "expected the method to be \(allow.joined(separator: " or ")), "
                + "got: \(shortened(method))",
            allow: allow
        )
    }

    /// The same for no token, an unknown one, and one of another form.
    static func unauthorized(isPage: Bool) -> Problem {
        Problem(
            type: "unauthorized",
            title: "Unauthorized",
            status: 401,
            detail: "expected Authorization: Bearer and a token that is known",
            challenges: [#"Bearer realm="drawdown""#]
                + (isPage ? [#"Basic realm="drawdown", charset="UTF-8""#] : [])
        )
    }

    static func forbidden(_ needed: AccessScope) -> Problem {
        Problem(
            type: "forbidden",
            title: "Forbidden",
            status: 403,
            detail: "expected a token with the scope \(needed.rawValue)"
        )
    }

    static func notReady(_ reasons: [String]) -> Problem {
        Problem(
            type: "not-ready",
            title: "Not ready",
            status: 503,
            detail: reasons.joined(separator: " "),
            reasons: reasons
        )
    }

    static func malformedTarget() -> Problem {
        Problem(
            type: "malformed-request",
            title: "Malformed request",
            status: 400,
            detail: "expected the request target to be a path"
        )
    }

    static func targetTooLong(limit: Int) -> Problem {
        Problem(
            type: "target-too-long",
            title: "Request target too long",
            status: 414,
            detail: "expected the request target to be at most \(limit) bytes"
        )
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            type: "body-too-large",
            title: "Body too large",
            status: 413,
            detail: "expected the body to be at most \(limit) bytes",
            code: "too_large"
        )
    }

    static func foreignHost(_ host: String) -> Problem {
        Problem(
            type: "foreign-host",
            title: "Misdirected request",
            status: 421,
            detail: "expected Host to be an address of this machine, got: \(shortened(host))"
        )
    }

    /// What went wrong is logged; it may name paths that are nobody's business outside.
    static func storeFailed() -> Problem {
        Problem(
            type: "store-failed",
            title: "The store could not be read",
            status: 500,
            detail: "the log says why"
        )
    }

    /// At most 64 characters, so that an answer never echoes a page of somebody's text.
    static func shortened(_ text: String) -> String {
        text.count <= 64 ? text : text.prefix(64) + "…"
    }
}
