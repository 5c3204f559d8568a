import CSimdJSON

/// Finds the fields that a message may have by the bytes of their names.
///
/// A name of up to 16 bytes is two words and a length, so a member's name is recognised by one
/// probe of a small table instead of by comparing texts.
struct FieldTable: Sendable {
    private struct Name {
        var head: UInt64 = 0
        var tail: UInt64 = 0
        var count: UInt32 = 0
        var field: Int = -1
    }

    private static let bits: UInt64 = 6
    private var slots = [Name](repeating: Name(), count: 1 << 6)

    /// - Parameter names: at most 32 names of 1 to 16 bytes; a field's index is its position.
    init(_ names: [String]) {
        precondition(names.count <= 32, "expected room for \(names.count) names")
        for (field, text) in names.enumerated() {
            let bytes = Array(text.utf8)
            precondition((1...16).contains(bytes.count), "expected \(text) to fit two words")
            let head = Self.word(bytes.prefix(8))
            let tail = bytes.count > 8 ? Self.word(bytes.suffix(8)) : 0
            var slot = Self.slot(head: head, tail: tail)
            while slots[slot].field >= 0 { slot = (slot + 1) % slots.count }
            slots[slot] = Name(
                head: head,
                tail: tail,
                count: UInt32(bytes.count),
                field: field
            )
        }
    }

    /// The field that a member's name is, or nil for a name that is not known.
    func field(of node: JSONNode) -> Int? {
        var slot = Self.slot(head: node.key_head, tail: node.key_tail)
        while slots[slot].field >= 0 {
            let name = slots[slot]
            if name.head == node.key_head, name.tail == node.key_tail,
                name.count == node.key_count
            {
                return name.field
            }
            slot = (slot + 1) % slots.count
        }
        return nil
    }

    private static func slot(head: UInt64, tail: UInt64) -> Int {
        Int(((head ^ (tail << 1)) &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits))
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension JSONDocument {
    /// Whether the object at `object` has a field and says null.
    func isNull(_ field: Int, of object: Int, by table: borrowing FieldTable) -> Bool {
        let end = Int(nodes[object].end)
        var index = object + 1
        while index < end {
            let node = nodes[index]
            if node.kind == .null, table.field(of: node) == field { return true }
            index = Int(node.end)
        }
        return false
    }
}

/// Where the fields of one object are; −1 for those that it does not have.
struct FieldNodes {
    private var nodes = InlineArray<32, Int32>(repeating: -1)

    /// No field has a node.
    init() {}

    /// Looks through the members of the object at `object`, not deeper.
    init(of object: Int, in document: borrowing JSONDocument, by table: borrowing FieldTable) {
        let end = Int(document.nodes[object].end)
        var index = object + 1
        while index < end {
            let node = document.nodes[index]
            // Null is absent (contract §2.1): every optional field may be written so.
            if node.kind != .null, let field = table.field(of: node) {
                nodes[field] = Int32(index)
            }
            index = Int(node.end)
        }
    }

    /// The index of a field's node, or nil where it is absent or null.
    subscript(field: Int) -> Int? {
        get {
            let index = nodes[field]
            return index < 0 ? nil : Int(index)
        }
        set {
            nodes[field] = newValue.map(Int32.init) ?? -1
        }
    }
}
