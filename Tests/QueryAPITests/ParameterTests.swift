import LedgerStore
import Testing

@testable import QueryAPI

/// Every malformed parameter is a 422 that names it; what the API does not know, it ignores.
struct ParameterTests {
    @Test(arguments: [
        ("limit", "0"), ("limit", "501"), ("limit", "-1"), ("limit", "ten"), ("limit", ""),
        ("limit", "99999999999999999999"), ("limit", "+5"), ("limit", "1&limit=2"),
        ("limit", "%"), ("type", "credits_stolen"), ("type", ""), ("credit_type", ""),
        ("credit_type", "a%00b"), ("credit_type", "%FF"), ("cursor", ""), ("cursor", "!"),
        ("cursor", "AWU"), ("cursor", "AWNhY21l"), ("cursor", "AmUAAAAAAAAAAQ"),
        ("cursor", "AWUAAAAAAAAAAR"),
    ])
    func aMalformedParameterIsNamed(name: String, value: String) async {
        let api = makeAPI(.withGrant("acme"))
        let answer = await api.get("/v1/customers/acme/entries?\(name)=\(value)")
        #expect(answer.status == 422)
        #expect(answer[header: "content-type"] == "application/problem+json")
        #expect(answer.text.contains(#""detail":"expected \#(name) to be "#))
        #expect(answer.values(of: "code") == [#""invalid_field""#])
        #expect(answer.values(of: "parameter") == ["\"\(name)\""])
    }

    @Test func aMalformedIDIsNamed() async {
        let api = makeAPI(.withGrant("acme"))
        let customer = await api.get("/v1/customers/%FF/balance")
        let usage = await api.get("/v1/usage/%zz")
        #expect(customer.status == 422)
        #expect(customer.values(of: "parameter") == [#""customer_id""#])
        #expect(usage.status == 422)
        #expect(usage.values(of: "parameter") == [#""usage_id""#])
    }

    @Test(arguments: [
        ("size=4&size=5", "size"), ("size=4&a=1&s%69ze=5", "size"), ("%FF=1", "%FF"),
        ("size=%FF", "size"),
    ])
    func aMalformedDimensionIsNamed(query: String, name: String) async {
        let api = makeAPI(.withGrant("acme"))
        let answer = await api.get("/v1/customers/acme/entitlement?credits=1&\(query)")
        #expect(answer.status == 422)
        #expect(answer.values(of: "parameter") == ["\"\(name)\""])
    }

    @Test func asManyParametersAsThereIsRoomForAreReadInTheirOrder() throws {
        let names = (0..<2700).map { "n+\($0)" }
        let query = names.map { "\($0)=%20" }.joined(separator: "&")
        let all = try #require(RequestTarget("/v1?\(query)")).parameters()
        #expect(all.map(\.name) == (0..<2700).map { "n \($0)" })
        #expect(all.allSatisfy { $0.value == " " })
    }

    @Test func aDetailInTheUsualForm() async {
        let answer = await makeAPI(.withGrant("acme")).get("/v1/customers?limit=0")
        #expect(
            answer.text == """
                {"type":"invalid-parameter","title":"Invalid parameter","status":422,\
                "detail":"expected limit to be a whole number from 1 to 500, got: 0",\
                "code":"invalid_field","parameter":"limit"}
                """
        )
    }

    @Test func aDetailEchoesLittleOfWhatWasSent() async {
        let long = String(repeating: "x", count: 5000)
        let answer = await makeAPI(.withGrant("acme")).get("/v1/customers?limit=\(long)")
        #expect(answer.status == 422)
        #expect(answer.body.count < 400)
    }

    @Test func whatTheAPIDoesNotKnowIsIgnored() async {
        let api = makeAPI(.withGrant("acme"))
        #expect(await api.get("/v1/customers?color=%FF&limit=500&&=#top").status == 200)
    }

    private static func grant(_ ordinal: UInt32) -> GrantPosition {
        GrantPosition(
            section: .usable,
            priority: 1000,
            expiresAt: .max,
            category: 2,
            effectiveAt: -1,
            ordinal: ordinal
        )
    }

    @Test(arguments: [
        Cursor.customer("acme"), .customer("ä/🪙"), .entry(EntryPosition(sequence: 0, commit: .max)),
        .deadLetter(DeadLetterPosition(commit: 7, index: 9)), .grant(ParameterTests.grant(7)),
    ])
    func aCursorIsReadBackAsItWasMade(cursor: Cursor) {
        #expect(Cursor(cursor.text) == cursor)
    }

    @Test func everyCursorCutShortIsRefused() {
        let text = Cursor.grant(Self.grant(0x0102_0304)).text
        for count in 0..<text.count { #expect(Cursor(String(text.prefix(count))) == nil) }
    }

    @Test(arguments: [0, 2, 9] as [UInt32])
    func aCursorOfAGrantThatIsNotThereIsRefused(ordinal: UInt32) async {
        let api = makeAPI(.withGrant("acme"))
        let cursor = Cursor.grant(Self.grant(ordinal)).text
        let answer = await api.get("/v1/customers/acme/grants?cursor=\(cursor)")
        #expect(answer.status == 422)
    }

    @Test func aCursorOfAGrantsOrdinalAloneIsRefused() async {
        // As they were before they said where the grant stood.
        let answer = await makeAPI(.withGrant("acme"))
            .get("/v1/customers/acme/grants?cursor=AWcAAAAB")
        #expect(answer.status == 422)
    }
}
