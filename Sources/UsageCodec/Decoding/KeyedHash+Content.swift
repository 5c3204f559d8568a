import Credits

/// How parsed values go into a fingerprint: by value, so that `30.5` and `"30.50"` are the same.
extension KeyedHash {
    mutating func combine(_ amount: Amount) {
        combine(UInt64(truncatingIfNeeded: amount.units))
        combine(UInt64(truncatingIfNeeded: amount.units >> 64))
    }

    /// Absence is tagged, for it differs from every value.
    mutating func combine(optional amount: Amount?) {
        combine(UInt8(amount == nil ? 0 : 1))
        if let amount { combine(amount) }
    }

    mutating func combine(_ timestamp: Timestamp) {
        combine(UInt64(bitPattern: timestamp.microseconds))
    }

    mutating func combine(optional timestamp: Timestamp?) {
        combine(UInt8(timestamp == nil ? 0 : 1))
        if let timestamp { combine(timestamp) }
    }

    mutating func combine(_ duration: CalendarDuration) {
        combine(UInt64(duration.months))
        combine(UInt64(bitPattern: duration.microseconds))
    }

    mutating func combine(_ text: String) {
        let bytes = Array(text.utf8)
        combine(prefixed: bytes.span)
    }

    mutating func combine(optional text: String?) {
        combine(UInt8(text == nil ? 0 : 1))
        if let text { combine(text) }
    }
}

extension ContentHash {
    @inline(__always)
    mutating func combine(_ amount: Amount) {
        combine(UInt64(truncatingIfNeeded: amount.units))
        combine(UInt64(truncatingIfNeeded: amount.units >> 64))
    }
}
