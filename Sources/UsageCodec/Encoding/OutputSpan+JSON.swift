import Credits

/// Pieces of JSON; for each there must be room.
extension OutputSpan<UInt8> {
    /// Appends text that the program was built with.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func append(_ text: StaticString) {
        // Safe: a static string's bytes outlive the program.
        append(unsafe Span(_unsafeStart: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a string in its quotes, with escapes where it needs them.
    @_lifetime(self: copy self)
    mutating func append(quoted text: Span<UInt8>) {
        append(UInt8(ascii: "\""))
        // Nearly all texts go as they are, in one piece.
        if text.needsEscape {
            for index in text.indices { append(escaped: text[index]) }
        } else {
            append(text)
        }
        append(UInt8(ascii: "\""))
    }

    @_lifetime(self: copy self)
    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            append(UInt8(ascii: "\\"))
            append(byte)
        case 0x0A: append("\\n" as StaticString)
        case 0x0D: append("\\r" as StaticString)
        case 0x09: append("\\t" as StaticString)
        case ..<0x20:
            append("\\u00" as StaticString)
            append(Hexadecimal.digit(byte >> 4))
            append(Hexadecimal.digit(byte & 15))
        default: append(byte)
        }
    }
}

extension Span<UInt8> {
    /// Bytes that the text takes as a JSON string, at most: quotes, and six bytes for an escape.
    var quotedCapacity: Int { 2 + (needsEscape ? 6 : 1) * count }

    /// Whether any byte may not stand in a JSON string as it is; eight are looked at in one go.
    fileprivate var needsEscape: Bool {
        // Safe to view raw: a UInt8 has no padding.
        let raw = unsafe bytes
        var strange: UInt64 = 0
        var position = 0
        while position + 8 <= count {
            // Safe: the eight bytes lie within the text, and any bit pattern is a UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            strange |= word.needEscapes
            position += 8
        }
        // The rest: with bytes that were looked at, or one by one.
        if position > 0 {
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            return (strange | word.needEscapes) & 0x8080_8080_8080_8080 != 0
        }
        var word: UInt64 = 0x2020_2020_2020_2020
        while position < count {
            word = word << 8 | UInt64(self[position])
            position += 1
        }
        return word.needEscapes & 0x8080_8080_8080_8080 != 0
    }
}

extension UInt64 {
    /// The highest bit of some byte is set if one of the eight may not stand in a JSON string.
    @inline(__always)
    fileprivate var needEscapes: UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = self ^ ones &* UInt64(UInt8(ascii: "\""))
        let slashes = self ^ ones &* UInt64(UInt8(ascii: "\\"))
        return (quotes &- ones) & ~quotes | (slashes &- ones) & ~slashes
            | (self &- ones &* 0x20) & ~self
    }
}
