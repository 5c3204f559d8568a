import Credits

/// The fields of a `grant` command, as they were written and with defaults filled in.
struct GrantFields: CommandBody {
    private typealias Field = CommandReader.Field

    /// When a grant ends, as it was written.
    private enum Expiry {
        case never
        case at(Timestamp)
        case after(CalendarDuration)

        var isMoment: Bool { if case .at = self { true } else { false } }

        func end(from start: Timestamp) -> Timestamp? {
            switch self {
            case .never: nil
            case .at(let moment): moment
            case .after(let duration): start.advanced(by: duration)
            }
        }
    }

    private let grantID: ByteSlice
    private let terms: GrantTerms
    private let effectiveAt: Timestamp?
    private let expiry: Expiry
    let deferredRefusal: Refusal?

    init(
        _ fields: CommandFields,
        commandID: ByteSlice,
        of document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        in arena: inout [UInt8]
    ) throws(Refusal) {
        grantID =
            try fields.name(.grantID, 1...256, of: document, in: &arena) ?? commandID
        guard let credits = try fields.positiveAmount(.credits, of: document, in: &arena) else {
            throw .missing(Field.credits.name)
        }
        let source: GrantSource? = try fields.choice(
            .source,
            { $0.name },
            of: document,
            in: &arena
        )
        let category: GrantCategory? = try fields.choice(
            .category,
            { $0.name },
            of: document,
            in: &arena
        )
        let priority = try Self.priority(fields, of: document, in: &arena)
        effectiveAt = try document.timestamp(
            at: fields[.effectiveAt],
            Field.effectiveAt.name,
            in: &arena
        )
        let start = effectiveAt ?? message.timestamp
        expiry = try Self.expiry(fields, of: document, in: &arena)
        let end = expiry.end(from: start)
        let refusal = end.flatMap { Self.refusal(of: $0, from: start) }
        // A grant that begins when it is sent, and ends at a moment, may be one that was made in time and
        // is sent again; any other is wrong whenever it is read.
        if let refusal, effectiveAt != nil || !expiry.isMoment { throw refusal }
        deferredRefusal = refusal
        let costBasis = try document.unsignedAmount(
            at: fields[.costBasis],
            Field.costBasis.name,
            in: &arena
        )
        let reference = try document.text(
            at: fields[.reference],
            Field.reference.name,
            lengths: 0...256,
            in: &arena
        )
        let requestID = try fields.name(.requestID, 1...256, of: document, in: &arena)
        terms = GrantTerms(
            grantID: arena.string(of: grantID),
            credits: credits,
            source: source ?? .purchase,
            category: category,
            priority: priority,
            effectiveAt: start,
            expiresAt: end,
            costBasis: costBasis,
            reference: reference.map { arena.string(of: $0) },
            requestID: requestID.map { arena.string(of: $0) }
        )
    }

    var action: CommandAction { .grant(terms) }
    var claim: CommandClaim? { CommandClaim(space: .grant, id: grantID) }

    /// Takes everything that counts for `duplicate` against `conflict`: all but the reference.
    ///
    /// Times count as they were written: a command that is sent again has another record timestamp,
    /// and one without `effective_at` would otherwise conflict with itself.
    func combine(into hash: inout KeyedHash) {
        hash.combine(terms.grantID)
        hash.combine(terms.credits)
        hash.combine(terms.source.rawValue)
        hash.combine(terms.category.rawValue)
        hash.combine(UInt64(terms.priority))
        hash.combine(optional: effectiveAt)
        switch expiry {
        case .never: hash.combine(UInt8(0))
        case .at(let moment):
            hash.combine(UInt8(1))
            hash.combine(moment)
        case .after(let duration):
            hash.combine(UInt8(2))
            hash.combine(duration)
        }
        hash.combine(optional: terms.costBasis)
        hash.combine(optional: terms.requestID)
    }

    private static func priority(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Int {
        try document.integer(at: fields[.priority], Field.priority.name, in: 0...1000, &arena) ?? 50
    }

    private static func expiry(
        _ fields: CommandFields,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Expiry {
        let at = try document.timestamp(
            at: fields[.expiresAt],
            Field.expiresAt.name,
            in: &arena
        )
        let after = try document.positiveDuration(
            at: fields[.expiresAfter],
            Field.expiresAfter.name,
            in: &arena
        )
        if let at, after != nil {
            throw .expected(
                .invalidField,
                Field.expiresAfter.name,
                "absent where there is expires_at",
                got: "both, expires_at \(at)"
            )
        }
        return at.map(Expiry.at) ?? after.map(Expiry.after) ?? .never
    }

    /// Why a grant cannot end then; nil: it can.
    private static func refusal(of end: Timestamp, from start: Timestamp) -> Refusal? {
        guard end <= start else { return nil }
        return .expected(
            .invalidField,
            Field.expiresAt.name,
            "after effective_at \(start)",
            got: "\(end)"
        )
    }
}
