/// Credits that plans include: a grant for each period of a schedule.
extension Application {
    /// Grants what schedules that `configure` gave have due already.
    mutating func beginSchedules(of account: Int, at moment: Timestamp) {
        moments[account] = .earliest
        passTime(of: account, to: moment)
    }

    /// Grants the credits of the period that is due next, and rolls over what the one before left.
    ///
    /// - Parameters:
    ///   - account: whose.
    ///   - moment: how far the account's time has come; a schedule of the defaults begins here for an
    ///     account that has not had it yet.
    mutating func grantPeriod(of account: Int, by moment: Timestamp) {
        guard let due = accounts[account].nextPeriod(under: policies) else { return }
        reconcile(account)
        let known = accounts[account].schedule(due.rule.scheduleID)
        let anchor = due.rule.anchor ?? known?.anchor ?? moment
        var start = due.start
        // A schedule that the account has not had, or not with periods of this length, begins now, whenever
        // it would have been due: nothing is paid back for time in which it was not so, and what its grant
        // leads to, such as a request for more, must not count from the beginning of time.
        if known?.every != due.rule.every {
            start = due.rule.currentStart(at: moment, from: anchor)
            clock = moment
        }
        if let known { rollOver(from: known.lastGrant, to: start, due.rule, anchor, of: account) }
        // At the end of the range a period grants what still fits.
        let room = Amount(unchecked: Amount.limit)
            .clampedSubtracting(max(.zero, accounts[account].prospectiveBalance))
        var terms = due.rule.terms(at: start, from: anchor, credits: min(due.rule.credits, room))
        terms.grantID = accounts[account].freeGrantID(terms.grantID)
        let state = RecurringState(
            scheduleID: due.rule.scheduleID,
            every: due.rule.every,
            anchor: anchor,
            lastStart: start,
            lastGrant: accounts[account].grantCount + 1
        )
        let entry = timeEntry(.creditsGranted, .recurring(terms, state), of: account, at: start)
        accounts[account].note(state)
        let grant = accounts[account].newGrant(terms)
        credit(grant, by: entry, to: account)
        triggerGrant(.grantCreated, ordinal: grant.ordinal, of: account)
        triggerIfDepleted(ordinal: grant.ordinal, of: account)
    }

    /// Moves what a period left, within the rule's limits, to a grant that lasts one period longer.
    ///
    /// One entry of amount 0: nothing is issued or lost, so no threshold is crossed. Usage of the old
    /// period that arrives later draws on what stayed behind first, and then on this.
    private mutating func rollOver(
        from ordinal: UInt32,
        to start: Timestamp,
        _ rule: RecurringGrant,
        _ anchor: Timestamp,
        of account: Int
    ) {
        let old = accounts[account].usable.first { $0.ordinal == ordinal }
        // Credits whose time was over before are only kept for usage that arrives late.
        guard let left = old?.remaining, let expiresAt = old?.terms.expiresAt, expiresAt >= start
        else { return }
        let credits = rule.rolledOver(of: left)
        guard credits.isPositive else { return }
        var terms = rule.terms(at: start, from: anchor, credits: credits)
        // Where periods became shorter, the one that begins may end before the grant does.
        guard (terms.expiresAt ?? .latest) >= expiresAt else { return }
        terms.grantID = accounts[account].freeGrantID(terms.grantID + ":rollover")
        terms.source = .rollover
        var entry = timeEntry(
            .creditsGranted,
            .rollover(terms, from: ordinal),
            of: account,
            at: start
        )
        let taken = Allocation(grant: ordinal, credits: credits.negated)
        accounts[account].settle(taken, ending: .expired)
        var grant = accounts[account].newGrant(terms)
        grant.remaining = credits
        accounts[account].activate(grant)
        commit.allocations.append(taken)
        commit.allocations.append(Allocation(grant: grant.ordinal, credits: credits))
        entry.allocationCount = 2
        post(entry, to: account)
        triggerGrant(.grantCreated, ordinal: grant.ordinal, of: account)
        if left == credits {
            triggerGrant(.grantExpired, ordinal: ordinal, of: account)
        }
    }
}

extension RecurringGrant {
    /// The beginning of the period that holds a moment, or of the first one.
    func currentStart(at moment: Timestamp, from anchor: Timestamp) -> Timestamp {
        start(of: period(at: moment, from: anchor) ?? 0, from: anchor)
    }
}

extension Timestamp {
    /// When something is due that waits for no moment: as soon as any input is known to be read.
    ///
    /// Not the earliest, which as a limit says that nothing is known: a schedule would begin there, and
    /// grant all periods since the year 1.
    fileprivate static let atOnce = Timestamp.earliest.advanced(byMicroseconds: 1)
}

extension Account {
    func recurring(under policies: Policies) -> [RecurringGrant] {
        settings.recurring ?? policies.defaults.recurring ?? []
    }

    func schedule(_ scheduleID: String) -> RecurringState? {
        schedules.first { $0.scheduleID.hasSameBytes(as: scheduleID) }
    }

    /// The period whose credits are to be granted next, over all schedules.
    ///
    /// Of a schedule that the defaults gained, the first period is the one that holds the moment at
    /// which it is due; where it has no anchor either, that moment is now, whenever that is.
    func nextPeriod(under policies: Policies) -> (rule: RecurringGrant, start: Timestamp)? {
        var next: (rule: RecurringGrant, start: Timestamp)?
        for rule in recurring(under: policies) {
            let start: Timestamp?
            if let known = schedule(rule.scheduleID) {
                start = rule.nextStart(after: known.lastStart, from: rule.anchor ?? known.anchor)
            } else {
                start = max(rule.anchor ?? .atOnce, .atOnce)
            }
            guard let start, start < next?.start ?? .latest else { continue }
            next = (rule, start)
        }
        return next
    }

    /// Takes over how far a schedule has come.
    mutating func note(_ state: RecurringState) {
        let index = schedules.firstIndex { $0.scheduleID.hasSameBytes(as: state.scheduleID) }
        guard let index else {
            schedules.append(state)
            return
        }
        schedules[index] = state
    }

    /// Lets schedules that `configure` gave begin, or go on, with the period of the moment.
    ///
    /// The ones before, that they missed while they were gone or would have had under another anchor,
    /// are not made up for. Those after are, whenever the account is looked at next.
    mutating func beginSchedules(at moment: Timestamp) {
        for rule in settings.recurring ?? [] {
            let known = schedule(rule.scheduleID)
            let anchor = rule.anchor ?? known?.anchor ?? moment
            var state = RecurringState(
                scheduleID: rule.scheduleID,
                every: rule.every,
                anchor: anchor,
                lastStart: known?.lastStart ?? .earliest,
                lastGrant: known?.lastGrant ?? 0
            )
            if let period = rule.period(at: moment, from: anchor), period > 0 {
                let before = rule.start(of: period - 1, from: anchor)
                state.lastStart = max(state.lastStart, before)
            }
            note(state)
        }
    }

    /// An id that no grant has: the name, unless somebody took it, then the name with a number.
    func freeGrantID(_ name: String) -> String {
        var id = name
        var attempt = 1
        while hasGrant(id) {
            attempt += 1
            id = "\(name)#\(attempt)"
        }
        return id
    }

    /// A grant that is the account's next in order of arrival.
    mutating func newGrant(_ terms: GrantTerms) -> Grant {
        grantCount += 1
        return Grant(ordinal: grantCount, terms: terms, remaining: .zero, status: .scheduled)
    }
}
