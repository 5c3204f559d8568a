@testable import Credits
import Testing
import UsageCodec

/// Events that bring no price, as the rate card prices their dimensions (contract §4).
@Suite struct RatePriceTests {
    private static let book = RateBook(cards: [
        RateCard(
            version: "2026-11",
            effectiveFrom: .earliest,
            rates: [
                Rate(id: "image", action: "image", credits: Samples.amount("4")),
                Rate(
                    id: "sdxl",
                    action: "image",
                    when: [RateCondition(dimension: "model", values: [.text("sdxl")])],
                    price: .perUnit(Samples.amount("10"))
                ),
                Rate(
                    id: "v2",
                    action: "speech",
                    when: [RateCondition(dimension: "version", values: [.number("2")])],
                    price: .tiers([
                        RateTier(upTo: Samples.amount("10"), credits: Samples.amount("3")),
                        RateTier(credits: Samples.amount("1")),
                    ]),
                    creditType: "voice"
                ),
                Rate(
                    id: "llm",
                    action: "llm",
                    price: .components([
                        RateComponent(
                            of: "tokens",
                            per: Samples.amount("1000"),
                            credits: Samples.amount("0.25"),
                            roundsUp: true
                        )
                    ]),
                    creditType: "tokens"
                ),
            ]
        )
    ])

    private func decode(_ members: String) throws -> (UsageEvent, InputBatch) {
        var decoder = InputDecoder(
            hashKey: Samples.hashKey,
            rates: Self.book,
            limits: DecodeLimits()
        )
        var batch = Samples.batch()
        let json = Array("{\"usage_id\":\"u\",\"customer_id\":\"acme\",\(members)}".utf8)
        decoder.decode(
            .usage,
            key: nil,
            value: json.span,
            headers: [],
            timestamp: Samples.recorded,
            origin: .time,
            into: &batch
        )
        return (try #require(batch.usage.first, "\(batch.invalid)"), batch)
    }

    @Test(arguments: [
        (#""action":"image","quantity":2"#, "8", 0, "credits"),
        (#""action":"image","dimensions":{"model":"sdxl"}"#, "10", 1, "credits"),
        (#""action":"image","dimensions":{"z":1,"model":"\u0073dxl"}"#, "10", 1, "credits"),
        (#""action":"speech","quantity":12,"dimensions":{"version":2.0}"#, "32", 2, "voice"),
        (#""action":"llm","quantity":9,"dimensions":{"tokens":"1001"}"#, "0.5", 3, "tokens"),
        (#""action":"llm","dimensions":{"tokens":1e3},"credit_type":"gpu""#, "0.25", 3, "gpu"),
        // An explicit price wins, and its credit type is not the rate's.
        (#""action":"llm","credits":7"#, "7", -1, "credits"),
    ])
    func dimensionsChooseAndFeedTheRate(
        _ members: String,
        _ credits: String,
        _ rate: Int16,
        _ creditType: String
    ) throws {
        let (event, batch) = try decode(members)
        #expect(batch.pricingRefusals == [])
        #expect(event.credits == Samples.amount(credits))
        #expect(event.rate.rate == rate)
        #expect(batch.accountNames(event.account) == ["acme", creditType])
    }

    @Test(arguments: [
        ("{}", "missing_field", "present, got: nothing"),
        (
            #"{"tokens":"a\nb"}"#, "invalid_field",
            #"a decimal number of at most 12 decimals, got: "a\u000ab""#
        ),
        (#"{"tokens":-1}"#, "invalid_field", "0 or more, got: -1"),
        (#"{"tokens":"-1"}"#, "invalid_field", #"0 or more, got: "-1""#),
        (
            #"{"tokens":1e400}"#, "out_of_range",
            "a number whose price has at most 26 digits before the point, got: 1e400"
        ),
    ])
    func aDimensionThatIsNoNumberIsRefusedOnTheAccountOfTheRate(
        _ dimensions: String,
        _ code: String,
        _ constraint: String
    ) throws {
        let (event, batch) = try decode(#""action":"llm","dimensions":\#(dimensions)"#)
        let refusal = batch.pricingRefusals[Int(event.pricingRefusal)]
        #expect(refusal.code.name == code)
        #expect(refusal.field == "dimensions.tokens")
        #expect(refusal.message == "expected dimensions.tokens to be \(constraint)")
        #expect(event.credits == .zero)
        #expect(batch.accountNames(event.account) == ["acme", "tokens"])
    }

    @Test func anEventWhoseDimensionsNoRateDemandsHasNoRate() throws {
        let (event, batch) = try decode(#""action":"speech","dimensions":{"version":"2"}"#)
        let refusal = batch.pricingRefusals[Int(event.pricingRefusal)]
        #expect(refusal.code == .noRate)
        #expect(refusal.field == "action")
    }
}
