/// What became of an input: exactly one of these (contract §2.1).
public enum Outcome: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    /// It made its entries.
    case applied
    /// The same id with the same content was applied before; counted, nothing else.
    case duplicate
    /// The same id was applied before with other content; the first stays.
    case conflict
    /// A rule refuses it.
    case rejected
    /// It could not be understood.
    case invalid

    public var name: String {
        switch self {
        case .applied: "applied"
        case .duplicate: "duplicate"
        case .conflict: "conflict"
        case .rejected: "rejected"
        case .invalid: "invalid"
        }
    }
}

/// Why an input was refused: the closed list of contract §2.6, in its order.
///
/// Raw values are written to the journal and never change their meaning.
public enum RefusalCode: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case invalidJSON = 1
    case invalidField = 2
    case missingField = 3
    case tooLarge = 4
    case unknownType = 5
    case outOfRange = 6
    case noRate = 10
    case tooOld = 11
    case tooFarInFuture = 12
    case insufficientCredits = 20
    case usageIDConflict = 30
    case commandIDConflict = 31
    case unknownGrant = 40
    case unknownUsage = 41
    case unknownHold = 42
    case alreadyReversed = 43
    case exceedsRemaining = 44
    case exceedsDebited = 45
    case duplicateGrant = 46
    case duplicateHold = 47

    /// The code as dead letters, triggers and HTTP problems spell it.
    public var name: String {
        switch self {
        case .invalidJSON: "invalid_json"
        case .invalidField: "invalid_field"
        case .missingField: "missing_field"
        case .tooLarge: "too_large"
        case .unknownType: "unknown_type"
        case .outOfRange: "out_of_range"
        case .noRate: "no_rate"
        case .tooOld: "too_old"
        case .tooFarInFuture: "too_far_in_future"
        case .insufficientCredits: "insufficient_credits"
        case .usageIDConflict: "usage_id_conflict"
        case .commandIDConflict: "command_id_conflict"
        case .unknownGrant: "unknown_grant"
        case .unknownUsage: "unknown_usage"
        case .unknownHold: "unknown_hold"
        case .alreadyReversed: "already_reversed"
        case .exceedsRemaining: "exceeds_remaining"
        case .exceedsDebited: "exceeds_debited"
        case .duplicateGrant: "duplicate_grant"
        case .duplicateHold: "duplicate_hold"
        }
    }

    /// Which outcome an input with this code ends in.
    public var outcome: Outcome {
        switch self {
        case .invalidJSON, .invalidField, .missingField, .tooLarge, .unknownType, .outOfRange:
            .invalid
        case .usageIDConflict, .commandIDConflict: .conflict
        default: .rejected
        }
    }
}

/// A refusal: its code, the field at fault where there is one, and a sentence for people.
public struct Refusal: Error, Equatable, Sendable {
    public let code: RefusalCode
    /// The path of the field, such as `credits` or `dimensions.input_tokens`.
    public let field: String?
    /// `expected <field> to be <constraint>, got: <value>`.
    public let message: String

    public init(_ code: RefusalCode, field: String? = nil, message: String) {
        self.code = code
        self.field = field
        self.message = message
    }
}

/// How many inputs ended in each outcome.
public struct OutcomeCounts: Hashable, Sendable, BitwiseCopyable {
    public var applied: UInt64 = 0
    public var duplicate: UInt64 = 0
    public var conflict: UInt64 = 0
    public var rejected: UInt64 = 0
    public var invalid: UInt64 = 0

    public init() {}

    public subscript(outcome: Outcome) -> UInt64 {
        get {
            switch outcome {
            case .applied: applied
            case .duplicate: duplicate
            case .conflict: conflict
            case .rejected: rejected
            case .invalid: invalid
            }
        }
        set {
            switch outcome {
            case .applied: applied = newValue
            case .duplicate: duplicate = newValue
            case .conflict: conflict = newValue
            case .rejected: rejected = newValue
            case .invalid: invalid = newValue
            }
        }
    }

    /// Every input, whatever became of it.
    public var total: UInt64 { applied + duplicate + conflict + rejected + invalid }

    public static func += (left: inout OutcomeCounts, right: OutcomeCounts) {
        for outcome in Outcome.allCases { left[outcome] += right[outcome] }
    }
}
