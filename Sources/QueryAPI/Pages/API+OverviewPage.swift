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
            return HTML.row(
                LiveFigures.countColumns,
                "\(outcome.name)",
                "<span data-live=\"\(key)\">\(live.texts[key] ?? "0")</span>"
            )
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
            \(HTML.table("Outcomes", LiveFigures.countColumns, rows: outcomes))</section>
            <section><h2>Dead letters by code</h2>
            \(HTML.table(
                "Dead letters by code",
                LiveFigures.countColumns,
                rows: live.deadLetters,
                bodyID: "letters"
            ))
            <p><a href="/dead-letters">All dead letters</a></p></section>
            <section><h2>Accounts near zero</h2>
            \(HTML.table(
                "Accounts near zero",
                LiveFigures.accountColumns,
                rows: live.lowAccounts,
                bodyID: "low"
            ))
            <p><a href="/customers">All customers</a></p></section>
            <section class="wide"><h2>Latest triggers</h2>
            \(HTML.table(
                "Latest triggers",
                LiveFigures.triggerColumns,
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

    static let countColumns: [HTML.Column] = [.init("", .subject), .init("", .number)]
    static let accountColumns: [HTML.Column] = [
        .init("Customer", .subject), .init("Available", .number),
    ]
    static let triggerColumns: [HTML.Column] = [
        .init("Time"), .init("Trigger", .name), .init("Customer"), .init("Balance", .number),
    ]

    init(_ api: API, figures: WorkerFigures, rate: Double?) async {
        self.rate = rate
        let lag = await api.status.lagMessages()
        let reasons = api.status.notReadyReasons()
        deadLetters = figures.deadLetters.sorted { $0.value > $1.value }.map { code, count in
            HTML.row(
                Self.countColumns,
                "<a href=\"/dead-letters?code=\(code.name)\">\(code.name)</a>",
                "\(count)"
            )
        }
        let moment = api.now()
        lowAccounts = api.lowAccounts.lowest(of: api.reader, at: moment).map { account in
            HTML.row(
                Self.accountColumns,
                HTML.link(toCustomer: account.customerID),
                "\(account.snapshot(at: moment).available)"
            )
        }
        triggers = figures.recentTriggers.prefix(8).map { trigger in
            HTML.row(
                Self.triggerColumns,
                HTML.clock(trigger.at),
                HTML.breakable(trigger.type),
                HTML.link(toCustomer: trigger.customerID, creditType: trigger.creditType),
                "\(trigger.balance)"
            )
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
                    json.member(named: name, text)
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
