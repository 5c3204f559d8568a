/// Credits that an account asks for by itself (contract §2.5, §3).
///
/// A request makes no entry; it and its end move the account by their triggers. What a rule decided
/// is kept with the request, so that replaying needs no rule.
extension Application {
    /// Asks for credits where the balance is below the rule's threshold and nothing stands against it.
    mutating func requestTopUp(of account: Int) {
        // Of most accounts that is known without looking any further.
        guard !accounts.fronts[account].isPlain || policies.defaults.autoTopUp != nil,
            let rule = accounts[account].missedTopUp(under: policies)
        else { return }
        if clock < goal, accounts[account].asksLater(than: clock, by: goal, under: policies) {
            return
        }
        // One that is read so late that nobody could answer in time any more is history, and counts
        // from its record: its answer is further on in what is read.
        let isHistory = clock.advanced(by: rule.answerWithin) <= now
        let moment = isHistory ? clock : now
        guard !accounts[account].isUnanswered(under: rule, at: moment) else { return }
        let window = accounts[account].topUpWindow(under: rule, at: moment)
        let missed = accounts[account].windowsMissed(until: clock, under: policies)
        let balance = accounts[account].balance
        guard let credits = rule.request(at: balance, within: window) else {
            // Said once: further entries change nothing about it.
            if accounts[account].topUp.suspension == nil { suspendTopUp(of: account, .capReached) }
            return
        }
        let request = accounts[account].newTopUpRequest(
            for: credits,
            under: rule,
            at: moment,
            within: window,
            missing: missed
        )
        accounts[account].note(request)
        trigger(.topUpRequested, .topUpRequest(request), of: account)
        noteTopUpMoment(of: account)
    }

    /// Does what became due: a request that nobody answered, or a window that ended.
    ///
    /// At the window's end it asks at once, for where usage is refused there might never be an entry.
    mutating func passTopUpMoment(of account: Int) {
        topUpMoments += 1
        guard accounts[account].topUp.isPending else {
            requestTopUp(of: account)
            return
        }
        suspendTopUp(of: account, .notAnswered)
    }

    private mutating func suspendTopUp(of account: Int, _ reason: TopUpSuspension) {
        accounts[account].suspendTopUp(reason)
        let request = accounts[account].topUp.request
        trigger(.topUpSuspended, .topUpSuspension(reason, request: request), of: account)
        noteTopUpMoment(of: account)
    }

    /// The deadline may come before anything else that time brings.
    private mutating func noteTopUpMoment(of account: Int) {
        guard let moment = accounts[account].topUpMoment(under: policies) else { return }
        moments[account] = min(moments[account], moment)
    }
}

// MARK: What moves the account, live and at replay

extension Account {
    mutating func note(_ request: TopUpRequest) {
        topUp.request = request
        topUp.isPending = true
        topUp.suspension = nil
    }

    mutating func suspendTopUp(_ reason: TopUpSuspension) {
        topUp.isPending = false
        topUp.suspension = reason
    }

    /// Takes a grant for the answer to the latest request, also when it comes too late.
    mutating func answerTopUp(_ requestID: String?) {
        guard isAnswer(requestID) else { return }
        topUp.isPending = false
        topUp.suspension = nil
    }

    /// Begins anew, as `configure` does.
    ///
    /// A request whose time ran out while no rule was there to say so does not hold it up.
    mutating func endTopUpSuspension(at moment: Timestamp) {
        topUp.suspension = nil
        if let request = topUp.request, request.answerBy <= moment { topUp.isPending = false }
    }
}

// MARK: What a rule decides

extension Account {
    /// Whether a grant that names a request names the latest one.
    fileprivate func isAnswer(_ requestID: String?) -> Bool {
        guard let requestID, let asked = topUp.request?.requestID else { return false }
        return requestID.hasSameBytes(as: asked)
    }

    private func autoTopUp(under policies: Policies) -> AutoTopUp? {
        let own = isPlain ? nil : settings.autoTopUp
        return (own ?? policies.defaults.autoTopUp)?.rule
    }

    /// The rule by which the account lacks credits that are not on their way; nil: there is none.
    fileprivate func missedTopUp(under policies: Policies) -> AutoTopUp? {
        guard let rule = autoTopUp(under: policies), balance < rule.threshold, !topUp.isPending
        else { return nil }
        // An answer that becomes effective later is an answer: asking again would pay twice.
        let isScheduled = scheduled.contains { grant in
            isAnswer(grant.terms.requestID)
        }
        return isScheduled ? nil : rule
    }

    /// When time brings the account's requests something to do; nil: never.
    ///
    /// Of several windows that would end until the goal only the last end counts. Those between would
    /// be asked for when they are over: after a pause whoever answers would find a request for each of
    /// them at once, and pay them all.
    func topUpMoment(under policies: Policies, by goal: Timestamp = .earliest) -> Timestamp? {
        guard !isPlain, topUp.isPending || topUp.suspension != nil else { return nil }
        guard !topUp.isPending else {
            return autoTopUp(under: policies) == nil ? nil : topUp.request?.answerBy
        }
        // A window's end is something to do only where it leads to a request.
        guard let rule = missedTopUp(under: policies), let request = topUp.request,
            let end = topUpWindowEnd(under: rule),
            rule.request(at: balance, within: nil) != nil
        else { return nil }
        let first = topUp.suspension == .notAnswered ? max(end, request.answerBy) : end
        let turn = rule.turn(from: first)
        guard let missed = first.count(of: turn, until: goal) else { return first }
        return first.advanced(by: turn, times: missed)
    }

    /// How many windows ended before the one that ends now without a request that was due then.
    fileprivate func windowsMissed(until clock: Timestamp, under policies: Policies) -> Int {
        guard let rule = missedTopUp(under: policies), let first = topUpMoment(under: policies)
        else { return 0 }
        return first.count(of: rule.turn(from: first), until: clock) ?? 0
    }

    /// Whether a request of a window that has ended waits for the end of a later one, which comes
    /// before the goal: what time brings in between, such as a period's credits, asks no earlier.
    fileprivate func asksLater(
        than clock: Timestamp,
        by goal: Timestamp,
        under policies: Policies
    ) -> Bool {
        guard let first = topUpMoment(under: policies), first <= clock,
            let last = topUpMoment(under: policies, by: goal)
        else { return false }
        return clock < last
    }

    private func topUpWindowEnd(under rule: AutoTopUp) -> Timestamp? {
        guard let cap = rule.cap, let window = topUp.request?.window else { return nil }
        return window.start.advanced(by: cap.period)
    }

    /// The window that a request of this moment falls into; nil: it begins one.
    fileprivate func topUpWindow(under rule: AutoTopUp, at moment: Timestamp) -> TopUpWindow? {
        guard let end = topUpWindowEnd(under: rule), moment < end else { return nil }
        return topUp.request?.window
    }

    /// Whether an unanswered request still stands against another one: as long as its window lasts,
    /// and for good where it has none.
    fileprivate func isUnanswered(under rule: AutoTopUp, at moment: Timestamp) -> Bool {
        guard topUp.suspension == .notAnswered else { return false }
        guard let end = topUpWindowEnd(under: rule) else { return true }
        return moment < end
    }

    fileprivate func newTopUpRequest(
        for credits: Amount,
        under rule: AutoTopUp,
        at moment: Timestamp,
        within window: TopUpWindow?,
        missing missed: Int
    ) -> TopUpRequest {
        let previous = topUp.request
        // Those that were missed count: who reads the same again without the pause makes them, and an
        // answer that names this request must find it under the same id.
        let attempt =
            (previous?.sequence == sequence ? (previous?.attempt ?? 0) &+ 1 : 0)
            &+ UInt32(truncatingIfNeeded: missed)
        let asked = window?.credits ?? .zero
        return TopUpRequest(
            requestID: topUpRequestID(attempt: attempt),
            credits: credits,
            threshold: rule.threshold,
            sequence: sequence,
            attempt: attempt,
            requestedAt: moment,
            answerBy: moment.advanced(by: rule.answerWithin),
            window: rule.cap.map { _ in
                TopUpWindow(
                    start: window?.start ?? moment,
                    count: (window?.count ?? 0) + 1,
                    credits: asked.adding(credits) ?? Amount(unchecked: Amount.limit)
                )
            }
        )
    }

    /// The same after a crash and in another store, so that nobody pays twice for one request.
    private func topUpRequestID(attempt: UInt32) -> String {
        let (customer, type) = (Array(customerID.utf8), Array(creditType.utf8))
        var hash = KeyedHash(key: .content)
        hash.combine(prefixed: customer.span)
        hash.combine(prefixed: type.span)
        hash.combine(sequence)
        hash.combine(UInt64(attempt))
        let key = hash.finalize()
        return "topup_" + key.high.hexadecimal + key.low.hexadecimal
    }
}

extension AutoTopUp {
    /// How long it takes from the end of one window to that of the next where nobody answers: a window
    /// does not end before its request may be answered no more.
    fileprivate func turn(from moment: Timestamp) -> CalendarDuration {
        guard let period = cap?.period else { return answerWithin }
        let isShorter = moment.advanced(by: period) < moment.advanced(by: answerWithin)
        return isShorter ? answerWithin : period
    }

    /// The credits to ask for: the fewest packs that reach the threshold, within the cap and the
    /// range of amounts.
    ///
    /// - Parameters:
    ///   - balance: below the threshold.
    ///   - window: what was asked for in the current window; nil: nothing yet.
    /// - Returns: nil where the cap leaves room for no pack.
    func request(at balance: Amount, within window: TopUpWindow?) -> Amount? {
        guard credits.isPositive else { return nil }
        let missing = threshold.clampedSubtracting(balance)
        let wanted = missing.dividedRoundingUp(by: credits) ?? 0
        // As many as the balance has room for; whoever answers is told where not even one fits.
        let room = Amount(unchecked: Amount.limit).clampedSubtracting(max(.zero, balance))
        let packs = min(wanted, max(1, room.units / credits.units), packsLeft(in: window))
        return packs >= 1 ? credits.multiplied(byWhole: packs) : nil
    }

    /// How many packs the cap still allows.
    private func packsLeft(in window: TopUpWindow?) -> Int128 {
        if let count = cap?.count, (window?.count ?? 0) >= count { return 0 }
        guard let limit = cap?.credits else { return .max }
        return limit.clampedSubtracting(window?.credits ?? .zero).units / credits.units
    }
}
