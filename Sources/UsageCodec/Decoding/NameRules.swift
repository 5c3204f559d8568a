import Credits

/// What ids and names may hold: any text but control characters (contract §2.1).
enum NameRules {
    /// Whether C0, DEL or C1 control characters (U+0080–U+009F) are among the bytes.
    static func hasControlCharacters(_ bytes: Span<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x7F { return true }
            // U+0080–U+009F are the two bytes C2 80 to C2 9F.
            if previous == 0xC2, byte < 0xA0 { return true }
            previous = byte
        }
        return false
    }

    /// Whether the bytes are UTF-8; a record's key may be anything.
    static func isText(_ bytes: Span<UInt8>) -> Bool {
        do {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }

    /// Refuses bytes that are no name of the field.
    static func check(
        _ bytes: Span<UInt8>,
        as field: String,
        lengths: ClosedRange<Int>
    ) throws(Refusal) {
        guard lengths.contains(bytes.count) else {
            throw .expected(
                .invalidField,
                field,
                "\(lengths.lowerBound) to \(lengths.upperBound) bytes",
                got: Excerpt.text(bytes)
            )
        }
        guard !hasControlCharacters(bytes) else {
            throw .expected(
                .invalidField,
                field,
                "free of control characters",
                got: Excerpt.text(bytes)
            )
        }
    }
}
