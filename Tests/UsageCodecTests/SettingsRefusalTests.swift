import Credits
import Testing
import UsageCodec

/// Every way in which the settings `auto_top_up` and `recurring` can be wrong.
@Suite struct SettingsRefusalTests {
    private static let topUp = #""threshold":10,"credits":5"#
    private static let rule = #""schedule_id":"s","credits":5,"every":"P1M""#

    @Test(arguments: [
        ("[]", "invalid_field", ""), ("true", "invalid_field", ""),
        ("\"off\"", "invalid_field", ""),
        ("{}", "missing_field", ".threshold"),
        (#"{"credits":5}"#, "missing_field", ".threshold"),
        (#"{"threshold":null,"credits":5}"#, "missing_field", ".threshold"),
        (#"{"threshold":"low","credits":5}"#, "invalid_field", ".threshold"),
        (#"{"threshold":1e26,"credits":5}"#, "out_of_range", ".threshold"),
        (#"{"threshold":10}"#, "missing_field", ".credits"),
        (#"{"threshold":10,"credits":0}"#, "invalid_field", ".credits"),
        (#"{"threshold":10,"credits":-5}"#, "invalid_field", ".credits"),
        ("{\(topUp),\"answer_within\":\"PT0S\"}", "invalid_field", ".answer_within"),
        ("{\(topUp),\"answer_within\":60}", "invalid_field", ".answer_within"),
        (
            "{\(topUp),\"max_per\":{\"period\":\"PT0.999999S\",\"count\":1}}", "invalid_field",
            ".max_per.period"
        ),
        ("{\(topUp),\"max_per\":5}", "invalid_field", ".max_per"),
        ("{\(topUp),\"max_per\":{\"count\":1}}", "missing_field", ".max_per.period"),
        (
            "{\(topUp),\"max_per\":{\"period\":\"PT0S\",\"count\":1}}", "invalid_field",
            ".max_per.period"
        ),
        ("{\(topUp),\"max_per\":{\"period\":\"P1D\"}}", "missing_field", ".max_per.count"),
        (
            "{\(topUp),\"max_per\":{\"period\":\"P1D\",\"count\":0}}", "invalid_field",
            ".max_per.count"
        ),
        (
            "{\(topUp),\"max_per\":{\"period\":\"P1D\",\"count\":1.5}}", "invalid_field",
            ".max_per.count"
        ),
        (
            "{\(topUp),\"max_per\":{\"period\":\"P1D\",\"count\":\"1\"}}", "invalid_field",
            ".max_per.count"
        ),
        (
            "{\(topUp),\"max_per\":{\"period\":\"P1D\",\"count\":1e25}}", "invalid_field",
            ".max_per.count"
        ),
        (
            "{\(topUp),\"max_per\":{\"period\":\"P1D\",\"credits\":0}}", "invalid_field",
            ".max_per.credits"
        ),
    ])
    func aWrongTopUpIsInvalid(_ value: String, code: String, path: String) throws {
        try check("\"auto_top_up\":\(value)", code, "auto_top_up\(path)")
    }

    @Test(arguments: [
        ("null", "invalid_field", ""), ("[]", "invalid_field", ""),
        ("{}", "missing_field", ".schedule_id"),
        (#"{"schedule_id":"","credits":1,"every":"P1D"}"#, "invalid_field", ".schedule_id"),
        (#"{"schedule_id":"\u0001","credits":1,"every":"P1D"}"#, "invalid_field", ".schedule_id"),
        (#"{"schedule_id":1,"credits":1,"every":"P1D"}"#, "invalid_field", ".schedule_id"),
        (#"{"schedule_id":"s","every":"P1D"}"#, "missing_field", ".credits"),
        (#"{"schedule_id":"s","credits":0,"every":"P1D"}"#, "invalid_field", ".credits"),
        (#"{"schedule_id":"s","credits":1e26,"every":"P1D"}"#, "out_of_range", ".credits"),
        (#"{"schedule_id":"s","credits":1}"#, "missing_field", ".every"),
        (#"{"schedule_id":"s","credits":1,"every":"monthly"}"#, "invalid_field", ".every"),
        (#"{"schedule_id":"s","credits":1,"every":"PT0S"}"#, "invalid_field", ".every"),
        (#"{"schedule_id":"s","credits":1,"every":"PT0.999999S"}"#, "invalid_field", ".every"),
        ("{\(rule),\"anchor\":\"2026-01-01\"}", "invalid_field", ".anchor"),
        ("{\(rule),\"expires\":\"never\"}", "invalid_field", ".expires"),
        ("{\(rule),\"expires\":\"PT0S\"}", "invalid_field", ".expires"),
        ("{\(rule),\"expires\":30}", "invalid_field", ".expires"),
        ("{\(rule),\"rollover\":10}", "invalid_field", ".rollover"),
        ("{\(rule),\"rollover\":{}}", "missing_field", ".rollover.max_credits"),
        ("{\(rule),\"rollover\":{\"max_credits\":-1}}", "invalid_field", ".rollover.max_credits"),
        ("{\(rule),\"rollover\":{\"max_percent\":0}}", "invalid_field", ".rollover.max_percent"),
        (
            "{\(rule),\"rollover\":{\"max_percent\":100.01}}", "invalid_field",
            ".rollover.max_percent"
        ),
        (
            "{\(rule),\"rollover\":{\"max_percent\":1.001}}", "invalid_field",
            ".rollover.max_percent"
        ),
        (
            "{\(rule),\"expires\":null,\"rollover\":{\"max_credits\":1}}", "invalid_field",
            ".rollover"
        ),
        (
            "{\(rule),\"expires\":\"P1D\",\"rollover\":{\"max_credits\":1}}", "invalid_field",
            ".rollover"
        ),
    ])
    func aWrongRecurringGrantIsInvalid(_ value: String, code: String, path: String) throws {
        try check("\"recurring\":[\(value)]", code, "recurring[0]\(path)")
        let second = #"{"schedule_id":"other","credits":1,"every":"P1D"},"#
        try check("\"recurring\":[\(second)\(value)]", code, "recurring[1]\(path)")
    }

    @Test func oneNameIsOneRule() throws {
        let other = Self.rule.replacing("5", with: "6")
        try check(
            "\"recurring\":[{\(Self.rule)},{\(other)}]",
            "invalid_field",
            "recurring[1].schedule_id"
        )
    }

    @Test(arguments: ["{}", "\"plan\"", "1"])
    func recurringIsAList(_ value: String) throws {
        try check("\"recurring\":\(value)", "invalid_field", "recurring")
    }

    @Test func aNameOfARuleHasABound() throws {
        func rule(_ count: Int) -> String {
            let name = String(repeating: "é", count: count / 2)
            return #"{"schedule_id":"\#(name)","credits":1,"every":"P1D"}"#
        }
        let json = #"{"command_id":"c","type":"configure","recurring":["#
        #expect(Samples.refusal(.command, json + rule(128) + "]}") == nil)
        try check("\"recurring\":[\(rule(130))]", "invalid_field", "recurring[0].schedule_id")
    }

    @Test func aRuleThatNeverEndsItsPeriodIsRefusedInSoManyWords() {
        let members = #""recurring":[{"schedule_id":"s","credits":1,"every":"PT0S"}]"#
        let refusal = Samples.refusal(
            .command,
            #"{"command_id":"c","type":"configure",\#(members)}"#
        )
        #expect(
            refusal?.message
                == "expected recurring[0].every to be a duration of at least a second, got: \"PT0S\""
        )
    }

    private func check(_ members: String, _ code: String, _ field: String) throws {
        let json = "{\"command_id\":\"c\",\"type\":\"configure\",\(members)}"
        let refusal = try #require(Samples.refusal(.command, json), "\(members)")
        #expect(refusal.code.name == code, "\(members)")
        #expect(refusal.field == field)
        #expect(refusal.message.hasPrefix("expected \(field) to be "))
    }
}
