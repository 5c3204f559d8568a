extension Application {
    /// Does what time brought to the accounts that have something due.
    mutating func applyDue() {
        for account in due {
            activateGrants(of: account)
            expireHolds(of: account)
        }
    }

    private mutating func activateGrants(of account: Int) {
        while let grant = accounts[account].scheduled.first, grant.terms.effectiveAt <= now {
            reconcile(account)
            accounts[account].scheduled.removeFirst()
            let group = group(of: account)
            commit.details.append(
                EntryDetail(commandID: "", payload: .activation(grant.ordinal))
            )
            let entry = Entry(
                group: group,
                type: .creditsGranted,
                sequence: accounts[account].sequence + 1,
                amount: .zero,
                balanceBefore: accounts[account].balance,
                allocationStart: 0,
                allocationCount: 0,
                detail: Int32(commit.details.count - 1),
                occurredAt: grant.terms.effectiveAt,
                origin: .time
            )
            credit(grant, by: entry, to: account)
            triggerGrant(.grantActivated, ordinal: grant.ordinal, of: account)
            triggerIfDepleted(ordinal: grant.ordinal, of: account)
        }
    }

    /// Owes `credit_balance.changed` to the accounts whose last one is long enough ago.
    ///
    /// The others keep their change; it falls due when the time has passed, so that the last state
    /// is always sent.
    mutating func announceChanges() {
        for account in due { announceChange(of: account) }
        // Announcing opens no group here, for these accounts have one.
        for group in accountOf.indices { announceChange(of: accountOf[group]) }
    }

    private mutating func announceChange(of account: Int) {
        guard let change = accounts[account].unannounced,
            accounts[account].announcedAt.advanced(byMicroseconds: policies.coalescing) <= now
        else { return }
        accounts[account].announcedAt = now
        accounts[account].unannounced = nil
        trigger(.balanceChanged, .change(change), of: account)
    }
}
