import Credits
import LedgerStore
import Testing

@testable import QueryAPI

struct EntryTests {
    /// Three entries: a grant, priced usage with everything, and usage with next to nothing.
    private static func ledger() -> FixedLedger {
        var ledger = FixedLedger("acme")
        ledger.grant("g1", "100", actor: Actor(type: "admin", id: "kim"), reason: "hello")
        var dimensions: [UInt8] = []
        Dimensions.append(
            name: "model".utf8,
            kind: .text,
            value: "sdxl".utf8,
            to: &dimensions
        )
        Dimensions.append(name: "steps".utf8, kind: .number, value: "30.5".utf8, to: &dimensions)
        ledger.usage(
            "u1",
            source: "web",
            action: "image.generate",
            dimensions: dimensions,
            rate: RateName(cardVersion: "2026-11", rateID: "sdxl"),
            from: [(1, "30")]
        )
        ledger.usage("u2", from: [(1, "70"), (0, "20")])
        return ledger
    }

    private static let granted = """
        {"customer_id":"acme","credit_type":"credits","sequence":1,\
        "entry_type":"credits_granted","amount":"100","balance_before":"0",\
        "balance_after":"100","allocations":[{"grant_id":"g1","credits":"100"}],\
        "usage_id":null,"source":null,"command_id":"cmd-g1","action":null,"quantity":null,\
        "dimensions":null,"rate":null,"occurred_at":"2026-11-22T10:59:59.500000Z",\
        "recorded_at":"2026-11-22T11:00:01Z","actor":{"type":"admin","id":"kim"},\
        "reason":"hello","origin":{"topic":"usage.events","partition":3,"offset":41},\
        "commit":{"number":1,"hash":"\(String(repeating: "01", count: 32))"}}
        """

    private static let priced = """
        {"customer_id":"acme","credit_type":"credits","sequence":2,\
        "entry_type":"credits_consumed","amount":"-30","balance_before":"100",\
        "balance_after":"70","allocations":[{"grant_id":"g1","credits":"-30"}],\
        "usage_id":"u1","source":"web","command_id":null,"action":"image.generate",\
        "quantity":"3","dimensions":{"model":"sdxl","steps":30.5},\
        "rate":{"card_version":"2026-11","rate_id":"sdxl"},\
        "occurred_at":"2026-11-22T10:59:59.500000Z",\
        "recorded_at":"2026-11-22T11:00:02Z","actor":null,"reason":null,\
        "origin":{"topic":"usage.events","partition":3,"offset":41},\
        "commit":{"number":2,"hash":"\(String(repeating: "02", count: 32))"}}
        """

    private static let overdrawn = """
        {"customer_id":"acme","credit_type":"credits","sequence":3,\
        "entry_type":"credits_consumed","amount":"-90","balance_before":"70",\
        "balance_after":"-20","allocations":[{"grant_id":"g1","credits":"-70"},\
        {"grant_id":null,"credits":"-20"}],"usage_id":"u2","source":"",\
        "command_id":null,"action":null,"quantity":"3","dimensions":null,"rate":null,\
        "occurred_at":"2026-11-22T10:59:59.500000Z",\
        "recorded_at":"2026-11-22T11:00:03Z","actor":null,"reason":null,\
        "origin":{"topic":"usage.events","partition":3,"offset":41},\
        "commit":{"number":3,"hash":"\(String(repeating: "03", count: 32))"}}
        """

    @Test func entriesComeNewestFirstWithEveryFieldOfTheContract() async {
        let answer = await makeAPI(Self.ledger()).get("/v1/customers/acme/entries")
        #expect(
            answer.text == """
                {"entries":[\(Self.overdrawn),\(Self.priced),\(Self.granted)],"next_cursor":null}
                """
        )
    }

    @Test func entriesComePageByPage() async {
        let api = makeAPI(Self.ledger())
        let first = await api.get("/v1/customers/acme/entries?limit=2")
        #expect(first.values(of: "sequence") == ["3", "2"])
        let cursor = first.nextCursor ?? ""
        let second = await api.get("/v1/customers/acme/entries?limit=2&cursor=\(cursor)")
        #expect(second.values(of: "sequence") == ["1"])
        #expect(second.nextCursor == nil)
    }

    @Test func entriesOfOneType() async {
        let api = makeAPI(Self.ledger())
        let answer = await api.get("/v1/customers/acme/entries?type=credits_granted")
        #expect(answer.values(of: "sequence") == ["1"])
        let none = await api.get("/v1/customers/acme/entries?type=hold_placed")
        #expect(none.text == #"{"entries":[],"next_cursor":null}"#)
    }

    @Test func anEntryThatTimeBroughtHasNoOriginAndNoCommand() async {
        var ledger = FixedLedger.withGrant("acme")
        ledger.time(.holdExpired)
        let answer = await makeAPI(ledger).get("/v1/customers/acme/entries?limit=1")
        #expect(answer.values(of: "origin") == ["null"])
        #expect(answer.values(of: "command_id") == ["null"])
        #expect(answer.values(of: "allocations") == ["[]"])
    }

    @Test func usageIsFoundByItsIDWithinItsSource() async {
        let api = makeAPI(Self.ledger())
        #expect(await api.get("/v1/usage/u1?source=web").text == Self.priced)
        #expect(await api.get("/v1/usage/u2").text == Self.overdrawn)
        #expect(await api.get("/v1/usage/u1").status == 404)
        let other = await api.get("/v1/usage/u2?source=web")
        #expect(
            other.text == """
                {"type":"usage-not-found","title":"No such usage","status":404,\
                "detail":"expected usage that was applied from source web, got: u2"}
                """
        )
    }

    @Test func aSourceMayBeAnAddressThatNobodyEncoded() async {
        var ledger = FixedLedger.withGrant("acme")
        ledger.usage("u1", source: "https://example.com/a?b", from: [(1, "1")])
        let api = makeAPI(ledger)
        #expect(await api.get("/v1/usage/u1?source=https://example.com/a?b").status == 200)
    }

    @Test(arguments: [
        "/v1/customers/acme/entries", "/v1/customers/acme/balance", "/v1/usage/u1",
    ])
    func aStoreThatCannotBeReadIsAProblemThatKeepsItsDetailsToItself(target: String) async {
        let failure = StoreError(.damaged, "journal value 7 in /var/lib/secret is damaged")
        let answer = await makeAPI(Self.ledger(), failure: failure).get(target)
        #expect(answer.status == 500)
        #expect(!answer.text.contains("secret"))
        #expect(answer[header: "content-type"] == "application/problem+json")
    }
}
