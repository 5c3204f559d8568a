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
        guard let match = book.match(action: bytes.span, occurredAt: occurredAt) else { return nil }
        let names = try #require(book.names(of: match.reference))
        #expect(names.rateID == match.rate.id)
        return "\(names.cardVersion) \(names.rateID) \(match.rate.credits)"
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
        #expect(RateBook.empty.match(action: action.span, occurredAt: .latest) == nil)
    }

    @Test func aReferenceToNoCardHasNoNames() throws {
        let book = try book()
        #expect(book.names(of: .explicit) == nil)
        #expect(book.names(of: RateReference(card: 2, rate: 0)) == nil)
        #expect(book.names(of: RateReference(card: 0, rate: 2)) == nil)
        #expect(book.names(of: RateReference(card: 0, rate: -1)) == nil)
    }
}
