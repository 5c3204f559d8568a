/// What a trigger announces (contract §2.5).
///
/// Raw values are written to the journal.
public enum TriggerType: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case balanceChanged = 1
    case balanceLow = 2
    case balanceRecovered = 3
    case balanceDepleted = 4
    case balanceOverdrawn = 5
    case grantCreated = 10
    case grantActivated = 11
    case grantExpiring = 12
    case grantExpired = 13
    case grantDepleted = 14
    case grantVoided = 15
    case usageRejected = 20
    case usageConflict = 21
    case commandRejected = 22
    case commandConflict = 23
    case usageReversed = 24
    case holdCreated = 30
    case holdCaptured = 31
    case holdReleased = 32
    case holdExpired = 33
    case holdRejected = 34
    case topUpRequested = 40
    case topUpSuspended = 41

    public var name: String {
        switch self {
        case .balanceChanged: "credit_balance.changed"
        case .balanceLow: "credit_balance.low"
        case .balanceRecovered: "credit_balance.recovered"
        case .balanceDepleted: "credit_balance.depleted"
        case .balanceOverdrawn: "credit_balance.overdrawn"
        case .grantCreated: "credit_grant.created"
        case .grantActivated: "credit_grant.activated"
        case .grantExpiring: "credit_grant.expiring"
        case .grantExpired: "credit_grant.expired"
        case .grantDepleted: "credit_grant.depleted"
        case .grantVoided: "credit_grant.voided"
        case .usageRejected: "usage.rejected"
        case .usageConflict: "usage.conflict"
        case .commandRejected: "command.rejected"
        case .commandConflict: "command.conflict"
        case .usageReversed: "usage.reversed"
        case .holdCreated: "credit_hold.created"
        case .holdCaptured: "credit_hold.captured"
        case .holdReleased: "credit_hold.released"
        case .holdExpired: "credit_hold.expired"
        case .holdRejected: "credit_hold.rejected"
        case .topUpRequested: "auto_top_up.requested"
        case .topUpSuspended: "auto_top_up.suspended"
        }
    }
}

/// An account's balance at a moment, as triggers and answers show it.
public struct BalanceSnapshot: Hashable, Sendable, BitwiseCopyable {
    /// Σ remaining of the grants − overdraft.
    public let ledger: Amount
    /// ledger − held − what remains of grants past their expiry.
    public let available: Amount
    public let held: Amount
    /// The debt, ≥ 0.
    public let overdraft: Amount

    public init(ledger: Amount, available: Amount, held: Amount, overdraft: Amount) {
        self.ledger = ledger
        self.available = available
        self.held = held
        self.overdraft = overdraft
    }

    public static let zero = BalanceSnapshot(
        ledger: .zero,
        available: .zero,
        held: .zero,
        overdraft: .zero
    )
}

/// Balance changes that one `credit_balance.changed` covers.
public struct BalanceChange: Hashable, Sendable, BitwiseCopyable {
    public var previousBalance: Amount
    public var firstSequence: UInt64
    public var entries: UInt64
    /// A bit for each ``EntryType`` raw value.
    public var reasons: UInt32

    public init(
        previousBalance: Amount,
        firstSequence: UInt64,
        entries: UInt64,
        reasons: UInt32
    ) {
        self.previousBalance = previousBalance
        self.firstSequence = firstSequence
        self.entries = entries
        self.reasons = reasons
    }

    /// The types of the entries covered, in the order of their raw values.
    public var reasonTypes: [EntryType] {
        EntryType.allCases.filter { reasons & (1 << UInt32($0.rawValue)) != 0 }
    }
}

/// An input that was refused, as its trigger names it.
public struct RefusedInput: Hashable, Sendable {
    /// `usage_id` or `command_id`.
    public let id: String
    public let source: String
    public let customerID: String
    public let creditType: String
    public let code: RefusalCode
    /// Hash of the content, which makes the trigger's id independent of where the input stood.
    public let fingerprint: UInt64
    public let origin: Origin

    public init(
        id: String,
        source: String,
        customerID: String,
        creditType: String,
        code: RefusalCode,
        fingerprint: UInt64,
        origin: Origin
    ) {
        self.id = id
        self.source = source
        self.customerID = customerID
        self.creditType = creditType
        self.code = code
        self.fingerprint = fingerprint
        self.origin = origin
    }
}

/// Something the outside must be told: one message, one webhook.
public struct Trigger: Hashable, Sendable {
    /// What only some triggers say.
    ///
    /// Nearly all are changes. What is large or refers to something lies elsewhere, or every trigger
    /// would be as long as the longest, and each copy would count the references that it might have.
    public enum Payload: Hashable, Sendable {
        case change(BalanceChange)
        /// Thresholds that the entry at ``Trigger/sequence`` crossed.
        indirect case crossing([Threshold], previousBalance: Amount)
        /// The balance passed 0 by the entry at ``Trigger/sequence``.
        case passedZero(previousBalance: Amount)
        indirect case grant(Grant)
        /// The grant expires one of the configured lead times after this moment.
        indirect case notice(Grant, dueAt: Timestamp)
        /// Credits that a usage got back by the entry at ``Trigger/sequence``.
        indirect case reversal(usageID: String, source: String, credits: Amount)
        indirect case topUpRequest(TopUpRequest)
        /// The latest request, where there was one, tells two suspensions apart.
        indirect case topUpSuspension(TopUpSuspension, request: TopUpRequest?)
        indirect case hold(Hold)
        /// A hold that the available credits did not cover. It makes no entry.
        indirect case refusedHold(Hold, RefusedInput)
        indirect case refused(RefusedInput)
    }

    public let type: TriggerType
    /// Index into the commit's ``Commit/groups``; −1 for ``Payload/refused(_:)``, which names the
    /// account itself, for it may not exist.
    public let group: Int32
    /// The account's last entry that the trigger covers; 0 where it has none.
    public let sequence: UInt64
    public let balance: BalanceSnapshot
    public let payload: Payload

    public init(
        type: TriggerType,
        group: Int32,
        sequence: UInt64,
        balance: BalanceSnapshot,
        payload: Payload
    ) {
        self.type = type
        self.group = group
        self.sequence = sequence
        self.balance = balance
        self.payload = payload
    }
}
