import Credits
import Testing
import UsageCodec

/// Voids and manual adjustments as contract §2.2 reads them.
@Suite struct CorrectionCommandTests {
    private static let void = #""type":"void","grant_id":"g""#
    private static let adjust =
        #""type":"adjust","reason":"goodwill","actor":{"type":"admin","id":"eve"}"#

    private func command(_ members: String, id: String = "c1") throws -> Command {
        let batch = Samples.decode(.command, "{\"command_id\":\"\(id)\",\(members)}")
        return try #require(batch.commands.first, "\(batch.invalid)")
    }

    @Test func aVoidTakesAllThatRemainsUnlessItSaysHowMuch() throws {
        #expect(try command(Self.void).action == .void(grantID: "g", credits: nil))
        #expect(
            try command("\(Self.void),\"credits\":\"0.5\"").action
                == .void(grantID: "g", credits: Samples.amount("0.5"))
        )
    }

    @Test func aVoidTakesNoGrantID() throws {
        #expect(try command(Self.void).claim == nil)
    }

    @Test(arguments: ["refund", "fraud", "error", "cancellation"])
    func aVoidHasOneOfFourReasons(_ reason: String) throws {
        #expect(try command("\(Self.void),\"reason\":\"\(reason)\"").reason == reason)
    }

    @Test func anAdjustmentIsSigned() throws {
        #expect(try command("\(Self.adjust),\"credits\":5").action == .adjust(Amount(whole: 5)))
        let down = try command("\(Self.adjust),\"credits\":\"-0.25\"")
        #expect(down.action == .adjust(Samples.amount("-0.25")))
        #expect(down.actor == Actor(type: "admin", id: "eve"))
        #expect(down.reason == "goodwill")
    }

    @Test func anAdjustmentUpwardsTakesItsCommandIDAsAGrantID() throws {
        let grant = try command(#""type":"grant","credits":1,"grant_id":"c9""#)
        let up = try command("\(Self.adjust),\"credits\":5", id: "c9")
        #expect(up.claim != nil && up.claim == grant.claim)
        #expect(try command("\(Self.adjust),\"credits\":5").claim != grant.claim)
    }

    @Test func anAdjustmentDownwardsMakesNoGrantAndTakesNoGrantID() throws {
        #expect(try command("\(Self.adjust),\"credits\":-5").claim == nil)
    }

    @Test(arguments: [
        (void, "\(void),\"reason\":\"fraud\""),
        ("\(void),\"reason\":\"error\"", "\(void),\"actor\":{\"type\":\"a\",\"id\":\"b\"}"),
        ("\(void),\"credits\":1", "\(void),\"credits\":\"1.0\",\"reference\":\"r\""),
        (
            "\(adjust),\"credits\":1",
            #""type":"adjust","credits":"1.0","reason":"x","actor":{"type":"a","id":"b"}"#
        ),
    ])
    func neitherActorNorReasonNorReferenceCount(_ first: String, _ second: String) throws {
        #expect(try command(first).fingerprint == command(second).fingerprint)
    }

    @Test func everythingElseCounts() throws {
        let all = [
            Self.void, "\(Self.void),\"credits\":1", "\(Self.void),\"credits\":2",
            "\(Self.void),\"credit_type\":\"gpu\"", "\(Self.void),\"customer_id\":\"globex\"",
            #""type":"void","grant_id":"h""#, "\(Self.adjust),\"credits\":1",
            "\(Self.adjust),\"credits\":-1", "\(Self.adjust),\"credits\":1,\"credit_type\":\"gpu\"",
        ]
        let fingerprints = try all.map { try command($0).fingerprint }
        #expect(Set(fingerprints).count == all.count)
    }

    @Test(arguments: [
        (#""type":"void""#, "missing_field", "grant_id"),
        (
            #""type":"adjust","credits":1,"reason":"","actor":{"type":"a","id":"b"}"#,
            "invalid_field", "reason"
        ),
        (#""type":"void","grant_id":null"#, "missing_field", "grant_id"),
        (#""type":"void","grant_id":"\u0007""#, "invalid_field", "grant_id"),
        ("\(void),\"credits\":0", "invalid_field", "credits"),
        ("\(void),\"credits\":-1", "invalid_field", "credits"),
        ("\(void),\"credits\":1e26", "out_of_range", "credits"),
        ("\(void),\"reason\":\"regret\"", "invalid_field", "reason"),
        ("\(void),\"reason\":\"Refund\"", "invalid_field", "reason"),
        ("\(void),\"reason\":\"\"", "invalid_field", "reason"),
        (adjust, "missing_field", "credits"),
        ("\(adjust),\"credits\":0", "invalid_field", "credits"),
        ("\(adjust),\"credits\":\"-0.0\"", "invalid_field", "credits"),
        ("\(adjust),\"credits\":true", "invalid_field", "credits"),
        ("\(adjust),\"credits\":-1e26", "out_of_range", "credits"),
        (#""type":"adjust","credits":1"#, "missing_field", "reason"),
        (#""type":"adjust","credits":1,"reason":"r""#, "missing_field", "actor"),
        (#""type":"adjust","credits":1,"reason":"r","actor":null"#, "missing_field", "actor"),
        (
            #""type":"adjust","credits":1,"actor":{"type":"a","id":"b"}"#, "missing_field",
            "reason"
        ),
    ])
    func aWrongCorrectionIsInvalid(_ members: String, code: String, field: String) throws {
        let refusal = try #require(Samples.refusal(.command, "{\"command_id\":\"c\",\(members)}"))
        #expect(refusal.code.name == code)
        #expect(refusal.field == field)
        #expect(refusal.message.hasPrefix("expected \(field) to be "))
    }
}
