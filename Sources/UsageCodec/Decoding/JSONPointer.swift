import CSimdJSON

/// A JSON Pointer (RFC 6901), which names one value of a document, such as `/properties/tokens`.
public struct JSONPointer: Hashable, Sendable {
    /// One step: a member's name, and the element that it stands for where the value is an array.
    struct Step: Hashable, Sendable {
        let name: [UInt8]
        let element: Int?
    }

    /// The pointer as it is written; empty for the whole document.
    public let text: String
    let steps: [Step]

    /// Reads a pointer; nil where it neither is empty nor starts with `/`, or where a `~` is not
    /// followed by 0 or 1.
    public init?(_ text: String) {
        self.text = text
        guard !text.isEmpty else {
            steps = []
            return
        }
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        var steps: [Step] = []
        let parts = Array(text.utf8.dropFirst())
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for part in parts {
            guard let name = Self.unescaped(part) else { return nil }
            steps.append(Step(name: name, element: Self.element(name)))
        }
        self.steps = steps
    }

    /// `~1` is `/` and `~0` is `~`.
    private static func unescaped(_ part: ArraySlice<UInt8>) -> [UInt8]? {
        var name: [UInt8] = []
        var isEscape = false
        for byte in part {
            switch (isEscape, byte) {
            case (true, UInt8(ascii: "0")): name.append(UInt8(ascii: "~"))
            case (true, UInt8(ascii: "1")): name.append(UInt8(ascii: "/"))
            case (true, _): return nil
            case (false, UInt8(ascii: "~")): break
            case (false, _): name.append(byte)
            }
            isEscape = !isEscape && byte == UInt8(ascii: "~")
        }
        return isEscape ? nil : name
    }

    /// An array's element, counted from 0 and written without leading zeros.
    private static func element(_ name: [UInt8]) -> Int? {
        guard (1...9).contains(name.count), name.count == 1 || name[0] != UInt8(ascii: "0"),
            name.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return name.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}

extension JSONPointer: CustomStringConvertible {
    public var description: String { text }
}

extension JSONDocument {
    /// The index of the value that a pointer names; nil where there is none, or null.
    func index(of pointer: JSONPointer, in arena: borrowing [UInt8]) -> Int? {
        var index = 0
        for step in pointer.steps {
            guard let next = child(of: index, at: step, in: arena) else { return nil }
            index = next
        }
        return nodes[index].kind == .null ? nil : index
    }

    private func child(
        of parent: Int,
        at step: JSONPointer.Step,
        in arena: borrowing [UInt8]
    ) -> Int? {
        let kind = nodes[parent].kind
        let end = Int(nodes[parent].end)
        var index = parent + 1
        var position = 0
        while index < end {
            switch kind {
            case .object: if hasName(nodes[index], step.name, in: arena) { return index }
            case .array: if position == step.element { return index }
            default: return nil
            }
            position += 1
            index = Int(nodes[index].end)
        }
        return nil
    }

    private func hasName(
        _ node: JSONNode,
        _ name: [UInt8],
        in arena: borrowing [UInt8]
    ) -> Bool {
        guard Int(node.key_count) == name.count else { return false }
        let isUnescaped = Int(node.flags) & CSIMDJSON_KEY_UNESCAPED != 0
        let start = Int(node.key_start) + (isUnescaped ? 0 : base)
        for offset in name.indices {
            let byte = isUnescaped ? strings[start + offset] : arena[start + offset]
            guard byte == name[offset] else { return false }
        }
        return true
    }
}
