public import Credits

/// Reads commands (contract §2.2): first what all types share, then what the type adds.
struct CommandReader {
    /// Bytes of a `reason`, at most.
    static let maximumReason = 1024

    /// The fields of every type; what a type does not have is ignored, as unknown fields are.
    enum Field: Int, CaseIterable {
        case commandID, type, customerID, creditType, actor, reason
        case grantID, credits, source, category, priority, effectiveAt, expiresAt, expiresAfter
        case costBasis, reference, requestID
        case holdID, usageID, action, quantity, dimensions
        case overdraft, thresholds, autoTopUp, recurring

        var name: String {
            switch self {
            case .commandID: "command_id"
            case .type: "type"
            case .customerID: "customer_id"
            case .creditType: "credit_type"
            case .actor: "actor"
            case .reason: "reason"
            case .grantID: "grant_id"
            case .credits: "credits"
            case .source: "source"
            case .category: "category"
            case .priority: "priority"
            case .effectiveAt: "effective_at"
            case .expiresAt: "expires_at"
            case .expiresAfter: "expires_after"
            case .costBasis: "cost_basis"
            case .reference: "reference"
            case .requestID: "request_id"
            case .holdID: "hold_id"
            case .usageID: "usage_id"
            case .action: "action"
            case .quantity: "quantity"
            case .dimensions: "dimensions"
            case .overdraft: "overdraft"
            case .thresholds: "thresholds"
            case .autoTopUp: "auto_top_up"
            case .recurring: "recurring"
            }
        }
    }

    /// The types that are read; every other one is `unknown_type`.
    private enum CommandType: String, CaseIterable {
        case grant, void, adjust, hold, release, configure
        case reverseUsage = "reverse_usage"
    }

    private let hashKey: HashKey
    private let rates: RateBook
    private let table = FieldTable(Field.allCases.map(\.name))

    init(hashKey: HashKey, rates: RateBook) {
        self.hashKey = hashKey
        self.rates = rates
    }

    /// Appends the command that the document holds.
    func read(
        _ document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        accounts: inout AccountDirectory,
        into batch: inout InputBatch
    ) throws(Refusal) {
        let fields = CommandFields(of: document, by: table)
        let commandID = try fields.requiredName(.commandID, of: document, in: &batch.bytes)
        let type = try type(fields, of: document, in: &batch.bytes)
        let customerID = try AccountDirectory.customer(
            at: fields[.customerID],
            of: document,
            message,
            in: &batch.bytes
        )
        let namedType = try fields.name(.creditType, 1...64, of: document, in: &batch.bytes)
        let actor = try fields.actor(of: document, in: &batch.bytes)
        let reason = try document.text(
            at: fields[.reason],
            Field.reason.name,
            lengths: 0...Self.maximumReason,
            in: &batch.bytes
        )
        let body = try body(of: type, fields, commandID, of: document, message, in: &batch.bytes)
        let creditType =
            namedType ?? body.creditType.map { batch.bytes.appendSlice($0.utf8) }
            ?? accounts.defaultType(in: &batch.bytes)
        var content = KeyedHash(key: .content)
        content.combine(type.rawValue)
        content.combine(prefixed: batch.bytes.view(customerID))
        content.combine(prefixed: batch.bytes.view(creditType))
        body.combine(into: &content)
        let claim = body.claim.map { claim in
            claimKey(claim, customerID: customerID, creditType: creditType, in: batch.bytes)
        }
        let account = accounts.account(
            customerID: customerID,
            creditType: creditType,
            in: batch.bytes
        )
        let key = IDSpace.command.key(
            scope: Span(),
            id: batch.bytes.view(commandID),
            under: hashKey
        )
        batch.commands.append(
            Command(
                key: key,
                fingerprint: content.finalize().high,
                account: accounts.index(of: account, in: &batch),
                commandID: batch.bytes.string(of: commandID),
                action: body.action,
                claim: claim,
                deferredRefusal: body.deferredRefusal,
                actor: actor,
                reason: reason.map { batch.bytes.string(of: $0) },
                message: message
            )
        )
    }

    /// What the fields of a type say, each checked.
    private func body(
        of type: CommandType,
        _ fields: CommandFields,
        _ commandID: ByteSlice,
        of document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        in arena: inout [UInt8]
    ) throws(Refusal) -> any CommandBody {
        switch type {
        case .grant:
            try GrantFields(fields, commandID: commandID, of: document, message, in: &arena)
        case .void: try VoidFields(fields, of: document, in: &arena)
        case .adjust: try AdjustFields(fields, commandID: commandID, of: document, in: &arena)
        case .reverseUsage:
            try ReversalFields(
                fields,
                commandID: commandID,
                of: document,
                under: hashKey,
                in: &arena
            )
        case .hold:
            try HoldFields(fields, of: document, message, pricedBy: rates, in: &arena)
        case .release: try ReleaseFields(fields, of: document, in: &arena)
        case .configure: try SettingsFields(fields, of: document, in: &arena)
        }
    }

    private func type(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> CommandType {
        let field = Field.type.name
        let length = 0...Int(UInt32.max)
        guard
            let slice = try document.text(
                at: fields[.type],
                field,
                lengths: length,
                in: &arena
            )
        else { throw .missing(field) }
        guard let type = CommandType(rawValue: arena.string(of: slice)) else {
            let known = CommandType.allCases.map(\.rawValue).joined(separator: ", ")
            throw .expected(
                .unknownType,
                field,
                "one of \(known)",
                got: "\"\(Excerpt.text(arena.view(slice)))\""
            )
        }
        return type
    }

    private func claimKey(
        _ claim: CommandClaim,
        customerID: ByteSlice,
        creditType: ByteSlice,
        in arena: borrowing [UInt8]
    ) -> IDKey {
        let scope = IDSpace.accountScope(
            customerID: arena.view(customerID),
            creditType: arena.view(creditType)
        )
        return claim.space.key(
            scope: scope.span,
            id: arena.view(claim.id),
            under: hashKey
        )
    }
}

extension IDSpace {
    /// The scope of ids that are unique within an account: the customer's length in four bytes,
    /// little endian, the customer, the credit type.
    public static func accountScope(
        customerID: Span<UInt8>,
        creditType: Span<UInt8>
    ) -> [UInt8] {
        let count = UInt32(truncatingIfNeeded: customerID.count)
        var scope: [UInt8] = (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
        scope.append(customerID)
        scope.append(creditType)
        return scope
    }
}
