internal import Credits

/// Which of an account's entries are wanted.
struct EntrySelection {
    /// Only entries below this one; nil: all.
    var below: UInt64?
    /// Only entries of this type; nil: of any.
    var type: EntryType?
    /// Only so many of the newest.
    var limit: Int
}

/// What one group says of its account's history, so that neighbours can be held against each other.
struct GroupEnds {
    let commit: UInt64
    let previousCommit: UInt64
    let firstSequence: UInt64
    let entryCount: UInt32
    let balanceBefore: Amount
    /// What its entries lead to; nil where not all of them were passed.
    let balanceAfter: Amount?

    init(_ group: AccountGroup, in commit: UInt64, balanceAfter: Amount?) {
        self.commit = commit
        previousCommit = group.previousCommit
        firstSequence = group.firstSequence
        entryCount = group.entryCount
        balanceBefore = group.balanceBefore
        self.balanceAfter = balanceAfter
    }

    /// The sequence that the account's next entry has.
    var nextSequence: UInt64 { firstSequence + UInt64(entryCount) }
}

/// The part of a page that one group gives.
struct GroupPage {
    let ends: GroupEnds
    /// The group with its entries that were wanted, ascending.
    let sealed: SealedCommit
    /// How many entries were looked at.
    let passedCount: Int
}

/// What is read of an entry that is passed over.
struct PassedEntry {
    /// The raw value of its type.
    let type: UInt8
    /// The number of its action among the commit's texts.
    let action: UInt64
    let occurredAt: Timestamp
    let quantity: Amount
    let amount: Amount
}

extension CommitDecoder {
    /// Where an entry that is wanted begins, and what it starts from.
    private struct Mark {
        let position: Int
        let sequence: UInt64
        let balanceBefore: Amount
    }

    /// Reads the wanted entries of one account's group; nil: there is no group.
    ///
    /// Entries say where they end only by their content, and what they start from by the amounts
    /// before them. So all before the last one wanted are passed, a tenth of the work of building
    /// them; those after it are not looked at.
    @_lifetime(self: copy self)
    mutating func decodePage(
        of account: UInt32,
        _ selection: EntrySelection,
        hash: [UInt8]
    ) throws(StoreError) -> GroupPage? {
        guard let position = position(of: account) else { return nil }
        goOn(at: position)
        decodeGroupHead()
        try check(account, at: position)
        let group = commit.groups[0]
        let first = group.firstSequence
        let below = selection.below ?? .max
        let passed = below <= first ? 0 : min(UInt64(group.entryCount), below - first)
        var balance = group.balanceBefore
        let marks = pass(passed, selection, first, &balance)
        try check(account, at: position)
        if !marks.isEmpty { try decodeProgress() }
        for mark in marks {
            goOn(at: mark.position)
            var balance = mark.balanceBefore
            decodeEntry(sequence: mark.sequence, balance: &balance)
            try check(account, at: position)
        }
        let isWhole = passed == UInt64(group.entryCount)
        return GroupPage(
            ends: GroupEnds(group, in: header.number, balanceAfter: isWhole ? balance : nil),
            sealed: SealedCommit(commit: commit, hash: hash),
            passedCount: Int(passed)
        )
    }

    /// Passes the first entries of a group, and notes those that are wanted.
    @_lifetime(self: copy self)
    private mutating func pass(
        _ count: UInt64,
        _ selection: EntrySelection,
        _ first: UInt64,
        _ balance: inout Amount
    ) -> [Mark] {
        var marks: [Mark] = []
        let type = selection.type?.rawValue
        let limit = UInt64(max(selection.limit, 0))
        let start = type == nil && count > limit ? count - limit : 0
        for index in 0..<count where !reader.isDamaged {
            let position = reader.position
            let before = balance
            let entry = passEntry(&balance)
            guard index >= start, type == nil || entry.type == type else { continue }
            marks.append(
                Mark(position: position, sequence: first + index, balanceBefore: before)
            )
            // Those of a type are known to be the newest only at the end.
            if marks.count / 2 > selection.limit { marks.removeFirst(selection.limit) }
        }
        return marks.suffix(selection.limit)
    }

    /// Passes the entry that stands next.
    @_lifetime(self: copy self)
    private mutating func passEntry(_ balance: inout Amount) -> PassedEntry {
        let head = reader.byte()
        let tail = head & EntryShape.plainUsage != 0 ? EntryShape.key : reader.byte()
        // The usage id, its fingerprint, its source.
        _ = reader.counted()
        reader.pass(8)
        reader.passVarint()
        let action = reader.varint()
        // The dimensions, and their numbers.
        if reader.varint() & 1 == 1 {
            for _ in 0..<reader.count() { reader.passVarint() }
        }
        let quantity = head & EntryShape.one == 0 ? reader.amount() : JournalFormat.one
        if head & EntryShape.rate != 0 { reader.passVarint() }
        let occurredAt = moment()
        // Partition and offset.
        reader.passVarint()
        reader.passVarint()
        let amount = reader.amount()
        passRest(amount, tail, &balance)
        return PassedEntry(
            type: head & EntryShape.typeMask,
            action: action,
            occurredAt: occurredAt,
            quantity: quantity,
            amount: amount
        )
    }

    /// Passes what stands behind an entry's amount.
    @_lifetime(self: copy self)
    private mutating func passRest(_ amount: Amount, _ tail: UInt8, _ balance: inout Amount) {
        let allocations = reader.varint()
        if allocations & 1 == 0 {
            for _ in 0..<min(allocations >> 1, UInt64(reader.remaining)) {
                reader.passVarint()
                _ = reader.amount()
            }
        }
        if tail & EntryShape.detail != 0 { _ = reader.entryDetail() }
        guard let after = balance.adding(amount) else {
            reader.fail()
            return
        }
        balance = after
    }

    /// Adds up the usage of one account's group; nil: there is no group.
    @_lifetime(self: copy self)
    mutating func addUsage(
        of account: UInt32,
        after sequence: UInt64,
        to sums: inout [UsageSlot: UsageSums]
    ) throws(StoreError) -> GroupEnds? {
        guard let position = position(of: account) else { return nil }
        goOn(at: position)
        decodeGroupHead()
        try check(account, at: position)
        let group = commit.groups[0]
        var balance = group.balanceBefore
        var tally = UsageTally()
        for index in 0..<UInt64(group.entryCount) where !reader.isDamaged {
            let entry = passEntry(&balance)
            guard entry.type == EntryType.creditsConsumed.rawValue,
                group.firstSequence + index > sequence
            else { continue }
            tally.add(entry)
        }
        try check(account, at: position)
        for (slot, sum) in tally.sums {
            let action = string(ofText: slot.action)
            sums[UsageSlot(hour: slot.hour, action: action), default: UsageSums()].add(sum)
        }
        try check(account, at: position)
        return GroupEnds(group, in: header.number, balanceAfter: balance)
    }
}
