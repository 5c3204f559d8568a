public import Credits

/// What readers need not answer who have all ids in memory, and what follows from
/// ``LedgerReader/entries(account:before:type:limit:)`` where accounts are small.
extension LedgerReader {
    public func knownUsage(of batch: borrowing InputBatch) throws(StoreError) -> KnownUsage? { nil }

    public func page(
        of account: Account,
        before: EntryPosition?,
        type: EntryType?,
        limit: Int
    ) throws(StoreError) -> EntryPage {
        let found = try entries(account: account, before: before, type: type, limit: limit + 1)
        let records = Array(found.prefix(limit))
        let next = found.count > limit ? records.last.map { EntryPosition($0) } : nil
        return EntryPage(records: records, next: next)
    }

    public func lastRecordedAt(of account: Account) throws(StoreError) -> Timestamp? {
        try entries(account: account, before: nil, type: nil, limit: 1).first?
            .sealed.commit.recordedAt
    }

    public func usage(
        of account: Account,
        after sequence: UInt64
    ) throws(StoreError) -> [UsageSlot: UsageSums] {
        var sums: [UsageSlot: UsageSums] = [:]
        for record in try entries(account: account, before: nil, type: nil, limit: .max) {
            let entry = record.entry
            guard entry.sequence > sequence, entry.type == .creditsConsumed else { continue }
            let action = record.sealed.commit.bytes.string(of: entry.action)
            sums[
                UsageSlot(hour: UsageSlot.hour(of: entry.occurredAt), action: action),
                default: UsageSums()
            ]
            .add(UsageSums(events: 1, quantity: entry.quantity, credits: entry.amount.negated))
        }
        return sums
    }
}
