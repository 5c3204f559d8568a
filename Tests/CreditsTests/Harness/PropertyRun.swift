@testable import Credits

/// A ledger that random inputs are applied to.
protocol PropertyLedger {
    /// Applies a batch and makes it durable.
    mutating func apply(
        _ inputs: [TestInput],
        at now: Timestamp,
        readThrough: Timestamp
    ) throws -> Transition

    func account(_ name: AccountName) -> Account?
}

/// How ticks of random inputs are cut into batches.
enum PropertyCut {
    case wholeTicks
    /// Every tick in parts of one to so many inputs.
    case parts(upTo: Int, seed: UInt64)
}

/// Applies random inputs to a ledger and holds every commit against the model and the audit.
struct PropertyRun<Ledger: PropertyLedger> {
    private(set) var ledger: Ledger
    private(set) var model = BalanceModel(policies: RandomInputs.policies)
    private(set) var outcomes = OutcomeCounts()
    private(set) var entries: [EntryType: Int] = [:]
    private(set) var refusals: Set<RefusalCode> = []
    /// What applied each id, as its content.
    private(set) var applied: [IDKey: UInt64] = [:]
    /// What the first bad commit got wrong.
    private(set) var faults: [String] = []
    private var audit = CommitAudit()
    private var entryStories: [AccountName: Hasher] = [:]
    private var triggerStories: [AccountName: Hasher] = [:]
    private var readThrough = RandomInputs.beginning
    private var generator = SplitMix64(seed: 0)

    init(_ ledger: Ledger) { self.ledger = ledger }

    /// What happened to each account, entry by entry and trigger by trigger, whatever the cut was.
    var story: [AccountName: [Int]] {
        let entries = entryStories.mapValues { [$0.finalize()] }
        return entries.merging(triggerStories.mapValues { [$0.finalize()] }, uniquingKeysWith: +)
    }

    /// Applies so many inputs in ticks of up to `widest`.
    mutating func run(seed: UInt64, inputs: Int, widest: Int, cut: PropertyCut) throws {
        if case .parts(_, let seed) = cut { generator = SplitMix64(seed: seed) }
        var random = RandomInputs(seed: seed)
        var left = inputs
        while left > 0, faults.isEmpty {
            let count = min(left, 1 + random.number(widest))
            left -= count
            let tick = random.tick(of: count)
            var rest = tick.inputs[...]
            while !rest.isEmpty, faults.isEmpty {
                let part = rest.prefix(size(of: cut, atMost: rest.count))
                rest = rest.dropFirst(part.count)
                // All input of the moment is read only with its last part.
                if rest.isEmpty { readThrough = tick.clock }
                try apply(Array(part), at: tick.clock)
            }
        }
        for name in model.books.keys where faults.isEmpty { check(name, at: random.clock) }
    }

    private mutating func size(of cut: PropertyCut, atMost count: Int) -> Int {
        switch cut {
        case .wholeTicks: count
        case .parts(let widest, _): Int.random(in: 1...widest, using: &generator)
        }
    }

    private mutating func apply(_ inputs: [TestInput], at clock: Timestamp) throws {
        let transition = try ledger.apply(inputs, at: clock, readThrough: readThrough)
        let commit = transition.commit
        faults = audit.faults(
            in: transition,
            inputs: inputs.count,
            settled: min(clock, readThrough),
            policies: RandomInputs.policies
        )
        var expected = OutcomeCounts()
        model.begin(at: clock, readThrough: readThrough)
        for input in inputs { expected[model.decide(input)] += 1 }
        model.end()
        if commit.outcomes != expected { faults.append("\(commit.outcomes), not \(expected)") }
        for name in Set(commit.groups.map(AccountName.init) + inputs.map(\.account)) {
            check(name, at: clock)
        }
        take(commit)
        if !faults.isEmpty { faults.append("in commit \(commit.number) of \(inputs)") }
    }

    private mutating func check(_ name: AccountName, at clock: Timestamp) {
        let shown = ledger.account(name)?.snapshot(at: clock) ?? .zero
        let answer = BalanceModel.Answer(
            ledger: shown.ledger.units,
            held: shown.held.units,
            available: shown.available.units,
            overdraft: shown.overdraft.units
        )
        let expected = model.answer(of: name)
        if answer != expected { faults.append("\(name) has \(answer), not \(expected)") }
    }

    private mutating func take(_ commit: Commit) {
        outcomes += commit.outcomes
        refusals.formUnion(commit.deadLetters.map(\.refusal.code))
        for entry in commit.entries {
            entries[entry.type, default: 0] += 1
            if entry.key != IDKey(high: 0, low: 0) { applied[entry.key] = entry.fingerprint }
            let name = AccountName(commit.groups[Int(entry.group)])
            entryStories[name, default: Hasher()].combine(entry, of: commit)
        }
        for trigger in commit.triggers where trigger.group >= 0 && trigger.type != .balanceChanged {
            let name = AccountName(commit.groups[Int(trigger.group)])
            triggerStories[name, default: Hasher()].combine(trigger)
        }
    }
}

extension Hasher {
    fileprivate mutating func combine(_ entry: Entry, of commit: Commit) {
        combine(entry.type)
        combine(entry.sequence)
        combine(entry.amount)
        combine(entry.balanceBefore)
        combine(commit.allocations(of: entry))
        // Keys are each store's own.
        combine(commit.bytes.string(of: entry.source))
        combine(commit.bytes.string(of: entry.usageID))
        combine(entry.fingerprint)
        combine(entry.occurredAt)
        if !entry.isUsage { combine(commit.details[Int(entry.detail)]) }
    }

    fileprivate mutating func combine(_ trigger: Trigger) {
        combine(trigger.type)
        combine(trigger.sequence)
        combine(trigger.balance)
        combine(trigger.payload)
    }
}
