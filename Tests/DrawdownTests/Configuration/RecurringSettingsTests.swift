import Credits
import Testing

@testable import Drawdown

/// `defaults.auto_top_up` and `defaults.recurring`: the rules of the command `configure`.
@Suite struct RecurringSettingsTests {
    private func defaults(
        _ yaml: String,
        environment: [String: String] = [:]
    ) throws -> AccountSettings {
        try parse(yaml, environment: environment).configuration.defaults
    }

    @Test func neitherIsThereUnlessItIsGiven() throws {
        for yaml in ["", "defaults: { auto_top_up: null, recurring: ~ }"] {
            #expect(try defaults(yaml).autoTopUp == nil)
            #expect(try defaults(yaml).recurring == nil)
        }
        #expect(try defaults("defaults: { recurring: [] }").recurring == [])
    }

    @Test func everyFieldOfATopUpIsRead() throws {
        let settings = try defaults(
            """
            defaults:
              auto_top_up:
                threshold: -10.5
                credits: "500"
                max_per: { period: P30D, count: 5, credits: 50000 }
                answer_within: PT5M
            """
        )
        let cap = TopUpCap(period: .fixed(days: 30), count: 5, credits: Amount(whole: 50_000))
        let rule = AutoTopUp(
            threshold: try Amount("-10.5"),
            credits: Amount(whole: 500),
            cap: cap,
            answerWithin: .fixed(seconds: 300)
        )
        #expect(settings.autoTopUp == .on(rule))
    }

    @Test func aTopUpNeedsOnlyThresholdAndCredits() throws {
        let rule = try defaults("defaults: { auto_top_up: { threshold: 1, credits: 2 } }")
            .autoTopUp?.rule
        #expect(rule?.threshold == Amount(whole: 1))
        #expect(rule?.cap == nil)
        #expect(rule?.answerWithin == .fixed(hours: 1))
    }

    @Test func everyFieldOfARecurringGrantIsRead() throws {
        let settings = try defaults(
            """
            defaults:
              recurring:
                - schedule_id: plan
                  credits: "1000"
                  every: P1M
                  anchor: 2026-01-31T00:00:00Z
                  expires: period_end
                  rollover: { max_credits: 0, max_percent: 12.5 }
                - { schedule_id: a, credits: 1, every: PT1S, expires: P45D }
                - { schedule_id: b, credits: 1, every: P1D, expires: null }
                - { schedule_id: c, credits: 1, every: P1D }
            """
        )
        let rules = try #require(settings.recurring)
        #expect(
            rules.first
                == RecurringGrant(
                    scheduleID: "plan",
                    credits: Amount(whole: 1000),
                    every: .fixed(seconds: 0, months: 1),
                    anchor: Timestamp("2026-01-31T00:00:00Z"),
                    expiry: .periodEnd,
                    rollover: RecurringGrant.Rollover(
                        maximumCredits: .zero,
                        maximumPercent: try Amount("12.5")
                    )
                )
        )
        #expect(
            rules.map(\.expiry) == [.periodEnd, .after(.fixed(days: 45)), .never, .periodEnd]
        )
        #expect(rules.dropFirst().allSatisfy { $0.anchor == nil && $0.rollover == nil })
    }

    @Test func variablesOverrideBoth() throws {
        let yaml = """
            defaults:
              auto_top_up: { threshold: 1, credits: 2 }
              recurring: [{ schedule_id: a, credits: 1, every: P1D }]
            """
        let given = try defaults(
            yaml,
            environment: [
                "DRAWDOWN_DEFAULTS_AUTO_TOP_UP": "{ threshold: 5, credits: 6 }",
                "DRAWDOWN_DEFAULTS_RECURRING": "[{ schedule_id: b, credits: 1, every: P1D }]",
            ]
        )
        #expect(given.autoTopUp?.rule?.threshold == Amount(whole: 5))
        #expect(given.recurring?.map(\.scheduleID) == ["b"])
        let part = try defaults(
            yaml,
            environment: ["DRAWDOWN_DEFAULTS_AUTO_TOP_UP_CREDITS": "7"]
        )
        #expect(part.autoTopUp?.rule?.threshold == Amount(whole: 1))
        #expect(part.autoTopUp?.rule?.credits == Amount(whole: 7))
        let none = try defaults(
            yaml,
            environment: [
                "DRAWDOWN_DEFAULTS_AUTO_TOP_UP": "null", "DRAWDOWN_DEFAULTS_RECURRING": "~",
            ]
        )
        #expect(none.autoTopUp == nil && none.recurring == nil)
    }

    @Test func variablesOverrideExpiryAndReversal() throws {
        let configuration = try parse(
            "",
            environment: [
                "DRAWDOWN_EXPIRY_GRACE": "PT2H", "DRAWDOWN_EXPIRY_NOTICE": "[P2D]",
                "DRAWDOWN_REVERSAL_GRACE": "P1D",
            ]
        ).configuration
        #expect(configuration.policies.expiryGrace == .fixed(hours: 2))
        #expect(configuration.policies.expiryNotices == [.fixed(days: 2)])
        #expect(configuration.policies.reversalGrace == .fixed(days: 1))
    }

    @Test(
        "a top-up that is not whole or out of range is a fault at its key",
        arguments: [
            ("5", ""), ("{ credits: 5 }", ".threshold"), ("{ threshold: 5 }", ".credits"),
            ("{ threshold: low, credits: 5 }", ".threshold"),
            ("{ threshold: 1, credits: 0 }", ".credits"),
            ("{ threshold: 1, credits: -5 }", ".credits"),
            ("{ threshold: 1, credits: 5, answer_within: PT0S }", ".answer_within"),
            ("{ threshold: 1, credits: 5, max_per: 5 }", ".max_per"),
            ("{ threshold: 1, credits: 5, max_per: { period: P1D } }", ".max_per"),
            ("{ threshold: 1, credits: 5, max_per: { count: 1 } }", ".max_per.period"),
            (
                "{ threshold: 1, credits: 5, max_per: { period: PT0S, count: 1 } }",
                ".max_per.period"
            ),
            ("{ threshold: 1, credits: 5, max_per: { period: P1D, count: 0 } }", ".max_per.count"),
            (
                "{ threshold: 1, credits: 5, max_per: { period: P1D, credits: 0 } }",
                ".max_per.credits"
            ),
            ("{ threshold: 1, credits: 5, treshold: 1 }", ".treshold"),
        ]
    )
    func isNoTopUp(_ value: String, _ path: String) {
        #expect(keys("defaults: { auto_top_up: \(value) }") == ["defaults.auto_top_up\(path)"])
    }

    @Test(
        "a recurring grant that is not whole or out of range is a fault at its key",
        arguments: [
            ("5", ""), ("{ credits: 1, every: P1D }", ".schedule_id"),
            ("{ schedule_id: \"\", credits: 1, every: P1D }", ".schedule_id"),
            ("{ schedule_id: a, every: P1D }", ".credits"),
            ("{ schedule_id: a, credits: 0, every: P1D }", ".credits"),
            ("{ schedule_id: a, credits: 1 }", ".every"),
            ("{ schedule_id: a, credits: 1, every: PT0S }", ".every"),
            ("{ schedule_id: a, credits: 1, every: PT0.5S }", ".every"),
            ("{ schedule_id: a, credits: 1, every: P1D, anchor: soon }", ".anchor"),
            ("{ schedule_id: a, credits: 1, every: P1D, expires: never }", ".expires"),
            ("{ schedule_id: a, credits: 1, every: P1D, expires: PT0S }", ".expires"),
            ("{ schedule_id: a, credits: 1, every: P1D, expires: [P1D] }", ".expires"),
            ("{ schedule_id: a, credits: 1, every: P1D, rollover: 1 }", ".rollover"),
            ("{ schedule_id: a, credits: 1, every: P1D, rollover: {} }", ".rollover"),
            (
                "{ schedule_id: a, credits: 1, every: P1D, rollover: { max_credits: -1 } }",
                ".rollover.max_credits"
            ),
            (
                "{ schedule_id: a, credits: 1, every: P1D, rollover: { max_percent: 0 } }",
                ".rollover.max_percent"
            ),
            (
                "{ schedule_id: a, credits: 1, every: P1D, rollover: { max_percent: 1.001 } }",
                ".rollover.max_percent"
            ),
            (
                "{ schedule_id: a, credits: 1, every: P1D, expires: null, "
                    + "rollover: { max_credits: 1 } }",
                ".rollover"
            ),
            (
                "{ schedule_id: a, credits: 1, every: P1D, expires: P1D, "
                    + "rollover: { max_credits: 1 } }",
                ".rollover"
            ),
        ]
    )
    func isNoRecurringGrant(_ value: String, _ path: String) {
        #expect(
            keys("defaults: { recurring: [\(value)] }") == ["defaults.recurring[0]\(path)"]
        )
    }

    @Test func namesAreUniqueAndRulesAreThirtyTwoAtMost() {
        func list(_ names: [String]) -> String {
            let rules = names.map { "{ schedule_id: \($0), credits: 1, every: P1D }" }
            return "defaults: { recurring: [\(rules.joined(separator: ", "))] }"
        }
        #expect(keys(list(["a", "b", "a"])) == ["defaults.recurring[2]"])
        let names = (0..<33).map { "s\($0)" }
        #expect(keys(list(names)) == ["defaults.recurring"])
        #expect(keys(list(names.dropLast())) == [])
    }

    /// The keys at fault.
    private func keys(_ yaml: String) -> [String] {
        do throws(ConfigurationFaults) {
            return try parse(yaml).warnings.map(\.key)
        } catch {
            return error.faults.map(\.key)
        }
    }
}
