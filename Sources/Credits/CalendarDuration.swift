/// An ISO 8601 duration, such as `P30D`, `P1M` or `PT0.02S`.
///
/// Months stay months until they are counted from a date, for they have no fixed length. Weeks are
/// seven days, days are 24 hours of UTC.
public struct CalendarDuration: Hashable, Sendable {
    /// Whole months, years included.
    public let months: Int
    /// Everything shorter than a month.
    public let microseconds: Int64

    /// Makes a duration; neither part may be negative.
    public init?(months: Int = 0, microseconds: Int64 = 0) {
        // 10,000 years reach from any date to beyond every other, and their sums stay far from Int64.
        guard (0...120_000).contains(months), (0...315_576_000_000_000_000).contains(microseconds)
        else { return nil }
        self.months = months
        self.microseconds = microseconds
    }

    /// Makes a duration of whole seconds.
    public static func seconds(_ seconds: Int64) -> CalendarDuration? {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? nil : CalendarDuration(microseconds: product)
    }

    public var isZero: Bool { months == 0 && microseconds == 0 }

    /// Reads `PnYnMnWnDTnHnMnS`; decimals only on the seconds, at most six.
    public init?(_ text: String) {
        var reader = DurationReader(bytes: Array(text.utf8))
        guard let parts = reader.parts() else { return nil }
        self.init(months: parts.months, microseconds: parts.microseconds)
    }
}

extension Timestamp {
    /// The moment one duration later: months first, the day held to the month's end, then the rest.
    public func advanced(by duration: CalendarDuration) -> Timestamp {
        shifted(months: duration.months).advanced(byMicroseconds: duration.microseconds)
    }

    /// The moment so many durations later, each part multiplied first: a month after January 31 is
    /// the end of February, two months after it is March 31.
    public func advanced(by duration: CalendarDuration, times count: Int) -> Timestamp {
        let (months, overflow) = duration.months.multipliedReportingOverflow(by: count)
        let (rest, overflows) = duration.microseconds.multipliedReportingOverflow(by: Int64(count))
        guard !overflow, !overflows else { return .latest }
        return shifted(months: months).advanced(byMicroseconds: rest)
    }

    /// How many whole durations, each above 0, fit between this moment and another; nil: that one is
    /// earlier.
    func count(of duration: CalendarDuration, until moment: Timestamp) -> Int? {
        guard moment >= self else { return nil }
        // They have no fixed length where months are in them, but their order never changes.
        var low = 0
        var high = 1
        while advanced(by: duration, times: high) <= moment {
            low = high
            // Ends: nothing is later than the last moment there is.
            guard advanced(by: duration, times: high) < .latest else { return low }
            high *= 2
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            let isReached = advanced(by: duration, times: middle) <= moment
            if isReached { low = middle } else { high = middle }
        }
        return low
    }

    /// The moment one duration earlier.
    public func retreated(by duration: CalendarDuration) -> Timestamp {
        shifted(months: -duration.months).advanced(byMicroseconds: -duration.microseconds)
    }

    /// The same day and time so many months later, held to the month's end and to the range.
    private func shifted(months: Int) -> Timestamp {
        guard months != 0 else { return self }
        guard abs(months) <= 120_000 else { return months < 0 ? .earliest : .latest }
        let microsecondsPerDay: Int64 = 86_400_000_000
        let (quotient, remainder) = microseconds.quotientAndRemainder(
            dividingBy: microsecondsPerDay
        )
        let days = remainder < 0 ? quotient - 1 : quotient
        var date = CivilDate(daysSinceEpoch: Int(days))
        let month = date.year * 12 + date.month - 1 + months
        guard month >= 12 else { return .earliest }
        date.year = month / 12
        date.month = month % 12 + 1
        guard date.year <= 9999 else { return .latest }
        date.day = min(date.day, CivilDate.daysIn(month: date.month, year: date.year))
        let timeOfDay = microseconds - days * microsecondsPerDay
        let shifted = Int64(date.daysSinceEpoch) * microsecondsPerDay + timeOfDay
        return Timestamp(microseconds: shifted) ?? .latest
    }
}

extension CalendarDuration: CustomStringConvertible {
    public var description: String {
        let second: Int64 = 1_000_000
        let (days, rest) = microseconds.quotientAndRemainder(dividingBy: 86_400 * second)
        var text = "P"
        if months > 0 { text += "\(months)M" }
        if days > 0 { text += "\(days)D" }
        guard rest > 0 || text == "P" else { return text }
        text += "T"
        if rest / (3600 * second) > 0 { text += "\(rest / (3600 * second))H" }
        if rest / (60 * second) % 60 > 0 { text += "\(rest / (60 * second) % 60)M" }
        let seconds = rest % (60 * second)
        if seconds > 0 || text.hasSuffix("T") {
            text += "\(Amount(unchecked: Int128(seconds) * 1_000_000))S"
        }
        return text
    }
}

private struct DurationReader {
    let bytes: [UInt8]
    private var position = 0
    private var months = 0
    private var microseconds: Int64 = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func parts() -> (months: Int, microseconds: Int64)? {
        guard next() == UInt8(ascii: "P") else { return nil }
        var designators: [(UInt8, Int64)] = [
            (UInt8(ascii: "Y"), -12), (UInt8(ascii: "M"), -1),
            (UInt8(ascii: "W"), 604_800), (UInt8(ascii: "D"), 86_400),
        ]
        var isTime = false
        var parts = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "T") {
                guard !isTime, position + 1 < bytes.count else { return nil }
                isTime = true
                position += 1
                designators = [
                    (UInt8(ascii: "H"), 3600), (UInt8(ascii: "M"), 60), (UInt8(ascii: "S"), 1),
                ]
            }
            guard let (value, decimals) = number(), let designator = next() else { return nil }
            // Each designator once, in ISO 8601's order.
            guard let index = designators.firstIndex(where: { $0.0 == designator }) else {
                return nil
            }
            let unit = designators[index].1
            designators.removeFirst(index + 1)
            guard decimals == 0 || designator == UInt8(ascii: "S"), add(value, unit: unit) else {
                return nil
            }
            parts += 1
        }
        return parts > 0 ? (months, microseconds) : nil
    }

    private mutating func next() -> UInt8? {
        guard position < bytes.count else { return nil }
        position += 1
        return bytes[position - 1]
    }

    /// A number in millionths, and how many decimals it was written with.
    private mutating func number() -> (Int64, decimals: Int)? {
        var value: Int64 = 0
        var digits = 0
        var decimals = 0
        var isDecimal = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "."), !isDecimal, digits > 0 {
                isDecimal = true
                position += 1
                continue
            }
            let digit = byte &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            // Eleven digits and six decimals more still fit 64 bits.
            guard value < 100_000_000_000 else { return nil }
            value = value * 10 + Int64(digit)
            digits += 1
            if isDecimal { decimals += 1 }
            position += 1
        }
        guard digits > 0, decimals <= 6, !isDecimal || decimals > 0 else { return nil }
        for _ in decimals..<6 { value *= 10 }
        return (value, decimals)
    }

    private mutating func add(_ millionths: Int64, unit: Int64) -> Bool {
        if unit < 0 {
            let (added, overflow) = months.addingReportingOverflow(
                Int(millionths / 1_000_000 * -unit)
            )
            months = added
            return !overflow
        }
        let (product, overflow) = millionths.multipliedReportingOverflow(by: unit)
        let (sum, overflows) = microseconds.addingReportingOverflow(product)
        microseconds = sum
        return !overflow && !overflows
    }
}
