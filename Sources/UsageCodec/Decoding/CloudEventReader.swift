import Credits
import Foundation

/// Reads CloudEvents 1.0: the JSON format, and the headers of the Kafka protocol binding.
///
/// `id` is the usage id, `source` the source, `subject` the customer, `type` the action and `time`
/// when it occurred. `data` holds the other fields, and its further members are dimensions; other
/// attributes are extensions, which are ignored.
struct CloudEventReader: Sendable {
    private enum Member: Int, CaseIterable {
        case specversion, id, source, subject, type, time, datacontenttype, data
        case encodedData

        var name: String {
            switch self {
            case .specversion: "specversion"
            case .id: "id"
            case .source: "source"
            case .subject: "subject"
            case .type: "type"
            case .time: "time"
            case .datacontenttype: "datacontenttype"
            case .data: "data"
            case .encodedData: "data_base64"
            }
        }
    }

    /// What a structured event turned out to be.
    enum Structured {
        /// Everything is in the document that was parsed.
        case whole(FieldNodes, data: Int?)
        /// The data is a document of its own, now in the arena.
        case encoded(CloudEventAttributes, data: ByteSlice)
    }

    private let table = FieldTable(Member.allCases.map(\.name))
    private let fields = FieldTable(UsageField.allCases.map(\.name))

    /// Whether an object without a usage id is a CloudEvent by its members.
    func isCloudEvent(_ document: borrowing JSONDocument) -> Bool {
        let nodes = FieldNodes(of: 0, in: document, by: table)
        let required: [Member] = [.specversion, .id, .source, .type]
        return required.allSatisfy { nodes[$0.rawValue] != nil }
    }

    /// Where a structured event has the fields.
    func structured(
        _ document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Structured {
        let nodes = FieldNodes(of: 0, in: document, by: table)
        try checkVersion(nodes, of: document, in: &arena)
        if let index = nodes[Member.encodedData.rawValue] {
            return try encoded(at: index, nodes, of: document, in: &arena)
        }
        let data = nodes[Member.data.rawValue]
        if let data { try requireObject(at: data, of: document, in: &arena) }
        var found = dataNodes(at: data, of: document)
        for (field, member) in Self.members {
            found[field.rawValue] = nodes[member.rawValue]
            if nodes[member.rawValue] == nil, field != .customerID, field != .occurredAt {
                throw .missing(field.name)
            }
        }
        return .whole(found, data: data)
    }

    /// How a structured event spells a field.
    static func spelling(_ field: UsageField) -> String? {
        let member = members.first { $0.0 == field }?.1
        if let member { return member.name }
        return DimensionCollector.fieldsOfData.contains(field) ? "data.\(field.name)" : nil
    }

    /// The attributes that are fields.
    private static let members: [(UsageField, Member)] = [
        (.usageID, .id), (.source, .source), (.customerID, .subject), (.action, .type),
        (.occurredAt, .time),
    ]

    /// The fields that stand in the data; of the others the attributes decide.
    func dataNodes(at data: Int?, of document: borrowing JSONDocument) -> FieldNodes {
        var found = FieldNodes()
        guard let data else { return found }
        let nodes = FieldNodes(of: data, in: document, by: fields)
        for field in DimensionCollector.fieldsOfData {
            found[field.rawValue] = nodes[field.rawValue]
        }
        return found
    }

    /// The index of the data where the whole document is it; nil for null.
    func dataIndex(
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Int? {
        guard document.root.kind != .null else { return nil }
        try requireObject(at: 0, of: document, in: &arena)
        return 0
    }

    private func requireObject(
        at index: Int,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        let node = document.nodes[index]
        guard node.kind == .object else {
            throw document.invalid(node, Member.data.name, "a JSON object", in: &arena)
        }
    }

    private func checkVersion(
        _ nodes: FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        let name = Member.specversion.name
        guard let index = nodes[Member.specversion.rawValue] else { throw .missing(name) }
        let slice = try document.text(at: index, name, lengths: 0...256, in: &arena)
        try CloudEventVersion.check(arena.view(slice ?? .empty))
    }

    private func encoded(
        at index: Int,
        _ nodes: FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Structured {
        let (node, name) = (document.nodes[index], Member.encodedData.name)
        guard nodes[Member.data.rawValue] == nil else {
            throw .expected(.invalidField, name, "left out beside data", got: "both")
        }
        let attributes = try attributes(nodes, of: document, in: &arena)
        if let index = nodes[Member.datacontenttype.rawValue] {
            let name = Member.datacontenttype.name
            let slice = try document.text(at: index, name, lengths: 0...256, in: &arena)
            try MediaType(arena[(slice ?? .empty).range]).requireJSON(field: name)
        }
        guard node.kind == .string else {
            throw document.invalid(node, name, "a string", in: &arena)
        }
        let text = document.slice(of: node, in: &arena)
        guard let decoded = Data(base64Encoded: Data(arena[text.range])) else {
            throw document.invalid(node, name, "Base64 (RFC 4648)", in: &arena)
        }
        return .encoded(attributes, data: arena.appendSlice(decoded))
    }

    /// The attributes of an event whose data is read after the document is gone.
    private func attributes(
        _ nodes: FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> CloudEventAttributes {
        func name(
            _ member: Member,
            _ field: UsageField,
            _ lengths: ClosedRange<Int>,
            _ arena: inout [UInt8]
        ) throws(Refusal) -> ByteSlice? {
            let index = nodes[member.rawValue]
            return try document.name(at: index, field.name, lengths: lengths, in: &arena)
        }
        guard let id = try name(.id, .usageID, 1...256, &arena) else {
            throw .missing(UsageField.usageID.name)
        }
        guard let source = try name(.source, .source, 0...256, &arena) else {
            throw .missing(UsageField.source.name)
        }
        let subject = try name(.subject, .customerID, 1...128, &arena)
        guard let type = try name(.type, .action, 1...256, &arena) else {
            throw .missing(UsageField.action.name)
        }
        let time = try document.timestamp(
            at: nodes[Member.time.rawValue],
            UsageField.occurredAt.name,
            in: &arena
        )
        return CloudEventAttributes(
            id: id,
            source: source,
            subject: subject,
            type: type,
            time: time
        )
    }
}

/// Which versions of CloudEvents are read.
enum CloudEventVersion {
    /// Refuses every major version but 1.
    static func check(_ text: Span<UInt8>) throws(Refusal) {
        guard text.count >= 3, text[0] == UInt8(ascii: "1"), text[1] == UInt8(ascii: ".") else {
            throw .expected(
                .invalidField,
                "specversion",
                "1.0, or another version 1",
                got: "\"\(Excerpt.text(text))\""
            )
        }
    }
}
