import Credits
import Testing

@testable import Drawdown

@Suite struct RateCardsSectionTests {
    @Test func cardsAreReadInAnyOrder() throws {
        let cards = try parse(
            """
            rate_cards:
              - version: 2026-12
                effective_from: 2026-12-01T00:00:00Z
                rates: [{ id: chat, action: chat.request, credits: 0.25, credit_type: tokens }]
              - version: 2026-11
                effective_from: 2026-11-01T01:00:00+01:00
                rates: [{ id: chat, action: chat.request, credits: "0" }]
            """
        ).configuration.rateCards
        let november = try #require(Timestamp("2026-11-01T00:00:00Z"))
        let december = try #require(Timestamp("2026-12-01T00:00:00Z"))
        #expect(
            cards == [
                RateCard(
                    version: "2026-12",
                    effectiveFrom: december,
                    rates: [
                        Rate(
                            id: "chat",
                            action: "chat.request",
                            credits: try Amount("0.25"),
                            creditType: "tokens"
                        )
                    ]
                ),
                RateCard(
                    version: "2026-11",
                    effectiveFrom: november,
                    rates: [Rate(id: "chat", action: "chat.request", credits: .zero)]
                ),
            ]
        )
    }

    @Test func whatCouldPriceOneEventInTwoWaysIsAFault() {
        let yaml = """
            rate_cards:
              - version: a
                effective_from: 2026-11-01T00:00:00Z
                rates: [{ id: x, action: p, credits: 1 }, { id: x, action: q, credits: 1 }]
              - version: a
                effective_from: 2026-11-01T01:00:00+01:00
                rates: [{ id: x, action: p, credits: 1 }, { id: y, action: p, credits: 2 }]
            """
        #expect(
            faults(yaml) == [
                "drawdown.yaml:6:49: expected rate_cards[0].rates[1].id to be different from that "
                    + "of rate_cards[0].rates[0], got: x",
                "drawdown.yaml:7:5: expected rate_cards[1].version to be different from that of "
                    + "rate_cards[0], got: a",
                "drawdown.yaml:8:5: expected rate_cards[1].effective_from to be different from "
                    + "that of rate_cards[0], got: 2026-11-01T00:00:00Z",
                "drawdown.yaml:9:56: expected rate_cards[1].rates[1].when to exclude that of "
                    + "rate_cards[1].rates[0], got: rates \"x\" and \"y\" that can price one event "
                    + "of \"p\", each with 0 keys",
            ]
        )
    }

    @Test(
        "a rate that is not whole is a fault",
        arguments: [
            "{ action: a, credits: 1 }", "{ id: a, credits: 1 }", "{ id: a, action: a }",
            "{ id: a, action: a, credits: -1 }", "{ id: a, action: a, credits: cheap }",
            "{ id: a, action: a, credits: 0.0000000000001 }", "{ id: \"\", action: a, credits: 1 }",
            "{ id: a, action: a, credits: 1, tiers: [{ credits: 1 }] }",
            "{ id: a, action: a, credits: 1, credit_type: \(String(repeating: "c", count: 65)) }",
            "{ id: a, action: a, credits: 1, credit: 1 }", "chat",
        ]
    )
    func isFaulty(_ rate: String) {
        let card = "rate_cards: [{ version: v, effective_from: 2026-11-01T00:00:00Z, rates: "
        #expect(faults(card + "[\(rate)] }]").count == 1)
    }

    @Test func cardsAndRatesAreCountedInSixteenBits() {
        let most = 32_767
        func cards(_ count: Int) -> String {
            "rate_cards: [" + String(repeating: "0,", count: count) + "]"
        }
        func rates(_ count: Int) -> String {
            "rate_cards: [{ version: v, effective_from: 2026-11-01T00:00:00Z, rates: ["
                + String(repeating: "0,", count: count) + "] }]"
        }
        let excess = "to be at most \(most) members, got: \(most + 1)"
        #expect(faults(cards(most + 1)).contains { $0.hasSuffix("rate_cards \(excess)") })
        #expect(!faults(cards(most)).contains { $0.contains("members") })
        #expect(faults(rates(most + 1)).contains { $0.hasSuffix("rate_cards[0].rates \(excess)") })
        #expect(!faults(rates(most)).contains { $0.contains("members") })
    }

    @Test(arguments: ["2026-11-01", "tomorrow", "2026-13-01T00:00:00Z"])
    func aCardBeginsAtATimeAsInRFC3339(_ moment: String) {
        #expect(
            faults("rate_cards: [{ version: v, effective_from: \(moment), rates: [] }]") == [
                "drawdown.yaml:3:28: expected rate_cards[0].effective_from to be a time as in "
                    + "RFC 3339, such as 2026-11-01T00:00:00Z, got: \(moment)"
            ]
        )
    }
}
