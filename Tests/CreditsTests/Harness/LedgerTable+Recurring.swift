@testable import Credits

extension LedgerTable {
    /// A moment as tables write it: a duration from the beginning, or a date; nil for anything else.
    static func moment(_ word: String) -> Timestamp? {
        if let duration = CalendarDuration(word) { return beginning.advanced(by: duration) }
        return Timestamp(word.contains("T") ? word : word + "T00:00:00Z")
    }
}

extension RecurringGrant {
    /// A schedule as tables write it, `plan:100:P1M:expires=never:rollover=50,25%`; nil for anything
    /// else.
    init?(tableWord: String) {
        let parts = tableWord.split(separator: ":").map(String.init)
        guard parts.count >= 3, let credits = try? Amount(parts[1]),
            let every = CalendarDuration(parts[2])
        else { return nil }
        self.init(scheduleID: parts[0], credits: credits, every: every, anchor: nil)
        for part in parts.dropFirst(3) {
            guard let equals = part.firstIndex(of: "="),
                take(String(part[..<equals]), String(part[equals...].dropFirst()))
            else { return nil }
        }
    }

    private mutating func take(_ name: String, _ value: String) -> Bool {
        switch (name, value) {
        case ("anchor", _):
            anchor = LedgerTable.moment(value)
            return anchor != nil
        case ("expires", "never"): expiry = .never
        case ("expires", _):
            guard let duration = CalendarDuration(value) else { return false }
            expiry = .after(duration)
        case ("rollover", _): return takeRollover(value)
        default: return false
        }
        return true
    }

    private mutating func takeRollover(_ limits: String) -> Bool {
        var rollover = Rollover()
        for limit in limits.split(separator: ",") {
            let isPercent = limit.hasSuffix("%")
            let value = try? Amount(String(isPercent ? limit.dropLast() : limit))
            guard let value else { return false }
            if isPercent {
                rollover.maximumPercent = value
            } else {
                rollover.maximumCredits = value
            }
        }
        self.rollover = rollover
        return true
    }
}
