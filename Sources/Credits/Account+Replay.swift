extension Account {
    /// Moves the account past its entries in a durable commit, as applying them once did.
    ///
    /// - Parameters:
    ///   - group: the account's group in the commit.
    ///   - entries: the entries of that group, in order.
    ///   - commit: the commit, whose lists the entries refer to.
    ///   - wasAnnounced: whether the commit owes a `credit_balance.changed` for the account.
    /// - Returns: what is wrong with the entries; nil if nothing is. Damage in a journal is data from
    ///   outside and must not trap.
    public mutating func replay(
        _ group: AccountGroup,
        entries: some Sequence<Entry>,
        of commit: borrowing Commit,
        wasAnnounced: Bool
    ) -> String? {
        number = group.number
        for entry in entries {
            if let fault = replay(entry, of: commit) { return fault }
            lastCommit = commit.number
        }
        if let states = group.thresholds {
            thresholds = ThresholdStates(restored: states, basis: basis)
            policyVersion =
                settings.thresholds == nil ? Policies.version(of: states.map(\.threshold)) : 0
        }
        if wasAnnounced {
            announcedAt = commit.recordedAt
            unannounced = nil
        }
        return nil
    }

    private mutating func replay(_ entry: Entry, of commit: borrowing Commit) -> String? {
        guard entry.sequence == sequence + 1 else {
            return "expected entry \(sequence + 1), got: \(entry.sequence)"
        }
        guard entry.balanceBefore == balance else {
            return "expected balance_before \(balance), got: \(entry.balanceBefore)"
        }
        guard balance.adding(entry.amount) != nil else {
            return "expected balance_after to be in range"
        }
        if let fault = replayPayload(of: entry, in: commit) { return fault }
        advance(past: entry)
        return nil
    }

    private mutating func replayPayload(of entry: Entry, in commit: borrowing Commit) -> String? {
        guard commit.hasLists(of: entry) else {
            return "expected entry \(entry.sequence) to refer to lists of its commit"
        }
        let allocations = commit.allocations(of: entry)
        let payload = entry.isUsage ? .none : commit.details[Int(entry.detail)].payload
        switch payload {
        case .none:
            for allocation in allocations {
                if let fault = checked(allocation) { return fault }
                settle(allocation, ending: entry.type == .creditsVoided ? .voided : .depleted)
            }
        case .grant(let terms):
            grantCount += 1
            var grant = Grant(
                ordinal: grantCount,
                terms: terms,
                remaining: .zero,
                status: .scheduled
            )
            guard entry.type != .grantScheduled else {
                schedule(grant)
                return nil
            }
            return replayCredit(of: &grant, allocations)
        case .activation(let ordinal):
            guard let index = scheduled.firstIndex(where: { $0.ordinal == ordinal }) else {
                return "expected grant \(ordinal) to be scheduled"
            }
            var grant = scheduled.remove(at: index)
            return replayCredit(of: &grant, allocations)
        case .cancellation(let ordinal):
            guard cancel(ordinal) else { return "expected grant \(ordinal) to be scheduled" }
        case .hold(let hold):
            guard held.adding(hold.credits) != nil else {
                return "expected the sum of holds to be in range"
            }
            place(hold)
        case .endOfHold(let holdID):
            guard endHold(holdID) != nil else { return "expected hold \(holdID) to be there" }
        case .settings(let change):
            settings.merge(change)
        }
        return nil
    }

    private mutating func replayCredit(
        of grant: inout Grant,
        _ allocations: ArraySlice<Allocation>
    ) -> String? {
        for allocation in allocations {
            if allocation.grant == Allocation.overdraft {
                if let fault = checked(allocation) { return fault }
                settle(allocation)
            } else if allocation.grant == grant.ordinal {
                guard let remaining = grant.remaining.adding(allocation.credits) else {
                    return "expected what remains of grant \(grant.ordinal) to be in range"
                }
                grant.remaining = remaining
            } else {
                return "expected an allocation to grant \(grant.ordinal), got: \(allocation.grant)"
            }
        }
        activate(grant)
        return nil
    }

    /// What an allocation would break; nil if nothing.
    private func checked(_ allocation: Allocation) -> String? {
        guard allocation.grant != Allocation.overdraft else {
            guard let debt = overdraft.subtracting(allocation.credits), !debt.isNegative else {
                return "expected the overdraft to stay at or above 0"
            }
            return nil
        }
        guard let grant = usable.first(where: { $0.ordinal == allocation.grant }) else {
            return "expected grant \(allocation.grant) to have credits left"
        }
        guard let remaining = grant.remaining.adding(allocation.credits), !remaining.isNegative
        else {
            return "expected grant \(allocation.grant) to have \(allocation.credits.negated) left, "
                + "got: \(grant.remaining)"
        }
        return nil
    }

    /// What the account's own sums break (contract §2.3); nil if nothing.
    public var imbalance: String? {
        var sum = overdraft.negated
        for grant in usable + scheduled + spent {
            guard !grant.remaining.isNegative, let next = sum.adding(grant.remaining) else {
                return "expected what remains of grant \(grant.terms.grantID) to be at or above 0"
            }
            sum = next
        }
        guard sum == balance else {
            return "expected the balance to be what remains of the grants minus the overdraft, "
                + "\(sum), got: \(balance)"
        }
        return nil
    }
}
