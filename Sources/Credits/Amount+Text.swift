/// Why a text is not an amount.
public enum AmountFault: Error, Equatable, Sendable {
    /// Not written as a JSON number, or with more than 12 decimals.
    case malformed
    /// More than 26 digits before the point.
    case outOfRange
}

extension Amount {
    /// Reads a decimal as JSON writes numbers (RFC 8259 §6), digit for digit from the text.
    ///
    /// The same grammar serves numbers and strings: no sign `+`, no leading zeros, an exponent is
    /// allowed. Decimals beyond the twelfth must be zeros.
    public init(text: Span<UInt8>) throws(AmountFault) {
        var scanner = DecimalScanner(text: text)
        self = try scanner.amount()
    }

    /// Reads a decimal as ``init(text:)`` does.
    public init(_ text: String) throws(AmountFault) {
        let bytes = Array(text.utf8)
        try self.init(text: bytes.span)
    }

    /// Bytes that there must be room for where an amount is written: a sign, 26 digits, the point
    /// and 12 decimals, in pieces of eight.
    package static let roomForText = 64

    /// Appends the shortest exact decimal: no exponent, no trailing zeros, `0` for nothing.
    public func write(to output: inout [UInt8]) {
        output.append(addingCapacity: Self.roomForText) { write(to: &$0) }
    }

    /// Appends the shortest exact decimal; there must be room for ``roomForText`` bytes.
    @_lifetime(output: copy output)
    package func write(to output: inout OutputSpan<UInt8>) {
        // What is held, and the debt, are nearly always nothing.
        guard units != 0 else { return output.append(UInt8(ascii: "0")) }
        if units < 0 { output.append(UInt8(ascii: "-")) }
        let (whole, fraction) = Self.split(units.magnitude)
        Self.writeDigits(whole, to: &output)
        guard fraction != 0 else { return }
        output.append(UInt8(ascii: "."))
        var (decimals, width) = (fraction, Self.decimals)
        while decimals % 10 == 0 {
            decimals /= 10
            width -= 1
        }
        output.append(digitsOf: decimals, width: width)
    }

    /// Whole credits, and what is left in units.
    private static func split(_ magnitude: UInt128) -> (whole: UInt128, fraction: UInt64) {
        let one = UInt64(one)
        let high = UInt64(truncatingIfNeeded: magnitude >> 64)
        let low = UInt64(truncatingIfNeeded: magnitude)
        // Up to 18 million credits no 128 bits are divided.
        guard high != 0 else { return (UInt128(low / one), low % one) }
        // Nearly every other amount: the quotient fits a word, and the processor divides it in one
        // step.
        guard high >= one else {
            let (whole, fraction) = one.dividingFullWidth((high, low))
            return (UInt128(whole), fraction)
        }
        let (whole, fraction) = magnitude.quotientAndRemainder(dividingBy: UInt128(one))
        return (whole, UInt64(fraction))
    }

    @_lifetime(output: copy output)
    private static func writeDigits(_ value: UInt128, to output: inout OutputSpan<UInt8>) {
        guard let small = UInt64(exactly: value) else {
            // At most 26 digits: two pieces.
            let (high, low) = value.quotientAndRemainder(dividingBy: 10_000_000_000_000_000_000)
            output.append(digitsOf: UInt64(high))
            output.append(digitsOf: UInt64(low), width: 19)
            return
        }
        output.append(digitsOf: small)
    }
}

extension Amount: CustomStringConvertible {
    public var description: String {
        var text: [UInt8] = []
        write(to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// Reads one JSON number from first byte to last.
private struct DecimalScanner: ~Escapable {
    private let text: Span<UInt8>
    private var position = 0
    private var digits: UInt128 = 0
    private var significant = 0
    private var scale = 0
    private var isTooLong = false

    @_lifetime(copy text)
    init(text: Span<UInt8>) {
        self.text = text
    }

    mutating func amount() throws(AmountFault) -> Amount {
        let isNegative = take(UInt8(ascii: "-"))
        let wholeStart = position
        takeDigits(areDecimals: false)
        let wholeCount = position - wholeStart
        guard wholeCount > 0 else { throw .malformed }
        guard wholeCount == 1 || text[wholeStart] != UInt8(ascii: "0") else { throw .malformed }
        if take(UInt8(ascii: ".")) {
            let start = position
            takeDigits(areDecimals: true)
            guard position > start else { throw .malformed }
        }
        let exponent = try takeExponent()
        guard position == text.count else { throw .malformed }
        let units = try scaled(by: exponent)
        guard let amount = Amount(units: isNegative ? -units : units) else { throw .outOfRange }
        return amount
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < text.count, text[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func takeDigits(areDecimals: Bool) {
        while position < text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { return }
            position += 1
            append(digit, isDecimal: areDecimals)
        }
    }

    /// Keeps at most 38 significant digits; what is longer is only remembered as being so.
    private mutating func append(_ digit: UInt8, isDecimal: Bool) {
        if isDecimal { scale += 1 }
        guard significant > 0 || digit != 0 else { return }
        guard significant < 38 else {
            // A zero beyond the 38th digit changes only the scale; any other digit is lost precision.
            if digit != 0 { isTooLong = true }
            scale -= 1
            return
        }
        digits = digits &* 10 &+ UInt128(digit)
        significant += 1
    }

    private mutating func takeExponent() throws(AmountFault) -> Int {
        guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return 0 }
        let isNegative = take(UInt8(ascii: "-"))
        if !isNegative { _ = take(UInt8(ascii: "+")) }
        let start = position
        var exponent = 0
        while position < text.count {
            let digit = text[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            position += 1
            // Saturates far beyond what the digits of any text make up for, so that it cannot wrap.
            exponent = min(exponent * 10 + Int(digit), 1_000_000_000_000)
        }
        guard position > start else { throw .malformed }
        return isNegative ? -exponent : exponent
    }

    private func scaled(by exponent: Int) throws(AmountFault) -> Int128 {
        guard digits != 0 else { return 0 }
        // value = digits × 10^shift units
        let shift = exponent - scale + Amount.decimals
        guard significant + shift <= 38 else { throw .outOfRange }
        guard !isTooLong else { throw .malformed }
        var units = digits
        if shift >= 0 {
            for _ in 0..<shift { units *= 10 }
        } else {
            for _ in 0..<min(-shift, 39) {
                let (quotient, remainder) = units.quotientAndRemainder(dividingBy: 10)
                guard remainder == 0 else { throw .malformed }
                units = quotient
            }
        }
        return Int128(units)
    }
}
