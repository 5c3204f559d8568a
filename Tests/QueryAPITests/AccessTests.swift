import Testing

@testable import QueryAPI

struct AccessTests {
    /// The SHA-256 of "reader" and of "writer".
    private static let text = """
        # who may ask
        read  3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30 a note

        write b93006774cbdd4b299389a03ac3d88c3a76b460d538795bc12718011a909fba5
        """

    private static func answer(
        _ target: String,
        _ authorization: String?
    ) async throws -> Answer {
        let reader = FixedReader([.withGrant("acme")])
        let api = makeAPI(reader, tokens: try AccessTokens(parsing: text))
        var request = APIRequest("GET", target)
        request.authorization = authorization
        request.host = "drawdown.example:8080"
        return await api.answer(request)
    }

    @Test(arguments: [
        "Bearer reader", "bearer  reader", "Bearer writer", "Basic eDpyZWFkZXI=",
        "basic OnJlYWRlcg==",
    ])
    func aTokenThatIsKnownMayAsk(authorization: String) async throws {
        #expect(try await Self.answer("/v1/customers", authorization).status == 200)
    }

    @Test(arguments: [
        nil, "", "Bearer", "Bearer ", "reader", "Bearer Reader", "Bearer reader ", "Digest reader",
        "Basic reader", "Basic cmVhZGVy", "Bearer 3d0941964aa3ebdcb00ccef58b1bb399",
    ])
    func withoutOneEveryRequestGetsTheSameAnswer(authorization: String?) async throws {
        let answer = try await Self.answer("/v1/customers/acme/balance", authorization)
        let other = try await Self.answer("/v1/customers/nobody/balance?credit_type=", nil)
        #expect(answer.status == 401)
        #expect(answer.body == other.body)
        #expect(answer[header: "www-authenticate"] == #"Bearer realm="drawdown""#)
    }

    @Test func onlyABodyThatIsTakenIsReadAndOnlyOfWhoMaySendIt() throws {
        let reader = FixedReader([.withGrant("acme")])
        let api = makeAPI(reader, tokens: try AccessTokens(parsing: Self.text))
        func takes(_ method: String, _ target: String, _ token: String?, length: Int = 10) -> Bool {
            var request = APIRequest(method, target)
            request.authorization = token.map { "Bearer \($0)" }
            request.bodyLength = length
            return api.takesBody(request)
        }
        #expect(takes("POST", "/v1/commands", "writer"))
        #expect(!takes("POST", "/v1/commands", "reader"))
        #expect(!takes("POST", "/v1/commands", nil))
        #expect(!takes("POST", "/v1/nothing", "writer"))
        #expect(!takes("GET", "/v1/customers", "writer"))
        #expect(!takes("POST", "/v1/commands", "writer", length: 1_000_000))
    }

    @Test func aPageAsksTheBrowserForAToken() async throws {
        let answer = try await Self.answer("/", nil)
        #expect(answer.status == 401)
        #expect(
            answer.headers.contains {
                $0.name == "www-authenticate" && $0.value.hasPrefix("Basic")
            }
        )
    }

    @Test(arguments: ["/healthz", "/readyz", "/openapi.yaml"])
    func probesNeedNoToken(target: String) async throws {
        #expect(try await Self.answer(target, nil).status == 200)
    }

    @Test func whatABrowserRemembersDoesNotSendCommands() {
        #expect(Credentials.token(in: "Basic OnJlYWRlcg==", isQuestion: true) == "reader")
        #expect(Credentials.token(in: "Basic OnJlYWRlcg==", isQuestion: false) == nil)
        #expect(Credentials.token(in: "Bearer reader", isQuestion: false) == "reader")
    }

    @Test func writingIncludesReading() throws {
        let tokens = try AccessTokens(parsing: Self.text)
        #expect(tokens.scope(of: "reader") == .read)
        #expect(tokens.scope(of: "writer") == .write)
        #expect(AccessScope.read < .write)
    }

    @Test func aTokenThatIsListedTwiceMayDoTheGreater() throws {
        let read = Self.text.split(separator: "\n")[1].split(separator: " ")[1]
        let tokens = try AccessTokens(parsing: "write \(read)\nread \(read)")
        #expect(tokens.scope(of: "reader") == .write)
    }

    @Test func anAddressOfOthersNeedsTokens() throws {
        let tokens = try AccessTokens(parsing: Self.text)
        #expect(throws: APIConfigurationError.self) {
            try APIConfiguration(host: "0.0.0.0", port: 80)
        }
        let open = try APIConfiguration(host: "0.0.0.0", port: 80, tokens: tokens)
        #expect(open.host == "0.0.0.0")
    }
}
