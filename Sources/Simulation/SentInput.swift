import Credits
import LedgerStore

/// Where a message stands in the simulated cluster.
struct Place: Hashable, Comparable, CustomStringConvertible {
    let partition: PartitionKey
    let offset: Int64

    var description: String {
        "\(partition.topic) partition \(partition.partition) offset \(offset)"
    }

    static func < (left: Place, right: Place) -> Bool {
        (left.partition, left.offset) < (right.partition, right.offset)
    }
}

/// A debit that somebody asked for.
struct SentUsage: Hashable {
    let id: String
    let customer: String
    let credits: Int
}

/// A threshold as it was sent: whole credits, or whole percent.
struct SentThreshold: Hashable {
    let isPercent: Bool
    let value: Int

    /// Whether a balance is below it; nil while a percentage has nothing to be taken of.
    func isAbove(_ balance: Int, basis: Int) -> Bool? {
        guard isPercent else { return balance < value }
        return basis > 0 ? balance * 100 < basis * value : nil
    }

    static let standard = [SentThreshold(isPercent: true, value: 20)]
}

/// What a command asked for.
struct SentCommand: Hashable {
    enum Action: Hashable {
        case grant(credits: Int, effectiveAt: Timestamp, expiresAt: Timestamp?)
        /// `credits` nil: all that is left.
        case reverse(usageID: String, credits: Int?)
        /// `floor` is the lowest balance allowed; nil: the overdraft was left as it is.
        case configure(floor: Int?, thresholds: [SentThreshold]?)
    }

    let id: String
    let customer: String
    let action: Action
}

/// What a message says, as its sender knows it.
enum SentInput: Hashable {
    case usage(SentUsage)
    case command(SentCommand)
    /// Cannot be understood, and is refused with this code.
    case malformed(code: String)

    /// The id in its space; nil where there is none.
    var id: String? {
        switch self {
        case .usage(let usage): "usage \(usage.id)"
        case .command(let command): "command \(command.id)"
        case .malformed: nil
        }
    }

    var customer: String? {
        switch self {
        case .usage(let usage): usage.customer
        case .command(let command): command.customer
        case .malformed: nil
        }
    }

    var conflictCode: String {
        if case .command = self { return "command_id_conflict" }
        return "usage_id_conflict"
    }
}
