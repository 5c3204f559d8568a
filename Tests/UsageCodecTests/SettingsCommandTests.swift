import Credits
import Testing
import UsageCodec

/// The settings `auto_top_up` and `recurring` as contract §3 has them.
@Suite struct SettingsCommandTests {
    private static let topUp = #""threshold":10,"credits":5"#
    private static let rule = #""schedule_id":"s","credits":5,"every":"P1M""#

    private func command(_ members: String) throws -> Command {
        let json = "{\"command_id\":\"c1\",\"type\":\"configure\",\(members)}"
        let batch = Samples.decode(.command, json)
        return try #require(batch.commands.first, "\(batch.invalid)")
    }

    private func settings(_ members: String) throws -> AccountSettings {
        guard case .configure(let settings) = try command(members).action else {
            preconditionFailure("expected settings, got: \(members)")
        }
        return settings
    }

    private func rules(_ members: String...) throws -> [RecurringGrant]? {
        let list = members.map { "{\($0)}" }.joined(separator: ",")
        return try settings("\"recurring\":[\(list)]").recurring
    }

    private func duration(_ text: String) throws -> CalendarDuration {
        try #require(CalendarDuration(text))
    }

    @Test func aTopUpNeedsOnlyThresholdAndCredits() throws {
        #expect(
            try settings(#""auto_top_up":{"threshold":-10.5,"credits":"500"}"#)
                == AccountSettings(
                    autoTopUp: .on(
                        AutoTopUp(
                            threshold: Samples.amount("-10.5"),
                            credits: Amount(whole: 500),
                            answerWithin: duration("PT1H")
                        )
                    )
                )
        )
    }

    @Test func everyFieldOfATopUpIsRead() throws {
        let members = #"""
            "auto_top_up":{"threshold":"0","credits":0.5,"answer_within":"PT5M",
            "max_per":{"period":"P30D","count":5.0,"credits":"50000"},"unknown":1}
            """#
        let cap = TopUpCap(period: try duration("P30D"), count: 5, credits: Amount(whole: 50_000))
        let expected = AutoTopUp(
            threshold: .zero,
            credits: Samples.amount("0.5"),
            cap: cap,
            answerWithin: try duration("PT5M")
        )
        #expect(try settings(members).autoTopUp == .on(expected))
    }

    @Test(
        arguments: [
            (#""count":1"#, 1, nil), (#""credits":"2""#, nil, "2"),
            (#""count":null,"credits":2"#, nil, "2"), (#""count":1,"credits":null"#, 1, nil),
        ] as [(String, Int?, String?)]
    )
    func aCapIsOfRequestsOrCreditsOrBoth(_ members: String, count: Int?, credits: String?) throws {
        let cap = "\"max_per\":{\"period\":\"P1M\",\(members)}"
        let rule = try settings("\"auto_top_up\":{\(Self.topUp),\(cap)}").autoTopUp?.rule
        #expect(rule?.cap?.count == count)
        #expect(rule?.cap?.credits == credits.map(Samples.amount))
    }

    @Test func nullTurnsTopUpsOff() throws {
        #expect(try settings(#""auto_top_up":null"#) == AccountSettings(autoTopUp: .off))
        #expect(
            try settings(#""auto_top_up":null,"overdraft":"record""#)
                == AccountSettings(overdraft: .record, autoTopUp: .off)
        )
        #expect(try settings(#""overdraft":"record""#).autoTopUp == nil)
        // Only the command's own field counts, wherever else the name stands.
        #expect(try settings(#""overdraft":"record","x":{"auto_top_up":null}"#).autoTopUp == nil)
    }

    @Test func aRecurringGrantNeedsOnlyItsNameCreditsAndPeriod() throws {
        #expect(
            try rules(Self.rule) == [
                RecurringGrant(
                    scheduleID: "s",
                    credits: Amount(whole: 5),
                    every: duration("P1M"),
                    anchor: nil
                )
            ]
        )
    }

    @Test func everyFieldOfARecurringGrantIsRead() throws {
        let first = #"""
            "schedule_id":"plan é","credits":"100.5","every":"P1Y2M","anchor":"2026-01-31T00:00:00Z",
            "expires":"period_end","rollover":{"max_credits":"0","max_percent":12.5},"unknown":{}
            """#
        let rules = try rules(first, "\(Self.rule),\"expires\":\"P45D\"")
        #expect(
            rules == [
                RecurringGrant(
                    scheduleID: "plan é",
                    credits: Samples.amount("100.5"),
                    every: try duration("P14M"),
                    anchor: Samples.moment("2026-01-31T00:00:00Z"),
                    expiry: .periodEnd,
                    rollover: RecurringGrant.Rollover(
                        maximumCredits: .zero,
                        maximumPercent: Samples.amount("12.5")
                    )
                ),
                RecurringGrant(
                    scheduleID: "s",
                    credits: Amount(whole: 5),
                    every: try duration("P1M"),
                    anchor: nil,
                    expiry: .after(try duration("P45D"))
                ),
            ]
        )
    }

    @Test func nullLetsARecurringGrantNeverExpire() throws {
        #expect(try rules("\(Self.rule),\"expires\":null")?.first?.expiry == .never)
        #expect(try rules("\(Self.rule),\"anchor\":null")?.first?.expiry == .periodEnd)
    }

    @Test func anEmptyListEndsWhatThereWasAndNullLeavesIt() throws {
        #expect(try settings(#""recurring":[]"#).recurring == [])
        #expect(try settings(#""recurring":null,"overdraft":"record""#).recurring == nil)
    }

    @Test func aPeriodIsASecondAtLeast() throws {
        #expect(try rules(#""schedule_id":"s","credits":1,"every":"PT1S""#)?.count == 1)
    }

    @Test func thirtyTwoRulesAreTheMost() {
        func refusal(_ count: Int) -> Refusal? {
            let list = (0..<count).map { #"{"schedule_id":"\#($0)","credits":1,"every":"P1D"}"# }
            let rules = list.joined(separator: ",")
            return Samples.refusal(
                .command,
                #"{"command_id":"c","type":"configure","recurring":[\#(rules)]}"#
            )
        }
        #expect(refusal(32) == nil)
        #expect(refusal(33)?.code == .invalidField)
        #expect(refusal(33)?.field == "recurring")
    }

    @Test(arguments: [
        (#""overdraft":"record""#, 0x63c4_ce46_0ec9_cb6f),
        (#""thresholds":[{"type":"percent","value":"20"}]"#, 0x2199_55fb_4d97_62dc),
    ])
    func settingsThatAreOlderKeepTheirFingerprint(_ members: String, expected: UInt64) throws {
        #expect(try command(members).fingerprint == expected)
    }

    @Test(arguments: [
        ("{\(topUp)}", #"{"credits":"5.0","threshold":"10","answer_within":"PT60M"}"#),
        (
            "{\(topUp),\"max_per\":{\"period\":\"P7D\",\"count\":1}}",
            "{\(topUp),\"max_per\":{\"count\":1.0,\"period\":\"P1W\",\"credits\":null}}"
        ),
    ])
    func theSameTopUpHasTheSameFingerprint(_ first: String, _ second: String) throws {
        let fingerprints = try [first, second].map {
            try command("\"auto_top_up\":\($0)").fingerprint
        }
        #expect(fingerprints[0] == fingerprints[1])
    }

    @Test func everySettingCounts() throws {
        let cap = #""max_per":{"period":"P1D","#
        let topUps = [
            "null", "{\(Self.topUp)}", #"{"threshold":5,"credits":10}"#,
            "{\(Self.topUp),\"answer_within\":\"PT1M\"}", "{\(Self.topUp),\(cap)\"count\":1}}",
            "{\(Self.topUp),\(cap)\"credits\":1}}",
            "{\(Self.topUp),\(cap)\"count\":1,\"credits\":1}}",
        ].map { "\"auto_top_up\":\($0)" }
        let rules = [
            "", "{\(Self.rule)}", "{\(Self.rule),\"expires\":null}",
            "{\(Self.rule),\"expires\":\"P1D\"}",
            "{\(Self.rule),\"anchor\":\"2026-01-01T00:00:00Z\"}",
            "{\(Self.rule),\"rollover\":{\"max_credits\":1}}",
            "{\(Self.rule),\"rollover\":{\"max_percent\":1}}",
            "{\(Self.rule)},{\(Self.rule.replacing("\"s\"", with: "\"t\""))}",
            "{\(Self.rule.replacing("5", with: "6"))}",
            "{\(Self.rule.replacing("P1M", with: "P1D"))}",
        ].map { "\"recurring\":[\($0)]" }
        let others = [
            #""overdraft":"record""#, #""overdraft":"record","auto_top_up":null"#,
            #""auto_top_up":null,"recurring":[]"#,
        ]
        let all = topUps + rules + others
        let fingerprints = try all.map { try command($0).fingerprint }
        #expect(Set(fingerprints).count == all.count)
    }
}
