import Credits
import LedgerStore
import Synchronization

/// What an account used, by hour and action: a projection of its `credits_consumed` entries.
struct UsageRollup: Sendable {
    private(set) var slots: [UsageSlot: UsageSums] = [:]
    /// The last entry that is counted.
    private(set) var sequence: UInt64 = 0

    static let hour = UsageSlot.microsecondsPerHour

    /// Counts the entries that came since.
    mutating func catchUp(
        with account: Account,
        in reader: any LedgerReader
    ) throws(StoreError) {
        for (slot, sums) in try reader.usage(of: account, after: sequence) {
            slots[slot, default: UsageSums()].add(sums)
        }
        sequence = account.sequence
    }
}

/// The roll-ups of the accounts that were asked for lately.
///
/// They are made when they are first asked for, from all of an account's entries, and then only
/// brought up to date; so they need no place in the store, and cost nothing while nobody asks.
final class UsageRollups: Sendable {
    private struct Kept {
        var rollup: UsageRollup
        var usedAt: UInt64
    }

    private struct Contents {
        var kept: [UInt32: Kept] = [:]
        var uses: UInt64 = 0
    }

    private let contents = Mutex(Contents())
    private static let maximumKept = 200

    /// An account's roll-up, as current as the account.
    ///
    /// Reads the journal, at first all of the account's entries: not for the threads that serve.
    func rollup(
        of account: Account,
        in reader: any LedgerReader
    ) throws(StoreError) -> UsageRollup {
        var rollup = contents.withLock { $0.kept[account.number]?.rollup } ?? UsageRollup()
        // Two who ask at once both count; what either counted is whole.
        if rollup.sequence < account.sequence { try rollup.catchUp(with: account, in: reader) }
        let current = rollup
        contents.withLock { contents in
            contents.uses += 1
            let known = contents.kept[account.number]?.rollup
            let isNewer = known.map { $0.sequence > current.sequence } ?? false
            contents.kept[account.number] = Kept(
                rollup: isNewer ? known ?? current : current,
                usedAt: contents.uses
            )
            guard contents.kept.count > Self.maximumKept,
                let oldest = contents.kept.min(by: { $0.value.usedAt < $1.value.usedAt })
            else { return }
            contents.kept[oldest.key] = nil
        }
        return current
    }
}
