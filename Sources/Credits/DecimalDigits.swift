extension [UInt8] {
    /// Appends a number in decimal digits, without leading zeros.
    package mutating func append(digitsOf value: UInt64) {
        append(digitsOf: value, width: 1)
    }

    /// Appends a number in at least `width` decimal digits, up to 20.
    package mutating func append(digitsOf value: UInt64, width: Int) {
        append(addingCapacity: UInt64.roomForDigits) { $0.append(digitsOf: value, width: width) }
    }
}

extension UInt64 {
    /// Bytes that there must be room for where a number's digits are appended: its 20 digits are
    /// written eight at a time.
    package static let roomForDigits = 24

    /// Eight digits of a number below 10⁸, the first one in the lowest byte.
    @inline(__always)
    fileprivate var eightDigits: UInt64 {
        // Divided in halves, all halves at once: by 10⁴, by 10², by 10. The factors are exact for
        // what each half can be.
        let fours = self / 10_000 | (self % 10_000) << 32
        let hundreds = (fours &* 10_486) >> 20 & 0x0000_007f_0000_007f
        let twos = hundreds | (fours &- hundreds &* 100) << 16
        let tens = (twos &* 103) >> 10 & 0x000f_000f_000f_000f
        return tens | (twos &- tens &* 10) << 8
    }
}

extension OutputSpan<UInt8> {
    /// Appends a number in at least `width` decimal digits, up to 20; there must be room for
    /// ``Swift/UInt64/roomForDigits``.
    @_lifetime(self: copy self)
    package mutating func append(digitsOf value: UInt64, width: Int = 1) {
        if width == 1, value < 10 {
            return append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
        }
        guard value >= 100_000_000 || width > 8 else {
            return append(eightDigitsOf: value, width: width)
        }
        let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        append(digitsOf: high, width: Swift.max(width - 8, 1))
        append(eightDigitsOf: low, width: 8)
    }

    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func append(eightDigitsOf value: UInt64, width: Int) {
        let digits = value.eightDigits
        let zeros = Swift.min(digits.trailingZeroBitCount / 8, 8 - width)
        let text = (digits | 0x3030_3030_3030_3030) >> UInt64(zeros * 8)
        precondition(freeCapacity >= 8, "expected room for 8 digits")
        // Safe: there is room for eight bytes, and all of them are written.
        unsafe withUnsafeMutableBufferPointer { output, count in
            unsafe UnsafeMutableRawBufferPointer(output)
                .storeBytes(of: text.littleEndian, toByteOffset: count, as: UInt64.self)
            count += 8 - zeros
        }
    }
}
