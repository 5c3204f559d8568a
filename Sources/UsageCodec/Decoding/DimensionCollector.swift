import CSimdJSON
import Credits

/// Brings a message's dimensions into their canonical bytes (``Dimensions``).
struct DimensionCollector {
    struct Part: BitwiseCopyable {
        /// The name's first bytes, most significant first, which decide most comparisons.
        var order: UInt64
        var name: ByteSlice
        var isNumber: Bool
        var value: ByteSlice
    }

    // Both are kept from message to message, for their memory.
    var parts: [Part] = []
    private var canonical: [UInt8] = []

    /// The canonical dimensions of the object at `index`, appended to the arena.
    mutating func slice(
        at index: Int?,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        guard let index else { return .empty }
        let object = document.nodes[index]
        guard object.kind == .object else {
            throw document.invalid(
                object,
                "dimensions",
                "an object of strings and numbers",
                in: &arena
            )
        }
        parts.removeAll(keepingCapacity: true)
        var isSorted = true
        var member = index + 1
        while member < Int(object.end) {
            let node = document.nodes[member]
            member = Int(node.end)
            guard node.kind != .null else { continue }
            let part = try part(of: node, document, in: &arena)
            if isSorted, let last = parts.last { isSorted = Self.isBefore(last, part, in: arena) }
            parts.append(part)
        }
        if !isSorted { sort(by: arena) }
        return canonicalSlice(in: &arena)
    }

    /// The canonical bytes of the parts, which are sorted, appended to the arena.
    mutating func canonicalSlice(in arena: inout [UInt8]) -> ByteSlice {
        guard !parts.isEmpty else { return .empty }
        canonical.removeAll(keepingCapacity: true)
        for part in parts { append(part, from: arena) }
        return arena.appendSlice(canonical.span)
    }

    func part(
        of node: JSONNode,
        _ document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Part {
        let name = document.keySlice(of: node, in: &arena)
        guard 1...Dimensions.maximumNameLength ~= Int(name.count),
            node.isKeyPlain || !NameRules.hasControlCharacters(arena.view(name))
        else {
            throw .unnamedDimension(
                path(of: name, in: arena),
                got: Excerpt.text(arena.view(name))
            )
        }
        guard node.kind == .string || node.kind == .number else {
            let path = path(of: name, in: arena)
            throw document.invalid(node, path, "a string or a number", in: &arena)
        }
        let value = document.slice(of: node, in: &arena)
        guard value.count <= Dimensions.maximumValueLength else {
            let path = path(of: name, in: arena)
            throw document.invalid(node, path, "at most 65535 bytes", in: &arena)
        }
        return Part(
            order: node.key_head.byteSwapped,
            name: name,
            isNumber: node.kind == .number,
            value: value
        )
    }

    func path(of name: ByteSlice, in arena: borrowing [UInt8]) -> String {
        "dimensions.\(Excerpt.text(arena.view(name)))"
    }

    mutating func sort(by arena: borrowing [UInt8]) {
        let bytes = copy arena
        parts.sort { Self.isBefore($0, $1, in: bytes) }
    }

    private static func isBefore(_ a: Part, _ b: Part, in arena: borrowing [UInt8]) -> Bool {
        guard a.order == b.order else { return a.order < b.order }
        let (left, right) = (arena.view(a.name), arena.view(b.name))
        for index in 0..<min(left.count, right.count) where left[index] != right[index] {
            return left[index] < right[index]
        }
        return left.count < right.count
    }

    private mutating func append(_ part: Part, from arena: borrowing [UInt8]) {
        canonical.append(UInt8(truncatingIfNeeded: part.name.count))
        canonical.append(arena.view(part.name))
        let kind: Dimensions.Kind = part.isNumber ? .number : .text
        canonical.append(kind.rawValue)
        let lengthAt = canonical.count
        canonical.append(0)
        canonical.append(0)
        appendValue(of: part, from: arena)
        let count = canonical.count - lengthAt - 2
        canonical[lengthAt] = UInt8(truncatingIfNeeded: count)
        canonical[lengthAt + 1] = UInt8(truncatingIfNeeded: count >> 8)
    }

    /// Numbers are written as amounts where they are amounts, so that `1.0` equals `1`.
    private mutating func appendValue(of part: Part, from arena: borrowing [UInt8]) {
        let text = arena.view(part.value)
        if part.isNumber, !Self.isPlainInteger(text), let amount = try? Amount(text: text) {
            amount.write(to: &canonical)
        } else {
            canonical.append(text)
        }
    }

    /// Digits alone, without a leading zero, are canonical already.
    private static func isPlainInteger(_ text: Span<UInt8>) -> Bool {
        guard text.count <= 26, text[0] != UInt8(ascii: "0") else { return text.count == 1 }
        for index in text.indices where text[index] &- UInt8(ascii: "0") > 9 { return false }
        return true
    }
}
