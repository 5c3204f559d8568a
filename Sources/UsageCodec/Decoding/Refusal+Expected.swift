import Credits

extension Refusal {
    /// `expected <field> to be <constraint>, got: <value>`.
    static func expected(
        _ code: RefusalCode,
        _ field: String,
        _ constraint: String,
        got value: String
    ) -> Refusal {
        Refusal(
            code,
            field: field,
            message: "expected \(field) to be \(constraint), got: \(value)"
        )
    }

    /// A field that must be there is not.
    static func missing(_ field: String) -> Refusal {
        .expected(.missingField, field, "present", got: "nothing")
    }

    /// The same refusal for people who know the field by another name.
    ///
    /// `field` stays the contract's name, so that whoever works through dead letters finds one name
    /// for one fault, however the message was written.
    func spelt(_ spelling: (UsageField) -> String?) -> Refusal {
        let found = UsageField.allCases.first { $0.name == field }
        guard let found, let name = spelling(found), name != found.name,
            message.hasPrefix("expected \(found.name) ")
        else { return self }
        let rest = message.dropFirst("expected \(found.name)".count)
        return Refusal(code, field: field, message: "expected \(found.name) (\(name))\(rest)")
    }

    /// Text that is no amount, or one beyond the range.
    static func malformedAmount(
        _ fault: AmountFault,
        _ field: String,
        got value: String
    ) -> Refusal {
        switch fault {
        case .malformed:
            .expected(
                .invalidField,
                field,
                "a decimal number of at most 12 decimals",
                got: value
            )
        case .outOfRange:
            .expected(
                .outOfRange,
                field,
                "a number of at most 26 digits before the point",
                got: value
            )
        }
    }

    /// A dimension has no name, or one that is none.
    static func unnamedDimension(_ path: String, got name: String) -> Refusal {
        .expected(
            .invalidField,
            path,
            "named by 1 to 255 bytes without control characters",
            got: name
        )
    }

    /// The message as a whole is at fault, not one of its fields.
    static func expectedMessage(
        _ code: RefusalCode,
        _ constraint: String,
        got value: String
    ) -> Refusal {
        Refusal(code, message: "expected value to be \(constraint), got: \(value)")
    }
}

/// Text from outside as it may stand in a message for people: short, and without control
/// characters, which could forge lines of a log.
enum Excerpt {
    static let maximumLength = 64

    static func text(_ bytes: Span<UInt8>) -> String {
        // Four bytes per character at most: more would be cut off anyway.
        let visible = bytes.extracting(first: (maximumLength + 1) * 4)
        return text(String(span: visible))
    }

    static func text(_ text: String) -> String {
        var excerpt = ""
        var length = 0
        for scalar in text.unicodeScalars {
            let piece = isControl(scalar) ? escape(scalar) : String(scalar)
            let count = piece.unicodeScalars.count
            guard length + count < maximumLength else { return excerpt + "…" }
            excerpt += piece
            length += count
        }
        return excerpt
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format: true
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
