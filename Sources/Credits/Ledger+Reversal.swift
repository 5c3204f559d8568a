/// Credits that go back where usage took them from (contract §2.2).
extension Application {
    /// Carries out the reversals that came before their usage in this batch.
    ///
    /// Commands go first, but a reversal can only follow what it reverses.
    mutating func applyWaiting() {
        for index in waiting {
            let command = commands[index]
            if case .reverseUsage(let request) = command.action,
                reversible[request.usageKey] == nil,
                let entry = batchIDs.entry(of: request.usageKey, in: commit)
            {
                reversible[request.usageKey] = Reversible(commit.entries[entry], of: commit)
            }
            apply(command)
        }
    }

    /// Whether a command reverses usage that is not known yet but comes with this batch.
    mutating func waitsForUsage(_ command: Command) -> Bool {
        guard case .reverseUsage(let request) = command.action,
            reversible[request.usageKey] == nil
        else { return false }
        return usageKeys.contains(request.usageKey)
    }

    mutating func reverse(
        _ request: ReversalRequest,
        by command: Command,
        of account: Int
    ) -> Refusal? {
        if let refusal = duplicateGrant(command.commandID, by: command, of: account) {
            return refusal
        }
        guard var usage = reversible[request.usageKey], usage.account == accounts[account].number
        else { return .unknownUsage(request.usageID) }
        let credits = request.credits ?? usage.left
        if let refusal = accounts[account].refusal(ofReversing: credits, of: usage) {
            return refusal
        }
        let group = group(of: account)
        var entry = entry(.usageReversed, by: command, of: account, group: group)
        // By the record's time, which no cut into batches moves.
        let moment = min(now, command.message.timestamp)
        let grace = policies.expiryGrace
        let movement = accounts[account].giveBack(credits, of: &usage) { grant in
            // One that is about to be retired would take what it gets with it.
            grant.retiresAt(grace) <= moment && grant.terms.expiresAt != nil
        }
        let terms = movement.terms(for: command, lasting: policies.reversalGrace)
        entry.amount = credits
        entry.usageID = commit.bytes.appendSlice(request.usageID.utf8)
        entry.source = commit.bytes.appendSlice(request.source.utf8)
        entry.allocationStart = Int32(commit.allocations.count)
        commit.allocations += movement.allocations
        for allocation in movement.allocations { accounts[account].refill(allocation) }
        if let terms {
            let grant = accounts[account].makeGrant(terms)
            commit.allocations.append(Allocation(grant: grant, credits: terms.credits))
            if let claim = command.claim {
                knownCommands[claim] = KnownID(
                    fingerprint: command.fingerprint,
                    commit: commit.number
                )
            }
        }
        entry.allocationCount = Int32(commit.allocations.count) - entry.allocationStart
        let reversal = Reversal(state: usage, grant: terms)
        entry.detail = addDetail(of: command, payload: .reversal(reversal))
        reversible[request.usageKey] = usage
        post(entry, to: account)
        trigger(
            .usageReversed,
            .reversal(usageID: request.usageID, source: request.source, credits: credits),
            of: account
        )
        if terms != nil {
            triggerGrant(.grantCreated, ordinal: accounts[account].grantCount, of: account)
        }
        return nil
    }
}

/// Where the credits of a reversal go.
private struct ReversalMovement {
    /// What settles debt and what refills grants.
    var allocations: [Allocation] = []
    /// What neither could take.
    var rest = Amount.zero
    /// Whether any of the rest came from a paid grant or the overdraft.
    var isPaid = false
    /// Whether any of the rest came from the overdraft.
    var isFromOverdraft = false

    /// The grant that the rest makes; nil: there is none.
    func terms(for command: Command, lasting grace: CalendarDuration) -> GrantTerms? {
        guard rest.isPositive else { return nil }
        let moment = command.message.timestamp
        return GrantTerms(
            grantID: command.commandID,
            credits: rest,
            source: .compensation,
            category: isPaid ? .paid : .promotional,
            effectiveAt: moment,
            expiresAt: isFromOverdraft ? nil : moment.advanced(by: grace)
        )
    }
}

extension Account {
    /// Why credits of a usage may not be given back; nil: they may.
    fileprivate func refusal(ofReversing credits: Amount, of usage: Reversible) -> Refusal? {
        guard usage.left.isPositive else {
            return Refusal(
                .alreadyReversed,
                field: "usage_id",
                message: "expected usage_id to be of usage that has credits left to give back, "
                    + "got: one that gave back \(usage.reversed)"
            )
        }
        guard credits.isPositive, credits <= usage.left else {
            return Refusal(
                .exceedsDebited,
                field: "credits",
                message: "expected credits to be at most what is left to give back, "
                    + "\(usage.left), got: \(credits)"
            )
        }
        // Room is kept for grants to come, so that becoming effective can never fail.
        guard prospectiveBalance.adding(credits) != nil else {
            return Refusal(
                .outOfRange,
                field: "credits",
                message: "expected the balance to be within 26 digits, got: "
                    + "\(prospectiveBalance) + \(credits)"
            )
        }
        return nil
    }

    /// Decides where credits go and notes it in the usage's state; nothing of the account moves.
    ///
    /// - Parameters:
    ///   - credits: above 0, and no more than the usage has left.
    ///   - usage: the usage that they were taken for.
    ///   - isEnding: whether a grant takes nothing any more, though it is still there.
    /// - Returns: what goes where.
    fileprivate func giveBack(
        _ credits: Amount,
        of usage: inout Reversible,
        isEnding: (Grant) -> Bool
    ) -> ReversalMovement {
        var movement = ReversalMovement()
        usage.reversed = usage.reversed + credits
        let debt = min(credits, overdraft)
        if debt.isPositive {
            movement.allocations.append(Allocation(grant: Allocation.overdraft, credits: debt))
            if let own = usage.allocations.firstIndex(where: { $0.grant == Allocation.overdraft }) {
                usage.allocations[own].take(upTo: debt)
            }
        }
        movement.rest = credits - debt
        for index in usage.allocations.indices.reversed() where movement.rest.isPositive {
            let ordinal = usage.allocations[index].grant
            guard let grant = refillable(ordinal), !isEnding(grant) else { continue }
            let part = usage.allocations[index].take(upTo: movement.rest)
            guard part.isPositive else { continue }
            movement.allocations.append(Allocation(grant: ordinal, credits: part))
            movement.rest = movement.rest - part
        }
        var rest = movement.rest
        for index in usage.allocations.indices.reversed() where rest.isPositive {
            let ordinal = usage.allocations[index].grant
            let part = usage.allocations[index].take(upTo: rest)
            guard part.isPositive else { continue }
            rest = rest - part
            if ordinal == Allocation.overdraft { movement.isFromOverdraft = true }
            if category(of: ordinal) == .paid { movement.isPaid = true }
        }
        return movement
    }

    /// A grant that a reversal may refill: one that was neither voided nor expired.
    private func refillable(_ ordinal: UInt32) -> Grant? {
        usable.first { $0.ordinal == ordinal }
            ?? spent.first { $0.ordinal == ordinal && $0.status == .depleted }
    }

    /// Debt is paid for as a purchase is.
    private func category(of ordinal: UInt32) -> GrantCategory {
        spent.first { $0.ordinal == ordinal }?.terms.category
            ?? usable.first { $0.ordinal == ordinal }?.terms.category ?? .paid
    }

    /// Gives credits back to the debt or to a grant; a depleted one is used again.
    fileprivate mutating func refill(_ allocation: Allocation) {
        guard let index = spent.firstIndex(where: { $0.ordinal == allocation.grant }) else {
            settle(allocation)
            return
        }
        var grant = spent.remove(at: index)
        grant.remaining = grant.remaining + allocation.credits
        activate(grant)
    }

    /// Makes a grant whose credits are all there, and says its ordinal.
    fileprivate mutating func makeGrant(_ terms: GrantTerms) -> UInt32 {
        var grant = newGrant(terms)
        grant.remaining = terms.credits
        activate(grant)
        return grant.ordinal
    }

    /// Moves the account as the reversal once did.
    ///
    /// - Returns: what is wrong with it; nil if nothing is.
    mutating func replay(
        _ reversal: Reversal,
        _ allocations: ArraySlice<Allocation>
    ) -> String? {
        let made = reversal.grant.map { _ in grantCount + 1 }
        var given = allocations
        if let terms = reversal.grant {
            guard let last = given.popLast(), last.grant == made, last.credits == terms.credits,
                terms.credits.isPositive
            else { return "expected a reversal to give its grant \(grantCount + 1) all credits" }
        }
        for allocation in given {
            guard allocation.credits.isPositive else {
                return "expected a reversal to take nothing from grant \(allocation.grant)"
            }
            if let fault = refillFault(allocation) { return fault }
            refill(allocation)
        }
        if let terms = reversal.grant { _ = makeGrant(terms) }
        return nil
    }

    /// What giving credits back would break; nil if nothing.
    private func refillFault(_ allocation: Allocation) -> String? {
        if allocation.grant == Allocation.overdraft {
            return allocation.credits <= overdraft
                ? nil : "expected the overdraft to stay at or above 0"
        }
        guard let grant = refillable(allocation.grant) else {
            return "expected grant \(allocation.grant) not to have ended"
        }
        return grant.remaining.adding(allocation.credits) == nil
            ? "expected what remains of grant \(allocation.grant) to be in range" : nil
    }
}

extension ReturnedAllocation {
    /// What it gave and has not got back.
    var left: Amount { drawn - returned }

    /// Takes back at most so much, and says how much it was.
    @discardableResult
    fileprivate mutating func take(upTo credits: Amount) -> Amount {
        let part = min(credits, left)
        returned = returned + part
        return part
    }
}

extension Refusal {
    fileprivate static func unknownUsage(_ usageID: String) -> Refusal {
        Refusal(
            .unknownUsage,
            field: "usage_id",
            message: "expected usage_id to be of usage of the account, got: \(usageID)"
        )
    }
}
