import Credits
import LedgerStore
import UsageCodec

extension API {
    /// `GET /`: whether all is well.
    func overviewPage() async -> Answer {
        let figures = status.figures()
        let live = await LiveFigures(self, figures: figures, rate: nil)
        let tiles: [HTML] = LiveFigures.names.map { key, name in
            "<div><dt>\(name)</dt><dd data-live=\"\(key)\">\(live.texts[key] ?? "–")</dd></div>"
        }
        let outcomes: [HTML] = Outcome.allCases.map { outcome in
            let key = "outcome-\(outcome.name)"
            return """
                <tr><th scope="row">\(outcome.name)</th>
                <td class="number" data-live="\(key)">\(live.texts[key] ?? "0")</td></tr>
                """
        }
        let content: HTML = """
            <p id="ready" role="status" data-live="ready">\(live.texts["ready"] ?? "")</p>
            <dl class="tiles">
            \(tiles)</dl>
            <figure>
            <figcaption>Events per second while this page is open, for up to two minutes</figcaption>
            <svg id="rate" viewBox="0 0 600 80" preserveAspectRatio="none" role="img"
            aria-label="Events per second while this page is open">
            <polyline points=""/></svg>
            </figure>
            <div class="columns">
            <section><h2>Outcomes since the start</h2>
            \(HTML.table("Outcomes", head: [], rows: outcomes))</section>
            <section><h2>Dead letters by code</h2>
            \(HTML.table("Dead letters by code", head: [], rows: live.deadLetters, bodyID: "letters"))
            <p><a href="/dead-letters">All dead letters</a></p></section>
            <section><h2>Accounts near zero</h2>
            \(HTML.table(
                "Accounts near zero",
                head: [
                    "<th scope=\"col\">Customer</th>",
                    "<th scope=\"col\" class=\"number\">Available</th>",
                ],
                rows: live.lowAccounts,
                bodyID: "low"
            ))
            <p><a href="/customers">All customers</a></p></section>
            <section class="wide"><h2>Latest triggers</h2>
            \(HTML.table(
                "Latest triggers",
                head: [
                    "<th scope=\"col\">Time</th>", "<th scope=\"col\">Trigger</th>",
                    "<th scope=\"col\">Customer</th>",
                    "<th scope=\"col\" class=\"number\">Balance</th>",
                ],
                rows: live.triggers,
                bodyID: "triggers"
            ))</section>
            </div>
            """
        return Page(title: "Overview", section: .overview, content: content).answer
    }
}

/// What the overview shows, once in the page and then once a second.
struct LiveFigures: Sendable {
    /// By the name of the place where it is shown.
    private(set) var texts: [String: String] = [:]
    let deadLetters: [HTML]
    let lowAccounts: [HTML]
    let triggers: [HTML]
    private let rate: Double?

    static let names: KeyValuePairs<String, String> = [
        "rate": "Events/s", "lag": "Lag", "commit": "Commit p50 / p99", "outbox": "Outbox",
        "age": "Oldest in outbox", "accounts": "Accounts", "ids": "Ids known",
        "holds": "Holds pending", "memory": "Memory", "store": "Store",
    ]

    init(_ api: API, figures: WorkerFigures, rate: Double?) async {
        self.rate = rate
        let lag = await api.status.lagMessages()
        let reasons = api.status.notReadyReasons()
        deadLetters = figures.deadLetters.sorted { $0.value > $1.value }.map { code, count in
            """
            <tr><th scope="row"><a href="/dead-letters?code=\(code.name)">\(code.name)</a></th>
            <td class="number">\(count)</td></tr>
            """
        }
        let moment = api.now()
        lowAccounts = api.lowAccounts.lowest(of: api.reader, at: moment).map { account in
            """
            <tr><th scope="row">\(HTML.link(toCustomer: account.customerID))</th>
            <td class="number">\(account.snapshot(at: moment).available)</td></tr>
            """
        }
        triggers = figures.recentTriggers.prefix(8).map { trigger in
            """
            <tr><td>\(HTML.clock(trigger.at))</td><td class="name">\(HTML.breakable(trigger.type))</td>
            <td>\(HTML.link(toCustomer: trigger.customerID))</td>
            <td class="number">\(trigger.balance)</td></tr>
            """
        }
        texts["ready"] =
            reasons.isEmpty
            ? "Ready: consuming and able to commit."
            : "Not ready: " + reasons.joined(separator: "; ")
        texts["rate"] = rate.map { "\(Int($0.rounded()))" } ?? "–"
        texts["lag"] = lag.map { "\($0)" } ?? "–"
        let durations = [figures.commitP50, figures.commitP99]
        texts["commit"] = durations.map(Self.milliseconds).joined(separator: " / ") + " ms"
        texts["outbox"] = "\(figures.outboxDepth)"
        texts["age"] = "\(Int(api.outboxAge(figures).rounded())) s"
        texts["accounts"] = "\(api.reader.accountCount)"
        texts["ids"] = "\(api.reader.knownIDCount)"
        texts["holds"] = "\(api.reader.pendingHoldCount)"
        texts["memory"] = figures.residentBytes.map(Self.mebibytes)
        texts["store"] = figures.storeBytes.map(Self.mebibytes)
        for outcome in Outcome.allCases {
            texts["outcome-\(outcome.name)"] = "\(figures.outcomes[outcome])"
        }
    }

    private static func milliseconds(_ duration: Duration?) -> String {
        guard let duration else { return "–" }
        let tenths = Int((duration / .microseconds(100)).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func mebibytes(_ bytes: Int) -> String { "\(bytes >> 20) MiB" }

    /// What the page's script puts in place: texts, and rows that are escaped already.
    var json: [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.objectMember("texts") { json in
                for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
                    json.key(named: name)
                    json.string(text)
                }
            }
            json.objectMember("rows") { json in
                json.member("letters", deadLetters.map(\.text).joined())
                json.member("low", lowAccounts.map(\.text).joined())
                json.member("triggers", triggers.map(\.text).joined())
            }
            if let rate { json.member("rate", Int(rate.rounded())) }
        }
        return json.bytes
    }
}
