@testable import Credits

// What inputs and time do to one account.
extension BalanceModel.Book {
    /// Lets grants become effective and holds end.
    mutating func passTime(to moment: Timestamp) {
        let begun = given.values.filter { $0.stage == .scheduled && $0.terms.effectiveAt <= moment }
        let inOrder = begun.sorted {
            ($0.terms.effectiveAt, $0.order) < ($1.terms.effectiveAt, $1.order)
        }
        for grant in inOrder { makeEffective(grant) }
        if holds.contains(where: { $0.value.expiresAt <= moment }) {
            holds = holds.filter { $0.value.expiresAt > moment }
        }
    }

    mutating func expire(after grace: CalendarDuration, by settled: Timestamp) {
        for (id, grant) in given where grant.stage != .scheduled {
            if grant.isOver(after: grace, by: settled) { endGrant(id) }
        }
    }

    /// When time brings something next.
    func nextMoment(after grace: CalendarDuration) -> Timestamp {
        var moments = holds.values.map(\.expiresAt)
        for grant in given.values {
            let isScheduled = grant.stage == .scheduled
            moments.append(
                isScheduled
                    ? grant.terms.effectiveAt
                    : grant.terms.expiresAt?.advanced(by: grace) ?? .latest
            )
        }
        return moments.min() ?? .latest
    }

    /// What a usage took; nil: it is refused.
    mutating func use(
        _ terms: TestInput.UsageTerms
    ) -> [(grant: String?, took: Int128, got: Int128)]? {
        let units = terms.credits?.units ?? 0
        let captured = holds[terms.holdID]?.units ?? 0
        if let floor, units > 0 {
            let free = balance - held + captured - late(at: terms.occurredAt)
            guard free - units >= floor else { return nil }
        }
        holds[terms.holdID] = nil
        return draw(units, at: terms.occurredAt)
    }

    /// Carries out a command, or says by false that it is refused.
    mutating func carryOut(_ action: CommandAction, by input: TestInput, at now: Timestamp) -> Bool
    {
        switch action {
        case .grant(let terms): return give(terms, recordedAt: input.timestamp)
        case .adjust(let credits) where credits.isPositive:
            let terms = GrantTerms(
                grantID: input.id,
                credits: credits,
                source: .promotional,
                effectiveAt: input.timestamp
            )
            return give(terms, recordedAt: input.timestamp)
        case .adjust(let credits): _ = draw(-credits.units, at: input.timestamp)
        case .void(let grantID, let credits): return void(grantID, credits?.units)
        case .hold(let request): return hold(request, recordedAt: input.timestamp, at: now)
        case .release(let holdID): return holds.removeValue(forKey: holdID) != nil
        case .configure(let settings):
            switch settings.overdraft {
            case .record: floor = nil
            case .refuse: floor = 0
            case .limit(let amount): floor = -amount.units
            case nil: break
            }
        case .reverseUsage: return false
        }
        return true
    }

    /// Takes credits from what is left of the grants, and the rest from nowhere: that is debt.
    private mutating func draw(
        _ units: Int128,
        at moment: Timestamp
    ) -> [(grant: String?, took: Int128, got: Int128)] {
        var parts: [(grant: String?, took: Int128, got: Int128)] = []
        var rest = units
        let useful = given.values.filter { $0.left > 0 && $0.covers(moment) }
        for grant in useful.sorted(by: { $0.isUsedBefore($1) }) where rest > 0 {
            let part = min(rest, grant.left)
            given[grant.terms.grantID]?.left -= part
            rest -= part
            parts.append((grant.terms.grantID, part, 0))
        }
        if rest > 0 { parts.append((nil, rest, 0)) }
        debt += rest
        return parts
    }

    func has(_ grantID: String) -> Bool { given[grantID] != nil || ended[grantID] != nil }

    private mutating func give(_ terms: GrantTerms, recordedAt: Timestamp) -> Bool {
        guard !has(terms.grantID) else { return false }
        let grant = BalanceModel.Given(terms: terms, order: given.count + ended.count)
        given[terms.grantID] = grant
        if terms.effectiveAt <= recordedAt { makeEffective(grant) }
        return true
    }

    mutating func makeEffective(_ grant: BalanceModel.Given) {
        var grant = grant
        let settled = min(debt, grant.terms.credits.units)
        debt -= settled
        grant.left = grant.terms.credits.units - settled
        grant.stage = .effective
        given[grant.terms.grantID] = grant
    }

    private mutating func endGrant(_ id: String) {
        guard var grant = given.removeValue(forKey: id) else { return }
        grant.left = 0
        grant.stage = .ended
        ended[id] = grant
    }

    private mutating func void(_ grantID: String, _ units: Int128?) -> Bool {
        guard let grant = given[grantID] else { return false }
        if grant.stage == .scheduled {
            guard units == nil else { return false }
            endGrant(grantID)
            return true
        }
        let units = units ?? grant.left
        guard units > 0, units <= grant.left else { return false }
        given[grantID]?.left -= units
        if units == grant.left { endGrant(grantID) }
        return true
    }

    private mutating func hold(
        _ request: HoldRequest,
        recordedAt: Timestamp,
        at now: Timestamp
    ) -> Bool {
        let isHistory = recordedAt.advanced(by: request.expiresAfter) <= now
        let placedAt = isHistory ? min(recordedAt, now) : now
        let available = balance - held - late(at: placedAt)
        guard request.credits.isPositive, request.credits.units <= available,
            holdIDs.insert(request.holdID).inserted
        else { return false }
        let expiresAt = placedAt.advanced(by: request.expiresAfter)
        holds[request.holdID] = (request.credits.units, expiresAt)
        return true
    }
}

// Reversals.
extension BalanceModel {
    /// Gives credits of a usage back: to the debt, to its grants, and as a grant of their own.
    mutating func reverse(
        _ request: ReversalRequest,
        by input: TestInput,
        to book: inout Book
    ) -> Bool {
        guard !book.has(input.id), var usage = used[request.usageKey],
            usage.account == input.account
        else { return false }
        let units = request.credits?.units ?? usage.left
        guard units > 0, units <= usage.left else { return false }
        usage.reversed += units
        var rest = units
        let settledDebt = min(rest, book.debt)
        book.debt -= settledDebt
        rest -= settledDebt
        var ownDebt = settledDebt
        for index in usage.parts.indices where usage.parts[index].grant == nil {
            ownDebt -= Self.giveBack(ownDebt, to: &usage.parts[index])
        }
        for index in usage.parts.indices.reversed() where rest > 0 {
            guard let id = usage.parts[index].grant, let grant = book.given[id],
                !grant.isOver(after: policies.expiryGrace, by: input.timestamp)
            else { continue }
            let part = Self.giveBack(rest, to: &usage.parts[index])
            book.given[id]?.left += part
            rest -= part
        }
        if rest > 0 { book.compensate(rest, for: &usage, by: input, under: policies) }
        used[request.usageKey] = usage
        return true
    }

    /// Notes that a part got back at most so much, and says how much.
    fileprivate static func giveBack(
        _ units: Int128,
        to part: inout (grant: String?, took: Int128, got: Int128)
    ) -> Int128 {
        let back = min(units, part.took - part.got)
        part.got += back
        return back
    }
}

extension BalanceModel.Book {
    /// Makes a grant of what could not go back where it came from.
    fileprivate mutating func compensate(
        _ units: Int128,
        for usage: inout BalanceModel.Used,
        by input: TestInput,
        under policies: Policies
    ) {
        var rest = units
        var (isPaid, isDebt) = (false, false)
        for index in usage.parts.indices.reversed() where rest > 0 {
            let back = BalanceModel.giveBack(rest, to: &usage.parts[index])
            guard back > 0 else { continue }
            rest -= back
            guard let id = usage.parts[index].grant else {
                (isPaid, isDebt) = (true, true)
                continue
            }
            if (given[id] ?? ended[id])?.terms.category == .paid { isPaid = true }
        }
        let terms = GrantTerms(
            grantID: input.id,
            credits: Amount(unchecked: units),
            source: .compensation,
            category: isPaid ? .paid : .promotional,
            effectiveAt: input.timestamp,
            expiresAt: isDebt ? nil : input.timestamp.advanced(by: policies.reversalGrace)
        )
        let grant = BalanceModel.Given(terms: terms, order: given.count + ended.count)
        makeEffective(grant)
    }
}
