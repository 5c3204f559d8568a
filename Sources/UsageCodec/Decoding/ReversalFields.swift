import Credits

/// The fields of a `reverse_usage` command.
struct ReversalFields: CommandBody {
    private let commandID: ByteSlice
    private let request: ReversalRequest

    init(
        _ fields: CommandFields,
        commandID: ByteSlice,
        of document: borrowing JSONDocument,
        under hashKey: HashKey,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        let usageID = try fields.requiredName(.usageID, of: document, in: &arena)
        let source = try fields.name(.source, 0...256, of: document, in: &arena) ?? .empty
        let credits = try fields.positiveAmount(.credits, of: document, in: &arena)
        self.commandID = commandID
        request = ReversalRequest(
            usageID: arena.string(of: usageID),
            source: arena.string(of: source),
            usageKey: IDSpace.usage.key(
                scope: arena.view(source),
                id: arena.view(usageID),
                under: hashKey
            ),
            reversalKey: IDSpace.reversal.key(
                scope: arena.view(source),
                id: arena.view(usageID),
                under: hashKey
            ),
            credits: credits
        )
    }

    var action: CommandAction { .reverseUsage(request) }

    /// What cannot go back to its grants becomes a grant, so the id must be free before it is known
    /// whether there is one: a reversal that was applied once must not depend on that.
    var claim: CommandClaim? { CommandClaim(space: .grant, id: commandID) }

    func combine(into hash: inout KeyedHash) {
        hash.combine(request.usageID)
        hash.combine(request.source)
        hash.combine(optional: request.credits)
    }
}
