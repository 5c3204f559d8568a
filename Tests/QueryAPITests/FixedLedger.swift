import Credits
import LedgerStore
import Testing

/// One account's entries, made by hand, each in a commit of its own.
struct FixedLedger {
    private(set) var account: Account
    private(set) var records: [EntryRecord] = []

    init(_ customerID: String, creditType: String = "credits") {
        account = Account(
            customerID: customerID,
            creditType: creditType,
            policies: Policies()
        )
    }

    /// A customer with one grant of 100 that nothing was used of.
    static func withGrant(_ customerID: String, creditType: String = "credits") -> FixedLedger {
        var ledger = FixedLedger(customerID, creditType: creditType)
        ledger.grant("g1", "100")
        return ledger
    }

    mutating func grant(
        _ grantID: String,
        _ credits: String,
        expiresAt: String? = nil,
        actor: Actor? = nil,
        reason: String? = nil
    ) {
        let terms = GrantTerms(
            grantID: grantID,
            credits: amount(credits),
            effectiveAt: moment("2026-11-01T00:00:00Z"),
            expiresAt: expiresAt.map { moment($0) },
            costBasis: amount("0.01")
        )
        let detail = EntryDetail(
            commandID: "cmd-\(grantID)",
            actor: actor,
            reason: reason,
            payload: .grant(terms)
        )
        append(
            .creditsGranted,
            amount(credits),
            [Allocation(grant: account.grantCount + 1, credits: amount(credits))],
            detail: detail
        )
    }

    mutating func schedule(_ grantID: String, _ credits: String, effectiveAt: String) {
        let terms = GrantTerms(
            grantID: grantID,
            credits: amount(credits),
            source: .promotional,
            effectiveAt: moment(effectiveAt)
        )
        let detail = EntryDetail(commandID: "cmd-\(grantID)", payload: .grant(terms))
        append(.grantScheduled, .zero, [], detail: detail)
    }

    /// Usage that draws on grants by ordinal; 0 is the overdraft.
    mutating func usage(
        _ usageID: String,
        source: String = "",
        action: String = "",
        dimensions: [UInt8] = [],
        rate: RateName? = nil,
        at occurredAt: String = "2026-11-22T10:59:59.5Z",
        quantity: String = "3",
        from: [(UInt32, String)]
    ) {
        let allocations = from.map {
            Allocation(grant: $0.0, credits: amount($0.1).negated)
        }
        let total = allocations.reduce(Amount.zero) { $0.adding($1.credits) ?? .zero }
        append(.creditsConsumed, total, allocations, rate: rate) { entry, bytes in
            entry.usageID = bytes.appendSlice(usageID.utf8)
            entry.source = bytes.appendSlice(source.utf8)
            entry.action = bytes.appendSlice(action.utf8)
            entry.dimensions = bytes.appendSlice(dimensions)
            entry.quantity = amount(quantity)
            entry.occurredAt = moment(occurredAt)
        }
    }

    /// An entry that time brought, with nothing but a type.
    mutating func time(_ type: EntryType) {
        append(type, .zero, [], detail: EntryDetail(commandID: ""), origin: .time)
    }

    private mutating func append(
        _ type: EntryType,
        _ credits: Amount,
        _ allocations: [Allocation],
        detail: EntryDetail? = nil,
        rate: RateName? = nil,
        origin: Origin = Origin(partition: 0, offset: 41),
        complete: (inout Entry, inout [UInt8]) -> Void = { _, _ in }
    ) {
        let sequence = account.sequence + 1
        var commit = Commit(
            number: sequence,
            recordedAt: moment("2026-11-22T11:00:00Z")
                .advanced(byMicroseconds: Int64(sequence) * 1_000_000),
            cluster: "test"
        )
        commit.partitions = [
            PartitionProgress(topic: "usage.events", partition: 3, from: 41, next: 42)
        ]
        commit.allocations = allocations
        commit.details = detail.map { [$0] } ?? []
        commit.rates = rate.map { [$0] } ?? []
        var entry = Entry(
            group: 0,
            type: type,
            sequence: sequence,
            amount: credits,
            balanceBefore: account.balance,
            allocationStart: 0,
            allocationCount: Int32(allocations.count),
            detail: detail == nil ? -1 : 0,
            rate: rate == nil ? -1 : 0,
            occurredAt: moment("2026-11-22T10:59:59.5Z"),
            origin: origin
        )
        complete(&entry, &commit.bytes)
        commit.entries = [entry]
        let group = AccountGroup(
            number: 1,
            customerID: commit.bytes.appendSlice(account.customerID.utf8),
            creditType: commit.bytes.appendSlice(account.creditType.utf8),
            isNew: sequence == 1,
            previousCommit: sequence - 1,
            entryCount: 1,
            firstSequence: sequence,
            balanceBefore: account.balance
        )
        commit.groups = [group]
        let fault = account.replay(group, entries: [entry], of: commit, owed: [])
        #expect(fault == nil)
        let hash = [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: 32)
        records.append(
            EntryRecord(sealed: SealedCommit(commit: commit, hash: hash), entry: entry)
        )
    }
}
