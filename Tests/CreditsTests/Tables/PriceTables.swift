import Credits
import Testing

/// What events cost (contract §4), one line each.
@Suite struct PriceTables {
    private let table: PriceTable

    init() throws {
        let card = RateCard(version: "v", effectiveFrom: .earliest, rates: try Self.rates())
        table = PriceTable(book: RateBook(cards: [card]), occurredAt: .latest)
    }

    private static func rates() throws -> [Rate] {
        try units() + matching() + components() + tiers()
    }

    private static func units() throws -> [Rate] {
        [
            Rate(id: "chat", action: "chat.request", credits: try Amount("0.25")),
            Rate(id: "free", action: "chat.free", credits: .zero),
            Rate(id: "tiny", action: "micro.call", credits: try Amount("0.000000000001")),
            Rate(
                id: "dear",
                action: "moon.landing",
                credits: try Amount("99999999999999999999999999")
            ),
        ]
    }

    /// From the least to the most keys, for the order of the card must not count.
    private static func matching() -> [Rate] {
        func image(_ id: String, _ credits: Int64, when conditions: RateCondition...) -> Rate {
            Rate(
                id: id,
                action: "image",
                when: conditions,
                price: .perUnit(Amount(whole: credits))
            )
        }
        func speech(_ id: String, _ credits: Int64, _ version: DimensionValue) -> Rate {
            let condition = RateCondition(dimension: "version", values: [version])
            let price = RatePrice.perUnit(Amount(whole: credits))
            return Rate(id: id, action: "speech", when: [condition], price: price)
        }
        let sdxl = RateCondition(dimension: "model", values: [.text("sdxl")])
        let europe = RateCondition(
            dimension: "region",
            values: [.text("eu-west"), .text("eu-north"), .number("49")]
        )
        return [
            image("any", 4), image("sdxl", 10, when: sdxl),
            image("sdxl-eu", 12, when: europe, sdxl), speech("text", 1, .text("1")),
            speech("number", 2, .number("1")),
        ]
    }

    private static func components() throws -> [Rate] {
        let models = RateCondition(dimension: "model", values: [.text("opus"), .text("sonnet")])
        func line(_ dimension: String, per: String = "1", _ credits: String) throws -> RateComponent
        {
            RateComponent(of: dimension, per: try Amount(per), credits: try Amount(credits))
        }
        func package(_ dimension: String, per: String, _ credits: String) throws -> RateComponent {
            RateComponent(
                of: dimension,
                per: try Amount(per),
                credits: try Amount(credits),
                roundsUp: true
            )
        }
        let llm = [
            try line("input", per: "1000", "0.25"), try package("output", per: "1000", "1"),
        ]
        let most = "60000000000000000000000000"
        return [
            Rate(id: "llm", action: "llm", when: [models], price: .components(llm)),
            Rate(
                id: "scan",
                action: "scan",
                price: .components([try line("gb", per: "3", "1"), try line("rows", per: "7", "1")])
            ),
            Rate(
                id: "half",
                action: "half",
                price: .components([
                    try line("a", per: "2", "0.000000000001"),
                    try line("b", per: "2", "0.000000000001"),
                ])
            ),
            Rate(
                id: "once",
                action: "once",
                price: .components([try line("n", per: "0.000000000001", "0.5")])
            ),
            Rate(
                id: "mail",
                action: "mail",
                price: .components([try package("mails", per: "0.5", "3")])
            ),
            Rate(
                id: "grains",
                action: "grains",
                price: .components([try package("n", per: "0.000000000001", "0.000000000001")])
            ),
            Rate(
                id: "moon",
                action: "moon",
                price: .components([try line("a", most), try line("b", most)])
            ),
        ]
    }

    private static func tiers() throws -> [Rate] {
        [
            Rate(
                id: "video",
                action: "video",
                price: .tiers([
                    RateTier(upTo: Amount(whole: 10), credits: Amount(whole: 100)),
                    RateTier(upTo: Amount(whole: 20), credits: Amount(whole: 80)),
                    RateTier(credits: Amount(whole: 50)),
                ])
            ),
            Rate(
                id: "grain",
                action: "grain",
                price: .tiers([
                    RateTier(upTo: try Amount("0.5"), credits: try Amount("0.000000000001")),
                    RateTier(credits: try Amount("0.000000000001")),
                ])
            ),
            Rate(
                id: "bounded",
                action: "bounded",
                price: .tiers([RateTier(upTo: Amount(whole: 1), credits: Amount(whole: 7))])
            ),
            Rate(
                id: "steep",
                action: "steep",
                price: .tiers([
                    RateTier(upTo: Amount(whole: 1), credits: Amount(whole: 0)),
                    RateTier(credits: try Amount("60000000000000000000000000")),
                ])
            ),
        ]
    }

    @Test func aUnitPriceIsMultipliedByQuantity() throws {
        try table.check(
            """
            chat.request 1              -> chat 0.25
            chat.request 3              -> chat 0.75
            chat.request 0              -> chat 0
            chat.request 0.000000000001 -> chat 0
            chat.request 0.000000000002 -> chat 0
            chat.request 0.000000000006 -> chat 0.000000000002
            chat.free    1000000        -> free 0
            micro.call   0.5            -> tiny 0
            micro.call   1.5            -> tiny 0.000000000002
            micro.call   2.5            -> tiny 0.000000000002
            micro.call   0.500000000001 -> tiny 0.000000000001
            moon.landing 1              -> dear 99999999999999999999999999
            moon.landing 1.01           -> dear out_of_range
            moon.landing 0              -> dear 0
            chat         1              -> - no_rate
            CHAT.REQUEST 1              -> - no_rate
            """
        )
    }

    @Test func theRateWithTheMostKeysWins() throws {
        try table.check(
            """
            image 2                                           -> any 8
            image 2 model=flux                                -> any 8
            image 2 model=sdxl                                -> sdxl 20
            image 2 model=sdxl region=us-east                 -> sdxl 20
            image 2 model=sdxl region=eu-west                 -> sdxl-eu 24
            image 2 model=sdxl region=eu-north steps:50       -> sdxl-eu 24
            image 2 model=sdxl region:49                      -> sdxl-eu 24
            image 2 model=sdxl region=49                      -> sdxl 20
            image 2 region=eu-west                            -> any 8
            image 2 model=sdx                                 -> any 8
            image 2 model=sdxll                               -> any 8
            image 2 model=SDXL                                -> any 8
            image 2 models=sdxl                               -> any 8
            speech 1 version=1                                -> text 1
            speech 1 version:1                                -> number 2
            speech 1 version:2                                -> - no_rate
            speech 1 version=                                 -> - no_rate
            speech 1                                          -> - no_rate
            """
        )
    }

    @Test func componentsAreSummedWhateverTheQuantityIs() throws {
        try table.check(
            """
            llm 1   model=opus   input:1200   output:1        -> llm 1.3
            llm 500 model=sonnet input:1200   output:1        -> llm 1.3
            llm 0   model=opus   input:1000   output:1000     -> llm 1.25
            llm 1   model=opus   input:1000   output:1001     -> llm 2.25
            llm 1   model=opus   input:1      output:0        -> llm 0.00025
            llm 1   model=opus   input:0      output:0        -> llm 0
            llm 1   model=opus   input:0      output:0.001    -> llm 1
            llm 1   model=opus   input=1200   output=1        -> llm 1.3
            llm 1   model=opus   input=1.2e3  output=1.0      -> llm 1.3
            llm 1   model=gpt    input:1200   output:1        -> - no_rate
            scan 1  gb:1 rows:1                               -> scan 0.47619047619
            scan 1  gb:2 rows:0                               -> scan 0.666666666667
            mail 1  mails:1                                   -> mail 6
            mail 1  mails:1.2                                 -> mail 9
            mail 1  mails:1.500000000001                      -> mail 12
            """
        )
    }

    @Test func everyLineIsRoundedHalfEvenAndOnce() throws {
        try table.check(
            """
            half 1 a:1 b:0                                    -> half 0
            half 1 a:3 b:0                                    -> half 0.000000000002
            half 1 a:5 b:0                                    -> half 0.000000000002
            // Two halves are two lines, and each is rounded by itself.
            half 1 a:1 b:1                                    -> half 0
            // The product alone would round to 0.
            once 1 n:0.000000000001                           -> once 0.5
            once 1 n:99999999999999                           -> once 49999999999999500000000000
            grain 0.5                                         -> grain 0
            grain 1                                           -> grain 0
            grain 2                                           -> grain 0.000000000002
            """
        )
    }

    @Test func tiersAreGraduatedByQuantity() throws {
        try table.check(
            """
            video 0                                           -> video 0
            video 0.5                                         -> video 50
            video 1                                           -> video 100
            video 10                                          -> video 1000
            video 10.5                                        -> video 1040
            video 20                                          -> video 1800
            video 21                                          -> video 1850
            video 1000000                                     -> video 50000800
            video 21 model=sdxl                               -> video 1850
            steep 1                                           -> steep 0
            steep 2                                           -> steep 60000000000000000000000000
            steep 3                                           -> steep out_of_range
            // A last tier prices what is above it, bound or not.
            bounded 3                                         -> bounded 21
            """
        )
    }

    @Test func aDimensionThatARateIsPaidByIsNeverFree() throws {
        try table.check(
            """
            llm 1 model=opus output:1              -> llm missing_field dimensions.input
            llm 1 model=opus input:1               -> llm missing_field dimensions.output
            llm 1 model=opus                       -> llm missing_field dimensions.input
            llm 1 model=opus input=many output:1   -> llm invalid_field dimensions.input
            llm 1 model=opus input= output:1       -> llm invalid_field dimensions.input
            llm 1 model=opus input=1,5 output:1    -> llm invalid_field dimensions.input
            llm 1 model=opus input=+1 output:1     -> llm invalid_field dimensions.input
            llm 1 model=opus input:1 output:-1     -> llm invalid_field dimensions.output
            llm 1 model=opus input:1 output=-0.5   -> llm invalid_field dimensions.output
            llm 1 model=opus input:-0 output=-0    -> llm 0
            llm 1 model=opus input:0.0000000000001 output:1 -> llm invalid_field dimensions.input
            llm 1 model=opus input:1e400 output:1  -> llm out_of_range dimensions.input
            """
        )
    }

    @Test func aPriceBeyondTheRangeNamesItsLine() throws {
        try table.check(
            """
            moon 1 a:1 b:0                -> moon 60000000000000000000000000
            moon 1 a:1 b:0.5              -> moon 90000000000000000000000000
            moon 1 a:1 b:1                -> moon out_of_range dimensions.b
            moon 1 a:2 b:0                -> moon out_of_range dimensions.a
            // More packages than an amount can count, at a price that it can hold.
            grains 1 n:10000000000000000000000000 -> grains 10000000000000000000000000
            """
        )
    }
}
