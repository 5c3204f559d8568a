extension [UInt8] {
    /// Appends a number in decimal digits, without leading zeros.
    package mutating func append(digitsOf value: UInt64) {
        append(digitsOf: value, width: 1)
    }

    /// Appends a number in at least `width` decimal digits, up to 20.
    package mutating func append(digitsOf value: UInt64, width: Int) {
        var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
        var rest = value
        var start = digits.count
        while rest != 0 {
            start -= 1
            digits[start] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        start = Swift.min(start, digits.count - width)
        append(addingCapacity: digits.count) { output in
            for index in start..<digits.count { output.append(digits[index]) }
        }
    }
}
