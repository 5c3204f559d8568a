import Credits

/// Where a command's fields are, and how those that several types have are read.
struct CommandFields {
    typealias Field = CommandReader.Field
    private let nodes: FieldNodes
    private let table: FieldTable

    init(of document: borrowing JSONDocument, by table: FieldTable) {
        nodes = FieldNodes(of: 0, in: document, by: table)
        self.table = table
    }

    /// The index of a field's node; nil where it is absent or null.
    subscript(field: Field) -> Int? { nodes[field.rawValue] }

    /// Whether a field is there and null, for the few where that says something.
    func isNull(_ field: Field, of document: borrowing JSONDocument) -> Bool {
        document.isNull(field.rawValue, of: 0, by: table)
    }

    func name(
        _ field: Field,
        _ lengths: ClosedRange<Int>,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice? {
        try document.name(at: self[field], field.name, lengths: lengths, in: &arena)
    }

    /// An id or name that must be there.
    func requiredName(
        _ field: Field,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        guard let slice = try name(field, 1...256, of: document, in: &arena) else {
            throw .missing(field.name)
        }
        return slice
    }

    /// An amount above 0.
    func positiveAmount(
        _ field: Field,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Amount? {
        try document.positiveAmount(at: self[field], field.name, in: &arena)
    }

    /// One of a closed list of names.
    func choice<Choice: CaseIterable>(
        _ field: Field,
        _ name: (Choice) -> String,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Choice? {
        guard let index = self[field] else { return nil }
        let node = document.nodes[index]
        if node.kind == .string {
            let slice = document.slice(of: node, in: &arena)
            let text = arena.string(of: slice)
            if let match = Choice.allCases.first(where: { name($0) == text }) { return match }
        }
        let known = Choice.allCases.map(name).joined(separator: ", ")
        throw document.invalid(node, field.name, "one of \(known)", in: &arena)
    }

    func actor(
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Actor? {
        guard let index = self[.actor] else { return nil }
        let node = document.nodes[index]
        guard node.kind == .object else {
            throw document.invalid(
                node,
                Field.actor.name,
                "an object of type and id",
                in: &arena
            )
        }
        let members = FieldNodes(of: index, in: document, by: Self.actorMembers)
        var texts: [String] = []
        for (member, field) in ["actor.type", "actor.id"].enumerated() {
            let slice = try document.name(
                at: members[member],
                field,
                lengths: 1...256,
                in: &arena
            )
            guard let slice else { throw .missing(field) }
            texts.append(arena.string(of: slice))
        }
        return Actor(type: texts[0], id: texts[1])
    }

    private static let actorMembers = FieldTable(["type", "id"])
}
