package import Credits

/// Statements and sums: an account's groups are followed from commit to commit, newest first.
extension StoreReader {
    /// What one page may cost before it ends early, in entries passed.
    private static let pageBudget = 100_000
    /// What finding and opening a commit costs, in entries passed.
    private static let commitCost = 100

    package func entries(
        account: Account,
        before: EntryPosition?,
        type: EntryType?,
        limit: Int
    ) throws(StoreError) -> [EntryRecord] {
        let selection = EntrySelection(below: before?.sequence, type: type, limit: limit)
        return try read(selection, of: account, from: before, budget: .max).records
    }

    package func page(
        of account: Account,
        before: EntryPosition?,
        type: EntryType?,
        limit: Int
    ) throws(StoreError) -> EntryPage {
        // One more than asked for tells whether there is a next page.
        let selection = EntrySelection(below: before?.sequence, type: type, limit: limit + 1)
        let page = try read(selection, of: account, from: before, budget: Self.pageBudget)
        guard page.records.count > limit else { return page }
        let records = Array(page.records.prefix(limit))
        return EntryPage(records: records, next: records.last.map { EntryPosition($0) })
    }

    package func lastRecordedAt(of account: Account) throws(StoreError) -> Timestamp? {
        var number = account.lastCommit
        while number > 0 {
            // Nearly always the first: a group without entries only owes a trigger.
            let none = EntrySelection(below: 0, type: nil, limit: 1)
            let page = try page(of: account, in: number, none)
            if page.ends.entryCount > 0 { return page.sealed.commit.recordedAt }
            number = try Self.previous(page.ends)
        }
        return nil
    }

    package func usage(
        of account: Account,
        after sequence: UInt64
    ) throws(StoreError) -> [UsageSlot: UsageSums] {
        var sums: [UsageSlot: UsageSums] = [:]
        var newer = Newer(account)
        var number = account.lastCommit
        while number > 0, newer.firstSequence > sequence + 1 {
            let found = try journal.withCommit(number) { bytes throws(StoreError) in
                try JournalFormat.addUsage(
                    of: account.number,
                    after: sequence,
                    in: bytes,
                    to: &sums
                )
            }
            guard let ends = found ?? nil else { throw Self.lacking(account, number) }
            try newer.follow(ends)
            number = try Self.previous(ends)
        }
        return sums
    }

    /// Reads until there are enough, there are no more, or the budget is used up.
    private func read(
        _ selection: EntrySelection,
        of account: Account,
        from before: EntryPosition?,
        budget: Int
    ) throws(StoreError) -> EntryPage {
        var records: [EntryRecord] = []
        var left = budget
        var newer = Newer(account)
        var number = account.lastCommit
        var start = try start(of: account, from: before, selection)
        if let start {
            number = start.ends.commit
            newer = Newer(before: start.ends)
        }
        while number > 0, records.count < selection.limit {
            guard left > 0 else {
                let below = min(newer.firstSequence, selection.below ?? .max)
                return EntryPage(
                    records: records,
                    next: EntryPosition(sequence: below, commit: number)
                )
            }
            let page: GroupPage
            if let found = start {
                page = found
                start = nil
            } else {
                var wanted = selection
                wanted.limit -= records.count
                page = try self.page(of: account, in: number, wanted)
            }
            for entry in page.sealed.commit.entries.reversed() {
                records.append(EntryRecord(sealed: page.sealed, entry: entry))
            }
            left -= page.passedCount + Self.commitCost
            try newer.follow(page.ends)
            number = try Self.previous(page.ends)
        }
        return EntryPage(records: records, next: nil)
    }

    /// The group in a position's commit, where all older entries are in it or before it.
    private func start(
        of account: Account,
        from before: EntryPosition?,
        _ selection: EntrySelection
    ) throws(StoreError) -> GroupPage? {
        guard let before, before.commit < account.lastCommit else { return nil }
        let page = try pageIfPresent(of: account, in: before.commit, selection)
        guard let page, page.ends.nextSequence >= before.sequence else { return nil }
        return page
    }

    private func page(
        of account: Account,
        in number: UInt64,
        _ selection: EntrySelection
    ) throws(StoreError) -> GroupPage {
        guard let page = try pageIfPresent(of: account, in: number, selection) else {
            throw Self.lacking(account, number)
        }
        return page
    }

    private func pageIfPresent(
        of account: Account,
        in number: UInt64,
        _ selection: EntrySelection
    ) throws(StoreError) -> GroupPage? {
        let hashKey = hashKey
        let found = try journal.withCommit(number) { bytes throws(StoreError) in
            try JournalFormat.page(of: account.number, in: bytes, under: hashKey, selection)
        }
        return found ?? nil
    }

    private static func lacking(_ account: Account, _ number: UInt64) -> StoreError {
        .damagedCommit(number, "it lacks entries of account \(account.number)")
    }

    /// The commit that a group points back to; 0: it is the first.
    private static func previous(_ ends: GroupEnds) throws(StoreError) -> UInt64 {
        guard ends.previousCommit < ends.commit else {
            throw .damagedCommit(ends.commit, "it points forward to \(ends.previousCommit)")
        }
        return ends.previousCommit
    }
}

/// What was read last, which the next older group must lead up to: amounts that were damaged do not
/// add up to it.
private struct Newer {
    var firstSequence: UInt64
    private var balanceBefore: Amount

    init(_ account: Account) {
        firstSequence = account.sequence + 1
        balanceBefore = account.balance
    }

    /// Where a group is the first that is read, and only itself can say what follows it.
    init(before ends: GroupEnds) {
        firstSequence = ends.nextSequence
        balanceBefore = ends.balanceAfter ?? ends.balanceBefore
    }

    mutating func follow(_ ends: GroupEnds) throws(StoreError) {
        let leadsOn = ends.balanceAfter.map { $0 == balanceBefore } ?? true
        guard ends.nextSequence == firstSequence, leadsOn else {
            throw .damagedCommit(ends.commit, "its entries do not lead to those that follow")
        }
        firstSequence = ends.firstSequence
        balanceBefore = ends.balanceBefore
    }
}
