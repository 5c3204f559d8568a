import Testing

@testable import QueryAPI

/// What is true of every answer, whatever it says.
struct AnswerTests {
    private let api = makeAPI(.withGrant("acme"))

    @Test func aliveIsWhatAnswers() async {
        let answer = await api.get("/healthz")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"alive","version":"1.2.3"}"#)
    }

    @Test func aReadyWorkerIsReady() async {
        let answer = await api.get("/readyz")
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"ready"}"#)
    }

    @Test func aWorkerThatIsNotReadySaysWhy() async {
        let status = FixedStatus(reasons: ["No partition is assigned.", "The disk is full."])
        let answer = await makeAPI(FixedReader([]), status: status).get("/readyz")
        #expect(answer.status == 503)
        #expect(
            answer.text == """
                {"type":"not-ready","title":"Not ready","status":503,\
                "detail":"No partition is assigned. The disk is full.",\
                "reasons":["No partition is assigned.","The disk is full."]}
                """
        )
    }

    @Test(arguments: [
        "/nothing", "/v1", "/v1/customers/", "/v1/customers/acme", "/v1/customers//balance",
        "/v1/customers/acme/balance/", "/v1/usage/", "//", "/HEALTHZ",
    ])
    func aPathThatIsNotThereIsAProblem(target: String) async {
        let answer = await api.get(target)
        #expect(answer.status == 404)
        #expect(answer[header: "content-type"] == "application/problem+json")
        #expect(answer.values(of: "type") == [#""path-not-found""#])
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "get"])
    func aMethodThatAPathDoesNotKnowIsToldWhichItKnows(method: String) async {
        let answer = await api.answer(APIRequest(method, "/v1/customers"))
        #expect(answer.status == 405)
        #expect(answer[header: "allow"] == "GET, HEAD")
        #expect(answer[header: "content-type"] == "application/problem+json")
    }

    @Test func aTargetMayNameTheServer() async {
        #expect(await api.get("http://localhost:8080/healthz").status == 200)
        #expect(await api.get("http://localhost").status == 200)
    }

    @Test(arguments: ["", "*", "healthz", "ftp://x/healthz"])
    func aTargetThatIsNoPathIsAProblem(target: String) async {
        #expect(await api.get(target).status == 400)
    }

    @Test func anEndlessTargetIsRefused() async {
        let answer = await api.get("/v1/customers?q=" + String(repeating: "a", count: 8192))
        #expect(answer.status == 414)
    }

    @Test func aLargeBodyIsRefused() async {
        var request = APIRequest("GET", "/healthz")
        request.bodyLength = 65_537
        let answer = await api.answer(request)
        #expect(answer.status == 413)
        #expect(answer.values(of: "code") == [#""too_large""#])
    }

    @Test(arguments: [
        ("127.0.0.1:8080", 200), ("localhost", 200), ("LOCALHOST:1", 200), ("[::1]:8080", 200),
        ("127.9.8.7", 200), ("", 200), ("evil.example", 421), ("127.0.0.1.evil.example", 421),
        ("127.0.0.256", 421), ("[::2]", 421), ("[::1].evil.example", 421), ("10.0.0.1:80", 421),
        ("localhost:80:evil", 421), ("127.0.0.", 421), ("[::1", 421),
    ])
    func onlyThisMachineIsAnswered(host: String, status: Int) async {
        var request = APIRequest("GET", "/healthz")
        request.host = host
        let answer = await api.answer(request)
        #expect(answer.status == status)
    }

    @Test(arguments: ["/", "/healthz", "/v1/customers", "/nothing", "/v1/customers?limit=0"])
    func everyAnswerTellsTheBrowserWhatNotToDo(target: String) async {
        let answer = await api.get(target)
        #expect(answer[header: "x-content-type-options"] == "nosniff")
        #expect(answer[header: "cross-origin-resource-policy"] == "same-origin")
        #expect(answer[header: "content-security-policy"]?.contains("default-src 'none'") == true)
    }

    @Test(arguments: [
        ("127.0.0.1", 0, true), ("localhost", 65_535, true), ("::1", 8080, true),
        ("0.0.0.0", 8080, false), ("example.com", 80, false), ("127.0.0.1", 65_536, false),
        ("127.0.0.1", -1, false), ("", 80, false),
    ])
    func theAPIListensOnThisMachineOnly(host: String, port: Int, isAllowed: Bool) {
        let configuration = try? APIConfiguration(host: host, port: port)
        #expect((configuration != nil) == isAllowed)
    }
}
