import Credits
import Testing
import UsageCodec

/// Commands as contract §2.2 reads them.
@Suite struct CommandTests {
    private func command(
        _ members: String,
        key: String? = "acme"
    ) throws -> (Command, InputBatch) {
        let batch = Samples.decode(.command, "{\"command_id\":\"c1\",\(members)}", key: key)
        return (try #require(batch.commands.first, "\(batch.invalid)"), batch)
    }

    private func terms(_ members: String) throws -> GrantTerms {
        let (command, _) = try command("\"type\":\"grant\",\(members)")
        guard case .grant(let terms) = command.action else {
            preconditionFailure("expected a grant, got: \(command.action)")
        }
        return terms
    }

    private func settings(_ members: String) throws -> AccountSettings {
        let (command, _) = try command("\"type\":\"configure\",\(members)")
        guard case .configure(let settings) = command.action else {
            preconditionFailure("expected settings, got: \(command.action)")
        }
        return settings
    }

    @Test func aGrantNeedsOnlyItsCredits() throws {
        let (command, batch) = try command(#""type":"grant","credits":"100""#)
        #expect(command.commandID == "c1")
        #expect(batch.accountNames(command.account) == ["acme", "credits"])
        #expect(
            command.action
                == .grant(
                    GrantTerms(
                        grantID: "c1",
                        credits: Amount(whole: 100),
                        source: .purchase,
                        category: .paid,
                        priority: 50,
                        effectiveAt: Samples.recorded
                    )
                )
        )
        #expect(command.actor == nil && command.reason == nil)
        #expect(batch.text(command.message.key) == "acme")
    }

    @Test func everyFieldOfAGrantIsRead() throws {
        let (command, batch) = try command(
            #"""
            "type":"grant","customer_id":"globex","credit_type":"gpu","grant_id":"g1",
            "credits":1.5,"source":"plan_included","category":"promotional","priority":0,
            "effective_at":"2026-12-01T00:00:00Z","expires_at":"2027-01-01T00:00:00Z",
            "cost_basis":"0.01","reference":"inv 7","request_id":"r1",
            "actor":{"type":"admin","id":"eve"},"reason":"black\nfriday","unknown":1
            """#
        )
        #expect(batch.accountNames(command.account) == ["globex", "gpu"])
        #expect(command.actor == Actor(type: "admin", id: "eve"))
        #expect(command.reason == "black\nfriday")
        #expect(
            command.action
                == .grant(
                    GrantTerms(
                        grantID: "g1",
                        credits: Samples.amount("1.5"),
                        source: .planIncluded,
                        category: .promotional,
                        priority: 0,
                        effectiveAt: Samples.moment("2026-12-01T00:00:00Z"),
                        expiresAt: Samples.moment("2027-01-01T00:00:00Z"),
                        costBasis: Samples.amount("0.01"),
                        reference: "inv 7",
                        requestID: "r1"
                    )
                )
        )
    }

    @Test(arguments: GrantSource.allCases)
    func everySourceHasItsCategory(_ source: GrantSource) throws {
        let terms = try terms("\"credits\":1,\"source\":\"\(source.name)\"")
        #expect(terms.source == source)
        #expect(terms.category == source.defaultCategory)
    }

    @Test func expiresAfterCountsFromTheMomentOfEffect() throws {
        #expect(
            try terms(#""credits":1,"expires_after":"P1M""#).expiresAt
                == Samples.moment("2026-12-22T10:00:00Z")
        )
        #expect(
            try terms(
                #""credits":1,"effective_at":"2027-01-31T00:00:00Z","expires_after":"P1M""#
            ).expiresAt == Samples.moment("2027-02-28T00:00:00Z")
        )
    }

    @Test func aPriorityIsAWholeNumberHoweverItIsWritten() throws {
        #expect(try terms(#""credits":1,"priority":1000"#).priority == 1000)
        #expect(try terms(#""credits":1,"priority":1.0e1"#).priority == 10)
    }

    @Test func settingsAreRead() throws {
        #expect(
            try settings(#""overdraft":"record""#) == AccountSettings(overdraft: .record)
        )
        #expect(
            try settings(#""overdraft":"refuse","thresholds":null"#)
                == AccountSettings(overdraft: .refuse)
        )
        #expect(
            try settings(#""overdraft":{"limit":"100"}"#)
                == AccountSettings(overdraft: .limit(Amount(whole: 100)))
        )
        #expect(try settings(#""thresholds":[]"#) == AccountSettings(thresholds: []))
        let absolute = try #require(Threshold(kind: .absolute, value: Samples.amount("-5")))
        let percent = try #require(Threshold(kind: .percent, value: Samples.amount("12.5")))
        #expect(
            try settings(
                #"""
                "thresholds":[{"type":"absolute","value":-5},{"value":"12.50","type":"percent"}]
                """#
            ) == AccountSettings(thresholds: [absolute, percent])
        )
    }

    @Test func thirtyTwoThresholdsAreTheMost() {
        func refusal(_ count: Int) -> Refusal? {
            let list = (0..<count).map { #"{"type":"absolute","value":\#($0)}"# }
            let thresholds = list.joined(separator: ",")
            return Samples.refusal(
                .command,
                #"{"command_id":"c","type":"configure","thresholds":[\#(thresholds)]}"#
            )
        }
        #expect(refusal(32) == nil)
        #expect(refusal(33)?.code == .invalidField)
        #expect(refusal(33)?.field == "thresholds")
    }

    @Test func aGrantClaimsItsIDForItsAccountAlone() throws {
        func claim(_ members: String) throws -> IDKey? {
            try command("\"type\":\"grant\",\"credits\":1,\(members)").0.claim
        }
        let claim1 = try claim(#""grant_id":"g""#)
        #expect(claim1 != nil)
        #expect(try claim(#""grant_id":"g","credit_type":"credits""#) == claim1)
        #expect(try claim(#""grant_id":"h""#) != claim1)
        #expect(try claim(#""grant_id":"g","credit_type":"gpu""#) != claim1)
        #expect(try claim(#""grant_id":"g","customer_id":"globex""#) != claim1)
        #expect(
            try claim(#""grant_id":"g","customer_id":"ab","credit_type":"c""#)
                != claim(#""grant_id":"g","customer_id":"a","credit_type":"bc""#)
        )
        #expect(try command(#""type":"configure","overdraft":"record""#).0.claim == nil)
    }

    @Test func aCommandIDIsNoUsageID() throws {
        let command = try command(#""type":"grant","credits":1"#).0
        let usage = Samples.decode(.usage, #"{"usage_id":"c1","credits":1}"#).usage.first
        #expect(try #require(usage).key != command.key)
    }

    @Test(arguments: [
        (#""credits":1"#, #""credits":"1.0","priority":50,"source":"purchase","category":"paid""#),
        (#""credits":1"#, #""credits":1,"grant_id":"c1","customer_id":"acme""#),
        (
            #""credits":1"#,
            #""credits":1,"actor":{"type":"a","id":"b"},"reason":"r","reference":"f""#
        ),
        (#""credits":1,"expires_after":"P7D""#, #""credits":1,"expires_after":"P1W""#),
    ])
    func theSameGrantHasTheSameFingerprint(_ first: String, _ second: String) throws {
        let (a, b) = (
            try command("\"type\":\"grant\",\(first)"), try command("\"type\":\"grant\",\(second)")
        )
        #expect(a.0.fingerprint == b.0.fingerprint)
    }

    @Test(arguments: [
        #""type":"grant","credits":2"#, #""type":"grant","credits":1,"priority":1"#,
        #""type":"grant","credits":1,"source":"top_up""#,
        #""type":"grant","credits":1,"category":"promotional""#,
        #""type":"grant","credits":1,"grant_id":"g""#,
        #""type":"grant","credits":1,"effective_at":"2026-11-22T10:00:00Z""#,
        #""type":"grant","credits":1,"expires_at":"2027-11-22T10:00:00Z""#,
        #""type":"grant","credits":1,"expires_after":"P365D""#,
        #""type":"grant","credits":1,"cost_basis":0"#,
        #""type":"grant","credits":1,"request_id":"r""#,
        #""type":"grant","credits":1,"credit_type":"gpu""#,
        #""type":"configure","overdraft":"record""#, #""type":"configure","overdraft":"refuse""#,
        #""type":"configure","overdraft":{"limit":0}"#, #""type":"configure","thresholds":[]"#,
        #""type":"configure","thresholds":[{"type":"absolute","value":1}]"#,
        #""type":"configure","thresholds":[{"type":"percent","value":1}]"#,
    ])
    func anotherCommandHasAnotherFingerprint(_ members: String) throws {
        let base = try command(#""type":"grant","credits":1"#).0
        #expect(try command(members).0.fingerprint != base.fingerprint)
    }

    @Test func aGrantThatIsSentAgainBehindItsEndIsRefusedOnlyIfItWasNotMade() throws {
        let commands = Samples.commands(
            #"{"command_id":"c","type":"grant","credits":1,"expires_at":"2026-12-01T00:00:00Z"}"#,
            at: ["2026-11-30T23:59:59Z", "2026-12-01T00:00:00Z"]
        )
        try #require(commands.count == 2)
        #expect(commands[0].deferredRefusal == nil)
        let refusal = try #require(commands[1].deferredRefusal)
        #expect(refusal.code == .invalidField)
        #expect(refusal.field == "expires_at")
        #expect(commands[0].fingerprint == commands[1].fingerprint)
    }

    @Test func aGrantThatIsSentAgainLaterIsTheSameCommand() throws {
        let commands = Samples.commands(
            #"{"command_id":"c","type":"grant","credits":1,"expires_after":"P30D"}"#,
            at: ["2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"]
        )
        try #require(commands.count == 2)
        #expect(commands[0].fingerprint == commands[1].fingerprint)
        #expect(commands[0].action != commands[1].action)
    }
}
