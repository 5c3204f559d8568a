import Credits
import Testing

@testable import Drawdown

/// `when`, `components` and `tiers` of rates.
@Suite struct RatePricesTests {
    private static let head = """
        rate_cards:
          - version: v
            effective_from: 2026-11-01T00:00:00Z
            rates:

        """

    /// Rates as lines, the first of which is line 7 of the file; the faults without their file.
    private func rateFaults(_ lines: String...) -> [String] {
        let rates = lines.map { "      - { \($0) }" }.joined(separator: "\n")
        return faults(Self.head + rates).map { String($0.dropFirst("drawdown.yaml:".count)) }
    }

    private func rates(_ lines: String) throws -> [Rate] {
        try #require(try parse(Self.head + lines).configuration.rateCards.first).rates
    }

    @Test func theContractsCardIsRead() throws {
        let rates = try rates(
            """
                  - { id: sdxl, action: image.generate, when: { model: sdxl }, credits: 10 }
                  - id: llm
                    action: llm.completion
                    when: { model: [opus, sonnet] }
                    components:
                      - { of: input_tokens,  per: 1000, credits: 0.25 }
                      - { of: output_tokens, per: 1000, credits: 1.0, round: up }
                      - { of: requests, credits: "2" }
                  - id: video
                    action: video.generate
                    tiers: [ { up_to: 10, credits: 100 }, { up_to: 20.5, credits: 90 },
                             { credits: 80 } ]
            """
        )
        let models = RateCondition(dimension: "model", values: [.text("opus"), .text("sonnet")])
        #expect(
            rates == [
                Rate(
                    id: "sdxl",
                    action: "image.generate",
                    when: [RateCondition(dimension: "model", values: [.text("sdxl")])],
                    price: .perUnit(Amount(whole: 10))
                ),
                Rate(
                    id: "llm",
                    action: "llm.completion",
                    when: [models],
                    price: .components([
                        RateComponent(
                            of: "input_tokens",
                            per: Amount(whole: 1000),
                            credits: try Amount("0.25")
                        ),
                        RateComponent(
                            of: "output_tokens",
                            per: Amount(whole: 1000),
                            credits: Amount(whole: 1),
                            roundsUp: true
                        ),
                        RateComponent(of: "requests", credits: Amount(whole: 2)),
                    ])
                ),
                Rate(
                    id: "video",
                    action: "video.generate",
                    price: .tiers([
                        RateTier(upTo: Amount(whole: 10), credits: Amount(whole: 100)),
                        RateTier(upTo: try Amount("20.5"), credits: Amount(whole: 90)),
                        RateTier(credits: Amount(whole: 80)),
                    ])
                ),
            ]
        )
    }

    @Test(arguments: [
        ("1", DimensionValue.number("1")), ("1.50", .number("1.5")), ("1e2", .number("100")),
        ("-0", .number("0")), ("\"1\"", .text("1")), ("'1.50'", .text("1.50")),
        ("\"\"", .text("")), ("\"true\"", .text("true")), ("sdxl", .text("sdxl")),
        ("eu-west-1", .text("eu-west-1")), ("4.1-mini", .text("4.1-mini")), ("NO", .text("NO")),
        ("2026-11-01", .text("2026-11-01")),
    ])
    func aWordIsANumberWhereJSONWouldReadOne(_ word: String, _ value: DimensionValue) throws {
        let single = try rates("      - { id: a, action: a, when: { d: \(word) }, credits: 1 }")
        let list = try rates("      - { id: a, action: a, when: { d: [\(word)] }, credits: 1 }")
        #expect(single.first?.conditions == [RateCondition(dimension: "d", values: [value])])
        #expect(list == single)
    }

    @Test(
        "a value that no dimension can have is a fault, for its rate would never match",
        arguments: [
            "true", "False", "null", "~", "", ".5", "+1", "007", "1.", "0x1F", ".inf", ".NaN", "[]",
            "{ a: 1 }", "[a, true]", "[[a]]", "0.0000000000001", "100000000000000000000000000",
        ]
    )
    func isNoValue(_ word: String) {
        let found = rateFaults("id: a, action: a, when: { d: \(word) }, credits: 1")
        #expect(found.count == 1)
        #expect(found.allSatisfy { $0.contains("rate_cards[0].rates[0].when.d") }, "\(found)")
    }

    @Test func ratesThatCanPriceOneEventAreAFaultThatNamesBoth() {
        let found = rateFaults(
            "id: any, action: p, credits: 1",
            "id: one, action: p, when: { model: [x, y] }, credits: 1",
            "id: two, action: p, when: { model: [y, z] }, credits: 1",
            "id: three, action: p, when: { model: z, region: eu }, credits: 1",
            "id: four, action: p, when: { region: eu, tier: 1 }, credits: 1",
            "id: five, action: p, when: { model: w, region: us }, credits: 1",
            "id: other, action: q, when: { model: x }, credits: 1"
        )
        #expect(
            found == [
                "9:31: expected rate_cards[0].rates[2].when to exclude that of "
                    + "rate_cards[0].rates[1], got: rates \"one\" and \"two\" that can price one "
                    + "event of \"p\", each with 1 key",
                "11:32: expected rate_cards[0].rates[4].when to exclude that of "
                    + "rate_cards[0].rates[3], got: rates \"three\" and \"four\" that can price one "
                    + "event of \"p\", each with 2 keys",
            ]
        )
    }

    @Test func aGapInTiersIsAFault() {
        let path = "rate_cards[0].rates[0].tiers"
        func tiers(_ list: String) -> [String] {
            rateFaults("id: a, action: a, tiers: [\(list)]")
        }
        #expect(
            tiers("{ up_to: 10, credits: 1 }, { up_to: 10, credits: 1 }, { credits: 1 }") == [
                "7:66: expected \(path)[1].up_to to be a decimal above 10, with at most 12 "
                    + "decimals, got: 10"
            ]
        )
        #expect(
            tiers("{ credits: 1 }, { credits: 2 }") == [
                "7:37: expected \(path)[0].up_to to be a decimal above 0, with at most 12 "
                    + "decimals, got: nothing"
            ]
        )
        #expect(
            tiers("{ up_to: 10, credits: 1 }, { up_to: 20, credits: 1 }") == [
                "7:66: expected \(path)[1].up_to to be left out in the last tier, which prices "
                    + "whatever is above, got: 20"
            ]
        )
        #expect(
            tiers("") == ["7:29: expected \(path) to be a list of at least one, got: an empty list"]
        )
        #expect(tiers("{ up_to: 0, credits: 1 }, { credits: 1 }").count == 1)
        #expect(tiers("{ up_to: 1 }, { credits: 1 }").count == 1)
        #expect(tiers("{ upto: 1, credits: 1 }").count == 1)
        #expect(tiers("{ credits: -1 }").count == 1)
    }

    @Test(
        "a component that is not whole is a fault",
        arguments: [
            "{ credits: 1 }", "{ of: a }", "{ of: a, credits: -1 }",
            "{ of: a, credits: 1, per: 0 }",
            "{ of: a, credits: 1, per: -1 }", "{ of: a, credits: 1, round: down }",
            "{ of: \"\", credits: 1 }", "{ of: [a], credits: 1 }", "{ of: a, credits: 1, pre: 1 }",
            "a", "",
        ]
    )
    func isFaulty(_ component: String) {
        #expect(rateFaults("id: a, action: a, components: [\(component)]").count == 1)
    }

    @Test func aRateHasExactlyOnePrice() {
        #expect(
            rateFaults("id: a, action: a", "id: b, action: b, credits: 1, tiers: [{ credits: 1 }]")
                == [
                    "7:9: expected rate_cards[0].rates[0] to have exactly one of credits, "
                        + "components and tiers, got: none",
                    "8:41: expected rate_cards[0].rates[1] to have exactly one of credits, "
                        + "components and tiers, got: credits and tiers",
                ]
        )
    }

    @Test func aDimensionsNameHasTheBoundsThatEventsHave() throws {
        let name = String(repeating: "n", count: 255)
        #expect(rateFaults("id: a, action: a, when: { \(name): 1 }, credits: 1") == [])
        #expect(rateFaults("id: a, action: a, when: { \(name)n: 1 }, credits: 1").count == 1)
        #expect(rateFaults("id: a, action: a, when: { \"a\\nb\": 1 }, credits: 1").count == 1)
        #expect(rateFaults("id: a, action: a, when: { \"\": 1 }, credits: 1").count == 1)
        #expect(
            rateFaults("id: a, action: a, components: [{ of: \(name)n, credits: 1 }]").count == 1
        )
    }
}
