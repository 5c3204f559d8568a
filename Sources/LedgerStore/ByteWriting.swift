internal import Credits

// The journal's primitives: little-endian words, base-128 varints, zigzag for signed numbers.
//
// `OutputSpan` writes them without a uniqueness check per byte, which is most of what encoding an
// entry would cost; `[UInt8]` offers the same names where speed does not matter.

/// The most bytes that a primitive takes.
package enum ByteBound {
    static let varint = 10
    static let amount = 20
    static let word = 8
}

extension OutputSpan<UInt8> {
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    @_lifetime(self: copy self)
    mutating func append(zigzag value: Int64) {
        append(varint: value.zigzag)
    }

    @_lifetime(self: copy self)
    mutating func append(word value: UInt64) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe append($0) }
    }

    /// Appends the length, then the bytes.
    @_lifetime(self: copy self)
    mutating func append(counted bytes: Span<UInt8>) {
        append(varint: UInt64(bytes.count))
        append(bytes)
    }

    /// Appends an amount as sign, decimal exponent and mantissa: whole credits take one or two bytes.
    ///
    /// The first byte holds the exponent (bits 0–3), the sign (bit 4) and a mantissa below 7 (bits
    /// 5–7); 7 says that the rest of the mantissa follows as a varint.
    @_lifetime(self: copy self)
    mutating func append(_ amount: Amount) {
        let sign: UInt8 = amount.isNegative ? 0x10 : 0
        let magnitude = amount.units.magnitude
        guard let (mantissa, exponent) = magnitude.shortDecimal() else {
            let (mantissa, exponent) = magnitude.splitDecimal()
            append(sign | exponent | 0xe0)
            append(mantissa: mantissa - 7)
            return
        }
        guard mantissa >= 7 else {
            append(sign | exponent | UInt8(mantissa) << 5)
            return
        }
        append(sign | exponent | 0xe0)
        append(varint: mantissa - 7)
    }

    @_lifetime(self: copy self)
    private mutating func append(mantissa: UInt128) {
        var rest = mantissa
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}

extension [UInt8] {
    mutating func append(varint value: UInt64) {
        append(addingCapacity: ByteBound.varint) { $0.append(varint: value) }
    }

    mutating func append(zigzag value: Int64) {
        append(varint: value.zigzag)
    }

    package mutating func append(word value: UInt64) {
        append(addingCapacity: ByteBound.word) { $0.append(word: value) }
    }

    package mutating func append(halfWord value: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
        }
    }

    mutating func append(_ amount: Amount) {
        append(addingCapacity: ByteBound.amount) { $0.append(amount) }
    }

    package mutating func append(counted bytes: some Collection<UInt8>) {
        append(varint: UInt64(bytes.count))
        append(contentsOf: bytes)
    }

    package mutating func append(text: String) {
        append(counted: text.utf8)
    }

    mutating func append(optional text: String?) {
        append(text == nil ? 0 : 1)
        if let text { append(text: text) }
    }

    mutating func append(_ moment: Timestamp) {
        append(zigzag: moment.microseconds)
    }

    /// Overwrites four bytes that were kept free.
    mutating func patch(halfWord value: UInt32, at position: Int) {
        for index in 0..<4 {
            self[position + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
        }
    }
}

extension Int64 {
    /// Small magnitudes of either sign become small numbers.
    var zigzag: UInt64 { UInt64(bitPattern: (self &<< 1) ^ (self &>> 63)) }
}

extension UInt64 {
    var unzigzag: Int64 { Int64(bitPattern: (self &>> 1)) ^ -Int64(bitPattern: self & 1) }
}

extension UInt128 {
    /// Units without their trailing decimal zeros, and how many (at most 12) there were; nil from 2¹⁰³
    /// units (10¹⁹ credits) on, and where what is left does not fit 64 bits.
    ///
    /// Whole credits are split off first, for what is then left below the point is short, however large
    /// the balance. Dividing by 10¹² = 2¹² × 5¹² is a shift and, 32 bits at a time, two divisions of 64
    /// bits by a constant; one of 128 bits calls a function.
    fileprivate func shortDecimal() -> (mantissa: UInt64, exponent: UInt8)? {
        guard self < 1 << 103 else { return nil }
        let shifted = self >> 12
        let divisor: UInt64 = 244_140_625
        let (upper, carried) = UInt64(truncatingIfNeeded: shifted >> 32)
            .quotientAndRemainder(dividingBy: divisor)
        let (lower, left) = (carried << 32 | UInt64(UInt32(truncatingIfNeeded: shifted)))
            .quotientAndRemainder(dividingBy: divisor)
        let credits = upper << 32 | lower
        let rest = left << 12 | UInt64(truncatingIfNeeded: self) & 0xfff
        guard rest != 0 else { return credits == 0 ? (0, 0) : (credits, 12) }
        let (fraction, exponent) = rest.splitDecimal()
        let scale = ByteReader.powersOfTen[12 - Int(exponent)]
        let (product, isTooWide) = credits.multipliedReportingOverflow(by: scale)
        let (mantissa, overflow) = product.addingReportingOverflow(fraction)
        return isTooWide || overflow ? nil : (mantissa, exponent)
    }
}

extension UnsignedInteger where Self: FixedWidthInteger {
    /// The number without its trailing decimal zeros, and how many (at most 15) there were.
    @inline(__always)
    fileprivate func splitDecimal() -> (mantissa: Self, exponent: UInt8) {
        var mantissa = self
        var exponent: UInt8 = 0
        @inline(__always)
        func strip(_ power: Self, _ zeros: UInt8) {
            let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: power)
            guard remainder == 0 else { return }
            mantissa = quotient
            exponent += zeros
        }
        strip(100_000_000, 8)
        strip(10_000, 4)
        strip(100, 2)
        strip(10, 1)
        return (mantissa, exponent)
    }
}
