import CSimdJSON
import Credits

/// One value of a document; its texts are positions in the document's bytes.
typealias JSONNode = csimdjson_node

enum JSONKind: UInt8 {
    case null, `false`, `true`, number, string, array, object
}

extension JSONNode {
    @inline(__always)
    var kind: JSONKind { JSONKind(rawValue: type) ?? .null }

    /// Whether the member's name is known to be free of control characters.
    var isKeyPlain: Bool { Int(flags) & CSIMDJSON_KEY_PLAIN != 0 }
    /// Whether the string is known to be free of control characters.
    var isValuePlain: Bool { Int(flags) & CSIMDJSON_VALUE_PLAIN != 0 }
}

/// A parsed document: its values in the order of the text, each before its children.
struct JSONDocument: ~Escapable {
    /// Where the document starts in the arena that it was parsed in.
    let base: Int
    let nodes: Span<JSONNode>
    /// The text of strings that had escapes.
    let strings: Span<UInt8>

    @_lifetime(copy nodes, copy strings)
    init(base: Int, nodes: Span<JSONNode>, strings: Span<UInt8>) {
        self.base = base
        self.nodes = nodes
        self.strings = strings
    }

    /// The document's own value.
    var root: JSONNode { nodes[0] }

    /// The text of a value: a string without its quotes, anything else as it was written.
    ///
    /// Text that had escapes is appended to the arena; everything else is there already.
    func slice(of node: JSONNode, in arena: inout [UInt8]) -> ByteSlice {
        slice(
            start: node.value_start,
            count: node.value_count,
            isUnescaped: Int(node.flags) & CSIMDJSON_VALUE_UNESCAPED != 0,
            in: &arena
        )
    }

    /// The name of an object's member.
    func keySlice(of node: JSONNode, in arena: inout [UInt8]) -> ByteSlice {
        slice(
            start: node.key_start,
            count: node.key_count,
            isUnescaped: Int(node.flags) & CSIMDJSON_KEY_UNESCAPED != 0,
            in: &arena
        )
    }

    private func slice(
        start: UInt32,
        count: UInt32,
        isUnescaped: Bool,
        in arena: inout [UInt8]
    ) -> ByteSlice {
        guard isUnescaped else { return ByteSlice(start: base + Int(start), count: Int(count)) }
        let text = strings.extracting(Int(start)..<Int(start) + Int(count))
        return arena.appendSlice(text)
    }
}

extension [UInt8] {
    /// The bytes of a slice, borrowed; inlined, for an event looks at a dozen of them.
    @inline(__always)
    @_lifetime(borrow self)
    func view(_ slice: ByteSlice) -> Span<UInt8> {
        let start = Int(slice.start)
        return span.extracting(start..<start + Int(slice.count))
    }

    /// Appends borrowed bytes and says where they are now.
    mutating func appendSlice(_ bytes: Span<UInt8>) -> ByteSlice {
        let start = count
        append(bytes)
        return ByteSlice(start: start, count: count - start)
    }
}
