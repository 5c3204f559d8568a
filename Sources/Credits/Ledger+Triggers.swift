extension Application {
    /// Owes a trigger about the account as it is now.
    mutating func trigger(_ type: TriggerType, _ payload: Trigger.Payload, of account: Int) {
        let group = group(of: account)
        commit.triggers.append(
            Trigger(
                type: type,
                group: group,
                sequence: accounts.fronts[account].sequence,
                balance: snapshot(of: account),
                payload: payload
            )
        )
    }

    /// The balance of an account as triggers show it now.
    func snapshot(of account: Int) -> BalanceSnapshot {
        accounts.fronts[account].snapshot(at: now) ?? accounts[account].snapshot(at: now)
    }

    /// Owes what an entry made the balance cross: thresholds, then 0.
    mutating func triggerCrossings(by entry: Entry, of account: Int) {
        let before = entry.balanceBefore
        let after = accounts.fronts[account].balance
        if accounts.fronts[account].bounds.isCrossed(by: after) {
            let crossing = accounts[account].thresholds.move(to: after)
            noteThresholdsMoved(of: account)
            if !crossing.fired.isEmpty {
                trigger(
                    .balanceLow,
                    .crossing(crossing.fired, previousBalance: before),
                    of: account
                )
            }
            if !crossing.recovered.isEmpty {
                trigger(
                    .balanceRecovered,
                    .crossing(crossing.recovered, previousBalance: before),
                    of: account
                )
            }
        }
        if before.isPositive, !after.isPositive {
            trigger(.balanceDepleted, .passedZero(previousBalance: before), of: account)
        }
        if !before.isNegative, after.isNegative {
            trigger(.balanceOverdrawn, .passedZero(previousBalance: before), of: account)
        }
    }

    mutating func triggerGrant(_ type: TriggerType, ordinal: UInt32, of account: Int) {
        guard let grant = accounts[account].grant(ordinal) else {
            preconditionFailure("expected grant \(ordinal) to belong to the account")
        }
        trigger(type, .grant(grant), of: account)
    }

    mutating func triggerIfDepleted(ordinal: UInt32, of account: Int) {
        guard accounts[account].spent.last?.ordinal == ordinal else { return }
        triggerGrant(.grantDepleted, ordinal: ordinal, of: account)
    }

    /// Owes `credit_grant.depleted` for the grants that ended last.
    mutating func triggerDepletedGrants(of account: Int, last count: Int) {
        for grant in accounts[account].spent.suffix(count) {
            trigger(.grantDepleted, .grant(grant), of: account)
        }
    }

    /// Owes a word about a refused input.
    ///
    /// It makes no entry, so the account may not even exist.
    mutating func triggerRefusal(_ type: TriggerType, account: Int, _ input: RefusedInput) {
        commit.triggers.append(
            Trigger(
                type: type,
                group: -1,
                sequence: accounts.fronts[account].sequence,
                balance: snapshot(of: account),
                payload: .refused(input)
            )
        )
    }
}
