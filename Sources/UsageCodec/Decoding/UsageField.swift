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
}
