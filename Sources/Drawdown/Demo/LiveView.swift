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
        // Besides the lists there are 16 lines, and one for the cursor.
        let room = height - 17
        let balances = balances(figures, count: min(room * 3 / 7, 8))
        let triggers = triggers(figures, count: min(room - room * 3 / 7, 12))
        return title(figures) + [rate(figures), ""] + numbers(figures) + [""] + balances + [""]
            + triggers + [""] + addresses(figures)
    }

    // MARK: Parts

    private func title(_ figures: LiveFigures) -> [String] {
        let right = "up \(LiveFormat.uptime(figures.uptime)) · Ctrl-C ends it"
        let name = "drawdown"
        let space = String(repeating: " ", count: width - name.count - right.count)
        return [
            paint(name, .bold) + space + paint(right, .faint),
            paint(String(repeating: "─", count: width), .faint),
        ]
    }

    private func rate(_ figures: LiveFigures) -> String {
        let number = LiveFormat.count(Int(figures.eventsPerSecond.rounded()))
        let curve = LiveFormat.curve(figures.recentRates.suffix(width - 34))
        return paint(number.padded(to: 14, .right), .bold) + " events/s    "
            + paint(curve, .accent)
    }

    private func numbers(_ figures: LiveFigures) -> [String] {
        let right = [
            ("commit p50", LiveFormat.latency(figures.commitP50)),
            ("commit p99", LiveFormat.latency(figures.commitP99)),
            ("lag", figures.lag.map { LiveFormat.count($0) } ?? "–"),
            ("outbox", LiveFormat.count(figures.outboxDepth)),
            ("accounts", LiveFormat.count(figures.accountCount)),
        ]
        return zip(Outcome.allCases, right).map { outcome, other in
            let count = LiveFormat.count(figures.outcomes[outcome]).padded(to: 14, .right)
            return count + " " + paint(outcome.name.padded(to: 20), .faint)
                + other.1.padded(to: 14, .right) + " " + paint(other.0, .faint)
        }
    }

    private func balances(_ figures: LiveFigures, count: Int) -> [String] {
        let rows = figures.lowestBalances.prefix(count).map { balance in
            let name = LiveFormat.fitted(balance.customer, to: width - 24)
            let amount = LiveFormat.amount(balance.amount).padded(to: 24, .right)
            return name + (balance.amount.isNegative ? paint(amount, .alarm) : amount)
        }
        return [paint("lowest balances", .faint)] + filled(rows, to: count)
    }

    private func triggers(_ figures: LiveFigures, count: Int) -> [String] {
        let rows = figures.latestTriggers.prefix(count).map { trigger in
            let name = LiveFormat.fitted(trigger.customer, to: width - 54)
            let type = LiveFormat.fitted(trigger.type, to: 26)
            let amount = LiveFormat.amount(trigger.balance).padded(to: 18, .right)
            return paint(LiveFormat.timeOfDay(trigger.time), .faint) + "  "
                + paint(type, Ink(ofTrigger: trigger.type)) + name + amount
        }
        return [paint("latest triggers", .faint)] + filled(rows, to: count)
    }

    private func addresses(_ figures: LiveFigures) -> [String] {
        [("API", figures.api), ("Kafka", figures.broker), ("ledger", figures.storePath)]
            .map { paint($0.padded(to: 8), .faint) + LiveFormat.fitted($1, to: width - 8) }
            .map(\.withoutTrailingSpaces)
    }

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
        var parts = [LiveFormat.count(Int(figures.eventsPerSecond.rounded())) + " events/s"]
        for outcome in Outcome.allCases where figures.outcomes[outcome] > 0 || outcome == .applied {
            parts.append("\(outcome.name) \(LiveFormat.count(figures.outcomes[outcome]))")
        }
        parts.append(
            "commit \(LiveFormat.latency(figures.commitP50)) p50, "
                + "\(LiveFormat.latency(figures.commitP99)) p99")
        parts.append("lag \(figures.lag.map { LiveFormat.count($0) } ?? "–")")
        parts.append("outbox \(LiveFormat.count(figures.outboxDepth))")
        return LiveFormat.timeOfDay(figures.now) + "  " + parts.joined(separator: " · ")
    }
}
