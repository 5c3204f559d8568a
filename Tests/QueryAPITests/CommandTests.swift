import Credits
import LedgerStore
import Synchronization
import Testing

@testable import QueryAPI

/// A topic whose worker answers what a test decides.
private final class FixedSubmitter: CommandSubmitter {
    struct Published: Equatable {
        let key: String
        let value: String
        let wait: Duration
    }

    private let submission: Submission
    private let taken = Mutex<[Published]>([])
    var published: [Published] { taken.withLock { $0 } }

    init(_ submission: Submission) {
        self.submission = submission
    }

    func submit(key: [UInt8], value: [UInt8], wait: Duration) async -> Submission {
        let published = Published(
            key: String(decoding: key, as: UTF8.self),
            value: String(decoding: value, as: UTF8.self),
            wait: wait
        )
        taken.withLock { $0.append(published) }
        return submission
    }
}

struct CommandTests {
    private static let grant = """
        {"command_id":"c1","type":"grant","customer_id":"acme","credits":"5"}
        """

    private static func post(
        _ body: String,
        query: String = "",
        key: String? = nil,
        contentType: String? = "application/json",
        _ submitter: FixedSubmitter?,
        _ ledger: FixedLedger = .withGrant("acme")
    ) async -> Answer {
        var request = APIRequest("POST", "/v1/commands" + query)
        request.body = Array(body.utf8)
        request.contentType = contentType
        request.idempotencyKey = key
        let answer = await makeAPI(FixedReader([ledger]), submitter: submitter).answer(request)
        Emitted.note(answer, to: "/v1/commands")
        return answer
    }

    @Test func aCommandIsPublishedAsItIsUnderItsCustomer() async {
        let submitter = FixedSubmitter(.pending)
        let answer = await Self.post(Self.grant, query: "?wait=0.25", submitter)
        #expect(
            submitter.published == [
                .init(key: "acme", value: Self.grant, wait: .milliseconds(250))
            ]
        )
        Emitted.note(command: Self.grant)
        #expect(answer.status == 202)
        #expect(answer.text == #"{"outcome":"pending","command_id":"c1"}"#)
    }

    @Test func itsOutcomeIsWhatItsCommitHolds() async throws {
        let ledger = FixedLedger.withGrant("acme")
        let record = try #require(ledger.records.first)
        let submitter = FixedSubmitter(.applied([record.entry], record.sealed))
        let answer = await Self.post(Self.grant, submitter, ledger)
        #expect(answer.status == 200)
        #expect(answer.text.hasPrefix(#"{"outcome":"applied","entries":[{"customer_id":"acme","#))
        #expect(answer.values(of: "grant_id") == [#""g1""#])
    }

    @Test func aCommandThatWasAppliedBeforeShowsWhatItDid() async {
        let body = """
            {"command_id":"cmd-g1","type":"grant","customer_id":"acme","credits":"100"}
            """
        let answer = await Self.post(body, FixedSubmitter(.duplicate))
        #expect(answer.status == 200)
        #expect(answer.text.hasPrefix(#"{"outcome":"duplicate","entries":[{"#))
        #expect(answer.values(of: "command_id") == [#""cmd-g1""#])
    }

    @Test(arguments: [
        (RefusalCode.insufficientCredits, 402), (.commandIDConflict, 409), (.tooLarge, 413),
        (.unknownGrant, 422), (.noRate, 422), (.outOfRange, 422),
    ])
    func aRefusalIsAProblemWithItsCode(code: RefusalCode, status: Int) async {
        let refusal = Refusal(code, field: "credits", message: "expected less")
        let answer = await Self.post(Self.grant, FixedSubmitter(.refused(refusal)))
        #expect(answer.status == status)
        #expect(answer.values(of: "code") == ["\"\(code.name)\""])
        #expect(answer.values(of: "parameter") == [#""credits""#])
    }

    @Test(arguments: [
        ("", "invalid_json"), ("[]", "invalid_json"), ("{", "invalid_json"),
        ("{}", "missing_field"),
        (#"{"command_id":"c1","type":"grant","credits":1}"#, "missing_field"),
        (#"{"command_id":"c1","type":"gift","customer_id":"acme"}"#, "unknown_type"),
        (
            #"{"command_id":"c1","type":"grant","customer_id":"acme","credits":-1}"#,
            "invalid_field"
        ),
    ])
    func whatIsMalformedIsNotPublished(body: String, code: String) async {
        let submitter = FixedSubmitter(.pending)
        let answer = await Self.post(body, submitter)
        #expect(answer.status == 422)
        #expect(answer.values(of: "code") == ["\"\(code)\""])
        #expect(submitter.published.isEmpty)
    }

    @Test(arguments: [
        #"{"type":"release","customer_id":"acme","hold_id":"h"}"#,
        " {\n\"type\":\"release\",\"customer_id\":\"acme\",\"hold_id\":\"h\"}",
        #"{"command_id":null,"type":"release","customer_id":"acme","hold_id":"h"}"#,
        #"{"type":"release","customer_id":"acme","hold_id":"h","command\u005fid" : null }"#,
    ])
    func theIdempotencyKeyStandsInForTheCommandID(body: String) async throws {
        let submitter = FixedSubmitter(.pending)
        let answer = await Self.post(body, key: #"k"1"#, submitter)
        #expect(answer.status == 202)
        #expect(answer.values(of: "command_id") == [#""k\"1""#])
        let value = try #require(submitter.published.first?.value)
        #expect(value.contains(#""k\"1""#))
        #expect(!value.contains("null"))
    }

    @Test func twoIdsThatDifferAreRefused() async {
        let submitter = FixedSubmitter(.pending)
        let answer = await Self.post(Self.grant, key: "c2", submitter)
        #expect(answer.status == 422)
        #expect(answer.values(of: "parameter") == [#""Idempotency-Key""#])
        #expect(await Self.post(Self.grant, key: "c1", submitter).status == 202)
    }

    @Test(arguments: [nil, "", "text/plain", "application/x-www-form-urlencoded"])
    func whatAnotherSitesPageCanSendIsRefused(contentType: String?) async {
        let submitter = FixedSubmitter(.pending)
        let answer = await Self.post(Self.grant, contentType: contentType, submitter)
        #expect(answer.status == 415)
        #expect(submitter.published.isEmpty)
    }

    @Test(arguments: ["-1", "5.1", "x", "", "PT1S"])
    func theWaitHasABound(wait: String) async {
        let answer = await Self.post(Self.grant, query: "?wait=\(wait)", FixedSubmitter(.pending))
        #expect(answer.status == 422)
        #expect(answer.values(of: "parameter") == [#""wait""#])
    }

    @Test func whereNothingIsKnownTheAnswerSaysSo() async {
        let unknown = await Self.post(Self.grant, FixedSubmitter(.unknown("Kafka is gone")))
        #expect(unknown.status == 503)
        #expect(unknown.text.contains("Kafka is gone; whether the command will be applied"))
        #expect(await Self.post(Self.grant, nil).status == 503)
    }

    @Test func aBodyBeyondTheLimitIsTooLarge() async {
        let body = String(repeating: " ", count: 1001)
        #expect(await Self.post(body, FixedSubmitter(.pending)).status == 413)
    }

    @Test func askingIsNotEnoughToSend() async throws {
        let hash = "3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30"
        let tokens = try AccessTokens(parsing: "read \(hash)")
        var request = APIRequest("POST", "/v1/commands")
        request.authorization = "Bearer reader"
        let answer = await makeAPI(FixedReader([]), tokens: tokens).answer(request)
        #expect(answer.status == 403)
    }
}
