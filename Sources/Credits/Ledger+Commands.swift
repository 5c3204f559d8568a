extension Application {
    mutating func applyCommands() {
        for index in commands.indices {
            nextCommand = index + 1
            if waitsForUsage(commands[index]) {
                waiting.append(index)
            } else {
                apply(commands[index])
            }
        }
    }

    mutating func apply(_ command: Command) {
        if let known = knownCommands[command.key] {
            guard known.fingerprint != command.fingerprint else {
                commit.outcomes.duplicate += 1
                return
            }
            refuse(command, .commandIDConflict(command.commandID))
            return
        }
        if let refusal = command.deferredRefusal { return refuse(command, refusal) }
        let account = Int(command.account)
        // To an account that is not there yet time brings the credits of the defaults, and with them the
        // account: a typo in a name must not make one that is refused all the same.
        if accounts.fronts[account].sequence > 0 || !command.namesSomethingOfItsAccount {
            passTime(of: account, to: command.message.timestamp)
        }
        reconcile(account)
        // What a command brings may be due before the account's next input.
        defer { moments[account] = accounts[account].nextDue(under: policies) ?? .latest }
        if let refusal = carryOut(command, of: account) {
            refuse(command, refusal)
            return
        }
        let known = KnownID(fingerprint: command.fingerprint, commit: commit.number)
        knownCommands[command.key] = known
        if let claim = command.claim, !command.isReversal { knownCommands[claim] = known }
        commit.outcomes.applied += 1
    }

    /// Does what a command asks for, or says why not.
    private mutating func carryOut(_ command: Command, of account: Int) -> Refusal? {
        switch command.action {
        case .grant(let terms):
            grant(terms, as: .creditsGranted, by: command, to: account)
        case .void(let grantID, let credits):
            void(grantID, credits: credits, by: command, of: account)
        case .adjust(let credits): adjust(credits, by: command, of: account)
        case .hold(let request): hold(request, by: command, of: account)
        case .release(let holdID): release(holdID, by: command, of: account)
        case .configure(let change): configure(change, by: command, of: account)
        case .reverseUsage(let request): reverse(request, by: command, of: account)
        }
    }

    mutating func grant(
        _ terms: GrantTerms,
        as type: EntryType,
        by command: Command,
        to account: Int
    ) -> Refusal? {
        if let refusal = duplicateGrant(terms.grantID, by: command, of: account) { return refusal }
        // Room is kept for grants to come, so that becoming effective can never fail.
        guard accounts[account].prospectiveBalance.adding(terms.credits) != nil else {
            return Refusal(
                .outOfRange,
                field: "credits",
                message: "expected the balance to be within 26 digits, got: "
                    + "\(accounts[account].prospectiveBalance) + \(terms.credits)"
            )
        }
        accounts[account].answerTopUp(terms.requestID)
        let group = group(of: account)
        let grant = accounts[account].newGrant(terms)
        var entry = entry(type, by: command, of: account, group: group)
        entry.detail = addDetail(of: command, payload: .grant(terms))
        // By the record's time: a command that is read late is scheduled as it was meant, and a clock
        // that runs ahead does not turn a grant of this moment into one of the future.
        if type == .creditsGranted, terms.effectiveAt > command.message.timestamp {
            entry.type = .grantScheduled
            accounts[account].schedule(grant)
            post(entry, to: account)
        } else {
            credit(grant, by: entry, to: account)
        }
        triggerGrant(.grantCreated, ordinal: grant.ordinal, of: account)
        triggerIfDepleted(ordinal: grant.ordinal, of: account)
        return nil
    }

    /// Why a command may not make a grant of that id; nil: it may.
    func duplicateGrant(_ grantID: String, by command: Command, of account: Int) -> Refusal? {
        // What time granted in this batch is not among the ids that were loaded for it.
        guard let claim = command.claim,
            knownCommands[claim] != nil
                || !accounts[account].schedules.isEmpty && accounts[account].hasGrant(grantID)
        else { return nil }
        // Of all others the grant would take its id from the command.
        let field = if case .grant = command.action { "grant_id" } else { "command_id" }
        return Refusal(
            .duplicateGrant,
            field: field,
            message: "expected \(field) to be no grant_id of the account, got: \(grantID)"
        )
    }

    /// Lets a grant's credits enter the balance: what is owed is settled first.
    mutating func credit(_ grant: Grant, by entry: Entry, to account: Int) {
        var grant = grant
        var entry = entry
        let credits = grant.terms.credits
        entry.amount = credits
        entry.allocationStart = Int32(commit.allocations.count)
        let settled = min(accounts[account].overdraft, credits)
        if settled.isPositive {
            accounts[account].overdraft = accounts[account].overdraft - settled
            commit.allocations.append(
                Allocation(grant: Allocation.overdraft, credits: settled)
            )
        }
        grant.remaining = credits - settled
        if grant.remaining.isPositive {
            commit.allocations.append(
                Allocation(grant: grant.ordinal, credits: grant.remaining)
            )
        }
        entry.allocationCount = Int32(commit.allocations.count) - entry.allocationStart
        accounts[account].activate(grant)
        post(entry, to: account)
    }

    private mutating func configure(
        _ change: AccountSettings,
        by command: Command,
        of account: Int
    ) -> Refusal? {
        let group = group(of: account)
        var entry = entry(.settingsChanged, by: command, of: account, group: group)
        entry.detail = addDetail(of: command, payload: .settings(change))
        accounts[account].take(change, at: min(now, command.message.timestamp))
        if let thresholds = change.thresholds {
            accounts[account].thresholds.replace(
                with: thresholds,
                balance: accounts[account].balance,
                basis: accounts[account].basis
            )
            accounts[account].policyVersion = 0
            noteThresholdsMoved(of: account)
        }
        post(entry, to: account)
        if change.recurring != nil {
            beginSchedules(of: account, at: command.message.timestamp)
        }
        return nil
    }

    func entry(
        _ type: EntryType,
        by command: Command,
        of account: Int,
        group: Int32
    ) -> Entry {
        Entry(
            group: group,
            type: type,
            sequence: accounts[account].sequence + 1,
            amount: .zero,
            balanceBefore: accounts[account].balance,
            allocationStart: Int32(commit.allocations.count),
            allocationCount: 0,
            key: command.key,
            fingerprint: command.fingerprint,
            occurredAt: command.message.timestamp,
            origin: command.message.origin
        )
    }

    mutating func addDetail(
        of command: Command,
        payload: EntryDetail.Payload
    ) -> Int32 {
        commit.details.append(
            EntryDetail(
                commandID: command.commandID,
                actor: command.actor,
                reason: command.reason,
                payload: payload
            )
        )
        return Int32(commit.details.count - 1)
    }

    private mutating func refuse(_ command: Command, _ refusal: Refusal) {
        if case .hold = command.action, refusal.code == .insufficientCredits {
            // Everyday business: its own trigger says so, and nobody has to look at it.
            commit.outcomes.rejected += 1
            return
        }
        refuse(command.message, refusal)
        let type: TriggerType
        switch refusal.code.outcome {
        case .conflict: type = .commandConflict
        case .rejected: type = .commandRejected
        default: return
        }
        let account = Int(command.account)
        triggerRefusal(
            type,
            account: account,
            RefusedInput(
                id: command.commandID,
                source: "",
                customerID: accounts[account].customerID,
                creditType: accounts[account].creditType,
                code: refusal.code,
                fingerprint: command.fingerprint,
                origin: command.message.origin
            )
        )
    }
}
