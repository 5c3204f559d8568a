/// Where a grant's credits come from.
///
/// Raw values are written to the journal.
public enum GrantSource: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case purchase = 1
    case topUp = 2
    case autoTopUp = 3
    case planIncluded = 4
    case promotional = 5
    case compensation = 6
    case rollover = 7

    public var name: String {
        switch self {
        case .purchase: "purchase"
        case .topUp: "top_up"
        case .autoTopUp: "auto_top_up"
        case .planIncluded: "plan_included"
        case .promotional: "promotional"
        case .compensation: "compensation"
        case .rollover: "rollover"
        }
    }

    public init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// The category of a grant that does not name one.
    public var defaultCategory: GrantCategory {
        switch self {
        case .promotional, .compensation: .promotional
        default: .paid
        }
    }
}

/// Whether somebody paid for a grant.
///
/// Raw values are written to the journal.
public enum GrantCategory: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// Used before paid credits, all else being equal.
    case promotional = 1
    case paid = 2

    public var name: String {
        switch self {
        case .promotional: "promotional"
        case .paid: "paid"
        }
    }

    public init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }
}

/// Where a grant is in its life.
///
/// Raw values are written to the journal.
public enum GrantStatus: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// Effective in the future; not yet in the balance.
    case scheduled = 1
    case active = 2
    /// Nothing remains; a reversal may refill it.
    case depleted = 3
    case expired = 4
    case voided = 5

    public var name: String {
        switch self {
        case .scheduled: "scheduled"
        case .active: "active"
        case .depleted: "depleted"
        case .expired: "expired"
        case .voided: "voided"
        }
    }
}

/// What was agreed when credits were granted; it never changes.
public struct GrantTerms: Hashable, Sendable {
    /// Unique within the account.
    public var grantID: String
    /// More than 0.
    public var credits: Amount
    public var source: GrantSource
    public var category: GrantCategory
    /// 0–1000; lower is used first.
    public var priority: Int
    public var effectiveAt: Timestamp
    /// After ``effectiveAt``; nil: never.
    public var expiresAt: Timestamp?
    /// What one credit cost, in whatever currency the seller keeps; only kept, never computed with.
    public var costBasis: Amount?
    /// The seller's own note, such as an invoice number.
    public var reference: String?
    /// The `auto_top_up.requested` that this grant answers.
    public var requestID: String?

    public init(
        grantID: String,
        credits: Amount,
        source: GrantSource = .purchase,
        category: GrantCategory? = nil,
        priority: Int = 50,
        effectiveAt: Timestamp,
        expiresAt: Timestamp? = nil,
        costBasis: Amount? = nil,
        reference: String? = nil,
        requestID: String? = nil
    ) {
        self.grantID = grantID
        self.credits = credits
        self.source = source
        self.category = category ?? source.defaultCategory
        self.priority = priority
        self.effectiveAt = effectiveAt
        self.expiresAt = expiresAt
        self.costBasis = costBasis
        self.reference = reference
        self.requestID = requestID
    }
}

/// Credits given to an account, and what remains of them.
public struct Grant: Hashable, Sendable {
    /// Position among the account's grants in order of arrival, from 1.
    ///
    /// Entries name grants by it.
    public let ordinal: UInt32
    /// Σ of the allocations of every entry so far; never below 0.
    public internal(set) var remaining: Amount
    public internal(set) var status: GrantStatus
    /// The latest of the moments at which `credit_grant.expiring` was due and owed.
    package var noticedAt: Timestamp = .earliest
    /// That of the terms, at hand where usage asks.
    private let expiresAt: Timestamp?
    /// One element: a grant that moves then counts one reference and not that of each text.
    private let agreed: [GrantTerms]

    public var terms: GrantTerms { _read { yield agreed[0] } }

    /// A grant as it was written down.
    package init(
        restored ordinal: UInt32,
        terms: GrantTerms,
        remaining: Amount,
        status: GrantStatus,
        noticedAt: Timestamp
    ) {
        self.init(ordinal: ordinal, terms: terms, remaining: remaining, status: status)
        self.noticedAt = noticedAt
    }

    init(ordinal: UInt32, terms: GrantTerms, remaining: Amount, status: GrantStatus) {
        self.ordinal = ordinal
        self.remaining = remaining
        self.status = status
        expiresAt = terms.expiresAt
        agreed = [terms]
    }

    /// Whether usage of that moment may draw on this grant (contract §2.4).
    func covers(_ occurredAt: Timestamp) -> Bool {
        guard let expiresAt else { return true }
        return occurredAt < expiresAt
    }

    /// The order in which credits are used: total, so that every machine decides alike.
    static func isUsedBefore(_ left: Grant, _ right: Grant) -> Bool {
        left.placeInUse < right.placeInUse
    }

    /// Where the grant stands in that order, as numbers that compare as the grants do.
    ///
    /// A grant that expires at the last moment there is still goes before one that never does.
    package var placeInUse:
        (
            priority: Int, expiresAt: Int64, category: UInt8, effectiveAt: Int64, ordinal: UInt32
        )
    {
        (
            terms.priority, terms.expiresAt?.microseconds ?? .max,
            terms.category == .promotional ? 0 : 1, terms.effectiveAt.microseconds, ordinal
        )
    }
}
