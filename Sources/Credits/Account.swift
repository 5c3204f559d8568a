/// The credits of one customer in one credit type: a projection of the account's entries.
///
/// The same methods move it when an entry is made and when it is replayed, so that an account
/// re-derived from the journal is the account that made it.
public struct Account: Sendable {
    /// What usage moves, as plain values: a batch copies this alone of most accounts.
    package var front: Front

    /// All else, shared until it is changed; one element.
    ///
    /// Reached through the properties of its extension, which keep ``front`` in step with it.
    var rest: [Rest]

    /// An account that has no entries yet.
    public init(customerID: String, creditType: String, policies: Policies) {
        self.init(
            customerID: customerID,
            creditType: creditType,
            thresholds: ThresholdStates(
                policies.defaults.thresholds ?? [],
                balance: .zero,
                basis: .zero
            ),
            policyVersion: policies.version
        )
    }

    init(
        customerID: String,
        creditType: String,
        thresholds: ThresholdStates,
        policyVersion: Int64
    ) {
        front = Front(policyVersion: policyVersion)
        rest = [Rest(customerID: customerID, creditType: creditType, thresholds: thresholds)]
        front.bounds = thresholds.bounds
    }

    init(front: Front, rest: [Rest]) {
        self.front = front
        self.rest = rest
    }

    /// Whether any entry was ever made.
    public var exists: Bool { sequence > 0 }

    /// The balance as triggers and answers show it at a moment.
    public func snapshot(at now: Timestamp) -> BalanceSnapshot {
        BalanceSnapshot(
            ledger: balance,
            available: balance.clampedSubtracting(held)
                .clampedSubtracting(remainingUncovered(at: now)),
            held: held,
            overdraft: overdraft
        )
    }

    /// The balance once all scheduled grants are effective.
    var prospectiveBalance: Amount {
        scheduled.reduce(balance) { $0 + $1.terms.credits }
    }

    /// What remains of grants that usage of that moment comes too late for.
    func remainingUncovered(at moment: Timestamp) -> Amount {
        guard let soonestExpiry, moment >= soonestExpiry else { return .zero }
        var sum = Amount.zero
        for grant in usable where !grant.covers(moment) { sum = sum + grant.remaining }
        return sum
    }

    /// The grants in the order in which they will be used, then those to come, then those that ended.
    public var grants: [Grant] { usable + scheduled + spent }

    /// The grant of an ordinal; nil: there is none.
    ///
    /// Without bringing the lists together, for one that ended is asked for at each end.
    func grant(_ ordinal: UInt32) -> Grant? {
        if let last = spent.last, last.ordinal == ordinal { return last }
        let isOrdinal = { (grant: Grant) in grant.ordinal == ordinal }
        return usable.first(where: isOrdinal) ?? scheduled.first(where: isOrdinal)
            ?? spent.last(where: isOrdinal)
    }

    /// The next expiry among grants that credits remain of: how much, and when.
    public func nextExpiry(after now: Timestamp) -> (credits: Amount, at: Timestamp)? {
        let pending = usable.filter { ($0.terms.expiresAt ?? .earliest) > now }
        guard let soonest = pending.compactMap(\.terms.expiresAt).min() else { return nil }
        let credits = pending.lazy.filter { $0.terms.expiresAt == soonest }
            .reduce(Amount.zero) { $0 + $1.remaining }
        return (credits, soonest)
    }
}

extension Account {
    /// Moves a grant, or the debt, by an allocation.
    ///
    /// - Parameters:
    ///   - allocation: what the grant gave or got.
    ///   - ending: what becomes of the grant if nothing is left of it.
    mutating func settle(_ allocation: Allocation, ending: GrantStatus = .depleted) {
        guard allocation.grant != Allocation.overdraft else {
            // What the overdraft gives is debt, what it gets settles debt.
            overdraft = overdraft - allocation.credits
            return
        }
        if allocation.grant == front.atHand.ordinal {
            let left = front.atHand.remaining + allocation.credits
            if left.isPositive {
                front.atHand.remaining = left
                return
            }
        }
        guard let index = usable.firstIndex(where: { $0.ordinal == allocation.grant }) else {
            preconditionFailure("expected grant \(allocation.grant) to be usable")
        }
        usable[index].remaining = usable[index].remaining + allocation.credits
        if usable[index].remaining.isZero { exhaust(at: index, as: ending) }
    }

    /// Moves a grant that nothing remains of out of the way of usage.
    mutating func exhaust(at index: Int, as ending: GrantStatus = .depleted) {
        var grant = usable.remove(at: index)
        grant.status = ending
        spent.append(grant)
    }

    /// Puts a grant with what the debt left of it where it will be used.
    mutating func activate(_ grant: Grant) {
        var grant = grant
        guard !grant.remaining.isZero else {
            grant.status = .depleted
            spent.append(grant)
            return
        }
        grant.status = .active
        let index = usable.firstIndex { Grant.isUsedBefore(grant, $0) } ?? usable.endIndex
        usable.insert(grant, at: index)
    }

    /// Takes over what a `configure` command changes.
    mutating func take(_ change: AccountSettings, at moment: Timestamp) {
        settings.merge(change)
        if change.recurring != nil { beginSchedules(at: moment) }
        endTopUpSuspension(at: moment)
    }

    mutating func schedule(_ grant: Grant) {
        let index =
            scheduled.firstIndex {
                ($0.terms.effectiveAt, $0.ordinal) > (grant.terms.effectiveAt, grant.ordinal)
            } ?? scheduled.endIndex
        scheduled.insert(grant, at: index)
    }

    /// Moves sequence, balance and what hangs on them past an entry.
    mutating func advance(past entry: Entry) {
        front.advance(past: entry)
        switch entry.type {
        // What is rolled over was granted before.
        case .creditsGranted where !entry.amount.isZero: basis = balance
        case .manualAdjustment where entry.amount.isPositive: basis = balance
        // Not checked before, for what a reversal refills raises no basis: of two amounts as large as the
        // balance may be, both may go from it. Percentages rest below 0, however far below.
        case .creditsVoided, .creditsExpired: basis = basis.clampedAdding(entry.amount)
        default: return
        }
        thresholds.rebase(basis)
    }

    /// Brings thresholds in line with defaults that were changed since they were made; true if
    /// that made them others.
    mutating func reconcile(with policies: Policies) -> Bool {
        guard policyVersion != policies.version, settings.thresholds == nil else { return false }
        policyVersion = policies.version
        thresholds.replace(
            with: policies.defaults.thresholds ?? [],
            balance: balance,
            basis: basis
        )
        return true
    }
}
