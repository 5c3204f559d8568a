import Credits
import LedgerStore

/// A balance over time, and what of it expires when, as a drawing without script.
struct BurnDownChart {
    /// The balance from a moment on.
    struct Point {
        let at: Timestamp
        let balance: Amount
    }

    /// Credits that end at a moment, unless they are used before.
    struct Expiry {
        let at: Timestamp
        let credits: Amount
        let grantID: String
    }

    private let points: [Point]
    private let expiries: [Expiry]
    private let now: Timestamp
    private let end: Timestamp

    private static let width = 720.0
    private static let height = 220.0
    private static let left = 64.0
    private static let bottom = 24.0
    private static let top = 24.0
    /// Expiries further off are not drawn: they would press the past into a line.
    private static let horizon: Int64 = 90 * 24 * 3_600_000_000

    /// - Parameters:
    ///   - records: the account's latest entries, newest first.
    ///   - account: whose.
    ///   - now: until where the balance is known.
    init(_ records: [EntryRecord], of account: Account, now: Timestamp) {
        var points = records.reversed().filter { !$0.entry.amount.isZero }.map {
            Point(at: $0.sealed.commit.recordedAt, balance: $0.entry.balanceAfter)
        }
        if let first = records.last, let at = points.first?.at {
            points.insert(Point(at: at, balance: first.entry.balanceBefore), at: 0)
        }
        self.points = points
        self.now = now
        let last = now.advanced(byMicroseconds: Self.horizon)
        expiries = account.usable.compactMap { grant in
            guard let at = grant.terms.expiresAt, at > now, at < last else { return nil }
            return Expiry(at: at, credits: grant.remaining, grantID: grant.terms.grantID)
        }.sorted { $0.at < $1.at }
        let first = points.first?.at ?? now
        let past = max(now.microseconds - first.microseconds, 60_000_000)
        let future = (expiries.last?.at.microseconds ?? now.microseconds) - now.microseconds
        end = now.advanced(byMicroseconds: max(past / 10, future + future / 20))
    }

    var html: HTML {
        guard let first = points.first else { return "<p>No entry has moved the balance yet.</p>" }
        let scale = Scale(self, from: first.at)
        let marks: [HTML] = expiries.prefix(12).enumerated().map { index, expiry in
            let x = scale.x(expiry.at)
            let y = Self.top + Double(index % 3) * 13 + 9
            return """
                <line class="expiry" x1="\(x)" x2="\(x)" y1="\(Self.top)" y2="\(scale.floor)"/>
                <text class="expiry" x="\(x - 4)" y="\(y)" text-anchor="end">−\(expiry.credits)</text>
                """
        }
        let labels: [HTML] = scale.ticks.map { amount, y in
            """
            <line class="grid" x1="\(Self.left)" x2="\(Self.width)" y1="\(y)" y2="\(y)"/>
            <text x="\(Self.left - 6)" y="\(y + 4)" text-anchor="end">\(amount)</text>
            """
        }
        let nowX = scale.x(now)
        return """
            <figure>
            <svg class="chart" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img"
            aria-labelledby="chart-title chart-text">
            <title id="chart-title">Balance over time</title>
            <desc id="chart-text">\(summary)</desc>
            \(labels)<line class="now" x1="\(nowX)" x2="\(nowX)" y1="\(Self.top)" y2="\(scale.floor)"/>
            <text x="\(nowX)" y="\(Self.top - 5)" text-anchor="middle">now</text>
            \(marks)<polyline class="past" points="\(past(scale))"/>
            <polyline class="future" points="\(future(scale))"/>
            <text x="\(Self.left)" y="\(Self.height - 6)">\(shown(first.at))</text>
            <text x="\(Self.width - 6)" y="\(Self.height - 6)" text-anchor="end">\(shown(end))</text>
            </svg>
            <figcaption>\(summary)</figcaption>
            </figure>
            """
    }

    /// The drawing in words.
    private var summary: String {
        let balance = points.last?.balance ?? .zero
        let start =
            "From \(points.first?.balance ?? .zero) to \(balance) credits over the latest "
            + "entries."
        guard let next = expiries.first else { return start + " Nothing expires within 90 days." }
        return start
            + " The dashed line is what is left if nothing more is used: \(next.credits) of "
            + "\(next.grantID) expire on \(Self.day(next.at))"
            + (expiries.count > 1 ? ", the others (\(expiries.count - 1)) after that." : ".")
    }

    /// A moment of today as a time, any other as a date.
    private func shown(_ moment: Timestamp) -> String {
        let isToday = Self.day(moment) == Self.day(now)
        return isToday ? String("\(moment)".dropFirst(11).prefix(8)) : Self.day(moment)
    }

    private static func day(_ moment: Timestamp) -> String { String("\(moment)".prefix(10)) }

    /// A line in steps: a balance holds until the next entry.
    private func past(_ scale: Scale) -> String {
        var path: [(Double, Double)] = []
        for point in points {
            if let last = path.last { path.append((scale.x(point.at), last.1)) }
            path.append((scale.x(point.at), scale.y(point.balance)))
        }
        if let last = path.last { path.append((scale.x(now), last.1)) }
        return Self.text(path)
    }

    private func future(_ scale: Scale) -> String {
        var balance = points.last?.balance ?? .zero
        var path = [(scale.x(now), scale.y(balance))]
        for expiry in expiries {
            path.append((scale.x(expiry.at), scale.y(balance)))
            balance = balance.clampedSubtracting(expiry.credits)
            path.append((scale.x(expiry.at), scale.y(balance)))
        }
        path.append((scale.x(end), scale.y(balance)))
        return Self.text(path)
    }

    private static func text(_ path: [(Double, Double)]) -> String {
        path.map { "\(rounded($0.0)),\(rounded($0.1))" }.joined(separator: " ")
    }

    /// With one decimal where it has one.
    private static func text(_ value: Double) -> String {
        let text = "\(rounded(value))"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    /// From moments and amounts to places in the drawing.
    private struct Scale {
        private let from: Double
        private let now: Double
        private let end: Double
        private let low: Double
        private let range: Double
        let floor = BurnDownChart.height - BurnDownChart.bottom

        init(_ chart: BurnDownChart, from first: Timestamp) {
            from = Double(first.microseconds)
            now = max(Double(chart.now.microseconds), from + 1)
            end = max(Double(chart.end.microseconds), now + 1)
            let balances = chart.points.map { Self.value($0.balance) } + [0]
            let high = balances.max() ?? 0
            low = balances.min() ?? 0
            range = max(high - low, 1e-9)
        }

        /// Only for drawing: to a screen's precision an amount is a number like any other.
        private static func value(_ amount: Amount) -> Double { Double(amount.units) / 1e12 }

        /// The past has its share of the width and the future the rest, each with a scale of its
        /// own: a minute of usage and an expiry in a month would not be seen on one.
        func x(_ moment: Timestamp) -> Double {
            let at = Double(moment.microseconds)
            let share = 0.65
            let part =
                at <= now
                ? (at - from) / (now - from) * share
                : share + (at - now) / (end - now) * (1 - share)
            let width = BurnDownChart.width - BurnDownChart.left
            return BurnDownChart.rounded(BurnDownChart.left + min(max(part, 0), 1) * width)
        }

        func y(_ amount: Amount) -> Double { y(Self.value(amount)) }

        private func y(_ value: Double) -> Double {
            let height = floor - BurnDownChart.top
            return BurnDownChart.rounded(floor - (value - low) / range * height)
        }

        /// The highest and the lowest, and 0 where it lies between.
        var ticks: [(String, Double)] {
            var values = [low, low + range].filter { abs($0) * 8 > range }
            // Beside an amount that is nearly 0 there is no room for it.
            if low <= 0, low + range >= 0 { values.append(0) }
            return values.map { (Self.short($0), y($0)) }
        }

        private static func short(_ value: Double) -> String {
            let steps = [(1e9, "G"), (1e6, "M"), (1e3, "k")]
            guard let (step, name) = steps.first(where: { abs(value) >= $0.0 * 10 }) else {
                return BurnDownChart.text(value)
            }
            return "\(BurnDownChart.text(value / step))\(name)"
        }
    }
}
