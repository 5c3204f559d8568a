import Credits
import LedgerStore
import Testing

@testable import QueryAPI

struct PageTests {
    private static let nasty = #"<b a="1">&'x'"#
    private static let escaped = "&lt;b a=&quot;1&quot;&gt;&amp;&#39;x&#39;"

    private static var ledger: FixedLedger {
        var ledger = FixedLedger(nasty)
        ledger.grant(nasty + "g", "100", expiresAt: "2026-12-01T00:00:00Z")
        ledger.usage(nasty + "u", source: nasty, action: nasty, from: [(1, "40")])
        return ledger
    }

    private static let paths = [
        "/", "/customers", "/customers/%3Cb%20a%3D%221%22%3E%26%27x%27", "/usage",
        "/usage?usage_id=%3Cb%20a%3D%221%22%3E%26%27x%27u&source=%3Cb%20a%3D%221%22%3E%26%27x%27",
        "/usage?usage_id=%3Cscript%3E", "/dead-letters", "/customers?q=%3Cscript%3E",
    ]

    @Test(arguments: paths)
    func whatComesFromOutsideIsTextOnEveryPage(path: String) async {
        let answer = await makeAPI(Self.ledger).get(path)
        #expect(answer.status == 200)
        #expect(answer[header: "content-type"] == "text/html; charset=utf-8")
        #expect(!answer.text.contains("<b a="))
        #expect(!answer.text.contains("<script>"))
        #expect(!answer.text.contains("Optional("))
    }

    @Test(arguments: paths)
    func pagesHoldNoScriptOrStyleOfTheirOwn(path: String) async throws {
        let answer = await makeAPI(Self.ledger).get(path)
        #expect(!answer.text.contains(" style="))
        #expect(!answer.text.contains("<style"))
        #expect(!answer.text.contains(" onclick"))
        let policy = try #require(answer[header: "content-security-policy"])
        #expect(policy.contains("default-src 'none'"))
        #expect(policy.contains("script-src 'self'"))
        #expect(!policy.contains("unsafe"))
    }

    @Test func aCustomersPageShowsBalanceGrantsUsageAndEntries() async {
        let answer = await makeAPI(Self.ledger).get(Self.paths[2])
        #expect(answer.text.contains("<dd>60</dd>"))
        #expect(answer.text.contains("<th scope=\"row\" data-name=\"Grant\">\(Self.escaped)g</th>"))
        let expiry = "60 on <time datetime=\"2026-12-01T00:00:00Z\" class=\"day\">"
        #expect(answer.text.contains(expiry))
        let spent = "credits_consumed</td><td class=\"number\" data-name=\"Amount\">-40</td>"
        #expect(answer.text.contains(spent))
        #expect(answer.text.contains("<text class=\"expiry\""))
        #expect(answer.text.contains("−60</text>"))
    }

    @Test func aUsageIDLeadsToWhatItDid() async {
        let answer = await makeAPI(Self.ledger).get(Self.paths[4])
        #expect(answer.text.contains("It was applied once, and debited 40 credits."))
        #expect(answer.text.contains("<li>40 from \(Self.escaped)g</li>"))
        let unknown = await makeAPI(Self.ledger).get("/usage?usage_id=nothing")
        #expect(unknown.text.contains("It was not applied"))
    }

    @Test func olderEntriesAreALinkAway() async throws {
        var ledger = FixedLedger.withGrant("acme")
        for round in 1...30 { ledger.usage("u\(round)", from: [(1, "1")]) }
        let api = makeAPI(ledger)
        let first = await api.get("/customers/acme")
        #expect(first.text.contains(">u30</a>"))
        #expect(!first.text.contains(">u5</a>"))
        let link = try #require(first.text.firstMatch(of: /rel="next" href="([^"]*)"/))
        let next = await api.get(String(link.1).replacing("&amp;", with: "&"))
        #expect(next.text.contains(">u5</a>"))
        #expect(!next.text.contains(">u30</a>"))
    }

    @Test func aWholeIDLeadsToItsCustomer() async {
        let api = makeAPI(.withGrant("a/b"), .withGrant("a/c"))
        let answer = await api.get("/customers?q=a/b")
        #expect(answer.status == 303)
        #expect(answer[header: "location"] == "/customers/a%2Fb")
        #expect(await api.get("/customers?q=a").status == 200)
    }

    @Test func aWholeIDLeadsToItsCustomersAccountOfThatType() async {
        let api = makeAPI(.withGrant("acme", creditType: "tokens"))
        let answer = await api.get("/customers?q=acme&credit_type=tokens")
        #expect(answer[header: "location"] == "/customers/acme?credit_type=tokens")
    }

    @Test func aTriggerLeadsToTheAccountThatItIsOf() async throws {
        var figures = WorkerFigures()
        figures.recentTriggers = [
            .init(
                at: noon,
                type: "credit_balance.low",
                customerID: "acme",
                creditType: "tokens",
                balance: amount("1")
            )
        ]
        let answer = await makeAPI(.withGrant("acme"), status: FixedStatus(figures: figures))
            .get("/events")
        var events = try #require(answer.stream).makeAsyncIterator()
        let event = String(decoding: try #require(await events.next()), as: UTF8.self)
        #expect(event.contains("/customers/acme?credit_type=tokens"))
    }

    @Test func aProblemOnAPageIsAPage() async {
        let answer = await makeAPI().get("/customers/nobody")
        #expect(answer.status == 404)
        #expect(answer[header: "content-type"] == "text/html; charset=utf-8")
        #expect(answer.text.contains("<h1>No such customer</h1>"))
    }

    @Test func accountsNearZeroComeFirst() async throws {
        var low = FixedLedger.withGrant("low")
        low.usage("u", from: [(1, "99")])
        let answer = await makeAPI(.withGrant("high"), low).get("/")
        let lowest = try #require(answer.text.firstRange(of: "/customers/low"))
        let highest = try #require(answer.text.firstRange(of: "/customers/high"))
        #expect(lowest.lowerBound < highest.lowerBound)
    }

    @Test func theStreamBeginsAtOnceAndIsOneLineOfJSON() async throws {
        var figures = WorkerFigures()
        figures.outcomes.applied = 12
        figures.deadLetters = [.noRate: 1]
        let answer = await makeAPI(.withGrant("acme"), status: FixedStatus(figures: figures))
            .get("/events")
        #expect(answer[header: "content-type"] == "text/event-stream")
        var events = try #require(answer.stream).makeAsyncIterator()
        let event = String(decoding: try #require(await events.next()), as: UTF8.self)
        #expect(event.hasPrefix(#"data: {"texts":{"#))
        #expect(event.contains(#""outcome-applied":"12""#))
        #expect(event.hasSuffix("}\n\n"))
        #expect(event.dropLast(2).contains("\n") == false)
    }

    @Test func onlySoManyStreamsAreOpenAtOnce() async {
        let api = makeAPI()
        var open: [Answer] = []
        for _ in 1...32 { open.append(await api.get("/events")) }
        #expect(open.allSatisfy { $0.status == 200 })
        #expect(await api.get("/events").status == 503)
        open.removeAll()
        #expect(await api.get("/events").status == 200)
    }

    @Test(arguments: [
        ("/assets/style.css", "text/css; charset=utf-8"),
        ("/assets/app.js", "text/javascript; charset=utf-8"), ("/assets/icon.svg", "image/svg+xml"),
    ])
    func whatPagesReferToIsServed(path: String, type: String) async {
        let answer = await makeAPI().get(path)
        #expect(answer.status == 200)
        #expect(answer[header: "content-type"] == type)
        #expect(!answer.body.isEmpty)
    }
}
