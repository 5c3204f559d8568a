import Credits
import Testing
import UsageCodec

/// Every way in which a command can be wrong: its code and its field.
@Suite struct CommandRefusalTests {
    private static let grant = #""command_id":"c","type":"grant""#
    private static let configure = #""command_id":"c","type":"configure""#

    @Test(arguments: [
        (#""type":"grant","credits":1"#, "missing_field", "command_id"),
        (#""command_id":1,"type":"grant","credits":1"#, "invalid_field", "command_id"),
        (#""command_id":"\u0000","type":"grant","credits":1"#, "invalid_field", "command_id"),
        (#""command_id":"c","credits":1"#, "missing_field", "type"),
        (#""command_id":"c","type":7"#, "invalid_field", "type"),
        (#""command_id":"c","type":"gift""#, "unknown_type", "type"),
        (#""command_id":"c","type":"""#, "unknown_type", "type"),
        (#""command_id":"c","type":"replay","usage_id":"u""#, "unknown_type", "type"),
        ("\(grant),\"customer_id\":[]", "invalid_field", "customer_id"),
        ("\(grant),\"credit_type\":\"\"", "invalid_field", "credit_type"),
        ("\(grant),\"actor\":\"eve\"", "invalid_field", "actor"),
        ("\(grant),\"actor\":{\"id\":\"eve\"}", "missing_field", "actor.type"),
        ("\(grant),\"actor\":{\"type\":\"admin\",\"id\":\"\"}", "invalid_field", "actor.id"),
        ("\(grant),\"reason\":5", "invalid_field", "reason"),
        ("\(grant),\"grant_id\":\"\"", "invalid_field", "grant_id"),
        (grant, "missing_field", "credits"),
        ("\(grant),\"credits\":0", "invalid_field", "credits"),
        ("\(grant),\"credits\":\"-1\"", "invalid_field", "credits"),
        ("\(grant),\"credits\":\"1e30\"", "out_of_range", "credits"),
        ("\(grant),\"credits\":1,\"source\":\"gift\"", "invalid_field", "source"),
        ("\(grant),\"credits\":1,\"category\":\"free\"", "invalid_field", "category"),
        ("\(grant),\"credits\":1,\"priority\":1001", "invalid_field", "priority"),
        ("\(grant),\"credits\":1,\"priority\":-1", "invalid_field", "priority"),
        ("\(grant),\"credits\":1,\"priority\":1.5", "invalid_field", "priority"),
        ("\(grant),\"credits\":1,\"priority\":\"5\"", "invalid_field", "priority"),
        ("\(grant),\"credits\":1,\"priority\":1e400", "invalid_field", "priority"),
        ("\(grant),\"credits\":1,\"effective_at\":\"soon\"", "invalid_field", "effective_at"),
        ("\(grant),\"credits\":1,\"expires_at\":0", "invalid_field", "expires_at"),
        (
            "\(grant),\"credits\":1,\"effective_at\":\"2026-11-22T10:00:00Z\","
                + "\"expires_at\":\"2026-11-22T10:00:00Z\"", "invalid_field", "expires_at"
        ),
        ("\(grant),\"credits\":1,\"expires_after\":\"PT0S\"", "invalid_field", "expires_after"),
        ("\(grant),\"credits\":1,\"expires_after\":\"30 days\"", "invalid_field", "expires_after"),
        ("\(grant),\"credits\":1,\"expires_after\":30", "invalid_field", "expires_after"),
        (
            "\(grant),\"credits\":1,\"expires_after\":\"P1D\","
                + #""expires_at":"2027-01-01T00:00:00Z""#,
            "invalid_field", "expires_after"
        ),
        ("\(grant),\"credits\":1,\"cost_basis\":-1", "invalid_field", "cost_basis"),
        ("\(grant),\"credits\":1,\"reference\":{}", "invalid_field", "reference"),
        ("\(grant),\"credits\":1,\"request_id\":\"\"", "invalid_field", "request_id"),
        (configure, "missing_field", "overdraft"),
        ("\(configure),\"credits\":1", "missing_field", "overdraft"),
        ("\(configure),\"overdraft\":\"allow\"", "invalid_field", "overdraft"),
        ("\(configure),\"overdraft\":true", "invalid_field", "overdraft"),
        ("\(configure),\"overdraft\":{}", "missing_field", "overdraft.limit"),
        ("\(configure),\"overdraft\":{\"limit\":-1}", "invalid_field", "overdraft.limit"),
        ("\(configure),\"overdraft\":{\"limit\":1e26}", "out_of_range", "overdraft.limit"),
        ("\(configure),\"thresholds\":{}", "invalid_field", "thresholds"),
        ("\(configure),\"thresholds\":[20]", "invalid_field", "thresholds[0]"),
        ("\(configure),\"thresholds\":[null]", "invalid_field", "thresholds[0]"),
        ("\(configure),\"thresholds\":[{\"value\":1}]", "missing_field", "thresholds[0].type"),
        (
            "\(configure),\"thresholds\":[{\"type\":\"low\",\"value\":1}]", "invalid_field",
            "thresholds[0].type"
        ),
        (
            "\(configure),\"thresholds\":[{\"type\":\"absolute\"}]", "missing_field",
            "thresholds[0].value"
        ),
        (
            "\(configure),\"thresholds\":[{\"type\":\"percent\",\"value\":0}]", "invalid_field",
            "thresholds[0].value"
        ),
        (
            "\(configure),\"thresholds\":[{\"type\":\"percent\",\"value\":100.01}]",
            "invalid_field", "thresholds[0].value"
        ),
        (
            "\(configure),\"thresholds\":[{\"type\":\"percent\",\"value\":1.001}]",
            "invalid_field", "thresholds[0].value"
        ),
        (
            "\(configure),\"thresholds\":[{\"type\":\"absolute\",\"value\":1},"
                + #"{"value":"1.0","type":"absolute"}]"#,
            "invalid_field", "thresholds[1]"
        ),
        ("\(configure),\"recurring\":null", "missing_field", "overdraft"),
    ])
    func aWrongCommandIsInvalidAndKept(_ members: String, code: String, field: String) throws {
        let batch = Samples.decode(.command, "{\(members)}")
        let invalid = try #require(batch.invalid.first)
        #expect(batch.count == 1)
        #expect(invalid.refusal.code.name == code)
        #expect(invalid.refusal.field == field)
        #expect(invalid.refusal.message.hasPrefix("expected \(field) to be "))
        #expect(batch.text(invalid.message.value) == "{\(members)}")
    }

    @Test func textsForPeopleMayHoldAnythingUpToTheirBounds() {
        func isRead(_ field: String, _ count: Int) -> Bool {
            let text = String(repeating: "\\n", count: count)
            let json = "{\(Self.grant),\"credits\":1,\"\(field)\":\"\(text)\"}"
            return Samples.refusal(.command, json) == nil
        }
        #expect(isRead("reason", 1024))
        #expect(!isRead("reason", 1025))
        #expect(isRead("reference", 256))
        #expect(!isRead("reference", 257))
    }

    @Test(arguments: ["", "[]", "{", #"{"command_id":"c","command_id":"c"}"#])
    func whatIsNoObjectIsInvalid(_ json: String) {
        #expect(Samples.refusal(.command, json)?.code == .invalidJSON)
    }
}
