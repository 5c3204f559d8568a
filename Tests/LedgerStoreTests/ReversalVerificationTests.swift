import Credits
import LedgerStore
import Testing

// Reversals that no ledger would make, in a journal whose hashes are right.

@Suite("Ledger verifier: reversals")
struct ReversalVerificationTests {
    /// A grant of 100 and usage of 130 of one account, usage of 5 of another.
    private var usage: Commit {
        var commit = Sample.commit(1)
        commit.addGroup(1, "acme")
        commit.grant("g1", 100)
        commit.add(
            .creditsConsumed,
            Amount(whole: -130),
            allocations: [
                Allocation(grant: 1, credits: Amount(whole: -100)),
                Allocation(grant: 0, credits: Amount(whole: -30)),
            ],
            id: "u1"
        )
        commit.addGroup(2, "other")
        commit.use("u2", 5, grant: 0)
        return commit
    }

    /// A commit that goes on with `acme`.
    private func commit(
        _ number: UInt64,
        sequence: UInt64,
        balance: Int64,
        _ fill: (inout Commit) -> Void
    ) -> Commit {
        var commit = Sample.commit(number)
        commit.addGroup(
            1,
            "acme",
            isNew: false,
            previousCommit: number - 1,
            firstSequence: sequence,
            balance: Amount(whole: balance)
        )
        fill(&commit)
        return commit
    }

    private func verify(_ commits: [Commit]) -> VerificationReport {
        var verifier = LedgerVerifier(hashKey: Sample.secret)
        var hash = Sample.genesisHash
        for (index, commit) in commits.enumerated() {
            let sealed = JournalFormat.encode(commit, previousHash: hash)
            hash = sealed.hash
            verifier.take(sealed.bytes, number: UInt64(index + 1))
        }
        return verifier.finish(expecting: nil)
    }

    /// The kinds of faults after reversals in a second commit.
    private func kinds(_ fill: (inout Commit) -> Void) -> [VerificationFault.Kind] {
        let second = commit(2, sequence: 3, balance: -30, fill)
        return verify([usage, second]).faults.map(\.kind)
    }

    @Test func reversalsThatFollowTheRulesAreNoFaults() {
        let first = commit(2, sequence: 3, balance: -30) { commit in
            commit.reverse(
                "u1",
                [(0, 30), (1, 10)],
                shares: [(1, 100, 10), (0, 30, 30)],
                reversed: 40
            )
            commit.void(10)
        }
        let terms = GrantTerms(
            grantID: "r1",
            credits: Amount(whole: 90),
            source: .compensation,
            effectiveAt: Sample.moment
        )
        let second = commit(3, sequence: 5, balance: 0) { commit in
            commit.reverse(
                "u1",
                [(2, 90)],
                shares: [(1, 100, 100), (0, 30, 30)],
                reversed: 130,
                grant: terms
            )
        }
        let report = verify([usage, first, second])
        #expect(report.faults == [])
        // Two of usage, four of commands, two of grants, and one of usage that was reversed.
        #expect(report.ids == 9)
    }

    @Test func debtOfOtherUsageCountsForNoShare() {
        #expect(
            kinds { commit in
                commit.use("u3", 20, grant: 0)
                commit.reverse(
                    "u1",
                    [(0, 50), (1, 10)],
                    shares: [(1, 100, 10), (0, 30, 30)],
                    reversed: 60
                )
            } == []
        )
    }

    @Test func aReversalOfMoreThanWasDrawnIsFound() {
        #expect(
            kinds { commit in
                commit.use("u3", 200, grant: 0)
                commit.reverse(
                    "u1",
                    [(0, 131)],
                    shares: [(1, 101, 101), (0, 30, 30)],
                    reversed: 131
                )
            } == [.reversal]
        )
    }

    @Test func aReversalThatForgetsAnEarlierOneIsFound() {
        #expect(
            kinds { commit in
                for _ in 0..<2 {
                    commit.reverse(
                        "u1",
                        [(0, 15)],
                        shares: [(1, 100, 0), (0, 30, 15)],
                        reversed: 15
                    )
                }
            } == [.reversal]
        )
    }

    @Test func aReversalOfUsageOfAnotherAccountIsFound() {
        #expect(
            kinds { $0.reverse("u2", [(0, 5)], shares: [(0, 5, 5)], reversed: 5) } == [.reversal]
        )
    }

    @Test func aReversalOfUsageThatNeverWasIsFound() {
        #expect(
            kinds { $0.reverse("u9", [(0, 5)], shares: [(0, 5, 5)], reversed: 5) } == [.reversal]
        )
    }

    @Test func sharesThatTheAllocationsDoNotMoveAreFound() {
        for shares: [(UInt32, Int64, Int64)] in [
            [(1, 100, 5), (0, 30, 30)], [(1, 100, 10), (0, 30, 29)], [(0, 30, 30), (1, 100, 10)],
        ] {
            let found = kinds {
                $0.reverse("u1", [(0, 30), (1, 10)], shares: shares, reversed: 40)
            }
            #expect(found == [.reversal], "\(shares)")
        }
    }

    @Test func aReversalIntoAGrantThatWasVoidedIsFound() {
        let first = commit(2, sequence: 3, balance: -30) { commit in
            commit.reverse(
                "u1",
                [(0, 30), (1, 10)],
                shares: [(1, 100, 10), (0, 30, 30)],
                reversed: 40
            )
            commit.void(10)
            commit.reverse(
                "u1",
                [(1, 10)],
                shares: [(1, 100, 20), (0, 30, 30)],
                reversed: 50
            )
        }
        #expect(verify([usage, first]).faults.map(\.kind) == [.grant])
    }
}
