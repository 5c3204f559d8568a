package import Credits

/// What all commits up to one add up to: counts and sums that replaying a part could not derive.
package struct LedgerTotals: Hashable, Sendable {
    package var outcomes = OutcomeCounts()
    /// Usage ids, command ids, grant ids, hold ids and ids of usage that was reversed.
    package var ids: UInt64 = 0
    /// Partitions that were ever read.
    package var partitions: UInt64 = 0
    /// In units, by raw value; together with all balances they sum to 0.
    package var systemUnits = [Int128](repeating: 0, count: SystemAccount.allCases.count)

    package init() {}

    package mutating func add(_ commit: borrowing Commit) {
        outcomes += commit.outcomes
        for partition in commit.partitions where partition.from == nil { partitions += 1 }
        let entries = commit.entries.span
        var consumed: Int128 = 0
        for index in entries.indices {
            // Nearly all: a usage takes one id and moves one account.
            guard !entries[index].isUsage || entries[index].type != .creditsConsumed else {
                consumed &-= entries[index].amount.units
                ids += 1
                continue
            }
            let entry = entries[index]
            if let system = entry.type.counterpart {
                systemUnits[Int(system.rawValue)] &-= entry.amount.units
            }
            if entry.key != IDKey(high: 0, low: 0) { ids += 1 }
            if entry.detail >= 0 { ids += commit.details[Int(entry.detail)].idCount(of: entry) }
        }
        systemUnits[Int(SystemAccount.consumed.rawValue)] &+= consumed
    }
}

extension EntryDetail {
    /// The ids that an entry uses up besides its own: those that ``AccountScope`` claims, and that
    /// of usage which is reversed for the first time.
    fileprivate func idCount(of entry: Entry) -> UInt64 {
        switch payload {
        case .grant, .recurring, .rollover, .hold: 1
        case .reversal(let reversal):
            (reversal.grant == nil ? 0 : 1) + (reversal.state.reversed == entry.amount ? 1 : 0)
        case .none, .activation, .cancellation, .endOfHold, .settings: 0
        }
    }
}
