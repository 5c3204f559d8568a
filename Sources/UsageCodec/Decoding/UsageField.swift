/// The fields of a usage event that count, in the contract's order (§2.1).
public enum UsageField: Int, CaseIterable, Sendable {
    case usageID, source, customerID, creditType, action, quantity, credits, occurredAt
    case dimensions, holdID

    /// The field as messages, refusals and the configuration spell it.
    public var name: String {
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

    /// How many bytes the field's text may have; of numbers and times, which have rules of their
    /// own, nothing is said.
    @inline(__always)
    var lengths: ClosedRange<Int> {
        switch self {
        case .usageID, .action, .holdID: 1...256
        case .source: 0...256
        case .customerID: 1...128
        case .creditType: 1...64
        default: 0...Int.max
        }
    }
}
