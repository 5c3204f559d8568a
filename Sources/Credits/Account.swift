/// The credits of one customer in one credit type: a projection of the account's entries.
///
/// The same methods move it when an entry is made and when it is replayed, so that an account
/// re-derived from the journal is the account that made it.
public struct Account: Sendable {
    // Usage moves these alone. They hold no reference, so that bringing an account into a batch and
    // back costs one count and no allocation.

    /// Dense number within the store; 0 until the first entry.
    public internal(set) var number: UInt32 = 0
    public internal(set) var grantCount: UInt32 = 0
    /// The last entry's sequence; 0: the account has none and does not exist yet.
    public internal(set) var sequence: UInt64 = 0
    /// The last entry's balance.
    public internal(set) var balance: Amount = .zero
    /// The debt, ≥ 0.
    public internal(set) var overdraft: Amount = .zero
    /// Σ credits of ``holds``.
    public internal(set) var held: Amount = .zero
    /// What percentages of thresholds are taken of: the balance right after the latest grant.
    public internal(set) var basis: Amount = .zero
    /// Which version of the default thresholds ``thresholds`` was made from; 0: none, `configure`
    /// gave them.
    package internal(set) var policyVersion: Int64
    /// The latest commit that holds entries of this account.
    public internal(set) var lastCommit: UInt64 = 0
    /// When `credit_balance.changed` was last owed.
    public internal(set) var announcedAt: Timestamp = .earliest
    /// Changes since then.
    public internal(set) var unannounced: BalanceChange?
    /// The first of ``usable``, which is ahead of what ``rest`` says of it; ordinal 0: there is none.
    var atHand = GrantAtHand()
    /// The soonest expiry among ``usable``; nil: none expires.
    var soonestExpiry: Timestamp?
    /// The balances at which any of ``thresholds`` would move.
    var bounds: ThresholdBounds
    /// Nothing but usage and grants that are in use: no settings of its own, nothing scheduled, held
    /// or asked for.
    ///
    /// Most accounts are like this, and then ``rest`` need not be looked at.
    var isPlain = true

    /// All else, shared until it is changed; one element.
    ///
    /// Reached through the properties of its extension, which keep the lines above in step with it.
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
        self.policyVersion = policyVersion
        bounds = thresholds.bounds
        rest = [Rest(customerID: customerID, creditType: creditType, thresholds: thresholds)]
    }

    /// Whether any entry was ever made.
    public var exists: Bool { sequence > 0 }

    /// Whether time brings it nothing, unless the defaults do.
    @inline(__always)
    var isIdle: Bool { isPlain && soonestExpiry == nil }

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
        if allocation.grant == atHand.ordinal {
            let left = atHand.remaining + allocation.credits
            if left.isPositive {
                atHand.remaining = left
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

    /// Notes a change of the balance that is to be announced.
    mutating func noteChange(by entry: Entry) {
        guard !entry.amount.isZero else { return }
        let reason: UInt32 = 1 << UInt32(entry.type.rawValue)
        guard var change = unannounced else {
            unannounced = BalanceChange(
                previousBalance: entry.balanceBefore,
                firstSequence: entry.sequence,
                entries: 1,
                reasons: reason
            )
            return
        }
        change.entries += 1
        change.reasons |= reason
        unannounced = change
    }

    /// Moves sequence, balance and what hangs on them past an entry.
    mutating func advance(past entry: Entry) {
        sequence = entry.sequence
        balance = entry.balanceAfter
        noteChange(by: entry)
        switch entry.type {
        // What is rolled over was granted before.
        case .creditsGranted where !entry.amount.isZero: basis = balance
        case .manualAdjustment where entry.amount.isPositive: basis = balance
        case .creditsVoided, .creditsExpired: basis = basis + entry.amount
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
