import Credits

/// What `drawdown dev` shows while it works: a pure function from figures to lines.
struct LiveView: Sendable {
    /// In characters; from 80.
    let width: Int
    /// In lines; from 24.
    let height: Int
    let isColoured: Bool

    static let minimumWidth = 80
    static let minimumHeight = 24
    /// Longer lines would make the eye travel.
    private static let maximumWidth = 100

    init(width: Int, height: Int, isColoured: Bool) {
        self.width = min(max(width, Self.minimumWidth), Self.maximumWidth)
        self.height = max(height, Self.minimumHeight)
        self.isColoured = isColoured
    }

    /// At most `height` − 1 lines, none wider than `width`.
    func lines(_ figures: LiveFigures) -> [String] {
        // Besides the lists there are 18 lines, and one is left to the cursor.
        let room = height - 19
        let balanceCount = min(room / 2, 8)
        let parts = [
            title(figures), [rate(figures), ""], numbers(figures), [""],
            balances(figures, count: balanceCount), [""],
            triggers(figures, count: min(room - balanceCount, 12)), [""],
            addresses(figures),
        ]
        return parts.joined().map { $0.isEmpty ? "" : "  " + $0 }
    }

    /// What is left between the margins.
    private var inner: Int { width - 4 }

    // MARK: Parts

    private func title(_ figures: LiveFigures) -> [String] {
        let right = "up \(LiveFormat.uptime(figures.uptime)) · Ctrl-C ends it"
        let name = "drawdown".padded(to: inner - right.count)
        return [paint(name, .bold) + paint(right, .faint), paint(rule(inner), .faint)]
    }

    private func rate(_ figures: LiveFigures) -> String {
        let number = LiveFormat.rate(figures.eventsPerSecond)
        let curve = LiveFormat.curve(figures.recentRates.suffix(inner - 27))
        return paint(number.padded(to: 13, .right), .bold) + "  "
            + paint("events/s", .faint) + "    " + paint(curve, .accent)
    }

    private func numbers(_ figures: LiveFigures) -> [String] {
        let right = [
            (LiveFormat.latency(figures.commitP50), "commit p50"),
            (LiveFormat.latency(figures.commitP99), "commit p99"),
            (figures.lag.map { LiveFormat.count($0) } ?? "–", "messages behind"),
            (LiveFormat.count(figures.outboxDepth), "to be published"),
            (LiveFormat.count(figures.accountCount), "accounts"),
        ]
        return zip(Outcome.allCases, right).map { outcome, other in
            let count = LiveFormat.count(figures.outcomes[outcome]).padded(to: 13, .right)
            let name = outcome.name.padded(to: 12)
            return paint(count, figures.outcomes[outcome] == 0 ? .faint : .plain) + "  "
                + paint(name, .faint) + other.0.padded(to: 16, .right) + "  "
                + paint(other.1, .faint)
        }
    }

    private func balances(_ figures: LiveFigures, count: Int) -> [String] {
        let rows = figures.lowestBalances.prefix(count).map { balance in
            let name = LiveFormat.fitted(balance.customer, to: inner - 24)
            let amount = LiveFormat.amount(balance.amount, width: 24)
            return name + (balance.amount.isNegative ? paint(amount, .alarm) : amount)
        }
        return [heading("lowest balances")] + filled(rows, to: count)
    }

    private func triggers(_ figures: LiveFigures, count: Int) -> [String] {
        let rows = figures.latestTriggers.prefix(count).map { trigger in
            let name = LiveFormat.fitted(trigger.customer, to: inner - 52)
            let type = LiveFormat.fitted(trigger.type, to: 26)
            let amount = LiveFormat.amount(trigger.balance, width: 16)
            return paint(LiveFormat.timeOfDay(trigger.time), .faint) + "  "
                + paint(type, Ink(ofTrigger: trigger.type)) + name + amount
        }
        return [heading("latest triggers")] + filled(rows, to: count)
    }

    private func addresses(_ figures: LiveFigures) -> [String] {
        [
            ("API", figures.api), ("Kafka", figures.broker), ("ledger", figures.storePath),
            ("try", figures.hint),
        ].filter { !$0.1.isEmpty }.map { label, text in
            paint(label.padded(to: 8), .faint)
                + LiveFormat.fitted(text, to: inner - 8).withoutTrailingSpaces
        }
    }

    private func heading(_ text: String) -> String {
        paint("\(text) \(rule(inner - text.count - 1))", .faint)
    }

    private func rule(_ length: Int) -> String { String(repeating: "─", count: length) }

    /// Empty lines hold the place, so that what stands below does not jump.
    private func filled(_ rows: [String], to count: Int) -> [String] {
        rows + Array(repeating: "", count: max(0, count - rows.count))
    }

    // MARK: Colour

    enum Ink: String {
        case plain = ""
        case bold = "1"
        case faint = "2"
        case alarm = "31"
        case warning = "33"
        case good = "32"
        case accent = "36"

        init(ofTrigger type: String) {
            self =
                switch type {
                case "credit_balance.low", "credit_balance.depleted": .warning
                case "credit_balance.overdrawn": .alarm
                case "credit_balance.recovered", "credit_grant.created": .good
                case let type where type.hasSuffix(".rejected") || type.hasSuffix(".conflict"):
                    .alarm
                default: .plain
                }
        }
    }

    private func paint(_ text: String, _ ink: Ink) -> String {
        guard isColoured, ink != .plain, !text.isEmpty else { return text }
        return "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m"
    }
}

extension LiveView {
    /// One line for logs and pipes.
    static func summary(_ figures: LiveFigures) -> String {
        var parts = [LiveFormat.rate(figures.eventsPerSecond) + " events/s"]
        for outcome in Outcome.allCases where figures.outcomes[outcome] > 0 || outcome == .applied {
            parts.append("\(outcome.name) \(LiveFormat.count(figures.outcomes[outcome]))")
        }
        parts.append(
            "commit \(LiveFormat.latency(figures.commitP50)) p50, "
                + "\(LiveFormat.latency(figures.commitP99)) p99"
        )
        parts.append("lag \(figures.lag.map { LiveFormat.count($0) } ?? "–")")
        parts.append("outbox \(LiveFormat.count(figures.outboxDepth))")
        return LiveFormat.timeOfDay(figures.now) + "  " + parts.joined(separator: " · ")
    }
}
