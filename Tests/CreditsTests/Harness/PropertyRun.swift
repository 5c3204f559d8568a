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

    /// The account whose story is written down in full, where two runs are to be told apart.
    private let watched: AccountName?
    private(set) var watchedEntries: [String] = []
    private(set) var watchedTriggers: [String] = []

    init(_ ledger: Ledger, watching watched: AccountName? = nil) {
        self.ledger = ledger
        self.watched = watched
    }

    /// What happened to each account, entry by entry and trigger by trigger, whatever the cut was.
    var story: [AccountName: [Int]] {
        let entries = entryStories.mapValues { [$0.finalize()] }
        return entries.merging(triggerStories.mapValues { [$0.finalize()] }, uniquingKeysWith: +)
    }

    /// Runs the same inputs in two cuts and says where the first account's story differs; nil:
    /// nowhere.
    static func difference(
        seed: UInt64,
        inputs: Int,
        widest: Int,
        part: Int,
        ledger: () throws -> Ledger
    ) throws -> String? {
        func runs(watching name: AccountName?) throws -> (whole: Self, parts: Self) {
            var whole = Self(try ledger(), watching: name)
            try whole.run(seed: seed, inputs: inputs, widest: widest, cut: .wholeTicks)
            var parts = Self(try ledger(), watching: name)
            let cut = PropertyCut.parts(upTo: part, seed: seed + 1)
            try parts.run(seed: seed, inputs: inputs, widest: widest, cut: cut)
            return (whole, parts)
        }
        let (whole, parts) = try runs(watching: nil)
        let faults = whole.faults + parts.faults
        guard faults.isEmpty else { return "\(faults)" }
        let (expected, made) = (whole.story, parts.story)
        let name = expected.keys.sorted().first { expected[$0] != made[$0] }
        guard let name else {
            let isSame = whole.outcomes == parts.outcomes && expected.count == made.count
            return isSame ? nil : "\(whole.outcomes) in ticks, \(parts.outcomes) in parts"
        }
        let (first, second) = try runs(watching: name)
        let pairs =
            Array(zip(first.watchedEntries, second.watchedEntries))
            + Array(zip(first.watchedTriggers, second.watchedTriggers))
        let pair = pairs.first { $0.0 != $0.1 }
        return "\(name) has \(pair?.0 ?? "more") in ticks, \(pair?.1 ?? "more") in parts"
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
                // What came before the moment of the tick is read with its first part already.
                readThrough = tick.clock
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
        for name in Set(commit.groups.map { AccountName($0, in: commit) } + inputs.map(\.account)) {
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
            let name = AccountName(commit.groups[Int(entry.group)], in: commit)
            entryStories[name, default: Hasher()].combine(entry, of: commit)
            if name == watched {
                let detail = entry.isUsage ? nil : commit.details[Int(entry.detail)]
                watchedEntries.append(
                    "\(entry.sequence) \(entry.type) \(entry.balanceBefore) + \(entry.amount) "
                        + "\(Array(commit.allocations(of: entry))) \(entry.occurredAt) "
                        + "\(String(describing: detail))"
                )
            }
        }
        for trigger in commit.triggers where trigger.group >= 0 && trigger.type != .balanceChanged {
            let name = AccountName(commit.groups[Int(trigger.group)], in: commit)
            triggerStories[name, default: Hasher()].combine(trigger)
            if name == watched {
                watchedTriggers.append(
                    "\(trigger.type) \(trigger.sequence) \(trigger.balance) \(trigger.payload)"
                )
            }
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
        combine(trigger.payload)
        // A notice that is due as soon as its grant is there goes with whatever commit looks at the
        // account next; what is available is of that moment.
        if trigger.type != .grantExpiring { combine(trigger.balance) }
    }
}
