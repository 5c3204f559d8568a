extension Account {
    /// Moves the account past its entries in a durable commit, as applying them once did.
    ///
    /// - Parameters:
    ///   - group: the account's group in the commit.
    ///   - entries: the entries of that group, in order; a slice and not any sequence, for that would
    ///     be a call through a table for each step of whoever replays from another module.
    ///   - commit: the commit, whose lists the entries refer to.
    ///   - owed: the triggers of that group, in order: some of what they say is the account's state.
    /// - Returns: what is wrong with the entries; nil if nothing is. Damage in a journal is data from
    ///   outside and must not trap.
    public mutating func replay(
        _ group: AccountGroup,
        entries: ArraySlice<Entry>,
        of commit: borrowing Commit,
        owed: ArraySlice<Trigger>
    ) -> String? {
        number = group.number
        var triggers = owed.makeIterator()
        var trigger = triggers.next()
        for entry in entries {
            // What was owed before this entry was made.
            while let next = trigger, next.sequence < entry.sequence {
                if let fault = replay(next, of: commit) { return fault }
                trigger = triggers.next()
            }
            if let fault = replay(entry, of: commit) { return fault }
            lastCommit = commit.number
        }
        while let next = trigger {
            if let fault = replay(next, of: commit) { return fault }
            trigger = triggers.next()
        }
        if let states = group.thresholds {
            thresholds = ThresholdStates(restored: states, basis: basis)
            policyVersion =
                settings.thresholds == nil ? Policies.version(of: states.map(\.threshold)) : 0
        }
        return nil
    }

    /// Moves what triggers move, for it makes no entry.
    private mutating func replay(_ trigger: Trigger, of commit: borrowing Commit) -> String? {
        switch trigger.payload {
        case .change:
            announcedAt = commit.recordedAt
            unannounced = nil
        case .notice(let grant, let dueAt):
            guard let index = usable.firstIndex(where: { $0.ordinal == grant.ordinal }) else {
                return "expected grant \(grant.ordinal) to be usable when its expiry is announced"
            }
            usable[index].noticedAt = dueAt
        case .topUpRequest(let request): note(request)
        case .topUpSuspension(let reason, _): suspendTopUp(reason)
        default: break
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
                settle(allocation, ending: entry.type.endOfGrant)
            }
        case .grant(let terms):
            answerTopUp(terms.requestID)
            var grant = newGrant(terms)
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
            take(change, at: min(commit.recordedAt, entry.occurredAt))
        case .recurring(let terms, let state):
            note(state)
            var grant = newGrant(terms)
            return replayCredit(of: &grant, allocations)
        case .rollover(let terms, let from):
            return replayRollover(terms, from: from, allocations)
        case .reversal(let reversal):
            return replay(reversal, allocations)
        }
        return nil
    }

    private mutating func replayRollover(
        _ terms: GrantTerms,
        from ordinal: UInt32,
        _ allocations: ArraySlice<Allocation>
    ) -> String? {
        guard let taken = allocations.first, let given = allocations.last, allocations.count == 2,
            taken.grant == ordinal, taken.credits == given.credits.negated,
            given.credits.isPositive, given.grant == grantCount + 1
        else { return "expected a rollover to move credits from grant \(ordinal) to a new one" }
        if let fault = checked(taken) { return fault }
        settle(taken, ending: .expired)
        var grant = newGrant(terms)
        grant.remaining = given.credits
        activate(grant)
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
        guard let left = remaining(of: allocation.grant) else {
            return "expected grant \(allocation.grant) to have credits left"
        }
        guard let remaining = left.adding(allocation.credits), !remaining.isNegative else {
            return "expected grant \(allocation.grant) to have \(allocation.credits.negated) left, "
                + "got: \(left)"
        }
        return nil
    }

    /// What remains of a grant that is in use; nil: it is not.
    private func remaining(of grant: UInt32) -> Amount? {
        guard grant != front.atHand.ordinal else { return front.atHand.remaining }
        return usable.first { $0.ordinal == grant }?.remaining
    }

    /// What the account's own sums break (contract §2.3); nil if nothing.
    public var imbalance: String? { imbalanceOfOpenGrants ?? remainderOfSpentGrants }

    /// A grant that ended and has something left; nil: there is none.
    package var remainderOfSpentGrants: String? {
        guard let grant = spent.first(where: { !$0.remaining.isZero }) else { return nil }
        return "expected nothing to remain of grant \(grant.terms.grantID), which ended, got: "
            + "\(grant.remaining)"
    }

    /// What the sums break but for grants that ended, of which nothing remains: these only grow in
    /// number, and whoever asks after every commit would spend ever longer on them.
    package var imbalanceOfOpenGrants: String? {
        var sum = overdraft.negated
        func fault(_ grants: borrowing [Grant], first: Amount? = nil) -> String? {
            for index in grants.indices {
                let remaining = index == 0 ? first ?? grants[0].remaining : grants[index].remaining
                guard !remaining.isNegative, let next = sum.adding(remaining) else {
                    let name = grants[index].terms.grantID
                    return "expected what remains of grant \(name) to be at or above 0"
                }
                sum = next
            }
            return nil
        }
        // The lists as they are kept: this is asked for every account of every commit.
        if let fault = fault(usableAsKept, first: remainingAtHand) ?? fault(scheduled) {
            return fault
        }
        guard sum == balance else {
            return "expected the balance to be what remains of the grants minus the overdraft, "
                + "\(sum), got: \(balance)"
        }
        return nil
    }
}

extension EntryType {
    /// What becomes of a grant that an entry of this type leaves nothing of.
    fileprivate var endOfGrant: GrantStatus {
        switch self {
        case .creditsVoided: .voided
        case .creditsExpired: .expired
        default: .depleted
        }
    }
}
