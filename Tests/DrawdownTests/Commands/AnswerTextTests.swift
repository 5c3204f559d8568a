import Foundation
import Testing

@testable import Drawdown

/// What people see of the API's answers.
struct AnswerTextTests {
    private func decode<Answer: Decodable>(_ type: Answer.Type, _ json: String) throws -> Answer {
        let address = try APIAddress.resolve(flag: "http://h", variable: nil) { _ in nil }
        return try APIClient(address: address).decode(type, from: Data(json.utf8))
    }

    @Test func grantsAreATable() throws {
        let answer = try decode(
            GrantsAnswer.self,
            """
            {"grants":[{"grant_id":"g\\u001b1","credits":"100","remaining":"40.5","source":"top_up",
            "category":"paid","priority":50,"effective_at":"2026-11-01T00:00:00Z",
            "expires_at":null,"status":"active","cost_basis":null}],"next_cursor":"abc"}
            """
        )
        #expect(
            answer.text == """
                GRANT  STATUS  REMAINING   OF  SOURCE  PRIORITY  EXPIRES
                g\u{FFFD}1    active       40.5  100  top_up        50  never

                More: --cursor abc

                """
        )
        let none = try decode(GrantsAnswer.self, #"{"grants":[],"next_cursor":null}"#)
        #expect(none.text == "No grants.\n")
    }

    @Test func usageEndsWithItsSum() throws {
        let answer = try decode(
            UsageAnswer.self,
            """
            {"customer_id":"c","credit_type":"credits","from":"x","to":"y","interval":"day",
            "usage":[{"start":"2026-11-01T00:00:00Z","action":null,"events":2,"quantity":"3",
            "credits":"7"}],"total":{"events":2,"quantity":"3","credits":"7"},
            "as_of":{"sequence":9}}
            """
        )
        #expect(
            answer.text == """
                FROM                  EVENTS  QUANTITY  CREDITS  ACTION
                2026-11-01T00:00:00Z       2         3        7

                7 credits in 2 events

                """
        )
    }

    @Test func anOutcomeSaysWhetherItIsNew() throws {
        let entry = """
            {"sequence":1,"entry_type":"credits_granted","amount":"5","balance_after":"5",
            "usage_id":null,"command_id":"c1","action":null,"recorded_at":"2026-11-01T00:00:00Z"}
            """
        for (outcome, line) in [("applied", "Applied."), ("duplicate", "Applied before; ")] {
            let answer = try decode(
                OutcomeAnswer.self,
                #"{"outcome":"\#(outcome)","entries":[\#(entry)]}"#
            )
            #expect(answer.text.hasPrefix(line))
            #expect(answer.text.contains("credits_granted"))
        }
    }

    @Test func aDeadLetterIsShownAsTheAPIHasIt() throws {
        let json = """
            {"dead_letters":[{"code":"no_rate","field":"action","message":"expected a rate",
            "topic":"usage.events","partition":3,"offset":7,"timestamp":"t","recorded_at":"r",
            "key":null,"value":"{}","value_bytes":20009,"headers":[
            {"name":"h","value":"v","value_bytes":1},{"name":"long","value":"v","value_bytes":20007},
            {"name":"none","value":null,"value_bytes":0}]}],"next_cursor":null}
            """
        let answer = try decode(DeadLettersAnswer.self, json)
        let letter = try #require(answer.deadLetters.first)
        #expect(
            letter.text == """
                code      no_rate
                field     action
                reason    expected a rate
                input     usage.events 3 7
                sent      t
                recorded  r
                key       (none)
                header    h: v
                header    long: v (cut; 20007 bytes)
                header    none: (none)
                value     {} (cut; 20009 bytes)

                """
        )
        let shown = try #require(DeadLettersAnswer.json(ofLetter: 0, in: Data(json.utf8)))
        let members = try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any]
        #expect(members?.count == 12)
        #expect(members?["key"] is NSNull)
        #expect(members?["timestamp"] as? String == "t")
        #expect(DeadLettersAnswer.json(ofLetter: 1, in: Data(json.utf8)) == nil)
    }

    @Test func aQuestionThatIsNoneIsTheCommandLinesFault() throws {
        let address = try APIAddress.resolve(flag: "http://h", variable: nil) { _ in nil }
        let failure = APIClient(address: address).refusal(status: 400, body: Data())
        #expect(failure.exitCode == .usage)
    }

    @Test(arguments: [(401, true), (403, true), (429, false), (503, false)])
    func whoMayNotAskNeedNotAskAgain(status: Int, isFinal: Bool) throws {
        let address = try APIAddress.resolve(flag: "http://h", variable: nil) { _ in nil }
        let failure = APIClient(address: address).refusal(status: status, body: Data())
        #expect(failure.exitCode == .unavailable)
        #expect(failure.isFinal == isFinal)
    }

    @Test(arguments: [
        (402, true), (409, true), (422, true), (401, false), (403, false), (503, false),
    ])
    func aCommandThatIsRefusedIsTheDatasFault(status: Int, isTheDatas: Bool) throws {
        let address = try APIAddress.resolve(flag: "http://h", variable: nil) { _ in nil }
        let failure = APIClient(address: address).refusal(status: status, body: Data())
        #expect(failure.exitCode == (isTheDatas ? .data : .unavailable))
    }
}
