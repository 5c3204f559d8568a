import Credits
@testable import LedgerStore
import Testing

// Damage that hashes cannot show: commits whose bytes were changed before they were sealed.

@Suite("Damaged entries")
struct DamagedEntriesTests {
    private let largest = "99999999999999999999999999.999999999999"

    /// Two commits of one account that go to the ends of what amounts can be.
    private var sound: [Commit] {
        var first = Sample.commit(1)
        first.addGroup(1, "acme")
        let terms = GrantTerms(
            grantID: "g1",
            credits: Sample.amount(largest),
            effectiveAt: Sample.moment
        )
        first.add(
            .creditsGranted,
            terms.credits,
            allocations: [Allocation(grant: 1, credits: terms.credits)],
            detail: EntryDetail(commandID: "c1", payload: .grant(terms))
        )
        var later = terms
        later.grantID = "g2"
        first.add(
            .grantScheduled,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "c2", payload: .grant(later))
        )
        var second = Sample.commit(2)
        second.addGroup(
            1,
            "acme",
            isNew: false,
            previousCommit: 1,
            firstSequence: 3,
            balance: terms.credits
        )
        addCorrections(to: &second)
        return [first, second]
    }

    private func addCorrections(to commit: inout Commit) {
        commit.use("u1", 7)
        commit.reverse("u1", [(1, 2)], shares: [(1, 7, 2)], reversed: 2)
        commit.hold("h1", .max)
        commit.hold("h2", 1)
        commit.void(50)
        commit.add(
            .creditsVoided,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "c3", payload: .cancellation(2))
        )
        let debit = Sample.amount("-3")
        commit.add(
            .manualAdjustment,
            debit,
            allocations: [Allocation(grant: 1, credits: debit)],
            detail: EntryDetail(commandID: "c4")
        )
        commit.expireHold("h1")
    }

    private func verify(_ second: Commit) -> VerificationReport {
        let first = JournalFormat.encode(sound[0], previousHash: Sample.genesisHash)
        let next = JournalFormat.encode(second, previousHash: first.hash)
        var verifier = LedgerVerifier(hashKey: Sample.secret)
        verifier.take(first.bytes, number: 1)
        verifier.take(next.bytes, number: 2)
        return verifier.finish(expecting: nil)
    }

    @Test func damageNeverTrapsTheVerifier() {
        #expect(verify(sound[1]).faults == [])
        let bytes = JournalFormat.encode(sound[1], previousHash: Sample.genesisHash).bytes
        var random = SplitMix(state: 20_261_123)
        var faulty = 0
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<random.next(below: 3) + 1 {
                let value = [0, 0xff, 0xfc, UInt8(random.next(below: 256))]
                damaged[random.next(below: bytes.count)] = value[random.next(below: 4)]
            }
            let read = try? JournalFormat.decode(
                damaged,
                under: Sample.secret,
                checksHash: false
            )
            if let read, !verify(read.commit).isSound { faulty += 1 }
        }
        #expect(faulty > 500)
    }

    /// A rollover takes from one grant all that it gives to another.
    @Test func whatIsGivenAndWhatIsTakenAreEachInRange() {
        let much = Sample.amount("60000000000000000000000000")
        func fault(_ credits: [Amount]) -> String? {
            var commit = Sample.commit(1)
            commit.addGroup(1, "acme")
            let allocations = credits.enumerated().map {
                Allocation(grant: UInt32($0.offset + 1), credits: $0.element)
            }
            commit.add(.creditsGranted, .zero, allocations: allocations)
            return commit.allocationFault(of: commit.entries[0])
        }
        #expect(fault([much.negated, much]) == nil)
        #expect(fault([much, much]) != nil)
        #expect(fault([much.negated, much.negated]) != nil)
        #expect(fault([much.negated, Sample.amount("1")]) != nil)
    }
}
