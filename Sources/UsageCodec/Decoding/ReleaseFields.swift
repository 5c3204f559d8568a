import Credits

/// The fields of a `release` command.
struct ReleaseFields: CommandBody {
    private let holdID: String

    init(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        // In two steps: in one, the arena would be looked at as it was before the name went into it.
        let name = try fields.requiredName(.holdID, of: document, in: &arena)
        holdID = arena.string(of: name)
    }

    var action: CommandAction { .release(holdID: holdID) }

    func combine(into hash: inout KeyedHash) {
        hash.combine(holdID)
    }
}
