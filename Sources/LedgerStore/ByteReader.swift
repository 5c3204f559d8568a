internal import Credits

/// Reads the journal's primitives from bytes that may be damaged.
///
/// Nothing here throws or traps: what cannot be read is 0 and sets ``isDamaged``, which the caller
/// checks once per structure. Damage also ends the input, so that no loop runs on.
package struct ByteReader: ~Escapable {
    let bytes: Span<UInt8>
    private(set) var position: Int
    private let end: Int
    package private(set) var isDamaged = false

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, in range: Range<Int>) {
        self.bytes = bytes
        let isInside = range.lowerBound >= 0 && range.upperBound <= bytes.count
        position = isInside ? range.lowerBound : 0
        end = isInside ? range.upperBound : 0
        isDamaged = !isInside
    }

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) {
        self.init(bytes, in: 0..<bytes.count)
    }

    var remaining: Int { end - position }
    package var isAtEnd: Bool { position == end }

    @_lifetime(self: copy self)
    package mutating func fail() {
        isDamaged = true
        position = end
    }

    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func byte() -> UInt8 {
        guard position < end else {
            fail()
            return 0
        }
        position += 1
        return bytes[position - 1]
    }

    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func varint() -> UInt64 {
        // Nearly all are one byte.
        guard position < end, bytes[position] < 0x80 else { return longVarint() }
        position += 1
        return UInt64(bytes[position - 1])
    }

    @_lifetime(self: copy self)
    private mutating func longVarint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = byte()
            value |= UInt64(byte & 0x7f) &<< shift
            guard byte >= 0x80 else {
                if shift == 63, byte > 1 { fail() }
                return value
            }
            shift += 7
            guard shift < 70 else {
                fail()
                return 0
            }
        }
    }

    /// Goes over bytes that are not looked at.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func pass(_ count: Int) {
        guard count <= remaining else {
            fail()
            return
        }
        position += count
    }

    /// Goes over a varint, however long it is.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func passVarint() {
        var last = position
        while last < end, bytes[last] >= 0x80 { last += 1 }
        guard last < end else {
            fail()
            return
        }
        position = last + 1
    }

    @_lifetime(self: copy self)
    mutating func zigzag() -> Int64 { varint().unzigzag }

    @_lifetime(self: copy self)
    package mutating func word() -> UInt64 {
        guard remaining >= 8 else {
            fail()
            return 0
        }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[position + index]) &<< UInt64(8 * index) }
        position += 8
        return value
    }

    @_lifetime(self: copy self)
    package mutating func halfWord() -> UInt32 {
        guard remaining >= 4 else {
            fail()
            return 0
        }
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(bytes[position + index]) &<< UInt32(8 * index) }
        position += 4
        return value
    }

    /// How many elements follow; each takes at least one byte, so a count beyond what is left is
    /// damage, and never an allocation.
    @_lifetime(self: copy self)
    package mutating func count() -> Int {
        let value = varint()
        guard value <= UInt64(remaining) else {
            fail()
            return 0
        }
        return Int(value)
    }

    /// Where bytes that are preceded by their length lie.
    @_lifetime(self: copy self)
    package mutating func counted() -> Range<Int> {
        let count = count()
        position += count
        return position - count..<position
    }

    @_lifetime(self: copy self)
    package mutating func text() -> String {
        String(span: bytes.extracting(counted()))
    }

    @_lifetime(self: copy self)
    mutating func optionalText() -> String? {
        isPresent() ? text() : nil
    }

    /// A byte that is 0 or 1.
    @_lifetime(self: copy self)
    mutating func isPresent() -> Bool {
        let flag = byte()
        if flag > 1 { fail() }
        return flag == 1
    }

    @_lifetime(self: copy self)
    mutating func moment() -> Timestamp {
        guard let moment = Timestamp(microseconds: zigzag()) else {
            fail()
            return .earliest
        }
        return moment
    }

    @_lifetime(self: copy self)
    mutating func amount() -> Amount {
        let head = byte()
        let exponent = Int(head & 0x0f)
        guard head >= 0xe0 else {
            return amount(UInt128(head >> 5), exponent, isNegative: head & 0x10 != 0)
        }
        let (mantissa, overflow) = wideVarint().addingReportingOverflow(7)
        if overflow { fail() }
        return amount(mantissa, exponent, isNegative: head & 0x10 != 0)
    }

    @_lifetime(self: copy self)
    private mutating func amount(
        _ mantissa: UInt128,
        _ exponent: Int,
        isNegative: Bool
    ) -> Amount {
        let scale = Self.powersOfTen[exponent]
        // Nearly all amounts fit 64 bits, where the multiplication is one instruction.
        let product: UInt128
        if let small = UInt64(exactly: mantissa) {
            let wide = small.multipliedFullWidth(by: scale)
            product = UInt128(wide.high) << 64 | UInt128(wide.low)
        } else {
            let (wide, overflow) = mantissa.multipliedReportingOverflow(by: UInt128(scale))
            if overflow { fail() }
            product = overflow ? 0 : wide
        }
        guard let units = Int128(exactly: product),
            let amount = Amount(units: isNegative ? -units : units)
        else {
            fail()
            return .zero
        }
        return amount
    }

    @_lifetime(self: copy self)
    private mutating func wideVarint() -> UInt128 {
        var value: UInt128 = 0
        var shift: UInt128 = 0
        while true {
            let byte = byte()
            value |= UInt128(byte & 0x7f) &<< shift
            guard byte >= 0x80 else {
                if shift == 126, byte > 3 { fail() }
                return value
            }
            shift += 7
            guard shift < 133 else {
                fail()
                return 0
            }
        }
    }

    /// 10⁰ to 10¹⁵.
    static let powersOfTen: [16 of UInt64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000,
        100_000_000_000_000, 1_000_000_000_000_000,
    ]
}
