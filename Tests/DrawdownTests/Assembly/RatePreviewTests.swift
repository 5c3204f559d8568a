import Credits
import Testing

@testable import Drawdown

/// Past usage under other rates: each line says what was used and what it cost then.
@Suite struct RatePreviewTests {
    private static let noon = Timestamp("2026-11-22T12:00:00Z") ?? .earliest
    private static let rates = RateBook(cards: [
        RateCard(
            version: "old",
            effectiveFrom: .earliest,
            rates: [rate("chat", .perUnit(amount("2")))]
        ),
        RateCard(
            version: "new",
            effectiveFrom: noon,
            rates: [
                rate("chat", .perUnit(amount("3"))),
                rate(
                    "llm",
                    .components([
                        RateComponent(
                            of: "tokens",
                            per: amount("1000"),
                            credits: amount("0.25")
                        )
                    ])
                ),
            ]
        ),
    ])

    private static func amount(_ text: String) -> Amount { (try? Amount(text)) ?? .zero }

    private static func rate(_ action: String, _ price: RatePrice) -> Rate {
        Rate(id: action, action: action, price: price)
    }

    /// A usage and what it cost then.
    private struct Usage {
        var customer = 0
        var action = "chat"
        var quantity = "1"
        var tokens: String?
        var credits: String
        var isExplicit = false
        var occurredAt = RatePreviewTests.noon
        var type = EntryType.creditsConsumed
    }

    private func commit(_ usage: [Usage]) -> Commit {
        var commit = Commit(number: 1, recordedAt: Self.noon, cluster: "test")
        commit.rates = [RateName(cardVersion: "old", rateID: "chat")]
        for number in 0..<3 {
            commit.groups.append(
                AccountGroup(
                    number: UInt32(number + 1),
                    customerID: commit.bytes.appendSlice("customer \(number)".utf8),
                    creditType: commit.bytes.appendSlice(
                        (number == 2 ? "tokens" : "credits").utf8
                    ),
                    isNew: true,
                    previousCommit: 0,
                    entryCount: 0,
                    firstSequence: 1,
                    balanceBefore: .zero
                )
            )
        }
        for line in usage {
            var dimensions: [UInt8] = []
            if let tokens = line.tokens {
                Dimensions.append(
                    name: "tokens".utf8,
                    kind: .number,
                    value: tokens.utf8,
                    to: &dimensions
                )
            }
            commit.entries.append(
                Entry(
                    group: Int32(line.customer),
                    type: line.type,
                    sequence: 1,
                    amount: Self.amount(line.credits).negated,
                    balanceBefore: .zero,
                    allocationStart: 0,
                    allocationCount: 0,
                    action: commit.bytes.appendSlice(line.action.utf8),
                    dimensions: commit.bytes.appendSlice(dimensions),
                    quantity: Self.amount(line.quantity),
                    rate: line.isExplicit ? -1 : 0,
                    occurredAt: line.occurredAt,
                    origin: Origin(partition: 0, offset: 0)
                )
            )
        }
        return commit
    }

    private func preview(
        _ usage: [Usage],
        occurred: Range<Timestamp> = .earliest ..< .latest
    ) throws -> RatePreview {
        var preview = RatePreview(rates: Self.rates, occurred: occurred)
        try preview.take(commit(usage))
        return preview
    }

    @Test func eachCustomersUsageIsPricedAgainByTheCardOfItsTime() throws {
        let before = try #require(Timestamp("2026-11-22T11:59:59Z"))
        let preview = try preview([
            Usage(quantity: "2.5", credits: "1", occurredAt: before),
            Usage(quantity: "2", credits: "1"),
            Usage(customer: 1, action: "llm", tokens: "1500", credits: "0.5"),
            Usage(customer: 2, credits: "4"),
        ])
        func sums(_ number: Int, _ type: String = "credits") -> RatePreview.Sums? {
            preview.accounts[.init(customerID: "customer \(number)", creditType: type)]
        }
        #expect(sums(0)?.events == 2)
        #expect(sums(0)?.creditsThen == Self.amount("2"))
        #expect(sums(0)?.creditsNew == Self.amount("11"))
        #expect(sums(1)?.creditsNew == Self.amount("0.375"))
        #expect(sums(1)?.difference == Self.amount("-0.125"))
        #expect(sums(2, "tokens")?.difference == Self.amount("-1"))
        #expect(preview.total.creditsThen == Self.amount("6.5"))
        #expect(preview.total.creditsNew == Self.amount("14.375"))
    }

    @Test func aPriceThatUsageBroughtAlongStays() throws {
        let total = try preview([Usage(credits: "7", isExplicit: true)]).total
        #expect(total.explicitEvents == 1 && total.events == 1)
        #expect(total.creditsThen == total.creditsNew)
    }

    @Test func whatHasNoPriceIsCountedApart() throws {
        let preview = try preview([
            Usage(action: "video", credits: "5"), Usage(action: "video", credits: "6"),
            Usage(action: "llm", credits: "1"), Usage(credits: "3"),
        ])
        #expect(preview.total.events == 1 && preview.total.unpricedEvents == 3)
        #expect(preview.total.creditsThen == Self.amount("3"))
        #expect(preview.total.unpricedCreditsThen == Self.amount("12"))
        #expect(
            preview.unpriced == [
                .init(code: "no_rate", action: "video"): 2,
                .init(code: "missing_field", action: "llm"): 1,
            ]
        )
        #expect(preview.text(limit: 5, unused: []).contains("no_rate video: 2\n"))
    }

    @Test func onlyUsageOfTheTimeCountsAndItsEndDoesNot() throws {
        let end = try #require(Timestamp("2026-11-22T12:00:01Z"))
        let usage = [
            Usage(credits: "1"), Usage(credits: "10", occurredAt: end),
            Usage(credits: "100", type: .creditsExpired),
        ]
        let preview = try preview(usage, occurred: Self.noon..<end)
        #expect(preview.total.creditsThen == Self.amount("1"))
        let none = try self.preview(usage, occurred: end..<end)
        #expect(none.text(limit: 1, unused: []).hasPrefix("Nothing"))
    }

    @Test func aSumBeyondWhatAnAmountHoldsIsRefused() throws {
        let most = "99999999999999999999999999.999999999999"
        let usage = Usage(credits: most, isExplicit: true)
        #expect(throws: CommandFailure.self) { try preview([usage, usage]) }
    }

    @Test func thoseThatChangeMostComeFirst() throws {
        let preview = try preview([
            Usage(customer: 0, credits: "2"), Usage(customer: 1, quantity: "9", credits: "2"),
        ])
        let lines = preview.text(limit: 1, unused: ["2027"]).split(separator: "\n")
        #expect(lines[1].hasPrefix("customer 1"))
        #expect(lines[2].hasPrefix("all 2"))
        #expect(lines[3] == "1 more accounts")
        #expect(lines[4].contains("--card 2027"))
        #expect(
            preview.json(card: nil).hasPrefix(
                #"""
                {"from":null,"to":null,"card":null,"total":{"events":2,"explicit_events":0,\#
                "credits_then":"4","credits_new":"30","difference":"26","unpriced_events":0,\#
                "unpriced_credits_then":"0"},"unpriced":[],"accounts":[{"customer_id":"customer 0"
                """#
            )
        )
    }

    /// Accounts are told apart by bytes: Unicode has two spellings of é, which Swift takes for the same.
    @Test func customersOfTwoSpellingsAreTwo() {
        let names = ["caf\u{e9}", "cafe\u{301}"].map {
            RatePreview.AccountName(customerID: $0, creditType: "credits")
        }
        #expect(Set(names).count == 2)
        #expect(names.sorted() == [names[1], names[0]])
        let actions = ["caf\u{e9}", "cafe\u{301}"].map {
            RatePreview.Unpriced(code: "no_rate", action: $0)
        }
        #expect(Set(actions).count == 2)
        #expect(actions.sorted() == [actions[1], actions[0]])
    }
}
