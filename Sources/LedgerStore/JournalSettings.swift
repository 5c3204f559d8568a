internal import Credits

// How the journal and checkpoints write what few accounts have: rules for top-ups and recurring
// grants, where they stand, and reversals.

extension [UInt8] {
    mutating func append(_ duration: CalendarDuration) {
        append(varint: UInt64(duration.months))
        append(varint: UInt64(duration.microseconds))
    }

    private mutating func append(optional amount: Amount?) {
        append(amount == nil ? 0 : 1)
        if let amount { append(amount) }
    }

    private mutating func append(optional moment: Timestamp?) {
        append(moment == nil ? 0 : 1)
        if let moment { append(moment) }
    }

    mutating func append(_ rule: AutoTopUp) {
        append(rule.threshold)
        append(rule.credits)
        append(rule.answerWithin)
        append(rule.cap == nil ? 0 : 1)
        guard let cap = rule.cap else { return }
        append(cap.period)
        // 0: any number, for a cap is at least 1.
        append(varint: UInt64(cap.count ?? 0))
        append(optional: cap.credits)
    }

    mutating func append(_ request: TopUpRequest) {
        append(text: request.requestID)
        append(request.credits)
        append(request.threshold)
        append(varint: request.sequence)
        append(varint: UInt64(request.attempt))
        append(request.requestedAt)
        append(request.answerBy)
        append(request.window == nil ? 0 : 1)
        guard let window = request.window else { return }
        append(window.start)
        append(varint: UInt64(window.count))
        append(window.credits)
    }

    mutating func append(_ state: TopUpState) {
        append(state.request == nil ? 0 : 1)
        if let request = state.request { append(request) }
        append(state.isPending ? 1 : 0)
        append(state.suspension?.rawValue ?? 0)
    }

    mutating func append(_ rule: RecurringGrant) {
        append(text: rule.scheduleID)
        append(rule.credits)
        append(rule.every)
        append(optional: rule.anchor)
        switch rule.expiry {
        case .periodEnd: append(0)
        case .after(let duration):
            append(1)
            append(duration)
        case .never: append(2)
        }
        append(rule.rollover == nil ? 0 : 1)
        guard let rollover = rule.rollover else { return }
        append(optional: rollover.maximumCredits)
        append(optional: rollover.maximumPercent)
    }

    mutating func append(_ state: RecurringState) {
        append(text: state.scheduleID)
        append(state.every)
        append(state.anchor)
        append(state.lastStart)
        append(varint: UInt64(state.lastGrant))
    }

    mutating func append(_ reversal: Reversal) {
        append(varint: UInt64(reversal.state.account))
        append(reversal.state.reversed)
        append(varint: UInt64(reversal.state.allocations.count))
        for allocation in reversal.state.allocations {
            append(varint: UInt64(allocation.grant))
            append(allocation.drawn)
            append(allocation.returned)
        }
        append(reversal.grant == nil ? 0 : 1)
        if let grant = reversal.grant { append(grant) }
    }
}

extension ByteReader {
    @_lifetime(self: copy self)
    mutating func duration() -> CalendarDuration {
        let months = Int(exactly: varint())
        let microseconds = Int64(exactly: varint())
        guard let months, let microseconds,
            let duration = CalendarDuration(months: months, microseconds: microseconds)
        else {
            fail()
            return .standardExpiryGrace
        }
        return duration
    }

    @_lifetime(self: copy self)
    private mutating func optionalAmount() -> Amount? { isPresent() ? amount() : nil }

    @_lifetime(self: copy self)
    private mutating func optionalMoment() -> Timestamp? { isPresent() ? moment() : nil }

    @_lifetime(self: copy self)
    mutating func autoTopUp() -> AutoTopUp {
        var rule = AutoTopUp(threshold: amount(), credits: amount(), answerWithin: duration())
        // Requests are counted in packs of it.
        if !rule.credits.isPositive { fail() }
        guard isPresent() else { return rule }
        let period = duration()
        // A window of no length would end and begin again without end.
        if period.isZero { fail() }
        let count = Int(truncatingIfNeeded: varint())
        rule.cap = TopUpCap(
            period: period,
            count: count == 0 ? nil : count,
            credits: optionalAmount()
        )
        return rule
    }

    @_lifetime(self: copy self)
    mutating func topUpRequest() -> TopUpRequest {
        TopUpRequest(
            requestID: text(),
            credits: amount(),
            threshold: amount(),
            sequence: varint(),
            attempt: UInt32(truncatingIfNeeded: varint()),
            requestedAt: moment(),
            answerBy: moment(),
            window: isPresent() ? topUpWindow() : nil
        )
    }

    @_lifetime(self: copy self)
    private mutating func topUpWindow() -> TopUpWindow {
        let start = moment()
        let count = varint()
        // Far more than there can be, and counting on must not overflow.
        if count > UInt64(Int32.max) { fail() }
        return TopUpWindow(
            start: start,
            count: Int(truncatingIfNeeded: min(count, UInt64(Int32.max))),
            credits: amount()
        )
    }

    @_lifetime(self: copy self)
    mutating func topUpState() -> TopUpState {
        var state = TopUpState()
        if isPresent() { state.request = topUpRequest() }
        state.isPending = isPresent()
        let suspension = byte()
        state.suspension = TopUpSuspension(rawValue: suspension)
        if suspension != 0, state.suspension == nil { fail() }
        // An answer to nothing would be waited for for ever.
        if state.isPending, state.request == nil { fail() }
        return state
    }

    @_lifetime(self: copy self)
    mutating func recurringGrants() -> [RecurringGrant] {
        var rules: [RecurringGrant] = []
        for _ in 0..<count() where !isDamaged { rules.append(recurringGrant()) }
        return rules
    }

    @_lifetime(self: copy self)
    private mutating func recurringGrant() -> RecurringGrant {
        var rule = RecurringGrant(
            scheduleID: text(),
            credits: amount(),
            every: duration(),
            anchor: optionalMoment()
        )
        // A period of no length would never end.
        if rule.every.isZero { fail() }
        switch byte() {
        case 0: rule.expiry = .periodEnd
        case 1: rule.expiry = .after(duration())
        case 2: rule.expiry = .never
        default: fail()
        }
        if isPresent() {
            rule.rollover = RecurringGrant.Rollover(
                maximumCredits: optionalAmount(),
                maximumPercent: optionalAmount()
            )
        }
        return rule
    }

    @_lifetime(self: copy self)
    mutating func recurringState() -> RecurringState {
        RecurringState(
            scheduleID: text(),
            every: duration(),
            anchor: moment(),
            lastStart: moment(),
            lastGrant: UInt32(truncatingIfNeeded: varint())
        )
    }

    @_lifetime(self: copy self)
    mutating func reversal() -> Reversal {
        let account = UInt32(truncatingIfNeeded: varint())
        let reversed = amount()
        var allocations: [ReturnedAllocation] = []
        for _ in 0..<count() where !isDamaged {
            allocations.append(
                ReturnedAllocation(
                    grant: UInt32(truncatingIfNeeded: varint()),
                    drawn: amount(),
                    returned: amount()
                )
            )
        }
        let state = Reversible(account: account, allocations: allocations, reversed: reversed)
        if !state.isSound { fail() }
        return Reversal(state: state, grant: isPresent() ? grantTerms() : nil)
    }
}
