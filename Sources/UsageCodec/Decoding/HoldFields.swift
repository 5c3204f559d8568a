import Credits

/// The fields of a `hold` command, as they were written and with defaults filled in.
struct HoldFields: CommandBody {
    private typealias Field = CommandReader.Field

    private let holdID: ByteSlice
    private let request: HoldRequest
    /// The explicit price; nil: that of the rate card.
    private let credits: Amount?
    private let work: HeldWork
    private let price: HoldPrice

    init(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        pricedBy rates: RateBook,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        holdID = try fields.requiredName(.holdID, of: document, in: &arena)
        credits = try fields.positiveAmount(.credits, of: document, in: &arena)
        work = try HeldWork(fields, of: document, in: &arena)
        if let credits {
            price = HoldPrice(credits: credits)
        } else if let action = work.action {
            price = HoldPrice(of: work, action, at: message.timestamp, by: rates)
        } else {
            throw .expected(
                .missingField,
                Field.credits.name,
                "present where there is no action",
                got: "nothing"
            )
        }
        request = HoldRequest(
            holdID: arena.string(of: holdID),
            credits: price.credits,
            expiresAfter: try Self.expiry(fields, of: document, in: &arena)
        )
    }

    var action: CommandAction { .hold(request) }
    var claim: CommandClaim? { CommandClaim(space: .hold, id: holdID) }
    var creditType: String? { price.creditType }
    var deferredRefusal: Refusal? { price.refusal }

    /// Takes a price only where it was written: a hold that is sent again after a change of prices
    /// is the same hold.
    func combine(into hash: inout KeyedHash) {
        hash.combine(request.holdID)
        hash.combine(optional: credits)
        hash.combine(optional: work.action)
        hash.combine(work.quantity)
        hash.combine(prefixed: work.dimensions.span)
        hash.combine(request.expiresAfter)
    }

    private static func expiry(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> CalendarDuration {
        let duration = try document.positiveDuration(
            at: fields[.expiresAfter],
            Field.expiresAfter.name,
            in: &arena
        )
        return duration ?? standardExpiry
    }

    private static let standardExpiry: CalendarDuration = {
        guard let duration = CalendarDuration.seconds(15 * 60) else {
            preconditionFailure("expected 15 minutes to be a duration")
        }
        return duration
    }()
}

/// The work that a hold is for, in the words of a usage event.
struct HeldWork {
    private typealias Field = CommandReader.Field

    let action: String?
    let quantity: Amount
    /// Canonical (``Dimensions``).
    let dimensions: [UInt8]

    init(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        action = try fields.name(.action, 1...256, of: document, in: &arena)
            .map { arena.string(of: $0) }
        quantity =
            try document.unsignedAmount(
                at: fields[.quantity],
                Field.quantity.name,
                in: &arena
            ) ?? Amount(whole: 1)
        var collector = DimensionCollector()
        let slice = try collector.slice(at: fields[.dimensions], of: document, in: &arena)
        dimensions = Array(arena[slice.range])
    }
}

/// What a hold sets aside.
///
/// What cannot be priced is no invalid command: whether its id was used is decided first, or a
/// duplicate that comes after a change of prices would be refused instead of recognised.
struct HoldPrice {
    private typealias Field = CommandReader.Field

    /// 0 where there is a refusal.
    private(set) var credits = Amount.zero
    private(set) var creditType: String?
    private(set) var refusal: Refusal?

    /// An explicit price.
    init(credits: Amount) {
        self.credits = credits
    }

    /// The price of the rate card, as usage at that moment would have it.
    init(of work: HeldWork, _ action: String, at moment: Timestamp, by rates: RateBook) {
        let bytes = Array(action.utf8)
        let pricing = rates.price(
            action: bytes.span,
            quantity: work.quantity,
            dimensions: work.dimensions.span,
            occurredAt: moment
        )
        creditType = pricing.creditType
        switch pricing.credits {
        case .success(let price) where price.isPositive: credits = price
        case .success(let price):
            refusal = .expected(.invalidField, Field.credits.name, "more than 0", got: "\(price)")
        case .failure(let fault):
            refusal = Refusal(fault, action: bytes.span, quantity: work.quantity)
        }
    }
}
