extension Application {
    mutating func applyUsage() {
        for index in usage.indices {
            nextUsage = index + 1
            fetchAccount(ofUsage: index + Prefetching.distance)
            apply(usage[index], known: knownUsage[index])
        }
    }

    /// Asks for what an event will move: thousands of accounts do not stay near.
    @inline(__always)
    private func fetchAccount(ofUsage index: Int) {
        guard index < usage.count else { return }
        accounts.fronts.prefetch(Int(usage[index].account))
    }

    @inline(__always)
    private mutating func apply(_ event: UsageEvent, known: KnownID?) {
        // The id goes first: what was applied stays applied, whatever rates and limits say today.
        if let fingerprint = known?.fingerprint ?? batchIDs.fingerprint(of: event.key, in: commit) {
            guard fingerprint != event.fingerprint else {
                commit.outcomes.duplicate += 1
                return
            }
            refuse(event, .usageIDConflict(commit.bytes.string(of: event.usageID)))
            return
        }
        if let refusal = timeRefusal(of: event) {
            refuse(event, refusal)
            return
        }
        if event.pricingRefusal >= 0 {
            refuse(event, pricingRefusals[Int(event.pricingRefusal)])
            return
        }
        let account = Int(event.account)
        passTime(of: account, to: event.message.timestamp)
        reconcile(account)
        let holdID = event.holdID.isEmpty ? nil : commit.bytes.string(of: event.holdID)
        // Nearly every debit: asking further would look at the whole account.
        let isSure = !hasFloor && accounts.fronts[account].isSure(toTake: event.credits)
        if !isSure,
            let refusal = accounts[account].refusal(
                ofDebit: event.credits,
                occurredAt: event.occurredAt,
                capturing: holdID,
                policies: policies
            )
        {
            refuse(event, refusal)
            return
        }
        if let holdID { capture(holdID, by: event, of: account) }
        consume(event, from: account)
    }

    /// Why an event comes at the wrong time; nil: it does not.
    private func timeRefusal(of event: UsageEvent) -> Refusal? {
        if let age = policies.maximumAge, event.occurredAt.advanced(by: age) < now {
            return Refusal(
                .tooOld,
                field: "occurred_at",
                message: "expected occurred_at to be at most \(age) ago, got: \(event.occurredAt)"
            )
        }
        if let future = policies.maximumFuture, event.occurredAt > now.advanced(by: future) {
            return Refusal(
                .tooFarInFuture,
                field: "occurred_at",
                message: "expected occurred_at to be at most \(future) from now, got: "
                    + "\(event.occurredAt)"
            )
        }
        return nil
    }

    private mutating func consume(_ event: UsageEvent, from account: Int) {
        let group = group(of: account)
        let start = commit.allocations.count
        let depleted = draw(event.credits, from: account, occurredAt: event.occurredAt)
        let entry = Entry(
            group: group,
            type: .creditsConsumed,
            sequence: accounts.fronts[account].sequence + 1,
            amount: event.credits.negated,
            balanceBefore: accounts.fronts[account].balance,
            allocationStart: Int32(start),
            allocationCount: Int32(commit.allocations.count - start),
            key: event.key,
            fingerprint: event.fingerprint,
            usageID: event.usageID,
            source: event.source,
            action: event.action,
            dimensions: event.dimensions,
            quantity: event.quantity,
            rate: index(of: event.rate),
            occurredAt: event.occurredAt,
            origin: event.message.origin
        )
        batchIDs.insert(event.key, entry: commit.entries.count)
        post(entry, to: account)
        commit.outcomes.applied += 1
        if depleted > 0 { triggerDepletedGrants(of: account, last: depleted) }
    }

    /// Takes credits from an account, and says how many grants that left nothing of.
    mutating func draw(_ credits: Amount, from account: Int, occurredAt: Timestamp) -> Int {
        if let allocation = accounts.fronts[account].draw(credits, occurredAt: occurredAt) {
            commit.allocations.append(allocation)
            return 0
        }
        return accounts[account].draw(
            credits,
            occurredAt: occurredAt,
            into: &commit.allocations
        )
    }

    /// Refuses an event: a dead letter, and a trigger where the sender could do something about it.
    private mutating func refuse(_ event: UsageEvent, _ refusal: Refusal) {
        refuse(event.message, refusal)
        let type: TriggerType
        switch refusal.code.outcome {
        case .conflict: type = .usageConflict
        case .rejected: type = .usageRejected
        default: return
        }
        let account = Int(event.account)
        triggerRefusal(
            type,
            account: account,
            RefusedInput(
                id: commit.bytes.string(of: event.usageID),
                source: commit.bytes.string(of: event.source),
                customerID: accounts[account].customerID,
                creditType: accounts[account].creditType,
                code: refusal.code,
                fingerprint: event.fingerprint,
                origin: event.message.origin
            )
        )
    }
}

extension Account {
    /// Why a debit may not be made.
    ///
    /// - Parameters:
    ///   - credits: what is to be debited.
    ///   - occurredAt: grants that had expired by then do not cover it.
    ///   - holdID: a hold that the debit frees; other holds stand in its way.
    ///   - policies: the floor of accounts that have none of their own.
    /// - Returns: the refusal; nil: it may be made.
    func refusal(
        ofDebit credits: Amount,
        occurredAt: Timestamp,
        capturing holdID: String?,
        policies: Policies
    ) -> Refusal? {
        if let refusal = rangeRefusal(ofDebit: credits, occurredAt: occurredAt) { return refusal }
        let own = isPlain ? nil : settings.overdraft
        let policy = own ?? policies.defaults.overdraft ?? .record
        // An event of 0 credits takes the balance nowhere, not even below a floor it is under.
        guard let floor = policy.floor, credits.isPositive else { return nil }
        let captured = holdID.flatMap { holdID in
            holds.first { $0.holdID.hasSameBytes(as: holdID) }?.credits
        }
        let late = remainingUncovered(at: occurredAt)
        let spendable = balance.clampedSubtracting(held - (captured ?? .zero))
            .clampedSubtracting(late)
        guard spendable.clampedSubtracting(credits) < floor else { return nil }
        return Refusal(
            .insufficientCredits,
            field: "credits",
            message:
                "expected credits to be at most \(spendable.clampedSubtracting(floor)), got: \(credits)"
        )
    }

    /// Why a debit would leave what amounts can be; nil: it would not.
    func rangeRefusal(ofDebit credits: Amount, occurredAt: Timestamp) -> Refusal? {
        // What the grants do not cover becomes debt. What remains of all grants is always in range:
        // it grows only while there is no debt, and then it is the balance.
        let late = remainingUncovered(at: occurredAt)
        let debt = max(.zero, credits - (balance + overdraft - late))
        guard balance.subtracting(credits) != nil, overdraft.adding(debt) != nil else {
            return Refusal(
                .outOfRange,
                field: "credits",
                message:
                    "expected the balance to be within 26 digits, got: \(balance) − \(credits)"
            )
        }
        return nil
    }

    /// Takes credits from the grants in the order of their use, and the rest from the overdraft.
    ///
    /// Appends an allocation for each that gave something, so that their sum is `-credits`.
    ///
    /// Returns how many grants that left nothing of.
    mutating func draw(
        _ credits: Amount,
        occurredAt: Timestamp,
        into allocations: inout [Allocation]
    ) -> Int {
        var rest = credits
        let depleted = drawInOrder(&rest, occurredAt: occurredAt, into: &allocations)
        guard rest.isPositive else { return depleted }
        overdraft = overdraft + rest
        allocations.append(Allocation(grant: Allocation.overdraft, credits: rest.negated))
        return depleted
    }

    private mutating func drawInOrder(
        _ rest: inout Amount,
        occurredAt: Timestamp,
        into allocations: inout [Allocation]
    ) -> Int {
        var depleted = 0
        for grant in usable where rest.isPositive && grant.covers(occurredAt) {
            let part = min(rest, grant.remaining)
            let allocation = Allocation(grant: grant.ordinal, credits: part.negated)
            settle(allocation)
            allocations.append(allocation)
            rest = rest - part
            if part == grant.remaining { depleted += 1 }
        }
        return depleted
    }
}

extension Refusal {
    static func usageIDConflict(_ id: String) -> Refusal {
        Refusal(
            .usageIDConflict,
            field: "usage_id",
            message:
                "expected usage_id to be new or its content to be that of the first, got: \(id)"
        )
    }

    static func commandIDConflict(_ id: String) -> Refusal {
        Refusal(
            .commandIDConflict,
            field: "command_id",
            message:
                "expected command_id to be new or its content to be that of the first, got: \(id)"
        )
    }
}

/// The usage ids applied earlier in one batch: a small open-addressing table of entry numbers.
struct BatchIDs {
    private var slots: [Int32]
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        mask = size - 1
    }

    /// The content of the entry that used this id up in this batch; nil: none did.
    func fingerprint(of key: IDKey, in commit: borrowing Commit) -> UInt64? {
        entry(of: key, in: commit).map { commit.entries[$0].fingerprint }
    }

    /// The index of the entry that used this id up in this batch; nil: none did.
    func entry(of key: IDKey, in commit: borrowing Commit) -> Int? {
        var index = Int(truncatingIfNeeded: key.high) & mask
        while slots[index] >= 0 {
            let entry = Int(slots[index])
            if commit.entries[entry].key == key { return entry }
            index = (index + 1) & mask
        }
        return nil
    }

    mutating func insert(_ key: IDKey, entry: Int) {
        var index = Int(truncatingIfNeeded: key.high) & mask
        while slots[index] >= 0 { index = (index + 1) & mask }
        slots[index] = Int32(entry)
    }
}
