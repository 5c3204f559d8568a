import Credits
import Testing

@testable import Drawdown

/// How old and how young events may be, and how long their ids are remembered.
@Suite struct EventTimeTests {
    @Test func eventsMayBeOfAnyAgeButNotFromTheFuture() throws {
        let configuration = try parse("").configuration
        #expect(configuration.events.maxAge == nil)
        #expect(configuration.events.maxFuture == .fixed(seconds: 300))
        #expect(configuration.deduplication.retention == nil)
    }

    @Test func bothLimitsAreReadAndLifted() throws {
        let given = try parse("events: { max_age: P1M, max_future: PT0S }").configuration.events
        #expect(given.maxAge == .fixed(seconds: 0, months: 1))
        #expect(given.maxFuture == .zero)
        let lifted = try parse("events: { max_age: ~, max_future: null }").configuration.events
        #expect(lifted.maxAge == nil)
        #expect(lifted.maxFuture == nil)
    }

    @Test func aVariableLiftsThemToo() throws {
        let events = try parse(
            "events: { max_age: P1D }",
            environment: ["DRAWDOWN_EVENTS_MAX_AGE": "null", "DRAWDOWN_EVENTS_MAX_FUTURE": "~"]
        ).configuration.events
        #expect(events.maxAge == nil)
        #expect(events.maxFuture == nil)
    }

    @Test(arguments: [
        "events: { max_age: PT0S }", "events: { max_age: 30 }", "events: { max_age: P101Y }",
        "events: { max_future: -PT1S }", "events: { max_future: none }",
        "dedup: { retention: never }", "dedup: { retention: PT0S }",
    ])
    func whatIsNoLimitIsRefused(_ yaml: String) {
        #expect(faults(yaml).count == 1)
    }

    @Test func aLimitedRetentionDemandsALimitedAge() {
        #expect(
            faults("dedup: { retention: P30D }") == [
                "drawdown.yaml:3:10: expected dedup.retention to be forever where "
                    + "events.max_age does not limit it, got: P30D"
            ]
        )
        #expect(
            faults("events: { max_age: P31D }\ndedup: { retention: P30D }") == [
                "drawdown.yaml:4:10: expected dedup.retention to be forever, or no shorter than "
                    + "events.max_age (P31D), got: P30D"
            ]
        )
    }

    @Test(
        "an age is compared with the retention from whichever day they are counted",
        arguments: [
            ("P30D", "P30D", true), ("P29D", "P30D", true), ("P1M", "P1M", true),
            ("P1M", "P31D", true), ("P1M", "P30D", false), ("P28D", "P1M", true),
            ("P29D", "P1M", false), ("P365D", "P1Y", true), ("P366D", "P1Y", false),
            ("P1Y", "P366D", true), ("P1Y", "P12M", true), ("P1MT1S", "P1M", false),
            ("PT23H", "P1D", true), ("P1M", "P2M", true), ("P59D", "P2M", true),
            ("P60D", "P2M", false),
        ]
    )
    func isNotLonger(_ age: String, _ retention: String, _ isGood: Bool) throws {
        let yaml = "events: { max_age: \(age) }\ndedup: { retention: \(retention) }"
        #expect(faults(yaml).isEmpty == isGood)
        guard isGood else { return }
        #expect(try parse(yaml).configuration.deduplication.retention != nil)
    }
}
