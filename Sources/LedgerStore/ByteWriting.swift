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
        var head: UInt8 = amount.isNegative ? 0x10 : 0
        let magnitude = amount.units.magnitude
        guard let small = UInt64(exactly: magnitude) else {
            let (mantissa, exponent) = magnitude.splitDecimal()
            append(head | exponent | 0xe0)
            append(mantissa: mantissa - 7)
            return
        }
        // Whole credits are the rule, and one division tells them.
        let (credits, rest) = small.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        let (mantissa, exponent) = rest == 0 ? (credits, 12) : small.splitDecimal()
        head |= exponent
        guard mantissa >= 7 else {
            append(head | UInt8(mantissa) << 5)
            return
        }
        append(head | 0xe0)
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

extension UnsignedInteger where Self: FixedWidthInteger {
    /// The number without its trailing decimal zeros, and how many (at most 15) there were.
    fileprivate func splitDecimal() -> (mantissa: Self, exponent: UInt8) {
        guard self != 0 else { return (0, 0) }
        var mantissa = self
        var exponent: UInt8 = 0
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
