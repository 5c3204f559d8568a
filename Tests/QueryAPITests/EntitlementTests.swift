import Credits
import Testing

@testable import QueryAPI

/// The rate card of the tests: image.generate costs 10 a piece.
struct EntitlementTests {
    private static func ask(_ query: String, _ ledger: FixedLedger? = nil) async -> Answer {
        let api = makeAPI(ledger ?? .withGrant("acme"))
        return await api.get("/v1/customers/acme/entitlement?\(query)")
    }

    @Test func whatTheCreditsCoverIsAllowed() async {
        let answer = await Self.ask("action=image.generate&quantity=10")
        #expect(
            answer.text == #"{"allowed":true,"cost":"100","available":"100","reason":null}"#
        )
    }

    @Test func whatTheyDoNotCoverIsNotThoughItWouldBeRecorded() async {
        let answer = await Self.ask("action=image.generate&quantity=10.1")
        #expect(
            answer.text == """
                {"allowed":false,"cost":"101","available":"100",\
                "reason":"insufficient_credits"}
                """
        )
    }

    @Test func anExplicitPriceWins() async {
        let answer = await Self.ask("credits=7.5&action=image.generate")
        #expect(answer.values(of: "cost") == [#""7.5""#])
    }

    @Test func whatHasNoPriceIsNotAllowed() async {
        let answer = await Self.ask("action=video.generate")
        #expect(
            answer.text == #"{"allowed":false,"cost":null,"available":"100","reason":"no_rate"}"#
        )
    }

    @Test func whatIsFreeIsAllowedAlsoInDebt() async {
        var ledger = FixedLedger.withGrant("acme")
        ledger.usage("u1", from: [(1, "100"), (0, "5")])
        #expect(await Self.ask("credits=0", ledger).values(of: "allowed") == ["true"])
        #expect(await Self.ask("credits=1", ledger).values(of: "allowed") == ["false"])
    }

    @Test(arguments: [
        ("", "action"), ("action=a&quantity=-1", "quantity"), ("credits=x", "credits"),
        ("action=a&quantity=1&quantity=2", "quantity"), ("action=a&x=1&x=2", "x"),
    ])
    func aMalformedQuestionIsNamed(query: String, parameter: String) async {
        let answer = await Self.ask(query)
        #expect(answer.status == 422)
        #expect(answer.values(of: "parameter") == ["\"\(parameter)\""])
    }

    @Test func dimensionsChooseTheRateAsTextOrAsNumbers() async {
        let card = RateCard(
            version: "1",
            effectiveFrom: .earliest,
            rates: [
                Rate(
                    id: "wide",
                    action: "draw",
                    when: [RateCondition(dimension: "size", values: [.number("1024")])],
                    price: .perUnit(amount("4"))
                ),
                Rate(
                    id: "fine",
                    action: "draw",
                    when: [RateCondition(dimension: "model", values: [.text("fine")])],
                    price: .perUnit(amount("6"))
                ),
            ]
        )
        let api = makeAPI(FixedReader([.withGrant("acme")]), card: card)
        let base = "/v1/customers/acme/entitlement?action=draw&"
        #expect(await api.get(base + "size=1024").values(of: "cost") == [#""4""#])
        #expect(await api.get(base + "model=fine").values(of: "cost") == [#""6""#])
        #expect(await api.get(base + "model=coarse").values(of: "cost") == ["null"])
    }

    private static func rate(_ id: String, _ price: String, _ when: [String: DimensionValue])
        -> Rate
    {
        Rate(
            id: id,
            action: "draw",
            when: when.map { RateCondition(dimension: $0.key, values: [$0.value]) },
            price: .perUnit(amount(price))
        )
    }

    /// A card that is over asked for numbers, and the one in force asks for both.
    @Test func aValueThatIsATextForOneRateAndANumberForAnotherIsEither() async {
        let old = RateCard(
            version: "1",
            effectiveFrom: .earliest,
            rates: [Self.rate("old", "1", ["size": .number("4")])]
        )
        let card = RateCard(
            version: "2",
            effectiveFrom: noon,
            rates: [
                Self.rate("four", "2", ["size": .text("4")]),
                Self.rate("one", "3", ["tier": .text("1")]),
                Self.rate("both", "5", ["tier": .number("1"), "region": .text("eu")]),
            ]
        )
        let api = makeAPI(FixedReader([.withGrant("acme")]), cards: [old, card])
        let base = "/v1/customers/acme/entitlement?action=draw"
        #expect(await api.get(base + "&size=4").values(of: "cost") == [#""2""#])
        #expect(await api.get(base + "&tier=1").values(of: "cost") == [#""3""#])
        #expect(await api.get(base + "&tier=1&region=eu").values(of: "cost") == [#""5""#])
    }

    @Test func aNumberIsForTheRateThatAsksForIt() async {
        let steps = [RateCondition(dimension: "steps", values: [.number("50")])]
        let card = RateCard(
            version: "1",
            effectiveFrom: .earliest,
            rates: [
                Rate(id: "any", action: "draw", price: .perUnit(amount("10"))),
                Rate(id: "many", action: "draw", when: steps, price: .perUnit(amount("15"))),
            ]
        )
        let api = makeAPI(FixedReader([.withGrant("acme")]), card: card)
        let base = "/v1/customers/acme/entitlement?action=draw"
        #expect(await api.get(base + "&steps=50").values(of: "cost") == [#""15""#])
        #expect(await api.get(base + "&steps=50.0").values(of: "cost") == [#""15""#])
        #expect(await api.get(base + "&steps=49").values(of: "cost") == [#""10""#])
        #expect(await api.get(base).values(of: "cost") == [#""10""#])
    }
}
