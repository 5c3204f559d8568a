/// A text that is equal to another only byte for byte, and ordered by its bytes.
///
/// Ids, actions and names are told apart so. To `String`'s own `==` two spellings of one character,
/// such as é in one scalar or in two, are the same: a set or a dictionary would take them for one.
public struct ExactText: Sendable {
    public let text: String

    public init(_ text: String) {
        self.text = text
    }
}

extension ExactText: Hashable {
    public static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.hasSameBytes(as: right.text)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        // No byte of UTF-8: of two texts in a row, `a` and `bc` are not `ab` and `c`.
        hasher.combine(UInt8.max)
    }
}

extension ExactText: Comparable {
    public static func < (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

extension ExactText: CustomStringConvertible {
    public var description: String { text }
}

extension String {
    /// Whether two texts are the same bytes, as ``ExactText`` compares them.
    package func hasSameBytes(as other: String) -> Bool {
        utf8.span.hasSameBytes(as: other.utf8.span)
    }
}
