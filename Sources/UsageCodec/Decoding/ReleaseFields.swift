import Credits

/// The fields of a `release` command.
struct ReleaseFields: CommandBody {
    private let holdID: String

    init(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        holdID = arena.string(of: try fields.requiredName(.holdID, of: document, in: &arena))
    }

    var action: CommandAction { .release(holdID: holdID) }

    func combine(into hash: inout KeyedHash) {
        hash.combine(holdID)
    }
}
