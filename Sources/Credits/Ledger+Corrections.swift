/// Commands that correct what was granted or used.
extension Application {
    /// Takes back what a grant has left, or part of it.
    mutating func void(
        _ grantID: String,
        credits: Amount?,
        by command: Command,
        of account: Int
    ) -> Refusal? {
        if let scheduled = accounts[account].scheduledGrant(grantID) {
            // Nothing of it is in the balance that a part could be taken from.
            let whole = scheduled.terms.credits
            if let credits, credits != whole {
                return Refusal(
                    .exceedsRemaining,
                    field: "credits",
                    message: "expected credits to be all of a grant that is not effective yet, "
                        + "\(whole), got: \(credits)"
                )
            }
            cancel(scheduled.ordinal, by: command, of: account)
            return nil
        }
        guard accounts[account].hasGrant(grantID) else {
            return Refusal(
                .unknownGrant,
                field: "grant_id",
                message: "expected grant_id to be a grant of the account, got: \(grantID)"
            )
        }
        let remaining = accounts[account].remaining(of: grantID)
        let credits = credits ?? remaining.credits
        guard credits.isPositive, credits <= remaining.credits else {
            return Refusal(
                .exceedsRemaining,
                field: "credits",
                message: "expected credits to be at most what remains of the grant, "
                    + "\(remaining.credits), got: \(credits)"
            )
        }
        let group = group(of: account)
        var entry = entry(.creditsVoided, by: command, of: account, group: group)
        entry.detail = addDetail(of: command, payload: .none)
        entry.amount = credits.negated
        entry.allocationStart = Int32(commit.allocations.count)
        entry.allocationCount = 1
        let allocation = Allocation(grant: remaining.ordinal, credits: credits.negated)
        commit.allocations.append(allocation)
        accounts[account].settle(allocation, ending: .voided)
        post(entry, to: account)
        triggerGrant(.grantVoided, ordinal: remaining.ordinal, of: account)
        return nil
    }

    /// Ends a grant before it becomes effective: nothing of it is in the balance yet.
    private mutating func cancel(_ ordinal: UInt32, by command: Command, of account: Int) {
        let group = group(of: account)
        var entry = entry(.creditsVoided, by: command, of: account, group: group)
        entry.detail = addDetail(of: command, payload: .cancellation(ordinal))
        accounts[account].cancel(ordinal)
        post(entry, to: account)
        triggerGrant(.grantVoided, ordinal: ordinal, of: account)
    }

    mutating func adjust(_ credits: Amount, by command: Command, of account: Int) -> Refusal? {
        guard credits.isPositive else {
            return withdraw(credits.negated, by: command, of: account)
        }
        let terms = GrantTerms(
            grantID: command.commandID,
            credits: credits,
            source: .promotional,
            effectiveAt: command.message.timestamp
        )
        return grant(terms, as: .manualAdjustment, by: command, to: account)
    }

    /// Draws as usage does, but asks no overdraft policy: a person decided.
    private mutating func withdraw(
        _ credits: Amount,
        by command: Command,
        of account: Int
    ) -> Refusal? {
        let occurredAt = command.message.timestamp
        if let refusal = accounts[account].rangeRefusal(ofDebit: credits, occurredAt: occurredAt) {
            return refusal
        }
        let group = group(of: account)
        var entry = entry(.manualAdjustment, by: command, of: account, group: group)
        entry.detail = addDetail(of: command, payload: .none)
        entry.amount = credits.negated
        entry.allocationStart = Int32(commit.allocations.count)
        let depleted = draw(credits, from: account, occurredAt: occurredAt)
        entry.allocationCount = Int32(commit.allocations.count) - entry.allocationStart
        post(entry, to: account)
        triggerDepletedGrants(of: account, last: depleted)
        return nil
    }
}

extension Account {
    /// A grant that is not effective yet.
    func scheduledGrant(_ grantID: String) -> Grant? {
        scheduled.first { $0.terms.grantID.hasSameBytes(as: grantID) }
    }

    func hasGrant(_ grantID: String) -> Bool {
        [usable, scheduled, spent].contains { list in
            list.contains { $0.terms.grantID.hasSameBytes(as: grantID) }
        }
    }

    /// What remains of a grant that usage may draw on; 0 for every other.
    func remaining(of grantID: String) -> (ordinal: UInt32, credits: Amount) {
        let grant = usable.first { $0.terms.grantID.hasSameBytes(as: grantID) }
        return (grant?.ordinal ?? 0, grant?.remaining ?? .zero)
    }

    /// Ends a scheduled grant; false: there is none of that ordinal.
    @discardableResult
    mutating func cancel(_ ordinal: UInt32) -> Bool {
        guard let index = scheduled.firstIndex(where: { $0.ordinal == ordinal }) else {
            return false
        }
        var grant = scheduled.remove(at: index)
        grant.status = .voided
        spent.append(grant)
        return true
    }
}
