import Credits

/// Reads usage events (contract §2.1), field by field in the contract's order.
struct UsageReader {
    /// The fields that count; any other is ignored.
    private enum Field: Int, CaseIterable {
        case usageID, source, customerID, creditType, action, quantity, credits, occurredAt
        case dimensions, holdID

        var name: String {
            switch self {
            case .usageID: "usage_id"
            case .source: "source"
            case .customerID: "customer_id"
            case .creditType: "credit_type"
            case .action: "action"
            case .quantity: "quantity"
            case .credits: "credits"
            case .occurredAt: "occurred_at"
            case .dimensions: "dimensions"
            case .holdID: "hold_id"
            }
        }
    }

    private struct Fields {
        var usageID = ByteSlice.empty
        var source = ByteSlice.empty
        var customerID = ByteSlice.empty
        var creditType: ByteSlice?
        var action = ByteSlice.empty
        var quantity = Amount(whole: 1)
        var credits: Amount?
        var occurredAt = Timestamp.earliest
        var dimensions = ByteSlice.empty
        var holdID = ByteSlice.empty
    }

    private struct Price {
        var credits = Amount.zero
        var rate = RateReference.explicit
        var creditType: ByteSlice?
        var refusal: Int32 = -1
    }

    private let hashKey: HashKey
    private let rates: RateBook
    private let table = FieldTable(Field.allCases.map(\.name))
    private var dimensions = DimensionCollector()

    init(hashKey: HashKey, rates: RateBook) {
        self.hashKey = hashKey
        self.rates = rates
    }

    /// Appends the event that the document holds.
    mutating func read(
        _ document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        accounts: inout AccountDirectory,
        into batch: inout InputBatch
    ) throws(Refusal) {
        let fields = try fields(of: document, message, in: &batch.bytes)
        let price = price(of: fields, into: &batch)
        let creditType =
            fields.creditType ?? price.creditType ?? accounts.defaultType(in: &batch.bytes)
        let account = accounts.index(
            customerID: fields.customerID,
            creditType: creditType,
            in: &batch
        )
        let key = IDSpace.usage.key(
            scope: batch.bytes.view(fields.source),
            id: batch.bytes.view(fields.usageID),
            under: hashKey
        )
        batch.usage.append(
            UsageEvent(
                key: key,
                fingerprint: Self.fingerprint(of: fields, creditType, in: batch.bytes),
                account: account,
                pricingRefusal: price.refusal,
                usageID: fields.usageID,
                source: fields.source,
                action: fields.action,
                dimensions: fields.dimensions,
                holdID: fields.holdID,
                quantity: fields.quantity,
                credits: price.credits,
                rate: price.rate,
                occurredAt: fields.occurredAt,
                message: message
            )
        )
    }

    private mutating func fields(
        of document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Fields {
        let nodes = FieldNodes(of: 0, in: document, by: table)
        var fields = Fields()
        fields.usageID = try required(.usageID, nodes, of: document, in: &arena)
        fields.source =
            try name(.source, nodes, 0...256, of: document, in: &arena) ?? .empty
        fields.customerID = try AccountDirectory.customer(
            at: nodes[Field.customerID.rawValue],
            of: document,
            message,
            in: &arena
        )
        fields.creditType = try name(.creditType, nodes, 1...64, of: document, in: &arena)
        let action = try name(.action, nodes, 1...256, of: document, in: &arena)
        fields.action = action ?? .empty
        if let quantity = try amount(.quantity, nodes, of: document, in: &arena) {
            fields.quantity = quantity
        }
        fields.credits = try amount(.credits, nodes, of: document, in: &arena)
        guard action != nil || fields.credits != nil else {
            throw .expected(
                .missingField,
                Field.credits.name,
                "present where there is no action",
                got: "nothing"
            )
        }
        fields.occurredAt =
            try document.timestamp(
                at: nodes[Field.occurredAt.rawValue],
                Field.occurredAt.name,
                in: &arena
            )
            ?? message.timestamp
        fields.dimensions = try dimensions.slice(
            at: nodes[Field.dimensions.rawValue],
            of: document,
            in: &arena
        )
        fields.holdID = try name(.holdID, nodes, 1...256, of: document, in: &arena) ?? .empty
        return fields
    }

    private func required(
        _ field: Field,
        _ nodes: FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        guard let slice = try name(field, nodes, 1...256, of: document, in: &arena) else {
            throw .missing(field.name)
        }
        return slice
    }

    private func name(
        _ field: Field,
        _ nodes: FieldNodes,
        _ lengths: ClosedRange<Int>,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice? {
        try document.name(at: nodes[field.rawValue], field.name, lengths: lengths, in: &arena)
    }

    private func amount(
        _ field: Field,
        _ nodes: FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Amount? {
        try document.unsignedAmount(at: nodes[field.rawValue], field.name, in: &arena)
    }

    /// An explicit price, else that of the rate card.
    ///
    /// A missing rate does not make an event invalid: whether its id was used is decided first, or
    /// a duplicate that comes after a change of prices would be refused instead of recognised.
    private func price(of fields: Fields, into batch: inout InputBatch) -> Price {
        if let credits = fields.credits { return Price(credits: credits) }
        let match = rates.match(
            action: batch.bytes.view(fields.action),
            occurredAt: fields.occurredAt
        )
        guard let match else {
            let action = Excerpt.text(batch.bytes.view(fields.action))
            let refusal = Refusal.expected(
                .noRate,
                Field.action.name,
                "priced by the rate card",
                got: "\"\(action)\""
            )
            return refused(refusal, in: &batch)
        }
        let creditType = match.rate.creditType.map { batch.bytes.appendSlice($0.utf8) }
        guard let credits = match.rate.credits.multiplied(by: fields.quantity) else {
            let refusal = Refusal.expected(
                .outOfRange,
                Field.quantity.name,
                "a number whose price has at most 26 digits before the point",
                got: "\(fields.quantity)"
            )
            var price = refused(refusal, in: &batch)
            price.creditType = creditType
            return price
        }
        return Price(credits: credits, rate: match.reference, creditType: creditType)
    }

    private func refused(_ refusal: Refusal, in batch: inout InputBatch) -> Price {
        batch.pricingRefusals.append(refusal)
        return Price(refusal: Int32(batch.pricingRefusals.count - 1))
    }

    /// The hash of what counts for `duplicate` against `conflict` (contract §2.1): not
    /// `occurred_at`, not unknown fields, and nothing of where the message stood.
    private static func fingerprint(
        of fields: Fields,
        _ creditType: ByteSlice,
        in arena: borrowing [UInt8]
    ) -> UInt64 {
        var hash = KeyedHash(key: .content)
        hash.combine(prefixed: arena.view(fields.customerID))
        hash.combine(prefixed: arena.view(creditType))
        hash.combine(prefixed: arena.view(fields.action))
        hash.combine(fields.quantity)
        hash.combine(optional: fields.credits)
        hash.combine(prefixed: arena.view(fields.dimensions))
        hash.combine(prefixed: arena.view(fields.holdID))
        return hash.finalize().high
    }
}
