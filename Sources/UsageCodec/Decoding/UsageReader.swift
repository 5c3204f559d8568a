import Credits

/// Reads usage events (contract §2.1), field by field in the contract's order.
struct UsageReader {
    private typealias Field = UsageField

    private struct Price {
        var credits = Amount.zero
        var rate = RateReference.explicit
        var creditType: ByteSlice?
        var refusal: Int32 = -1
    }

    private let hashKey: HashKey
    private let rates: RateBook
    private let table = FieldTable(UsageField.allCases.map(\.name))
    private var dimensions = DimensionCollector()

    init(hashKey: HashKey, rates: RateBook) {
        self.hashKey = hashKey
        self.rates = rates
    }

    /// Where the object at `object` has the fields under their own names.
    @inline(__always)
    func nodes(of object: Int, in document: borrowing JSONDocument) -> FieldNodes {
        FieldNodes(of: object, in: document, by: table)
    }

    /// Appends the event that the document holds.
    ///
    /// - Parameters:
    ///   - document: the value that was parsed last.
    ///   - nodes: where in it the fields are.
    ///   - shape: how the message as a whole is written.
    ///   - message: the message as it was received.
    ///   - accounts: the accounts that the batch names.
    ///   - batch: what grows.
    /// - Throws: ``Refusal``: the first field at fault.
    mutating func read(
        _ document: borrowing JSONDocument,
        _ nodes: borrowing FieldNodes,
        as shape: borrowing UsageShape,
        _ message: ReceivedMessage,
        accounts: inout AccountDirectory,
        into batch: inout InputBatch
    ) throws(Refusal) {
        let fields = try fields(of: document, nodes, as: shape, message, in: &batch.bytes)
        append(fields, message, accounts: &accounts, into: &batch)
    }

    /// Prices what a message says and appends it; that takes no refusal any more.
    func append(
        _ fields: UsageFields,
        _ message: ReceivedMessage,
        accounts: inout AccountDirectory,
        into batch: inout InputBatch
    ) {
        appendInline(fields, message, accounts: &accounts, into: &batch)
    }

    /// The same for the one who reads nearly every event: where it is inlined, nothing that the fields
    /// say goes through memory.
    @inline(__always)
    func appendInline(
        _ fields: UsageFields,
        _ message: ReceivedMessage,
        accounts: inout AccountDirectory,
        into batch: inout InputBatch
    ) {
        let price =
            if let credits = fields.credits { Price(credits: credits) } else {
                ratedPrice(of: fields, into: &batch)
            }
        let creditType =
            fields.creditType ?? price.creditType ?? accounts.defaultType(in: &batch.bytes)
        let account = accounts.account(
            customerID: fields.customerID,
            creditType: creditType,
            in: batch.bytes
        )
        let key = IDSpace.usage.key(
            scope: batch.bytes.view(fields.source),
            id: batch.bytes.view(fields.usageID),
            under: hashKey
        )
        let fingerprint = fields.fingerprint(creditType, in: batch.bytes)
        batch.usage.append(
            UsageEvent(
                key: key,
                fingerprint: fingerprint,
                account: accounts.index(of: account, in: &batch),
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
        _ nodes: borrowing FieldNodes,
        as shape: borrowing UsageShape,
        _ message: ReceivedMessage,
        in arena: inout [UInt8]
    ) throws(Refusal) -> UsageFields {
        var fields = UsageFields()
        let given = shape.attributes
        if let given {
            (fields.usageID, fields.source) = (given.id, given.source)
        } else {
            fields.usageID = try required(.usageID, nodes, of: document, in: &arena)
            fields.source =
                try name(.source, nodes, of: document, in: &arena) ?? .empty
        }
        if let subject = given?.subject {
            fields.customerID = subject
        } else {
            fields.customerID = try AccountDirectory.customer(
                at: nodes[Field.customerID.rawValue],
                of: document,
                message,
                in: &arena
            )
        }
        fields.creditType = try name(.creditType, nodes, of: document, in: &arena)
        var action = given?.type
        if given == nil {
            action = try name(.action, nodes, of: document, in: &arena)
        }
        fields.action = action ?? .empty
        if let quantity = try amount(.quantity, nodes, of: document, in: &arena) {
            fields.quantity = quantity
        }
        fields.credits = try amount(.credits, nodes, of: document, in: &arena)
        guard action != nil || fields.credits != nil else {
            throw UsageFields.missingPrice()
        }
        let time = try document.timestamp(
            at: nodes[Field.occurredAt.rawValue],
            Field.occurredAt.name,
            orUnixSeconds: shape.isMapped,
            in: &arena
        )
        fields.occurredAt = given?.time ?? time ?? message.timestamp
        fields.dimensions = try dimensions.slice(
            at: nodes[Field.dimensions.rawValue],
            of: document,
            as: shape,
            in: &arena
        )
        fields.holdID = try name(.holdID, nodes, of: document, in: &arena) ?? .empty
        return fields
    }

    private func required(
        _ field: Field,
        _ nodes: borrowing FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        guard let slice = try name(field, nodes, of: document, in: &arena) else {
            throw .missing(field.name)
        }
        return slice
    }

    private func name(
        _ field: Field,
        _ nodes: borrowing FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice? {
        try document.name(
            at: nodes[field.rawValue],
            field.name,
            lengths: field.lengths,
            in: &arena
        )
    }

    private func amount(
        _ field: Field,
        _ nodes: borrowing FieldNodes,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Amount? {
        try document.unsignedAmount(at: nodes[field.rawValue], field.name, in: &arena)
    }

    /// The price of the rate card.
    ///
    /// A missing rate does not make an event invalid: whether its id was used is decided first, or
    /// a duplicate that comes after a change of prices would be refused instead of recognised.
    private func ratedPrice(of fields: UsageFields, into batch: inout InputBatch) -> Price {
        let pricing = rates.price(
            action: batch.bytes.view(fields.action),
            quantity: fields.quantity,
            dimensions: batch.bytes.view(fields.dimensions),
            occurredAt: fields.occurredAt
        )
        var price = Price()
        price.creditType = pricing.creditType.map { batch.bytes.appendSlice($0.utf8) }
        switch pricing.credits {
        case .success(let credits):
            price.credits = credits
            price.rate = pricing.rate ?? .explicit
        case .failure(let fault):
            batch.pricingRefusals.append(Self.refusal(for: fault, of: fields, in: batch.bytes))
            price.refusal = Int32(batch.pricingRefusals.count - 1)
        }
        return price
    }

    private static func refusal(
        for fault: PricingFault,
        of fields: UsageFields,
        in arena: borrowing [UInt8]
    ) -> Refusal {
        Refusal(fault, action: arena.view(fields.action), quantity: fields.quantity)
    }
}
