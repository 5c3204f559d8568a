import CSimdJSON

/// Where the messages of one topic hold the fields of a usage event (contract §8, `mappings`).
///
/// A field without a pointer is absent, whatever else the message holds.
public struct UsageMapping: Hashable, Sendable {
    /// By field.
    private let pointers: [JSONPointer?]

    /// - Parameter pointers: without one for `usage_id` every message is refused.
    public init(_ pointers: [UsageField: JSONPointer]) {
        self.pointers = UsageField.allCases.map { pointers[$0] }
    }

    /// Where a field is; nil where it is not read.
    public subscript(field: UsageField) -> JSONPointer? { pointers[field.rawValue] }

    /// Where the fields are in one document.
    func nodes(of document: borrowing JSONDocument, in arena: borrowing [UInt8]) -> FieldNodes {
        var nodes = FieldNodes()
        for (field, pointer) in pointers.enumerated() {
            guard let pointer else { continue }
            nodes[field] = document.index(of: pointer, in: arena)
        }
        return nodes
    }
}
