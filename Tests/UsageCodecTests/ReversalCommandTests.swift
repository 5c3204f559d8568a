import Credits
import Testing
import UsageCodec

/// Reversals of usage as contract §2.2 reads them.
@Suite struct ReversalCommandTests {
    private static let reversal = #""type":"reverse_usage","usage_id":"u1""#

    private func command(_ members: String, id: String = "c1") throws -> Command {
        let batch = Samples.decode(.command, "{\"command_id\":\"\(id)\",\(members)}")
        return try #require(batch.commands.first, "\(batch.invalid)")
    }

    private func request(_ members: String) throws -> ReversalRequest {
        guard case .reverseUsage(let request) = try command(members).action else {
            preconditionFailure("expected a reversal of \(members)")
        }
        return request
    }

    @Test func aReversalGivesEverythingBackUnlessItSaysHowMuch() throws {
        let all = try request(Self.reversal)
        #expect(all.usageID == "u1")
        #expect(all.source.isEmpty)
        #expect(all.credits == nil)
        let part = try request("\(Self.reversal),\"source\":\"eu\",\"credits\":\"0.5\"")
        #expect(part.source == "eu")
        #expect(part.credits == Samples.amount("0.5"))
    }

    @Test(arguments: ["", ",\"source\":\"eu\"", ",\"source\":\"\""])
    func itFindsTheUsageByTheKeyThatTheUsageTook(_ source: String) throws {
        let json = "{\"usage_id\":\"u1\"\(source),\"credits\":1}"
        let usage = try #require(Samples.decode(.usage, json).usage.first)
        #expect(try request(Self.reversal + source).usageKey == usage.key)
    }

    @Test func whatWasGivenBackIsKeptUnderAKeyOfItsOwn() throws {
        let requests = try [
            Self.reversal, "\(Self.reversal),\"source\":\"eu\"",
            #""type":"reverse_usage","usage_id":"u2""#,
        ].map(request)
        let keys = requests.map(\.reversalKey) + requests.map(\.usageKey)
        #expect(Set(keys).count == keys.count)
        #expect(try request("\(Self.reversal),\"credits\":1").reversalKey == keys[0])
    }

    @Test func itTakesItsCommandIDAsAGrantID() throws {
        let grant = try command(#""type":"grant","credits":1,"grant_id":"c9""#)
        let reversal = try command(Self.reversal, id: "c9")
        #expect(reversal.claim != nil && reversal.claim == grant.claim)
    }

    @Test(arguments: [
        (reversal, "\(reversal),\"source\":\"\",\"reason\":\"r\",\"reference\":\"f\""),
        ("\(reversal),\"credits\":1", "\(reversal),\"credits\":\"1.0\""),
        (reversal, "\(reversal),\"actor\":{\"type\":\"a\",\"id\":\"b\"},\"source\":null"),
    ])
    func theSameReversalHasTheSameFingerprint(_ first: String, _ second: String) throws {
        #expect(try command(first).fingerprint == command(second).fingerprint)
    }

    @Test func everythingElseCounts() throws {
        let all = [
            Self.reversal, "\(Self.reversal),\"credits\":1", "\(Self.reversal),\"source\":\"eu\"",
            "\(Self.reversal),\"credit_type\":\"gpu\"",
            #""type":"reverse_usage","usage_id":"u2""#,
            #""type":"reverse_usage","usage_id":"u","source":"1""#,
        ]
        let fingerprints = try all.map { try command($0).fingerprint }
        #expect(Set(fingerprints).count == all.count)
    }

    @Test(arguments: [
        (#""type":"reverse_usage""#, "missing_field", "usage_id"),
        (#""type":"reverse_usage","usage_id":null"#, "missing_field", "usage_id"),
        (#""type":"reverse_usage","usage_id":"""#, "invalid_field", "usage_id"),
        (#""type":"reverse_usage","usage_id":"\u0007""#, "invalid_field", "usage_id"),
        ("\(reversal),\"source\":1", "invalid_field", "source"),
        ("\(reversal),\"source\":\"\\n\"", "invalid_field", "source"),
        ("\(reversal),\"credits\":0", "invalid_field", "credits"),
        ("\(reversal),\"credits\":-1", "invalid_field", "credits"),
        ("\(reversal),\"credits\":1e26", "out_of_range", "credits"),
    ])
    func aWrongReversalIsInvalid(_ members: String, code: String, field: String) throws {
        let refusal = try #require(Samples.refusal(.command, "{\"command_id\":\"c\",\(members)}"))
        #expect(refusal.code.name == code)
        #expect(refusal.field == field)
        #expect(refusal.message.hasPrefix("expected \(field) to be "))
    }
}
