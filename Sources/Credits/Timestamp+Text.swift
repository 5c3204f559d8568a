extension Timestamp {
    /// Reads an RFC 3339 date-time; nil for anything else, and outside the years 0001 to 9999 in UTC.
    ///
    /// Digits beyond the sixth decimal of a second are cut off. A leap second (`:60`) is read as the
    /// first moment of the next minute.
    public init?(text: Span<UInt8>) {
        var scanner = DateScanner(text: text)
        guard let microseconds = scanner.microseconds() else { return nil }
        self.init(microseconds: microseconds)
    }

    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(text: bytes.span)
    }

    /// Appends `2026-11-01T12:00:00Z`, with six decimals where the second is not whole.
    public func write(to output: inout [UInt8]) {
        let second = seconds
        let fraction = microseconds - second * 1_000_000
        let days = second >= 0 ? second / 86_400 : (second - 86_399) / 86_400
        let secondOfDay = Int(second - days * 86_400)
        let date = CivilDate(daysSinceEpoch: Int(days))
        Self.writeDigits(date.year, width: 4, to: &output)
        output.append(UInt8(ascii: "-"))
        Self.writeDigits(date.month, width: 2, to: &output)
        output.append(UInt8(ascii: "-"))
        Self.writeDigits(date.day, width: 2, to: &output)
        output.append(UInt8(ascii: "T"))
        Self.writeDigits(secondOfDay / 3600, width: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        Self.writeDigits(secondOfDay / 60 % 60, width: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        Self.writeDigits(secondOfDay % 60, width: 2, to: &output)
        if fraction != 0 {
            output.append(UInt8(ascii: "."))
            Self.writeDigits(Int(fraction), width: 6, to: &output)
        }
        output.append(UInt8(ascii: "Z"))
    }

    private static func writeDigits(_ value: Int, width: Int, to output: inout [UInt8]) {
        output.append(digitsOf: UInt64(value), width: width)
    }
}

extension Timestamp: CustomStringConvertible {
    public var description: String {
        var text: [UInt8] = []
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

private struct DateScanner: ~Escapable {
    private let text: Span<UInt8>
    private var position = 0

    @_lifetime(copy text)
    init(text: Span<UInt8>) {
        self.text = text
    }

    mutating func microseconds() -> Int64? {
        guard let year = digits(4), take("-"), let month = digits(2), take("-"),
            let day = digits(2), take("T", or: "t", or: " "),
            let hour = digits(2), take(":"), let minute = digits(2), take(":"),
            let second = digits(2), year >= 1, (1...12).contains(month),
            day >= 1, day <= CivilDate.daysIn(month: month, year: year),
            hour < 24, minute < 60, second <= 60,
            let fraction = fraction(), let offset = offset(), position == text.count
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        return Int64(seconds) * 1_000_000 + Int64(fraction)
    }

    private mutating func take(
        _ byte: Unicode.Scalar,
        or second: Unicode.Scalar? = nil,
        or third: Unicode.Scalar? = nil
    ) -> Bool {
        guard position < text.count else { return false }
        let found = Unicode.Scalar(text[position])
        guard found == byte || found == second || found == third else { return false }
        position += 1
        return true
    }

    private mutating func digits(_ count: Int) -> Int? {
        guard position + count <= text.count else { return nil }
        var value = 0
        for _ in 0..<count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
            position += 1
        }
        return value
    }

    /// Microseconds after the point; 0 where there is none.
    private mutating func fraction() -> Int? {
        guard take(".") else { return 0 }
        var value = 0
        var count = 0
        while position < text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            if count < 6 { value = value * 10 + Int(digit) }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 6)..<6 { value *= 10 }
        return value
    }

    /// Seconds east of UTC.
    private mutating func offset() -> Int? {
        if take("Z", or: "z") { return 0 }
        let isWest = take("-")
        guard isWest || take("+"), let hours = digits(2), take(":"), let minutes = digits(2),
            hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return isWest ? -seconds : seconds
    }
}
