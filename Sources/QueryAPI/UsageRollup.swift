import Credits
import LedgerStore
import Synchronization

/// What an account used, by hour and action: a projection of its `credits_consumed` entries.
struct UsageRollup: Sendable {
    struct Slot: Hashable {
        /// Hours since 1970, by when the usage occurred.
        let hour: Int64
        /// Empty for usage that named none.
        let action: String
    }

    struct Sums: Equatable {
        var events = 0
        var quantity = Amount.zero
        var credits = Amount.zero

        mutating func add(_ other: Sums) {
            events += other.events
            // A sum beyond 26 digits cannot be shown; no ledger gets there.
            quantity = quantity.adding(other.quantity) ?? quantity
            credits = credits.adding(other.credits) ?? credits
        }
    }

    private(set) var slots: [Slot: Sums] = [:]
    /// The last entry that is counted.
    private(set) var sequence: UInt64 = 0

    static let hour: Int64 = 3_600_000_000

    /// Counts the entries that came since, newest first, a page at a time.
    mutating func catchUp(
        with account: Account,
        in reader: any LedgerReader
    ) throws(StoreError) {
        var before: EntryPosition?
        var limit = 16
        while true {
            let page = try reader.entries(
                account: account,
                before: before,
                type: nil,
                limit: limit
            )
            // Mostly a few entries are new; at first all of them are.
            // A commit's part of the account is decoded for every page that touches it.
            limit = min(limit * 4, 16_384)
            let new = page.prefix { $0.entry.sequence > sequence }
            for record in new where record.entry.type == .creditsConsumed { add(record) }
            guard new.count == page.count, let last = page.last else { break }
            before = EntryPosition(last)
        }
        sequence = account.sequence
    }

    private mutating func add(_ record: EntryRecord) {
        let entry = record.entry
        let microseconds = entry.occurredAt.microseconds
        let hour = microseconds / Self.hour - (microseconds % Self.hour < 0 ? 1 : 0)
        let slot = Slot(hour: hour, action: record.sealed.commit.bytes.string(of: entry.action))
        slots[slot, default: Sums()].add(
            Sums(events: 1, quantity: entry.quantity, credits: entry.amount.negated)
        )
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
