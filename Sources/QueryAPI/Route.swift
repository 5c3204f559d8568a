/// A call that the API knows.
struct Route: Sendable {
    typealias Handler = @Sendable (API, Call) async throws -> Answer

    let method: String
    /// The path as the OpenAPI document writes it, such as `/v1/customers/{customer_id}/balance`.
    let pattern: String
    /// What a caller must be allowed to; nil: everyone may ask.
    let scope: AccessScope?
    /// Whether a browser shows the answer to a person.
    let isPage: Bool
    let handler: Handler
    private let segments: [Substring]

    init(
        _ method: String,
        _ pattern: String,
        scope: AccessScope? = .read,
        isPage: Bool = false,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.scope = scope
        self.isPage = isPage
        self.handler = handler
        segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The path's parameters by name, still encoded; nil where the path is another one.
    func match(_ path: [Substring]) -> [String: Substring]? {
        guard path.count == segments.count else { return nil }
        var captured: [String: Substring] = [:]
        for (segment, part) in zip(segments, path) {
            if segment.first == "{" {
                guard !part.isEmpty else { return nil }
                captured[String(segment.dropFirst().dropLast())] = part
            } else if segment != part {
                return nil
            }
        }
        return captured
    }
}

extension Route {
    /// Everything that is answered.
    static let all = calls + pages

    /// The pages, and what they are made of; for browsers and not for programs.
    static let pages: [Route] = [
        Route("GET", "/", isPage: true) { api, _ in await api.overviewPage() },
        Route("GET", "/customers", isPage: true) { api, call in try api.customersPage(call) },
        Route("GET", "/customers/{customer_id}", isPage: true) { api, call in
            try await api.customerPage(call)
        },
        Route("GET", "/usage", isPage: true) { api, call in try await api.usagePage(call) },
        Route("GET", "/dead-letters", isPage: true) { api, call in
            try await api.deadLettersPage(call)
        },
        Route("GET", "/events") { api, _ in try api.events() },
        Route("GET", "/assets/style.css", scope: nil) { _, _ in
            Assets.answer("text/css; charset=utf-8", Assets.style)
        },
        Route("GET", "/assets/app.js", scope: nil) { _, _ in
            Assets.answer("text/javascript; charset=utf-8", Assets.script)
        },
        Route("GET", "/assets/icon.svg", scope: nil) { _, _ in
            Assets.answer("image/svg+xml", Assets.icon)
        },
    ]

    /// The API; the OpenAPI document describes exactly these.
    static let calls: [Route] = [
        Route("GET", "/openapi.yaml", scope: nil) { api, _ in api.document() },
        // Probes have no tokens.
        Route("GET", "/healthz", scope: nil) { api, _ in api.health() },
        Route("GET", "/readyz", scope: nil) { api, _ in try api.readiness() },
        Route("GET", "/metrics") { api, _ in await api.metrics() },
        Route("GET", "/v1/customers") { api, call in try await api.customers(call) },
        Route("GET", "/v1/customers/{customer_id}/balance") { api, call in
            try await api.balance(call)
        },
        Route("GET", "/v1/customers/{customer_id}/entries") { api, call in
            try api.entries(call)
        },
        Route("GET", "/v1/customers/{customer_id}/grants") { api, call in
            try api.grants(call)
        },
        Route("GET", "/v1/customers/{customer_id}/usage") { api, call in
            try await api.usageRollup(call)
        },
        Route("GET", "/v1/customers/{customer_id}/entitlement") { api, call in
            try api.entitlement(call)
        },
        Route("GET", "/v1/usage/{usage_id}") { api, call in try api.usage(call) },
        Route("POST", "/v1/commands", scope: .write) { api, call in
            try await api.submitCommand(call)
        },
        Route("GET", "/v1/dead-letters") { api, call in try await api.deadLetters(call) },
    ]
}
