import ArgumentParser
import Testing
import UsageCodec

@testable import Drawdown

@Suite struct SettingOptionTests {
    private func json(_ arguments: [String]) throws -> String {
        let line = ["configure", "c"] + arguments
        let command = try #require(try Drawdown.parseAsRoot(line) as? ConfigureCommand)
        var json = JSONWriter()
        json.object { json in
            command.writeRules(to: &json)
            command.writeSettings(to: &json)
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }

    @Test func aRuleIsTheCommandsOwnJSON() throws {
        let rule = "threshold=10,credits=500,max_per.period=P30D,max_per.count=5,answer_within=PT2H"
        #expect(
            try json(["--auto-top-up", rule]) == #"""
                {"auto_top_up":{"threshold":"10","credits":"500","answer_within":"PT2H",\#
                "max_per":{"period":"P30D","count":5}}}
                """#
        )
        #expect(try json(["--auto-top-up", "none"]) == #"{"auto_top_up":null}"#)
    }

    @Test func recurringRulesAreTheNewList() throws {
        let line = [
            "--recurring", "schedule_id=plan,credits=1000,every=P1M,rollover.max_percent=50",
            "--recurring", "schedule_id=gift,credits=1,every=P1D,expires=null",
        ]
        #expect(
            try json(line) == #"""
                {"recurring":[{"schedule_id":"plan","credits":"1000","every":"P1M",\#
                "rollover":{"max_percent":"50"}},\#
                {"schedule_id":"gift","credits":"1","every":"P1D","expires":null}]}
                """#
        )
        #expect(try json(["--recurring", "none"]) == #"{"recurring":[]}"#)
    }

    @Test(arguments: [
        "", "threshold", "limit=5", "credits=1,credits=2", "max_per.count=many", "credits=1,",
        "max_per=5",
    ])
    func isNoRule(_ text: String) {
        #expect(SettingOption(text, SettingOption.autoTopUp) == nil)
        #expect(throws: (any Error).self) { try json(["--auto-top-up", text]) }
    }

    @Test func noRecurringRuleStandsBesideNone() {
        let rule = "schedule_id=gift,credits=1,every=P1D"
        #expect(throws: (any Error).self) {
            try json(["--recurring", "none", "--recurring", rule])
        }
    }

    @Test(
        "settings are sent as they were given",
        arguments: [
            "{}", #"{"overdraft": null}"#, #"{"overdraft": {"limit": 12345678901234567.1}}"#,
            // For the API to refuse.
            #"{"overdraft": "record", "overdraft": "refuse"}"#,
        ]
    )
    func areSentAsGiven(_ settings: String) throws {
        #expect(try json(["--settings", settings]) == settings)
        #expect(try json(["--settings", " \(settings)\n"]) == settings)
    }

    @Test func settingsStandBehindWhatFlagsSay() throws {
        let settings = #"{"overdraft":"refuse","thresholds":[]}"#
        #expect(
            try json(["--recurring", "none", "--settings", settings])
                == #"{"recurring":[],"overdraft":"refuse","thresholds":[]}"#
        )
    }

    @Test(arguments: ["", "{", "[]", "null", "{} {}", "{},{}", #"{"overdraft"}"#, "{}}"])
    func areNoSettings(_ text: String) {
        #expect(throws: (any Error).self) { try json(["--settings", text]) }
    }
}
