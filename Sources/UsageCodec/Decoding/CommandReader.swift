public import Credits

/// Reads commands (contract §2.2): first what all types share, then what the type adds.
struct CommandReader {
    /// The fields of every type; what a type does not have is ignored, as unknown fields are.
    enum Field: Int, CaseIterable {
        case commandID, type, customerID, creditType, actor, reason
        case grantID, credits, source, category, priority, effectiveAt, expiresAt, expiresAfter
        case costBasis, reference, requestID
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
            case .overdraft: "overdraft"
            case .thresholds: "thresholds"
            case .autoTopUp: "auto_top_up"
            case .recurring: "recurring"
            }
        }
    }

    /// The types that are read.
    ///
    /// Every other one is `unknown_type`, also those of the contract that the ledger does not apply
    /// so far: `void`, `adjust`, `reverse_usage`, `hold` and `release`.
    private enum CommandType: String, CaseIterable {
        case grant, configure
    }

    /// What a type's own fields say.
    struct Body {
        var action: CommandAction
        /// The grant id that the command takes for its account.
        var claimedGrant: ByteSlice?
    }

    private let hashKey: HashKey
    private let table = FieldTable(Field.allCases.map(\.name))

    init(hashKey: HashKey) {
        self.hashKey = hashKey
    }

    /// Appends the command that the document holds.
    func read(
        _ document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        accounts: inout AccountDirectory,
        into batch: inout InputBatch
    ) throws(Refusal) {
        let fields = CommandFields(of: document, by: table)
        let commandID = try required(.commandID, fields, of: document, in: &batch.bytes)
        let type = try type(fields, of: document, in: &batch.bytes)
        let customerID = try AccountDirectory.customer(
            at: fields[.customerID],
            of: document,
            message,
            in: &batch.bytes
        )
        let creditType =
            try fields.name(.creditType, 1...64, of: document, in: &batch.bytes)
            ?? accounts.defaultType(in: &batch.bytes)
        let actor = try fields.actor(of: document, in: &batch.bytes)
        let reason = try document.text(
            at: fields[.reason],
            Field.reason.name,
            lengths: 0...1024,
            in: &batch.bytes
        )
        var content = KeyedHash(key: .content)
        content.combine(type.rawValue)
        content.combine(prefixed: batch.bytes.view(customerID))
        content.combine(prefixed: batch.bytes.view(creditType))
        let body: Body
        switch type {
        case .grant:
            let grant = try GrantFields(
                fields,
                commandID: commandID,
                of: document,
                message,
                in: &batch.bytes
            )
            grant.combine(into: &content)
            body = grant.body
        case .configure:
            let settings = try SettingsFields.read(fields, of: document, in: &batch.bytes)
            SettingsFields.combine(settings, into: &content)
            body = Body(action: .configure(settings))
        }
        let claim = body.claimedGrant.map { grantID in
            grantClaim(grantID, customerID: customerID, creditType: creditType, in: batch.bytes)
        }
        let account = accounts.index(
            customerID: customerID,
            creditType: creditType,
            in: &batch
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
                account: account,
                commandID: batch.bytes.string(of: commandID),
                action: body.action,
                claim: claim,
                actor: actor,
                reason: reason.map { batch.bytes.string(of: $0) },
                message: message
            )
        )
    }

    private func required(
        _ field: Field,
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        guard let slice = try fields.name(field, 1...256, of: document, in: &arena) else {
            throw .missing(field.name)
        }
        return slice
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
            let known = CommandType.allCases.map(\.rawValue).joined(separator: " or ")
            throw .expected(
                .unknownType,
                field,
                known,
                got: "\"\(Excerpt.text(arena.view(slice)))\""
            )
        }
        return type
    }

    private func grantClaim(
        _ grantID: ByteSlice,
        customerID: ByteSlice,
        creditType: ByteSlice,
        in arena: borrowing [UInt8]
    ) -> IDKey {
        let scope = IDSpace.accountScope(
            customerID: arena.view(customerID),
            creditType: arena.view(creditType)
        )
        return IDSpace.grant.key(
            scope: scope.span,
            id: arena.view(grantID),
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
