import Credits
import LedgerStore

/// Credits that are lost by time, and credits that are given back.
extension HistoryModel {
    /// Our own delay must cost nobody credits: whatever arrived in time must have been decided.
    func expire(
        _ entry: Entry,
        of commit: Commit,
        _ customer: inout CustomerModel
    ) -> String? {
        let ordinal = Int(commit.allocations[Int(entry.allocationStart)].grant)
        let retiredAt = customer.expiry(of: ordinal)?.advanced(by: grace) ?? .latest
        guard retiredAt <= commit.recordedAt else {
            return "grant \(ordinal) of \(customer.name) expired too early"
        }
        for (key, log) in broker.logs {
            let unread = log[Int(read[key] ?? 0)...]
            guard unread.allSatisfy({ $0.arrivedAt >= retiredAt }) else {
                return "grant \(ordinal) of \(customer.name) expired before \(key) was read"
            }
        }
        return customer.expire(ordinal, entry.amount.whole)
    }

    /// What a reversal gives back, which is noted; nil: nothing of the kind can be.
    mutating func giveBack(
        _ credits: Int?,
        of usageID: String,
        by command: SentCommand,
        _ entry: Entry
    ) -> Int? {
        guard entry.type == .usageReversed, let left = left(of: usageID, for: command.customer),
            left > 0, credits ?? left <= left
        else { return nil }
        reversed[usageID, default: 0] += credits ?? left
        return credits ?? left
    }

    /// Whether a reversal had to be refused.
    func isRightly(_ code: RefusalCode, refused command: SentCommand) -> Bool {
        guard case .reverse(let usageID, let credits) = command.action else { return false }
        let left = left(of: usageID, for: command.customer)
        return switch code {
        case .unknownUsage: left == nil
        case .alreadyReversed: left == 0
        case .exceedsDebited: left.map { $0 < credits ?? 0 } ?? false
        default: false
        }
    }

    /// What can still be given back of a usage; nil: it was never applied, or to somebody else.
    private func left(of usageID: String, for customer: String) -> Int? {
        guard case .usage(let usage)? = applied["usage \(usageID)"]?.input,
            usage.customer == customer
        else { return nil }
        return usage.credits - reversed[usageID, default: 0]
    }

    /// The grant that a reversal made.
    static func grant(of entry: Entry, in commit: Commit) -> ModelGrant? {
        guard case .reversal(let reversal) = commit.details[Int(entry.detail)].payload,
            let terms = reversal.grant
        else { return nil }
        return ModelGrant(
            credits: terms.credits.whole,
            effectiveAt: terms.effectiveAt,
            expiresAt: terms.expiresAt,
            isActive: true
        )
    }
}

extension Amount {
    /// The simulation counts in whole credits.
    var whole: Int { Int(description) ?? .min }
}
