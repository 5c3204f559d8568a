import Testing

@testable import QueryAPI

struct CustomerTests {
    @Test func aBalanceSaysHowCurrentItIs() async {
        var ledger = FixedLedger("acme")
        ledger.grant("g1", "100", expiresAt: "2026-12-01T00:00:00Z")
        ledger.grant("g2", "50")
        ledger.usage("u1", from: [(1, "30.5")])
        let api = makeAPI(ledger, status: FixedStatus(lag: 7))
        let answer = await api.get("/v1/customers/acme/balance")
        #expect(answer.status == 200)
        #expect(answer[header: "content-type"] == "application/json")
        #expect(answer[header: "cache-control"] == "no-store")
        #expect(
            answer.text == """
                {"customer_id":"acme","credit_type":"credits",\
                "balance":{"ledger":"119.5","available":"119.5","held":"0","overdraft":"0"},\
                "next_expiry":{"credits":"69.5","at":"2026-12-01T00:00:00Z"},\
                "as_of":{"sequence":3,"recorded_at":"2026-11-22T11:00:03Z",\
                "lag_messages":7}}
                """
        )
    }

    @Test func creditsPastTheirExpiryAreNotAvailableThoughTheyAreStillInTheLedger() async {
        var ledger = FixedLedger("acme")
        ledger.grant("g1", "100", expiresAt: "2026-11-22T11:59:59Z")
        ledger.grant("g2", "5")
        let answer = await makeAPI(ledger).get("/v1/customers/acme/balance")
        #expect(answer.values(of: "ledger") == [#""105""#])
        #expect(answer.values(of: "available") == [#""5""#])
        #expect(answer.values(of: "next_expiry") == ["null"])
    }

    @Test func aLagOfNoneMeansThatTheBalanceMissesNothing() async {
        var after = FixedLedger.withGrant("acme")
        after.usage("u1", from: [(1, "40")])
        let reader = FixedReader([.withGrant("acme")])
        let status = FixedStatus(lag: 0) { [after] in reader.replace(with: [after]) }
        let answer = await makeAPI(reader, status: status).get("/v1/customers/acme/balance")
        #expect(answer.values(of: "ledger") == [#""60""#])
        #expect(answer.text.contains(#""as_of":{"sequence":2,"#))
    }

    @Test func theLagIsNullBeforeTheFirstAssignment() async {
        let api = makeAPI(.withGrant("acme"), status: FixedStatus(lag: nil))
        let answer = await api.get("/v1/customers/acme/balance")
        #expect(answer.values(of: "lag_messages") == ["null"])
    }

    @Test(arguments: ["balance", "entries", "grants"])
    func aCustomerWithoutAnEntryInThatCreditTypeIsNotFound(call: String) async {
        let api = makeAPI(.withGrant("acme"))
        let other = await api.get("/v1/customers/acme/\(call)?credit_type=tokens")
        let unknown = await api.get("/v1/customers/nobody/\(call)")
        #expect(other.status == 404)
        #expect(unknown.status == 404)
        #expect(unknown[header: "content-type"] == "application/problem+json")
        #expect(
            unknown.text == """
                {"type":"customer-not-found","title":"No such customer","status":404,\
                "detail":"expected a customer with an entry in credits, got: nobody"}
                """
        )
    }

    @Test(arguments: [
        ("a/b", "a%2Fb"), ("ä ö", "%C3%A4%20%C3%B6"), ("a+b", "a+b"), ("100%", "100%25"),
        ("..", ".."), ("emoji 🪙", "emoji%20🪙"), ("?#&", "%3f%23%26"),
    ])
    func anIDMayHoldAnyText(id: String, encoded: String) async {
        let answer = await makeAPI(.withGrant(id)).get("/v1/customers/\(encoded)/balance")
        #expect(answer.status == 200)
        #expect(answer.values(of: "customer_id") == ["\"\(id)\""])
    }

    @Test func textIsEscapedInJSON() async {
        let id = "\"quoted\" \\ back"
        let api = makeAPI(.withGrant(id))
        let answer = await api.get("/v1/customers/%22quoted%22%20%5C%20back/balance")
        #expect(answer.text.hasPrefix(#"{"customer_id":"\"quoted\" \\ back","credit_type""#))
    }

    @Test func creditTypesAreAccountsOfTheirOwn() async {
        var tokens = FixedLedger("acme", creditType: "tokens")
        tokens.grant("g1", "7")
        let api = makeAPI(.withGrant("acme"), tokens)
        let answer = await api.get("/v1/customers/acme/balance?credit_type=tokens")
        #expect(answer.values(of: "ledger") == [#""7""#])
    }

    @Test func customersComeInOrderOfTheirIDsPageByPage() async {
        let ids = ["b", "a", "d", "c", "e"]
        let api = makeAPI(FixedReader(ids.map { .withGrant($0) }))
        var seen: [String] = []
        var target = "/v1/customers?limit=2"
        for _ in 0..<3 {
            let page = await api.get(target)
            seen += page.values(of: "customer_id")
            guard let cursor = page.nextCursor else { break }
            target = "/v1/customers?limit=2&cursor=\(cursor)"
        }
        #expect(seen == ["a", "b", "c", "d", "e"].map { "\"\($0)\"" })
    }

    @Test func aPageThatEndsTheListHasNoCursor() async {
        let api = makeAPI(FixedReader([.withGrant("a"), .withGrant("b")]))
        let answer = await api.get("/v1/customers?limit=2")
        #expect(answer.text.hasSuffix(#"],"next_cursor":null}"#))
    }

    @Test func aCustomerInAListHasItsBalance() async {
        let answer = await makeAPI(.withGrant("acme")).get("/v1/customers")
        #expect(
            answer.text == """
                {"customers":[{"customer_id":"acme","credit_type":"credits",\
                "balance":{"ledger":"100","available":"100","held":"0","overdraft":"0"},\
                "next_expiry":null,\
                "as_of":{"sequence":1,"recorded_at":"2026-11-22T11:00:01Z","lag_messages":0}}],\
                "next_cursor":null}
                """
        )
    }

    @Test func customersAreFoundByAPartOfTheirID() async {
        let api = makeAPI(FixedReader(["acme one", "acme two", "zeta"].map { .withGrant($0) }))
        let answer = await api.get("/v1/customers?q=e+t")
        #expect(answer.values(of: "customer_id") == [#""acme two""#])
        let all = await api.get("/v1/customers?q=")
        #expect(all.values(of: "customer_id").count == 3)
    }

    @Test func aPageHolds50WhereNothingElseIsAsked() async {
        let api = makeAPI(FixedReader((100..<160).map { .withGrant("c\($0)") }))
        let answer = await api.get("/v1/customers")
        #expect(answer.values(of: "customer_id").count == 50)
        #expect(answer.nextCursor != nil)
    }

    @Test func grantsComeInTheOrderInWhichTheyWillBeUsed() async {
        var ledger = FixedLedger("acme")
        ledger.grant("never", "10")
        ledger.grant("soon", "10", expiresAt: "2026-12-01T00:00:00Z")
        ledger.schedule("later", "20", effectiveAt: "2027-01-01T00:00:00Z")
        ledger.grant("gone", "5", expiresAt: "2026-11-30T00:00:00Z")
        ledger.usage("u1", from: [(4, "5")])
        let answer = await makeAPI(ledger).get("/v1/customers/acme/grants")
        #expect(
            answer.values(of: "grant_id") == [#""soon""#, #""never""#, #""later""#, #""gone""#]
        )
        #expect(
            answer.values(of: "status")
                == [#""active""#, #""active""#, #""scheduled""#, #""depleted""#]
        )
    }

    @Test func aGrantHasItsTermsAndWhatRemainsOfIt() async {
        var ledger = FixedLedger("acme")
        ledger.grant("g1", "10", expiresAt: "2026-12-01T00:00:00Z")
        ledger.usage("u1", from: [(1, "0.5")])
        let answer = await makeAPI(ledger).get("/v1/customers/acme/grants")
        #expect(
            answer.text == """
                {"grants":[{"grant_id":"g1","credits":"10","remaining":"9.5",\
                "source":"purchase","category":"paid","priority":50,\
                "effective_at":"2026-11-01T00:00:00Z","expires_at":"2026-12-01T00:00:00Z",\
                "status":"active","cost_basis":"0.01"}],"next_cursor":null}
                """
        )
    }

    /// The grants of pages of a size, and what happens between the first and the second.
    private static func pagedGrants(
        _ api: API,
        limit: Int,
        afterFirst happens: () -> Void = {}
    ) async -> [String] {
        var seen: [String] = []
        var target = "/v1/customers/acme/grants?limit=\(limit)"
        for page in 0..<10 {
            let answer = await api.get(target)
            seen += answer.values(of: "grant_id")
            guard let cursor = answer.nextCursor else { break }
            target = "/v1/customers/acme/grants?limit=\(limit)&cursor=\(cursor)"
            if page == 0 { happens() }
        }
        return seen
    }

    @Test(arguments: [1, 2, 3, 8])
    func grantsComePageByPage(limit: Int) async {
        var ledger = FixedLedger("acme")
        for index in 1...4 { ledger.grant("g\(index)", "1") }
        ledger.schedule("later", "1", effectiveAt: "2027-01-02T00:00:00Z")
        ledger.schedule("soon", "1", effectiveAt: "2027-01-01T00:00:00Z")
        ledger.grant("first", "1", expiresAt: "2026-12-01T00:00:00Z")
        ledger.usage("u1", from: [(3, "1")])
        ledger.usage("u2", from: [(2, "1")])
        let seen = await Self.pagedGrants(makeAPI(ledger), limit: limit)
        #expect(
            seen == ["first", "g1", "g4", "soon", "later", "g2", "g3"].map { "\"\($0)\"" }
        )
    }

    @Test func noGrantIsSkippedWhereOneEndsBetweenTwoPages() async {
        var ledger = FixedLedger("acme")
        for index in 1...5 { ledger.grant("g\(index)", "1") }
        let reader = FixedReader([ledger])
        ledger.usage("u1", from: [(2, "1")])
        let seen = await Self.pagedGrants(makeAPI(reader), limit: 2) {
            reader.replace(with: [ledger])
        }
        #expect(seen == ["g1", "g2", "g3", "g4", "g5", "g2"].map { "\"\($0)\"" })
    }
}
