import Testing

@testable import Credits

/// Runs a table in several cuts into batches; every line is a fact to hold in each of them.
///
/// One input per batch checks the lines' own words. Then the widest batches and seeded random ones
/// must make the same entries, balances, refusals and crossings. Every commit is audited.
func checkLedger(
    _ text: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let table = try LedgerTable(text)
    var reference = TableRun(cut: .everyLine, callSite: sourceLocation)
    reference.run(table)
    let expected = reference.story
    // One broken run tells enough: the others would say the same.
    var areSound = !reference.hasFaults
    for cut in [TableCut.widest] + (1...20).map(TableCut.random) where areSound {
        var run = TableRun(cut: cut, callSite: sourceLocation)
        run.run(table)
        run.compare(to: expected)
        areSound = !run.hasFaults
    }
}

/// Where a table is cut into batches.
enum TableCut {
    case everyLine
    /// As few batches as the order allows.
    case widest
    /// A third of all lines begins a batch.
    case random(seed: UInt64)
}

/// One run of a table.
struct TableRun {
    let cut: TableCut
    /// Of the call, so that a failure points at the table's line.
    let callSite: SourceLocation
    private var store = TestStore(policies: Policies(expiryNotices: []))
    private var clock = LedgerTable.beginning
    private var pending: [TestInput] = []
    private var isTimePending = false
    private var generator: SplitMix64
    private(set) var hasFaults = false

    init(cut: TableCut, callSite: SourceLocation) {
        self.cut = cut
        self.callSite = callSite
        if case .random(let seed) = cut {
            generator = SplitMix64(seed: seed)
        } else {
            generator = SplitMix64(seed: 0)
        }
    }

    mutating func run(_ table: LedgerTable) {
        for line in table.lines {
            switch line.step {
            case .defaults(let policies):
                flush()
                store.policies = policies
            case .time(let moment):
                flush()
                clock = moment
                isTimePending = true
                if store.hasExpiring(at: clock) { flush() }
            case .readThrough(let moment):
                flush()
                store.readThrough = moment
                isTimePending = true
                if store.hasExpiring(at: clock) { flush() }
            case .input(let input):
                if mustCut(before: input) { flush() }
                pending.append(input)
            }
            if case .everyLine = cut { flush(checking: line) }
        }
        flush()
        checkLastStateIsAnnounced()
    }

    /// Commands are applied before usage, so none may come into a batch that has usage.
    private mutating func mustCut(before input: TestInput) -> Bool {
        if input.isCommand, pending.contains(where: { !$0.isCommand }) { return true }
        // The request that it answers must have been made.
        if input.answersLast, !pending.isEmpty { return true }
        if case .random = cut { return Int.random(in: 0..<3, using: &generator) == 0 }
        return false
    }

    private mutating func flush(checking line: LedgerTable.Line? = nil) {
        guard !pending.isEmpty || isTimePending else { return }
        let (commit, faults) = store.apply(answeredInputs, at: clock)
        for fault in faults { record(fault, line: line) }
        if let line { check(line, made: commit) }
        pending = []
        isTimePending = false
    }

    /// Those of the next batch, with the ids of the requests that they answer.
    private var answeredInputs: [TestInput] {
        pending.map { input in
            input.answering(store.accounts[input.account]?.topUp.request?.requestID)
        }
    }

    private mutating func checkLastStateIsAnnounced() {
        // Accounts take turns, for up to an eighth longer.
        let coalescing = store.policies.coalescing
        clock = clock.advanced(byMicroseconds: coalescing + coalescing / 8)
        isTimePending = true
        flush()
        for (name, account) in store.accounts {
            let book = store.audit.books[name]
            if account.unannounced != nil || book?.announcedBalance != account.balance {
                record("expected \(name)'s last balance to be announced", line: nil)
            }
        }
    }

    private mutating func record(_ fault: String, line: LedgerTable.Line?) {
        hasFaults = true
        guard let line else {
            Issue.record("\(cut): \(fault)", sourceLocation: callSite)
            return
        }
        let location = SourceLocation(
            fileID: callSite.fileID,
            filePath: callSite.filePath,
            line: callSite.line + line.number,
            column: 1
        )
        Issue.record("\(line.text): \(fault)", sourceLocation: location)
    }
}

// MARK: What a line says

extension TableRun {
    private mutating func check(_ line: LedgerTable.Line, made commit: Commit) {
        let expected = line.expectation
        var counts = OutcomeCounts()
        if let outcome = expected.outcome { counts[outcome] = 1 }
        if commit.outcomes != counts { record("got \(commit.outcomes)", line: line) }
        let code = commit.deadLetters.first?.refusal.code ?? commit.refusedHold?.code
        if code != expected.code { record("got code \(code?.name ?? "none")", line: line) }
        for account in expected.accounts {
            let balance = store.balance(of: account.name)
            if balance != account.balance { record("got balance \(balance)", line: line) }
            let shown = store.snapshot(of: account.name, at: clock)
            if let held = account.held, shown.held != held {
                record("got held \(shown.held)", line: line)
            }
            if let available = account.available, shown.available != available {
                record("got available \(shown.available)", line: line)
            }
        }
        checkTriggers(of: line, made: commit)
        guard !expected.allocations.isEmpty else { return }
        let made = commit.entries.flatMap { describeAllocations(of: $0, in: commit) }
        if made != expected.allocations { record("got allocations \(made)", line: line) }
    }

    private mutating func checkTriggers(of line: LedgerTable.Line, made commit: Commit) {
        var made: [AccountName: [String]] = [:]
        for trigger in commit.triggers {
            made[Self.account(of: trigger, in: commit), default: []].append(trigger.tableWord)
        }
        for account in line.expectation.accounts {
            let words = made.removeValue(forKey: account.name) ?? []
            let isExpected =
                words.count == account.triggers.count
                && words.allSatisfy { word in
                    let name = String(word.prefix { $0 != "[" })
                    return account.triggers.contains(word) || account.triggers.contains(name)
                }
                && account.triggers.allSatisfy { expected in
                    words.contains { $0 == expected || $0.prefix { $0 != "[" } == expected }
                }
            if !isExpected { record("got triggers \(words)", line: line) }
        }
        for (name, words) in made { record("got triggers of \(name): \(words)", line: line) }
    }

    static func account(of trigger: Trigger, in commit: Commit) -> AccountName {
        switch trigger.payload {
        case .refused(let input), .refusedHold(_, let input):
            AccountName(customerID: input.customerID, creditType: input.creditType)
        default: AccountName(commit.groups[Int(trigger.group)], in: commit)
        }
    }

    private func describeAllocations(of entry: Entry, in commit: Commit) -> [String] {
        let grants =
            store.accounts[AccountName(commit.groups[Int(entry.group)], in: commit)]?.grants ?? []
        return commit.allocations(of: entry).map { allocation in
            let grant = grants.first { $0.ordinal == allocation.grant }?.terms.grantID
            return "\(grant ?? "overdraft"):\(allocation.credits)"
        }
    }
}

// MARK: What must not depend on the cut

extension TableRun {
    /// All that happened, account by account and line by line, without what batches may change.
    var story: [String: [String]] {
        var story: [String: [String]] = [:]
        for commit in store.commits {
            for entry in commit.entries {
                let name = AccountName(commit.groups[Int(entry.group)], in: commit)
                let allocations = describeAllocations(of: entry, in: commit)
                story["entries of \(name)", default: []].append(
                    "\(entry.sequence) \(entry.type.name) \(entry.balanceBefore) + \(entry.amount) "
                        + "\(allocations) \(entry.key) \(entry.occurredAt) \(entry.origin)"
                        + (entry.isUsage ? "" : " \(commit.details[Int(entry.detail)])")
                )
            }
            for trigger in commit.triggers where trigger.type != .balanceChanged {
                let name = Self.account(of: trigger, in: commit)
                story["triggers of \(name)", default: []].append(
                    "\(trigger.sequence) \(trigger.type.name) \(trigger.balance) \(trigger.payload)"
                )
            }
            for letter in commit.deadLetters {
                story["dead letters", default: []].append(
                    "\(letter.message.origin) \(letter.refusal)"
                )
            }
        }
        for (name, account) in store.accounts {
            story["state of \(name)"] =
                [
                    "balance \(account.balance) overdraft \(account.overdraft)",
                    "holds \(account.holds)",
                    "basis \(account.basis)", "thresholds \(account.thresholds)",
                    "settings \(account.settings)", "schedules \(account.schedules)",
                    "top-up \(account.topUp)",
                ] + account.grants.map { "\($0)" }
        }
        let counts = store.commits.reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
        story["outcomes"] = ["\(counts)"]
        return story
    }

    mutating func compare(to expected: [String: [String]]) {
        let made = story
        for key in Set(made.keys).union(expected.keys).sorted() where made[key] != expected[key] {
            let (now, before) = (made[key] ?? [], expected[key] ?? [])
            let index = zip(now, before).firstIndex(where: !=) ?? min(now.count, before.count)
            let old = before.indices.contains(index) ? before[index] : "nothing"
            let new = now.indices.contains(index) ? now[index] : "nothing"
            record("\(key) [\(index)] are \(new), line by line \(old)", line: nil)
        }
    }
}

extension Trigger {
    /// As a table writes it, with its thresholds or its grant.
    var tableWord: String {
        switch payload {
        case .crossing(let thresholds, _):
            let list = thresholds.map {
                $0.kind == .percent ? "\($0.value)%" : "\($0.value)"
            }
            return "\(type.shortName)[\(list.joined(separator: ","))]"
        case .grant(let grant), .notice(let grant, _):
            return "\(type.shortName)[\(grant.terms.grantID)]"
        case .hold(let hold), .refusedHold(let hold, _):
            return "\(type.shortName)[\(hold.holdID)]"
        case .reversal(_, _, let credits): return "\(type.shortName)[\(credits)]"
        case .topUpRequest(let request): return "\(type.shortName)[\(request.credits)]"
        case .topUpSuspension(let reason, _): return "\(type.shortName)[\(reason.name)]"
        default: return type.shortName
        }
    }
}

extension Commit {
    /// The first input whose hold the available credits did not cover.
    fileprivate var refusedHold: RefusedInput? {
        for trigger in triggers {
            if case .refusedHold(_, let input) = trigger.payload { return input }
        }
        return nil
    }
}

extension Sequence {
    /// The place of the first element that satisfies a condition of its two halves.
    fileprivate func firstIndex<Left, Right>(
        where condition: (Left, Right) -> Bool
    ) -> Int? where Element == (Left, Right) {
        for (index, pair) in enumerated() where condition(pair.0, pair.1) { return index }
        return nil
    }
}
