import Foundation
import LedgerStore
import Testing

@testable import Credits

/// Random inputs over 200 accounts, applied to every store and held against a model that works out
/// each balance from the list of inputs; every commit is audited.
///
/// `DRAWDOWN_INPUTS` says how many inputs; in an optimised build a million take some minutes.
@Suite("Ledger properties over every store", .serialized)
struct LedgerPropertyTests {
    private static let inputs =
        ProcessInfo.processInfo.environment["DRAWDOWN_INPUTS"].flatMap(Int.init) ?? 1000

    @Test(
        "Balances are what the list of inputs makes them, in whatever batches it is cut",
        arguments: StoreKind.allCases
    )
    func balances(_ kind: StoreKind) throws {
        var whole = PropertyRun(try PropertyStore(kind, policies: RandomInputs.policies))
        try whole.run(seed: 11, inputs: Self.inputs, widest: 150, cut: .wholeTicks)
        #expect(whole.faults.isEmpty)
        if let memory = whole.ledger.store as? InMemoryLedgerStore {
            // The store counts ids by rule; the verifier has each of them.
            var verifier = LedgerVerifier(hashKey: memory.identity.hashKey)
            for (index, bytes) in memory.journal.enumerated() {
                verifier.take(bytes, number: UInt64(index + 1))
            }
            #expect(verifier.finish(expecting: memory.head).ids == memory.reader.knownIDCount)
        }
        let accounts = whole.ledger.store.allAccounts
        let head = whole.ledger.store.head
        try whole.ledger.reopen()
        #expect(whole.ledger.store.allAccounts == accounts)
        #expect(whole.ledger.store.head == head)
        let difference = try PropertyRun.difference(
            seed: 12,
            inputs: Self.inputs,
            widest: 150,
            part: 40
        ) {
            try PropertyStore(kind, policies: RandomInputs.policies)
        }
        #expect(difference == nil)
    }

    @Test(
        "What is read again makes no entry for anything that was applied",
        arguments: StoreKind.allCases
    )
    func again(_ kind: StoreKind) throws {
        var run = PropertyRun(try PropertyStore(kind, policies: RandomInputs.policies))
        try run.run(seed: 13, inputs: Self.inputs, widest: 150, cut: .wholeTicks)
        #expect(run.faults.isEmpty)
        var applied = run.applied
        let ledger = run.ledger
        let end = ledger.store.head.recordedAt
        // First once more from the same cluster, then from one that has never been seen.
        for cluster in ["cluster-1", "cluster-2"] {
            ledger.cluster = cluster
            var random = RandomInputs(seed: 13)
            var left = Self.inputs
            while left > 0 {
                let count = min(left, 1 + random.number(150))
                left -= count
                let tick = random.tick(of: count)
                let commit = try ledger.apply(tick.inputs, at: end, readThrough: end).commit
                let known = ledger.latest.filter { applied[$0.key] != nil }
                let same = known.count { applied[$0.key] == $0.content }
                #expect(commit.outcomes.duplicate >= UInt64(same))
                #expect(commit.outcomes.conflict >= UInt64(known.count - same))
                #expect(commit.outcomes.applied <= UInt64(count - known.count))
                #expect(commit.entries.allSatisfy { applied[$0.key] == nil })
                #expect(commit.announcesOnlyWhatIsNew)
                for entry in commit.entries where entry.key != IDKey(high: 0, low: 0) {
                    applied[entry.key] = entry.fingerprint
                }
            }
        }
    }
}

extension Commit {
    /// Whether every trigger about an account is of an account that got entries, or was only due.
    fileprivate var announcesOnlyWhatIsNew: Bool {
        triggers.allSatisfy { trigger in
            switch trigger.payload {
            case .refused, .refusedHold, .change, .notice: true
            default: groups[Int(trigger.group)].entryCount > 0
            }
        }
    }
}
