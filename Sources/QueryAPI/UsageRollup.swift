import Credits
import LedgerStore
import Synchronization

/// What an account used, by hour and action: a projection of its `credits_consumed` entries.
struct UsageRollup: Sendable {
    private(set) var slots: [UsageSlot: UsageSums] = [:]
    /// The last entry that is counted.
    private(set) var sequence: UInt64 = 0

    static let hour = UsageSlot.microsecondsPerHour

    /// Counts the entries that came since, up to one of them.
    mutating func add(_ sums: [UsageSlot: UsageSums], through sequence: UInt64) {
        for (slot, sum) in sums { slots[slot, default: UsageSums()].add(sum) }
        self.sequence = sequence
    }
}

/// The roll-ups of the accounts that were asked for lately.
///
/// They are made when they are first asked for, from all of an account's entries, and then only
/// brought up to date; so they need no place in the store, and cost nothing while nobody asks.
final class UsageRollups: Sendable {
    private struct Kept {
        var rollup = UsageRollup()
        var usedAt: UInt64 = 0
    }

    private struct Contents {
        var kept: [UInt32: Kept] = [:]
        var uses: UInt64 = 0

        /// A roll-up that is at least as current as that, or how far the one that there is has come.
        mutating func find(_ account: UInt32, through sequence: UInt64) -> Found {
            guard let known = kept[account]?.rollup else { return .reaches(0) }
            guard known.sequence >= sequence else { return .reaches(known.sequence) }
            uses += 1
            kept[account]?.usedAt = uses
            return .current(known)
        }

        /// Brings one up to date; nil: it is not as it was any more.
        mutating func add(
            _ sums: [UsageSlot: UsageSums],
            to account: UInt32,
            from start: UInt64,
            through sequence: UInt64
        ) -> UsageRollup? {
            guard kept[account]?.rollup.sequence ?? 0 == start else { return nil }
            uses += 1
            kept[account, default: Kept()].usedAt = uses
            // In place: it has a slot for each hour and action that there ever were.
            kept[account]?.rollup.add(sums, through: sequence)
            return kept[account]?.rollup
        }

        /// Gives up the account that was asked for now where it is too large alone, and else those that were
        /// asked for longest ago, until the limits are kept.
        mutating func shrink(toSlots maximumSlots: Int, after account: UInt32) {
            if let newest = kept[account]?.rollup, newest.slots.count > maximumSlots {
                kept[account] = nil
            }
            var slots = kept.values.reduce(0) { $0 + $1.rollup.slots.count }
            while kept.count > UsageRollups.maximumKept || slots > maximumSlots,
                let oldest = kept.min(by: { $0.value.usedAt < $1.value.usedAt })
            {
                slots -= oldest.value.rollup.slots.count
                kept[oldest.key] = nil
            }
        }
    }

    private enum Found {
        case current(UsageRollup)
        case reaches(UInt64)
    }

    private let contents = Mutex(Contents())
    private let maximumSlots: Int
    private static let maximumKept = 200

    /// - Parameter maximumSlots: hours and actions in all roll-ups that are kept, 72 bytes each and what a
    ///   dictionary and the actions' texts add; one that has more is made anew each time.
    init(maximumSlots: Int = 500_000) { self.maximumSlots = maximumSlots }

    /// How many roll-ups are kept.
    var count: Int { contents.withLock { $0.kept.count } }

    /// An account's roll-up, at least as current as the account.
    ///
    /// Reads the journal, at first all of the account's entries: not for the threads that serve.
    func rollup(
        of account: Account,
        in reader: any LedgerReader
    ) throws(StoreError) -> UsageRollup {
        while true {
            let start: UInt64
            switch contents.withLock({ $0.find(account.number, through: account.sequence) }) {
            case .current(let rollup): return rollup
            case .reaches(let sequence): start = sequence
            }
            let sums = try reader.usage(of: account, after: start)
            let current = contents.withLock { contents in
                let current = contents.add(
                    sums,
                    to: account.number,
                    from: start,
                    through: account.sequence
                )
                contents.shrink(toSlots: maximumSlots, after: account.number)
                return current
            }
            // Else somebody who asked at the same time was faster, or it was given up meanwhile.
            if let current { return current }
        }
    }
}
