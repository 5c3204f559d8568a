import Credits

/// The fields of a `void` command.
struct VoidFields: CommandBody {
    private enum Reason: String, CaseIterable {
        case refund, fraud, error, cancellation
    }

    private let grantID: String
    private let credits: Amount?

    init(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        // In two steps: in one, the arena would be looked at as it was before the name went into it.
        let name = try fields.requiredName(.grantID, of: document, in: &arena)
        grantID = arena.string(of: name)
        credits = try fields.positiveAmount(.credits, of: document, in: &arena)
        // Only checked: the command keeps its reason as every other does.
        let _: Reason? = try fields.choice(.reason, { $0.rawValue }, of: document, in: &arena)
    }

    var action: CommandAction { .void(grantID: grantID, credits: credits) }

    func combine(into hash: inout KeyedHash) {
        hash.combine(grantID)
        hash.combine(optional: credits)
    }
}

/// The fields of an `adjust` command.
struct AdjustFields: CommandBody {
    private typealias Field = CommandReader.Field

    private let commandID: ByteSlice
    private let credits: Amount

    init(
        _ fields: CommandFields,
        commandID: ByteSlice,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        let name = Field.credits.name
        guard let index = fields[.credits],
            let credits = try document.amount(at: index, name, in: &arena)
        else { throw .missing(name) }
        guard credits != .zero else {
            throw document.invalid(document.nodes[index], name, "other than 0", in: &arena)
        }
        for field in [Field.reason, .actor] where fields[field] == nil {
            throw .missing(field.name)
        }
        // Required, so that somebody says why.
        _ = try document.text(
            at: fields[.reason],
            Field.reason.name,
            lengths: 1...CommandReader.maximumReason,
            in: &arena
        )
        self.commandID = commandID
        self.credits = credits
    }

    var action: CommandAction { .adjust(credits) }

    /// Only credits that are given are a grant.
    ///
    /// An adjustment downwards that took the id would keep it from a grant in its own batch and
    /// from none after that.
    var claim: CommandClaim? {
        credits.isPositive ? CommandClaim(space: .grant, id: commandID) : nil
    }

    func combine(into hash: inout KeyedHash) {
        hash.combine(credits)
    }
}
