import Credits
import LedgerStore

/// Commits made by hand, so that a test can also write what applying a batch never would.
enum Sample {
    static let secret = HashKey(first: 7, second: 8)
    static let genesisHash = [UInt8](repeating: 0, count: 32)
    static let moment = Timestamp(microseconds: 1_793_000_000_123_456) ?? .earliest

    static func amount(_ text: String) -> Amount { (try? Amount(text)) ?? .zero }

    /// A commit with one partition and nothing else.
    static func commit(_ number: UInt64) -> Commit {
        var commit = Commit(
            number: number,
            recordedAt: moment.advanced(byMicroseconds: Int64(number) * 1000),
            cluster: "lkc-1"
        )
        commit.partitions = [
            PartitionProgress(
                topic: "usage.events",
                partition: 4,
                from: number == 1 ? nil : Int64(number - 1) * 100,
                next: Int64(number) * 100
            )
        ]
        return commit
    }
}

extension Commit {
    /// Begins the group of an account in `credits`.
    mutating func addGroup(
        _ number: UInt32,
        _ customer: String,
        isNew: Bool = true,
        previousCommit: UInt64 = 0,
        firstSequence: UInt64 = 1,
        balance: Amount = .zero
    ) {
        groups.append(
            AccountGroup(
                number: number,
                customerID: bytes.appendSlice(customer.utf8),
                creditType: bytes.appendSlice("credits".utf8),
                isNew: isNew,
                previousCommit: previousCommit,
                entryCount: 0,
                firstSequence: firstSequence,
                balanceBefore: balance
            )
        )
    }

    /// Adds an entry to the last group, continuing it.
    mutating func add(
        _ type: EntryType,
        _ amount: Amount,
        allocations added: [Allocation]? = nil,
        id: String = "",
        detail: EntryDetail? = nil,
        change: (inout Entry) -> Void = { _ in }
    ) {
        let group = groups.count - 1
        let earlier = entries.last { Int($0.group) == group }
        let start = allocations.count
        allocations += added ?? [Allocation(grant: Allocation.overdraft, credits: amount)]
        if let detail { details.append(detail) }
        let usageID = bytes.appendSlice(id.utf8)
        let none: [UInt8] = []
        var entry = Entry(
            group: Int32(group),
            type: type,
            sequence: earlier.map { $0.sequence + 1 } ?? groups[group].firstSequence,
            amount: amount,
            balanceBefore: earlier?.balanceAfter ?? groups[group].balanceBefore,
            allocationStart: Int32(start),
            allocationCount: Int32(allocations.count - start),
            detail: detail == nil ? -1 : Int32(details.count - 1),
            key: detail.map {
                IDSpace.command.key(
                    scope: none.span,
                    id: Array($0.commandID.utf8).span,
                    under: Sample.secret
                )
            }
                ?? IDSpace.usage.key(
                    scope: none.span,
                    id: bytes.span(of: usageID),
                    under: Sample.secret
                ),
            fingerprint: UInt64(entries.count) &* 0x9e37_79b9_7f4a_7c15,
            usageID: usageID,
            occurredAt: Sample.moment,
            origin: Origin(partition: 0, offset: partitions[0].next - 1)
        )
        change(&entry)
        entries.append(entry)
        groups[group].entryCount += 1
    }

    mutating func grant(_ id: String, _ credits: Int64, ordinal: UInt32 = 1) {
        let terms = GrantTerms(
            grantID: id,
            credits: Amount(whole: credits),
            effectiveAt: Sample.moment
        )
        add(
            .creditsGranted,
            terms.credits,
            allocations: [Allocation(grant: ordinal, credits: terms.credits)],
            detail: EntryDetail(commandID: "command \(id)", payload: .grant(terms))
        )
    }

    mutating func use(_ id: String, _ credits: Int64, grant: UInt32 = 1) {
        let amount = Amount(whole: -credits)
        add(
            .creditsConsumed,
            amount,
            allocations: [Allocation(grant: grant, credits: amount)],
            id: id
        )
    }

    mutating func hold(_ id: String, _ credits: Int64, command: String? = nil) {
        let hold = Hold(
            holdID: id,
            credits: Amount(whole: credits),
            placedAt: Sample.moment,
            expiresAt: Sample.moment.advanced(byMicroseconds: 900_000_000)
        )
        add(
            .holdPlaced,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: command ?? "command \(id)", payload: .hold(hold))
        )
    }

    /// Ends a hold as time does: the entry takes no id.
    mutating func expireHold(_ id: String) {
        add(
            .holdExpired,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "", payload: .endOfHold(id))
        ) { $0.key = IDKey(high: 0, low: 0) }
    }

    mutating func void(_ credits: Int64, allocations: [Allocation]? = nil) {
        let amount = Amount(whole: -credits)
        add(
            .creditsVoided,
            amount,
            allocations: allocations ?? [Allocation(grant: 1, credits: amount)],
            detail: EntryDetail(commandID: "command void")
        )
    }

    /// Gives back what usage drew.
    ///
    /// - Parameters:
    ///   - usageID: the usage.
    ///   - allocations: where the credits go.
    ///   - shares: what each grant gave and has got back afterwards.
    ///   - reversed: Σ credits of all reversals afterwards.
    ///   - grant: the terms of a grant that is made of some of the credits.
    mutating func reverse(
        _ usageID: String,
        _ allocations: [(grant: UInt32, credits: Int64)],
        shares: [(grant: UInt32, drawn: Int64, returned: Int64)],
        reversed: Int64,
        grant: GrantTerms? = nil
    ) {
        let allocations = allocations.map {
            Allocation(grant: $0.grant, credits: Amount(whole: $0.credits))
        }
        let state = Reversible(
            account: groups[groups.count - 1].number,
            allocations: shares.map {
                ReturnedAllocation(
                    grant: $0.grant,
                    drawn: Amount(whole: $0.drawn),
                    returned: Amount(whole: $0.returned)
                )
            },
            reversed: Amount(whole: reversed)
        )
        let units = allocations.reduce(Int128(0)) { $0 + $1.credits.units }
        add(
            .usageReversed,
            Amount(units: units) ?? .zero,
            allocations: allocations,
            id: usageID,
            detail: EntryDetail(
                commandID: "reversal \(number) \(entries.count)",
                payload: .reversal(Reversal(state: state, grant: grant))
            )
        )
    }
}
