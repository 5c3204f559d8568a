import CSimdJSON
import Credits

/// Dimensions of messages that were not written for us, and so hold more than dimensions.
///
/// There, booleans are taken as the texts `true` and `false`, and what is null, an object or an
/// array is passed over: only what can be a dimension becomes one.
extension DimensionCollector {
    /// The members of `data` that are fields of a usage event and no dimensions.
    static let fieldsOfData: [UsageField] = [
        .creditType, .quantity, .credits, .dimensions, .holdID,
    ]
    private static let fieldNames = FieldTable(fieldsOfData.map(\.name))

    /// The canonical dimensions of a message of any shape, appended to the arena.
    mutating func slice(
        at index: Int?,
        of document: borrowing JSONDocument,
        as shape: borrowing UsageShape,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        switch shape {
        case .plain:
            return try slice(at: index, of: document, in: &arena)
        case .cloudEvent(nil, _):
            return .empty
        case .cloudEvent(let data?, _):
            parts.removeAll(keepingCapacity: true)
            if let index { try addMembers(ofDimensions: index, of: document, in: &arena) }
            try addScalars(of: data, document, except: Self.fieldNames, in: &arena)
            return try sortedSlice(in: &arena)
        case .mapped:
            guard let index else { return .empty }
            parts.removeAll(keepingCapacity: true)
            try checkObject(at: index, of: document, in: &arena)
            try addScalars(of: index, document, except: nil, in: &arena)
            return try sortedSlice(in: &arena)
        }
    }

    private func checkObject(
        at index: Int,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        let node = document.nodes[index]
        guard node.kind == .object else {
            let field = UsageField.dimensions.name
            throw document.invalid(node, field, "an object of strings and numbers", in: &arena)
        }
    }

    /// `dimensions` itself is ours, wherever it stands, and so as strict as in a plain event.
    private mutating func addMembers(
        ofDimensions index: Int,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        try checkObject(at: index, of: document, in: &arena)
        var member = index + 1
        while member < Int(document.nodes[index].end) {
            let node = document.nodes[member]
            member = Int(node.end)
            guard node.kind != .null else { continue }
            parts.append(try part(of: node, document, in: &arena))
        }
    }

    private mutating func addScalars(
        of object: Int,
        _ document: borrowing JSONDocument,
        except names: FieldTable?,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        var member = object + 1
        while member < Int(document.nodes[object].end) {
            var node = document.nodes[member]
            member = Int(node.end)
            if let names, names.field(of: node) != nil { continue }
            switch node.kind {
            case .null, .object, .array: continue
            case .true, .false: node.type = JSONKind.string.rawValue
            case .string, .number: break
            }
            parts.append(try part(of: node, document, in: &arena))
        }
    }

    private mutating func sortedSlice(in arena: inout [UInt8]) throws(Refusal) -> ByteSlice {
        sort(by: arena)
        for (part, next) in zip(parts, parts.dropFirst()) where part.order == next.order {
            // Two values of one name: whichever were taken, the price would be a guess.
            guard !arena.isSame(part.name, next.name) else {
                throw .expected(
                    .invalidField,
                    path(of: part.name, in: arena),
                    "given once, in data or in its dimensions",
                    got: "two values"
                )
            }
        }
        return canonicalSlice(in: &arena)
    }
}

extension [UInt8] {
    fileprivate func isSame(_ left: ByteSlice, _ right: ByteSlice) -> Bool {
        self[left.range] == self[right.range]
    }
}
