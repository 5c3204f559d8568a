import Credits
import Testing
import UsageCodec

@testable import Drawdown

/// The sample of contract §8 as it stands there, comments and all.
@Suite struct ContractSampleTests {
    private static let sample = #"""
        kafka:                                   # librdkafka properties, verbatim (those in DESIGN §6 are refused)
          bootstrap.servers: 127.0.0.1:9092
          group.id: drawdown
        start: earliest                          # where a partition without a stored offset begins: earliest | latest; no default
        topics: { usage: [usage.events], commands: credits.commands, triggers: webhook.triggers, dead_letters: usage.dead-letters }
        store: { embedded: { path: ./data, reserve: 1GiB } }     # or postgresql: { url: "postgresql://…", password_file: … }
        commit: { max_age: PT0.02S, max_events: 10000 }
        http: { listen: "127.0.0.1:8080", tokens_file: null, certificate: null, key: null }
        defaults: { overdraft: record, thresholds: [{ type: percent, value: "20" }] }        # §3
        triggers: { coalesce: PT1S }
        expiry: { grace: PT1H, notice: [P7D, P1D] }
        reversal: { grace: P30D }
        events: { max_bytes: 1MiB, max_age: null, max_future: PT5M }   # older / later than this: too_old, too_far_in_future
        mappings:                                # per topic, JSON Pointers; numbers and numeric strings are taken as Unix seconds for occurred_at
          lago.events_raw: { usage_id: /transaction_id, customer_id: /external_subscription_id, action: /code, occurred_at: /timestamp, dimensions: /properties }
        dedup: { retention: forever }             # a limited retention demands a max_age that is not longer: a forgotten id never comes back as new
        rate_cards: []                           # §4
        """#

    @Test func itIsACompleteConfigurationWithoutFaults() throws {
        let loaded = try parse(whole: Self.sample)
        var expected = Configuration()
        expected.kafka["bootstrap.servers"] = "127.0.0.1:9092"
        expected.mappings = loaded.configuration.mappings
        #expect(loaded.configuration == expected)
        #expect(loaded.configuration.mappings.keys.sorted() == ["lago.events_raw"])
    }

    @Test func itMapsATopicThatItDoesNotRead() throws {
        let loaded = try parse(whole: Self.sample)
        #expect(loaded.warnings.map(\.key) == ["mappings.lago.events_raw"])
        let mapping = loaded.configuration.mappings["lago.events_raw"]
        #expect(mapping?[.dimensions]?.text == "/properties")
    }

    @Test func itsDefaultsAreThePolicies() throws {
        let policies = try parse(whole: Self.sample).configuration.policies
        #expect(policies.expiryGrace == .fixed(hours: 1))
        #expect(policies.expiryNotices == [.fixed(days: 7), .fixed(days: 1)])
        #expect(policies.reversalGrace == .fixed(days: 30))
        #expect(policies.defaults == .standard)
    }
}
