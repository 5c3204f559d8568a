import Credits
import Testing

/// Which rate prices an action, and when (contract §4).
@Suite struct RateBookTests {
    private func book() throws -> RateBook {
        let december = try #require(Timestamp("2026-12-01T00:00:00Z"))
        let november = try #require(Timestamp("2026-11-01T00:00:00Z"))
        let newer = RateCard(
            version: "2026-12",
            effectiveFrom: december,
            rates: [
                Rate(id: "chat-2", action: "chat.request", credits: Amount(whole: 2)),
                Rate(id: "video", action: "video.generate", credits: Amount(whole: 80)),
            ]
        )
        let older = RateCard(
            version: "2026-11",
            effectiveFrom: november,
            rates: [
                Rate(id: "sdxl", action: "image.generate", credits: Amount(whole: 10)),
                Rate(id: "chat", action: "chat.request", credits: Amount(whole: 1)),
            ]
        )
        return RateBook(cards: [newer, older])
    }

    private func match(_ action: String, at moment: String) throws -> String? {
        let book = try book()
        let bytes = Array(action.utf8)
        let occurredAt = try #require(Timestamp(moment))
        let none: [UInt8] = []
        let pricing = book.price(
            action: bytes.span,
            quantity: Amount(whole: 1),
            dimensions: none.span,
            occurredAt: occurredAt
        )
        guard let reference = pricing.rate else {
            #expect(throws: PricingFault.noRate) { try pricing.credits.get() }
            return nil
        }
        let names = try #require(book.name(of: reference))
        return "\(names.cardVersion) \(names.rateID) \(try pricing.credits.get())"
    }

    @Test func theCardInForceWhenTheEventOccurredPricesIt() throws {
        #expect(try match("chat.request", at: "2026-11-01T00:00:00Z") == "2026-11 chat 1")
        #expect(try match("chat.request", at: "2026-11-30T23:59:59.999999Z") == "2026-11 chat 1")
        #expect(try match("chat.request", at: "2026-12-01T00:00:00Z") == "2026-12 chat-2 2")
        #expect(try match("chat.request", at: "2999-01-01T00:00:00Z") == "2026-12 chat-2 2")
    }

    @Test func anActionThatTheCardInForceDoesNotNameHasNoPrice() throws {
        #expect(try match("image.generate", at: "2026-11-05T00:00:00Z") == "2026-11 sdxl 10")
        #expect(try match("image.generate", at: "2026-12-05T00:00:00Z") == nil)
        #expect(try match("video.generate", at: "2026-11-05T00:00:00Z") == nil)
        #expect(try match("chat.reques", at: "2026-11-05T00:00:00Z") == nil)
        #expect(try match("chat.request ", at: "2026-11-05T00:00:00Z") == nil)
        #expect(try match("Chat.request", at: "2026-11-05T00:00:00Z") == nil)
        #expect(try match("", at: "2026-11-05T00:00:00Z") == nil)
    }

    @Test func nothingHasAPriceBeforeTheFirstCard() throws {
        #expect(try match("chat.request", at: "2026-10-31T23:59:59.999999Z") == nil)
        let action = Array("chat.request".utf8)
        let none: [UInt8] = []
        let match = RateBook.empty.match(
            action: action.span,
            dimensions: none.span,
            occurredAt: .latest
        )
        #expect(match == nil)
    }

    @Test func aReferenceToNoCardHasNoNames() throws {
        let book = try book()
        #expect(book.name(of: .explicit) == nil)
        #expect(book.name(of: RateReference(card: 2, rate: 0)) == nil)
        #expect(book.name(of: RateReference(card: 0, rate: 2)) == nil)
        #expect(book.name(of: RateReference(card: 0, rate: -1)) == nil)
    }

    @Test func theRateNamesTheCreditTypeAlsoWhereItMakesNoPrice() {
        let line = RateComponent(of: "seconds", credits: Amount(whole: 1))
        let rates = [
            Rate(id: "a", action: "a", price: .components([line]), creditType: "voice"),
            Rate(id: "b", action: "b", price: .components([line])),
        ]
        let book = RateBook(cards: [
            RateCard(version: "v", effectiveFrom: .earliest, rates: rates)
        ])
        func pricing(_ action: String) -> Pricing {
            let (action, none): ([UInt8], [UInt8]) = (Array(action.utf8), [])
            return book.price(
                action: action.span,
                quantity: Amount(whole: 1),
                dimensions: none.span,
                occurredAt: .latest
            )
        }
        #expect(pricing("a").credits == .failure(.missing(dimension: "seconds")))
        #expect(pricing("a").creditType == "voice")
        #expect(pricing("b").creditType == nil)
        #expect(pricing("c").creditType == nil)
    }

    @Test func everyActionIsFoundAmongThousandsOnTwoCards() throws {
        let later = try #require(Timestamp("2026-12-01T00:00:00Z"))
        func card(_ version: String, _ start: Timestamp, _ step: Int64) -> RateCard {
            let rates = (0..<3000).map { number in
                Rate(
                    id: "\(version)-\(number)",
                    action: "action.\(number)",
                    credits: Amount(whole: Int64(number) * step)
                )
            }
            return RateCard(version: version, effectiveFrom: start, rates: rates)
        }
        let book = RateBook(cards: [card("b", later, 2), card("a", .earliest, 1)])
        let none: [UInt8] = []
        for number in 0..<3000 {
            let action = Array("action.\(number)".utf8)
            for (moment, price) in [(Timestamp.earliest, number), (later, number * 2)] {
                let pricing = book.price(
                    action: action.span,
                    quantity: Amount(whole: 1),
                    dimensions: none.span,
                    occurredAt: moment
                )
                #expect(pricing.credits == .success(Amount(whole: Int64(price))))
            }
        }
    }
}
