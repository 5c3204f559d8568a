/// What time brings. Nothing here asks a clock: moments come in as data.
///
/// An account's time passes in two ways: up to each of its inputs, before that input, and up to the
/// moment through which all input was read, after the batch. So a history that is read late becomes
/// the ledger that living through it would have made, and our own delay costs nobody credits.
extension Application {
    /// At most so many entries are brought by time before one input, and at most so many after all
    /// of them; the rest stays due.
    static let maximumDueEntries = 10_000

    /// Does what is due of the accounts that were loaded for it.
    mutating func applyDue() {
        renewDueLimit()
        for account in due { bringDue(of: account, to: settled) }
    }

    /// Does what became due of an account until a moment, in the order in which it became due.
    mutating func passTime(of account: Int, to moment: Timestamp) {
        guard moments[account] <= moment else {
            clock = min(moment, now)
            return
        }
        // What other accounts of the batch missed must not keep from this one what it has coming.
        renewDueLimit()
        bringDue(of: account, to: moment)
    }

    private mutating func renewDueLimit() {
        dueLimit = commit.entries.count + Self.maximumDueEntries
    }

    private mutating func bringDue(of account: Int, to moment: Timestamp) {
        let moment = min(moment, now)
        goal = moment
        defer {
            clock = moment
            goal = .earliest
        }
        while moments[account] <= moment, commit.entries.count + topUpMoments < dueLimit {
            let next = accounts[account].nextMoment(under: policies, by: moment)
            let retirement = accounts[account].nextRetirement(under: policies) ?? .latest
            // Credits that come go before credits that are lost.
            if retirement < next?.at ?? .latest, retirement <= moment,
                mayRetire(of: account, at: retirement)
            {
                clock = retirement
                retireGrant(of: account)
                continue
            }
            guard let next, next.at <= moment else {
                moments[account] = min(next?.at ?? .latest, retirement)
                return
            }
            clock = next.at
            switch next.work {
            case .activation: activateGrant(of: account)
            case .holdTimeout: expireHold(of: account)
            case .recurring: grantPeriod(of: account, by: moment)
            case .topUp: passTopUpMoment(of: account)
            case .notice: announceExpiry(of: account, by: moment)
            }
        }
    }

    /// Whether all input that arrived before a moment is applied to the account.
    ///
    /// Only then may a grant retire, for any of it may draw on the grant (contract §2.4).
    private func mayRetire(of account: Int, at moment: Timestamp) -> Bool {
        guard moment <= settled else { return false }
        let account = Int32(account)
        return !usage[nextUsage...].contains {
            $0.account == account && $0.message.timestamp < moment
        }
            && !commands[nextCommand...].contains {
                $0.account == account && $0.message.timestamp < moment
            }
    }

    private mutating func activateGrant(of account: Int) {
        reconcile(account)
        let grant = accounts[account].scheduled.removeFirst()
        let entry = timeEntry(
            .creditsGranted,
            .activation(grant.ordinal),
            of: account,
            at: grant.terms.effectiveAt
        )
        credit(grant, by: entry, to: account)
        triggerGrant(.grantActivated, ordinal: grant.ordinal, of: account)
        triggerIfDepleted(ordinal: grant.ordinal, of: account)
    }

    /// Ends the hold whose time is over.
    private mutating func expireHold(of account: Int) {
        let hold = accounts[account].holds[0]
        _ = accounts[account].endHold(hold.holdID)
        let entry = timeEntry(
            .holdExpired,
            .endOfHold(hold.holdID),
            of: account,
            at: hold.expiresAt
        )
        post(entry, to: account)
        trigger(.holdExpired, .hold(hold), of: account)
    }

    /// Owes the notices that fell due; they make no entry.
    ///
    /// Where several of one grant did, as for one that lasts shorter than a lead time, one goes:
    /// nobody wants to be told the same thing twice at once.
    private mutating func announceExpiry(of account: Int, by moment: Timestamp) {
        // Looked at in one copy: each look at the account's own would make one.
        let grants = accounts[account].usable
        for (index, grant) in grants.enumerated() {
            let latest = policies.expiryNotices.compactMap(grant.notice(before:))
                .filter { $0 > grant.noticedAt && $0 <= moment }.max()
            guard let latest else { continue }
            accounts[account].usable[index].noticedAt = latest
            trigger(
                .grantExpiring,
                .notice(accounts[account].usable[index], dueAt: latest),
                of: account
            )
        }
    }

    /// Retires the grant that expires first.
    private mutating func retireGrant(of account: Int) {
        guard let index = accounts[account].nextExpiring(),
            let expiresAt = accounts[account].usable[index].terms.expiresAt
        else { return }
        reconcile(account)
        let grant = accounts[account].usable[index]
        var entry = timeEntry(.creditsExpired, .none, of: account, at: expiresAt)
        entry.amount = grant.remaining.negated
        entry.allocationCount = 1
        let allocation = Allocation(grant: grant.ordinal, credits: entry.amount)
        commit.allocations.append(allocation)
        accounts[account].settle(allocation, ending: .expired)
        post(entry, to: account)
        // The last one that ended; looking for it among many would take time for each of them.
        guard let ended = accounts[account].spent.last else { return }
        trigger(.grantExpired, .grant(ended), of: account)
    }

    /// An entry that no message made.
    mutating func timeEntry(
        _ type: EntryType,
        _ payload: EntryDetail.Payload,
        of account: Int,
        at moment: Timestamp
    ) -> Entry {
        let group = group(of: account)
        commit.details.append(EntryDetail(commandID: "", payload: payload))
        return Entry(
            group: group,
            type: type,
            sequence: accounts[account].sequence + 1,
            amount: .zero,
            balanceBefore: accounts[account].balance,
            allocationStart: Int32(commit.allocations.count),
            allocationCount: 0,
            detail: Int32(commit.details.count - 1),
            occurredAt: moment,
            origin: .time
        )
    }

    /// Owes `credit_balance.changed` to the accounts whose last one is long enough ago.
    ///
    /// The others keep their change; it falls due when the time has passed, so that the last state
    /// is always sent.
    mutating func announceChanges() {
        // At most one each; growing step by step would copy them all as often.
        commit.triggers.reserveCapacity(commit.triggers.count + due.count + accountOf.count)
        for start in stride(from: 0, to: due.count, by: Self.namesAtATime) {
            let part = due[start..<min(start + Self.namesAtATime, due.count)]
            accounts.fetchNames(of: part)
            for account in part { announceChange(of: account) }
        }
        // Announcing opens no group here, for these accounts have one.
        for group in accountOf.indices { announceChange(of: accountOf[group]) }
    }

    private static let namesAtATime = 32

    private mutating func announceChange(of account: Int) {
        guard let change = accounts.fronts[account].unannounced,
            isTurn(of: account, change)
        else { return }
        accounts.fronts[account].announcedAt = now
        accounts.fronts[account].unannounced = nil
        trigger(.balanceChanged, .change(change), of: account)
    }

    /// Whether a change may be announced: one that this commit began as soon as the last is long enough
    /// ago, one that was held back when it is the account's turn.
    private func isTurn(of account: Int, _ change: BalanceChange) -> Bool {
        let front = accounts.fronts[account]
        let group = groupOf[account]
        let isHeld = group < 0 || change.firstSequence < commit.groups[Int(group)].firstSequence
        guard isHeld else {
            return front.announcedAt.advanced(byMicroseconds: policies.coalescing) <= now
        }
        return front.turn(coalescing: policies.coalescing) <= now
    }
}

extension Account {
    /// What time brings next.
    enum DueWork {
        case activation, recurring, holdTimeout, topUp, notice
    }

    /// The soonest of what time brings, expiry apart; where several fall on one moment, in the order
    /// of ``DueWork``: credits that come go before what is lost.
    ///
    /// Of windows for requests that end until the goal, up to which time is being brought, the last one
    /// counts.
    func nextMoment(
        under policies: Policies,
        by goal: Timestamp = .earliest
    ) -> (at: Timestamp, work: DueWork)? {
        var next: (at: Timestamp, work: DueWork)?
        func consider(_ moment: Timestamp?, _ work: DueWork) {
            guard let moment, moment < next?.at ?? .latest else { return }
            next = (moment, work)
        }
        consider(nextNotice(under: policies), .notice)
        // Of most accounts that is all there is to ask.
        guard !isPlain || policies.defaults.recurring != nil else { return next }
        next = nil
        consider(scheduled.first?.terms.effectiveAt, .activation)
        consider(nextPeriod(under: policies)?.start, .recurring)
        consider(holds.first?.expiresAt, .holdTimeout)
        consider(topUpMoment(under: policies, by: goal), .topUp)
        consider(nextNotice(under: policies), .notice)
        return next
    }

    /// When time will bring this account something to do; nil: never.
    public func nextDue(under policies: Policies) -> Timestamp? {
        let retirement = nextRetirement(under: policies)
        guard let moment = nextMoment(under: policies)?.at else { return retirement }
        return min(moment, retirement ?? .latest)
    }

    /// From when on no input draws on the grant that expires first; nil: none ever does.
    func nextRetirement(under policies: Policies) -> Timestamp? {
        nextExpiring().map { usable[$0].retiresAt(policies.expiryGrace) }
    }

    /// When the change that was held back is to be announced; nil: there is none.
    public func nextAnnouncement(coalescing: Int64) -> Timestamp? {
        front.nextAnnouncement(coalescing: coalescing)
    }

    /// The usable grant that expires first, in the order of arrival where several do.
    func nextExpiring() -> Int? {
        guard soonestExpiry != nil else { return nil }
        let usable = usable
        var first: Int?
        for index in usable.indices {
            guard let expiresAt = usable[index].terms.expiresAt else { continue }
            if let found = first, let soonest = usable[found].terms.expiresAt,
                (soonest, usable[found].ordinal) < (expiresAt, usable[index].ordinal)
            {
                continue
            }
            first = index
        }
        return first
    }

    private func nextNotice(under policies: Policies) -> Timestamp? {
        guard soonestExpiry != nil else { return nil }
        var next: Timestamp?
        for grant in usable where grant.terms.expiresAt != nil {
            for lead in policies.expiryNotices {
                guard let moment = grant.notice(before: lead), moment > grant.noticedAt else {
                    continue
                }
                next = min(next ?? moment, moment)
            }
        }
        return next
    }
}

extension Grant {
    /// The moment from which on no input draws on it any more.
    func retiresAt(_ grace: CalendarDuration) -> Timestamp {
        terms.expiresAt?.advanced(by: grace) ?? .latest
    }

    /// When the notice of a lead time is due; nil: the grant never expires.
    func notice(before lead: CalendarDuration) -> Timestamp? {
        terms.expiresAt?.retreated(by: lead)
    }
}
