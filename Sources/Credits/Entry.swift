/// What kind of line a ledger entry is (contract §2.3).
///
/// Raw values are written to the journal.
public enum EntryType: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case creditsGranted = 1
    case creditsConsumed = 2
    case usageReversed = 3
    case creditsExpired = 4
    case creditsVoided = 5
    case manualAdjustment = 6
    case holdPlaced = 7
    case holdCaptured = 8
    case holdReleased = 9
    case holdExpired = 10
    case grantScheduled = 11
    case settingsChanged = 12

    public var name: String {
        switch self {
        case .creditsGranted: "credits_granted"
        case .creditsConsumed: "credits_consumed"
        case .usageReversed: "usage_reversed"
        case .creditsExpired: "credits_expired"
        case .creditsVoided: "credits_voided"
        case .manualAdjustment: "manual_adjustment"
        case .holdPlaced: "hold_placed"
        case .holdCaptured: "hold_captured"
        case .holdReleased: "hold_released"
        case .holdExpired: "hold_expired"
        case .grantScheduled: "grant_scheduled"
        case .settingsChanged: "settings_changed"
        }
    }

    public init?(name: String) {
        guard let match = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = match
    }

    /// The system account that moves by the opposite amount, so that all accounts sum to 0.
    public var counterpart: SystemAccount? {
        switch self {
        case .creditsGranted: .issued
        case .creditsConsumed, .usageReversed: .consumed
        case .creditsExpired: .expired
        case .creditsVoided: .voided
        case .manualAdjustment: .adjusted
        default: nil
        }
    }
}

/// The other side of every entry (contract §2.3, double entry).
public enum SystemAccount: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case issued, consumed, expired, voided, adjusted

    public var name: String {
        switch self {
        case .issued: "issued"
        case .consumed: "consumed"
        case .expired: "expired"
        case .voided: "voided"
        case .adjusted: "adjusted"
        }
    }
}

/// What one grant gave or got by an entry.
public struct Allocation: Hashable, Sendable, BitwiseCopyable {
    /// The grant's ordinal within its account; 0 is the overdraft.
    public let grant: UInt32
    /// Signed: negative where the grant gave.
    public let credits: Amount

    public init(grant: UInt32, credits: Amount) {
        self.grant = grant
        self.credits = credits
    }

    public static let overdraft: UInt32 = 0
}

/// What an entry records beyond amounts, where a command or time made it.
public struct EntryDetail: Hashable, Sendable {
    public enum Payload: Hashable, Sendable {
        case none
        /// The grant that the entry made; its ordinal is the account's next.
        case grant(GrantTerms)
        /// The scheduled grant with this ordinal became effective.
        case activation(UInt32)
        /// The scheduled grant with this ordinal will never become effective.
        case cancellation(UInt32)
        /// The hold that the entry placed.
        case hold(Hold)
        /// The hold that the entry ended.
        case endOfHold(String)
        case settings(AccountSettings)
        case reversal(Reversal)
        /// The grant of a schedule's period; its ordinal is the account's next.
        case recurring(GrantTerms, RecurringState)
        /// The grant that took over what the grant with this ordinal had left when its period ended.
        case rollover(GrantTerms, from: UInt32)
    }

    /// Empty where time made the entry.
    public var commandID: String
    public var actor: Actor?
    public var reason: String?
    public var payload: Payload

    public init(
        commandID: String,
        actor: Actor? = nil,
        reason: String? = nil,
        payload: Payload = .none
    ) {
        self.commandID = commandID
        self.actor = actor
        self.reason = reason
        self.payload = payload
    }
}

/// One immutable line of the ledger.
///
/// A plain value over the arena and the lists of the commit that holds it.
public struct Entry: Sendable, BitwiseCopyable {
    /// Index into the commit's ``Commit/groups``.
    public var group: Int32
    public var type: EntryType
    /// Position among the account's entries, from 1, without gaps.
    public var sequence: UInt64
    /// Signed.
    public var amount: Amount
    public var balanceBefore: Amount
    /// Range of the commit's ``Commit/allocations``.
    public var allocationStart: Int32
    public var allocationCount: Int32
    /// Index into the commit's ``Commit/details``; −1 for usage.
    public var detail: Int32
    /// The used id; all zero where the entry takes none.
    public var key: IDKey
    public var fingerprint: UInt64
    public var usageID: ByteSlice
    public var source: ByteSlice
    public var action: ByteSlice
    public var dimensions: ByteSlice
    public var quantity: Amount
    /// Index into the commit's ``Commit/rates``; −1 where no rate priced the entry.
    public var rate: Int32
    public var occurredAt: Timestamp
    public var origin: Origin

    /// By construction: before + amount, which apply has checked to be in range.
    public var balanceAfter: Amount { balanceBefore + amount }
    public var isUsage: Bool { detail < 0 }

    public init(
        group: Int32,
        type: EntryType,
        sequence: UInt64,
        amount: Amount,
        balanceBefore: Amount,
        allocationStart: Int32,
        allocationCount: Int32,
        detail: Int32 = -1,
        key: IDKey = IDKey(high: 0, low: 0),
        fingerprint: UInt64 = 0,
        usageID: ByteSlice = .empty,
        source: ByteSlice = .empty,
        action: ByteSlice = .empty,
        dimensions: ByteSlice = .empty,
        quantity: Amount = .zero,
        rate: Int32 = -1,
        occurredAt: Timestamp,
        origin: Origin
    ) {
        self.group = group
        self.type = type
        self.sequence = sequence
        self.amount = amount
        self.balanceBefore = balanceBefore
        self.allocationStart = allocationStart
        self.allocationCount = allocationCount
        self.detail = detail
        self.key = key
        self.fingerprint = fingerprint
        self.usageID = usageID
        self.source = source
        self.action = action
        self.dimensions = dimensions
        self.quantity = quantity
        self.rate = rate
        self.occurredAt = occurredAt
        self.origin = origin
    }
}
