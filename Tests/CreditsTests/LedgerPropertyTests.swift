import Testing

@testable import Credits

/// Random inputs against a model that adds and subtracts and knows nothing of grants.
///
/// Half of all ids come from a small hot set, so that duplicates, conflicts and refusals that come
/// again are common. The model decides each batch in the contract's order: commands, then usage.
@Suite struct LedgerPropertyTests {
    @Test(arguments: [(1, 1), (2, 7), (3, 200), (4, 20000)])
    func balancesAreTheSumsOfTheInputsThatWereApplied(seed: Int, widest: Int) {
        var inputs = RandomInputs(seed: UInt64(seed))
        var model = BalanceModel()
        var store = TestStore(policies: Policies())
        var counts = OutcomeCounts()
        var entries: [EntryType: Int] = [:]
        var refusals: Set<RefusalCode> = []
        var left = 20000
        var clock = LedgerTable.beginning
        while left > 0 {
            let size = min(left, Int.random(in: 1...widest, using: &inputs.generator))
            left -= size
            clock = clock.advanced(byMicroseconds: 50000)
            let batch = (0..<size).map { _ in inputs.next(at: clock) }
            var expected = OutcomeCounts()
            let (commit, faults) = store.apply(batch, at: clock)
            model.begin(at: clock, voided: Self.voided(by: commit))
            for input in batch.filter(\.isCommand) + batch.filter({ !$0.isCommand }) {
                expected[model.decide(input)] += 1
            }
            #expect(faults.isEmpty)
            #expect(commit.outcomes == expected)
            for name in Set(batch.map(\.account)) {
                #expect(store.balance(of: name).units == model.balances[name] ?? 0, "\(name)")
                let held = store.snapshot(of: name, at: clock).held
                #expect(held.units == model.held(of: name), "\(name)")
            }
            counts += commit.outcomes
            for entry in commit.entries { entries[entry.type, default: 0] += 1 }
            refusals.formUnion(commit.deadLetters.map(\.refusal.code))
            if !faults.isEmpty || commit.outcomes != expected { return }
        }
        // Every outcome must have been met often, or the comparison says little.
        #expect(counts.applied > 8000)
        #expect(min(counts.duplicate, counts.conflict, counts.rejected) > 300, "\(counts)")
        for type: EntryType in [
            .creditsVoided, .manualAdjustment, .holdPlaced, .holdCaptured, .holdReleased,
        ] {
            #expect(entries[type, default: 0] > 15, "\(type.name)")
        }
        // The widest batches are too few for much time to pass.
        if widest < 1000 { #expect(entries[.holdExpired, default: 0] > 30) }
        #expect(
            refusals.isSuperset(of: [
                .unknownGrant, .exceedsRemaining, .duplicateGrant, .unknownHold, .duplicateHold,
            ])
        )
    }

    /// What the commit took from grants, by the content of the `void` that did it.
    private static func voided(by commit: Commit) -> [IDKey: (content: UInt64, units: Int128)] {
        var voided: [IDKey: (content: UInt64, units: Int128)] = [:]
        for entry in commit.entries where entry.type == .creditsVoided {
            voided[entry.key] = (entry.fingerprint, -entry.amount.units)
        }
        return voided
    }
}
