@testable import Credits

/// Checks every commit against contract §2.3, from the entries and allocations alone, and replays it.
///
/// It keeps sums of its own and knows nothing of how an account finds its grants.
struct CommitAudit {
    /// An account as the entries so far describe it.
    struct Book {
        var sequence: UInt64 = 0
        var balance = Amount.zero
        var overdraft = Amount.zero
        var remaining: [UInt32: Amount] = [:]
        /// By the bytes of their ids.
        var holds: [[UInt8]: Hold] = [:]
        var lastCommit: UInt64 = 0
        var number: UInt32 = 0
        /// Moved since the last `credit_balance.changed`.
        var movedEntries: UInt64 = 0
        var firstMoved: UInt64 = 0
        var announcedBalance = Amount.zero
        var announcedAt: Timestamp?

        var held: Amount { holds.values.reduce(.zero) { $0 + $1.credits } }
    }

    private(set) var books: [AccountName: Book] = [:]
    private var replayed: [AccountName: Account] = [:]
    /// Wraps around, for it sums over all time what is in range only at each moment.
    private var system: [SystemAccount: Int128] = [:]
    private var commit: UInt64 = 0
    private var recordedAt = Timestamp.earliest
    /// Holds that the commit at hand placed, by account and id.
    private var placed: Set<String> = []
    private var faults: [String] = []

    /// Other defaults than any table's: what happened must not depend on the configuration under
    /// which it is replayed.
    private static let otherPolicies = Policies(
        defaults: AccountSettings(
            overdraft: .refuse,
            thresholds: Threshold(kind: .absolute, value: Amount(whole: 7)).map { [$0] }
        )
    )

    mutating func faults(
        in transition: Transition,
        inputs: Int,
        settled: Timestamp,
        policies: Policies
    ) -> [String] {
        faults = []
        placed = []
        let made = transition.commit
        let previous = commit
        expect(made.number == previous + 1, "commit \(made.number) after \(previous)")
        expect(made.recordedAt >= recordedAt, "time runs backwards in commit \(made.number)")
        expect(made.outcomes.total == UInt64(inputs), "\(made.outcomes) for \(inputs) inputs")
        let refused = made.outcomes.conflict + made.outcomes.rejected + made.outcomes.invalid
        // A hold that the credits do not cover is everyday business and leaves no dead letter.
        let refusedHolds = made.triggers.count { $0.type == .holdRejected }
        expect(
            made.deadLetters.count + refusedHolds == Int(refused),
            "\(refused) refusals, \(refusedHolds) of holds, dead letters differ"
        )
        commit = made.number
        recordedAt = made.recordedAt
        openGroups(of: made)
        for entry in made.entries { take(entry, of: made) }
        closeGroups(of: made)
        checkTriggers(of: made, coalescing: policies.coalescing)
        checkAccounts(of: transition, settled: settled, policies: policies)
        return faults
    }

    private mutating func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
        if !condition { faults.append(fault()) }
    }

    private mutating func openGroups(of made: Commit) {
        let names = made.groups.map { AccountName($0, in: made) }
        expect(Set(names).count == names.count, "an account has two groups in one commit")
        for (group, name) in zip(made.groups, names) {
            let book = books[name]
            expect(group.isNew == (book == nil), "\(name) isNew: \(group.isNew)")
            let number = book?.number ?? UInt32(books.count + 1)
            expect(group.number == number, "\(name) has number \(group.number), not \(number)")
            expect(group.previousCommit == book?.lastCommit ?? 0, "\(name) breaks its chain")
            expect(group.firstSequence == (book?.sequence ?? 0) + 1, "\(name) first sequence")
            expect(group.balanceBefore == book?.balance ?? .zero, "\(name) balance before")
            books[name, default: Book()].number = group.number
        }
    }

    private mutating func take(_ entry: Entry, of made: Commit) {
        let name = AccountName(made.groups[Int(entry.group)], in: made)
        guard var book = books[name] else { return }
        let line = "\(name) entry \(entry.sequence)"
        expect(entry.sequence == book.sequence + 1, "\(line) follows \(book.sequence)")
        expect(entry.balanceBefore == book.balance, "\(line) before, not \(book.balance)")
        expect(entry.balanceAfter == entry.balanceBefore.adding(entry.amount), "\(line) after")
        var sum = Amount.zero
        for allocation in made.allocations(of: entry) {
            sum = sum + allocation.credits
            if allocation.grant == Allocation.overdraft {
                book.overdraft = book.overdraft - allocation.credits
                expect(!book.overdraft.isNegative, "\(line) leaves a debt below 0")
            } else {
                let remaining = book.remaining[allocation.grant, default: .zero]
                let left = remaining + allocation.credits
                expect(!left.isNegative, "\(line) leaves grant \(allocation.grant) below 0")
                book.remaining[allocation.grant] = left
            }
        }
        expect(sum == entry.amount, "\(line) of \(entry.amount) allocates \(sum)")
        takeHold(entry, of: made, into: &book)
        book.sequence = entry.sequence
        book.balance = entry.balanceAfter
        let total = book.remaining.values.reduce(-book.overdraft.units) { $0 &+ $1.units }
        expect(
            total == book.balance.units,
            "\(line): grants − overdraft ≠ balance \(book.balance)"
        )
        if !entry.amount.isZero {
            if book.movedEntries == 0 { book.firstMoved = entry.sequence }
            book.movedEntries += 1
            if let counterpart = entry.type.counterpart {
                system[counterpart, default: 0] &-= entry.amount.units
            } else {
                expect(false, "\(line) of type \(entry.type.name) moves the balance")
            }
        }
        books[name] = book
    }

    /// Moves the holds, and checks that an entry takes an id exactly if an input brought it.
    private mutating func takeHold(_ entry: Entry, of made: Commit, into book: inout Book) {
        guard !entry.isUsage else { return }
        let detail = made.details[Int(entry.detail)]
        let line = "\(entry.type.name) \(entry.sequence)"
        expect(
            detail.commandID.isEmpty == (entry.key == IDKey(high: 0, low: 0)),
            "\(line) of command \(detail.commandID) has key \(entry.key)"
        )
        switch (entry.type, detail.payload) {
        case (.holdPlaced, .hold(let hold)):
            expect(hold.credits.isPositive, "\(line) holds \(hold.credits)")
            // One whose time was over before it was read counts from its record.
            let isHistory = hold.expiresAt <= made.recordedAt && hold.placedAt <= made.recordedAt
            expect(hold.placedAt == made.recordedAt || isHistory, "\(line) at \(hold.placedAt)")
            let id = Array(hold.holdID.utf8)
            expect(book.holds[id] == nil, "\(line) places \(hold.holdID) twice")
            book.holds[id] = hold
            placed.insert("\(AccountName(made.groups[Int(entry.group)], in: made)) \(hold.holdID)")
        case (.holdCaptured, .endOfHold(let id)), (.holdReleased, .endOfHold(let id)):
            let hold = book.holds.removeValue(forKey: Array(id.utf8))
            expect(hold != nil, "\(line) ends no hold \(id)")
        case (.holdExpired, .endOfHold(let id)):
            let hold = book.holds.removeValue(forKey: Array(id.utf8))
            expect(hold?.expiresAt == entry.occurredAt, "\(line) ends hold \(id) too soon")
        case (_, .hold), (_, .endOfHold), (.holdPlaced, _), (.holdCaptured, _),
            (.holdReleased, _), (.holdExpired, _):
            expect(false, "\(line) has payload \(detail.payload)")
        default: return
        }
        expect(entry.amount.isZero && entry.allocationCount == 0, "\(line) moves credits")
    }

    private mutating func closeGroups(of made: Commit) {
        for (index, group) in made.groups.enumerated() {
            let count = made.entries.count { $0.group == Int32(index) }
            let name = AccountName(group, in: made)
            expect(Int(group.entryCount) == count, "\(name) counts \(group.entryCount) entries")
            if count > 0 { books[name]?.lastCommit = made.number }
        }
        let all = books.values.reduce(system.values.reduce(0, &+)) { $0 &+ $1.balance.units }
        expect(all == 0, "all accounts and their counterparts sum to \(all) units")
    }

    /// Each `credit_balance.changed` goes on where the one before it ended, and not too soon.
    private mutating func checkTriggers(of made: Commit, coalescing: Int64) {
        for trigger in made.triggers {
            guard case .change(let change) = trigger.payload else { continue }
            let name = AccountName(made.groups[Int(trigger.group)], in: made)
            guard var book = books[name] else { continue }
            let line = "\(name) changed at \(trigger.sequence)"
            expect(change.entries == book.movedEntries, "\(line) covers \(change.entries)")
            expect(change.firstSequence == book.firstMoved, "\(line) from \(change.firstSequence)")
            expect(change.previousBalance == book.announcedBalance, "\(line) leaves a hole")
            expect(trigger.balance.ledger == book.balance, "\(line) is not the last state")
            expect(trigger.balance.held == book.held, "\(line) says \(trigger.balance.held) held")
            expect(trigger.sequence == book.sequence, "\(line) is not the last entry")
            if let last = book.announcedAt {
                let next = last.advanced(byMicroseconds: coalescing)
                expect(next <= made.recordedAt, "\(line) comes too soon")
                expect(last < made.recordedAt || coalescing == 0, "\(line) comes twice")
            }
            book.announcedAt = made.recordedAt
            book.announcedBalance = book.balance
            book.movedEntries = 0
            books[name] = book
        }
    }

    private mutating func checkAccounts(
        of transition: Transition,
        settled: Timestamp,
        policies: Policies
    ) {
        let made = transition.commit
        guard
            transition.accounts.map({ AccountName($0) })
                == made.groups.map({ AccountName($0, in: made) })
        else {
            faults.append("accounts and groups of commit \(made.number) differ")
            return
        }
        for (index, live) in transition.accounts.enumerated() {
            let name = AccountName(live)
            if let imbalance = live.imbalance { faults.append("\(name): \(imbalance)") }
            expect(live.balance == books[name]?.balance, "\(name) has balance \(live.balance)")
            expect(live.overdraft == books[name]?.overdraft, "\(name) owes \(live.overdraft)")
            checkHolds(of: live, at: made.recordedAt, settled: settled)
            for grant in live.grants {
                let remaining = books[name]?.remaining[grant.ordinal] ?? .zero
                expect(grant.remaining == remaining, "\(name) \(grant.terms.grantID) remaining")
            }
            expect(Account(restoring: live.state) == live, "\(name) is not what its state restores")
            replay(into: live, group: index, of: made)
        }
    }

    private mutating func checkHolds(
        of live: Account,
        at now: Timestamp,
        settled: Timestamp
    ) {
        let name = AccountName(live)
        let book = books[name] ?? Book()
        expect(live.held == book.held, "\(name) holds \(live.held), not \(book.held)")
        let holds = Dictionary(live.holds.map { (Array($0.holdID.utf8), $0) }) { first, _ in first }
        expect(holds == book.holds, "\(name) has holds \(live.holds)")
        expect(live.holds.count == book.holds.count, "\(name) has a hold twice")
        // One whose time is over before it is read falls due only with the next commit.
        let isInTime = live.holds.allSatisfy {
            $0.expiresAt > settled || placed.contains("\(name) \($0.holdID)")
        }
        expect(isInTime, "\(name) keeps a hold too long")
        let shown = live.snapshot(at: now)
        let late = live.grants.lazy.filter { $0.terms.expiresAt.map { $0 <= now } ?? false }
            .reduce(Amount.zero) { $0 + $1.remaining }
        expect(shown.held == book.held, "\(name) shows \(shown.held) held")
        expect(
            shown.available == book.balance - book.held - late,
            "\(name) shows \(shown.available) available"
        )
    }

    private mutating func replay(into live: Account, group index: Int, of made: Commit) {
        let name = AccountName(live)
        var account =
            replayed[name]
            ?? Account(
                customerID: name.customerID,
                creditType: name.creditType,
                policies: Self.otherPolicies
            )
        let owed = made.triggers.filter { $0.group == Int32(index) }
        let entries = made.entries.filter { $0.group == Int32(index) }
        if let fault = account.replay(
            made.groups[index],
            entries: entries[...],
            of: made,
            owed: owed[...]
        ) {
            faults.append("\(name) does not replay: \(fault)")
        }
        expect(account == live, Self.difference(replayed: account, live: live))
        // Goes on from the live one, so that each fault is told once, where it happens.
        replayed[name] = live
    }

    private static func difference(replayed: Account, live: Account) -> String {
        var parts: [String] = []
        let (left, right) = (Mirror(reflecting: replayed), Mirror(reflecting: live))
        for (old, new) in zip(left.children, right.children) {
            let (past, present) = (String(describing: old.value), String(describing: new.value))
            if past != present {
                parts.append("\(old.label ?? "?"): replayed \(past), live \(present)")
            }
        }
        return "\(live.customerID) does not replay to itself: \(parts.joined(separator: "; "))"
    }
}
