import Credits
import LedgerStore
import Testing

// Each fault is written into a journal whose hashes are right, so that only the rules can find it.

@Suite("Ledger verifier")
struct LedgerVerifierTests {
    /// Two commits without a fault: a grant and a debit for one account, then a debit.
    private var sound: [Commit] {
        var first = Sample.commit(1)
        first.addGroup(1, "acme")
        first.grant("g1", 100)
        first.use("u1", 30)
        var second = Sample.commit(2)
        second.addGroup(
            1,
            "acme",
            isNew: false,
            previousCommit: 1,
            firstSequence: 3,
            balance: Amount(whole: 70)
        )
        second.use("u2", 20)
        return [first, second]
    }

    private func seal(_ commits: [Commit]) -> [[UInt8]] {
        var hash = Sample.genesisHash
        return commits.map { commit in
            let sealed = JournalFormat.encode(commit, previousHash: hash)
            hash = sealed.hash
            return sealed.bytes
        }
    }

    private func verify(_ journal: [[UInt8]], head: CommitHead? = nil) -> VerificationReport {
        var verifier = LedgerVerifier(hashKey: Sample.secret)
        for (index, bytes) in journal.enumerated() {
            verifier.take(bytes, number: UInt64(index + 1))
        }
        return verifier.finish(expecting: head)
    }

    /// The kinds of faults after a change to the second commit.
    private func kinds(_ change: (inout Commit) -> Void) -> [VerificationFault.Kind] {
        var commits = sound
        change(&commits[1])
        let report = verify(seal(commits))
        #expect(report.faults.allSatisfy { $0.commit == 2 })
        return report.faults.map(\.kind)
    }

    @Test func aSoundJournalHasNoFaults() {
        let report = verify(seal(sound))
        #expect(report.faults == [])
        #expect(report.entries == 3)
        #expect(report.accounts == 1)
        #expect(report.ids == 4)
        #expect(report.balanceUnits == Amount(whole: 50).units)
        #expect(
            report.systemUnits[Int(SystemAccount.issued.rawValue)] == Amount(whole: -100).units
        )
    }

    @Test func aUsageIDThatIsUsedTwiceIsFound() {
        #expect(kinds { $0.use("u1", 1) } == [.usageID])
    }

    @Test func aCommandIDThatIsUsedTwiceIsFound() {
        #expect(Set(kinds { $0.grant("g1", 1, ordinal: 2) }) == [.commandID, .grantID])
    }

    @Test func holdsAndVoidsThatFollowTheRulesAreNoFaults() {
        #expect(
            kinds { commit in
                commit.hold("h1", 40)
                commit.hold("h2", 5)
                commit.expireHold("h1")
                commit.void(50)
                commit.expireHold("h2")
            } == []
        )
    }

    @Test func aHoldIDThatIsUsedTwiceIsFound() {
        let again: (inout Commit) -> Void = { commit in
            commit.hold("h1", 1)
            commit.expireHold("h1")
            commit.hold("h1", 1, command: "another")
        }
        #expect(kinds(again) == [.holdID])
    }

    @Test func aHoldThatIsPlacedWhileItIsThereIsFound() {
        #expect(
            kinds { commit in
                commit.hold("h1", 1)
                commit.hold("h1", 1, command: "another")
            } == [.holdID, .hold]
        )
    }

    @Test func aHoldThatEndsWithoutHavingBeenPlacedIsFound() {
        #expect(kinds { $0.expireHold("h1") } == [.hold])
        #expect(
            kinds { commit in
                commit.hold("h1", 1)
                commit.expireHold("h1")
                commit.expireHold("h1")
            } == [.hold]
        )
    }

    @Test func aCommandThatTakesNoIDIsFound() {
        #expect(
            kinds { commit in
                commit.hold("h1", 1)
                commit.entries[1].key = IDKey(high: 0, low: 0)
            } == [.commandID]
        )
    }

    @Test func aVoidThatTakesMoreThanRemainsIsFound() {
        #expect(kinds { $0.void(51) } == [.grant])
    }

    @Test func aVoidThatMakesDebtIsFound() {
        let debt = Allocation(grant: Allocation.overdraft, credits: Amount(whole: -5))
        #expect(kinds { $0.void(5, allocations: [debt]) } == [.entry])
    }

    @Test func aVoidThatGivesCreditsIsFound() {
        let given = Allocation(grant: 1, credits: Amount(whole: 5))
        #expect(kinds { $0.void(-5, allocations: [given]) } == [.entry])
    }

    @Test func anEntryThatCarriesWhatItsTypeDoesNotIsFound() {
        #expect(
            kinds { commit in
                commit.hold("h1", 1)
                commit.entries[1].type = .holdReleased
            } == [.entry]
        )
        #expect(
            kinds { commit in
                commit.add(
                    .holdReleased,
                    .zero,
                    allocations: [
                        Allocation(grant: 1, credits: Amount(whole: -5)),
                        Allocation(grant: 1, credits: Amount(whole: 5)),
                    ],
                    detail: EntryDetail(commandID: "c", payload: .endOfHold("h1"))
                )
            } == [.entry]
        )
    }

    @Test func aGapInAnAccountsEntriesIsFound() {
        #expect(kinds { $0.groups[0].firstSequence = 4 } == [.sequence])
    }

    @Test func aBalanceThatDoesNotContinueIsFound() {
        #expect(kinds { $0.groups[0].balanceBefore = Amount(whole: 71) } == [.balance])
    }

    @Test func allocationsThatDoNotSumToTheAmountAreFound() {
        #expect(
            kinds { $0.allocations[0] = Allocation(grant: 1, credits: Amount(whole: -19)) }
                == [.allocations]
        )
    }

    @Test func aGrantThatGivesMoreThanItHasIsFound() {
        #expect(kinds { $0.use("u3", 51) } == [.grant])
    }

    @Test func aGrantThatDoesNotExistIsFound() {
        #expect(kinds { $0.use("u3", 1, grant: 2) } == [.grant])
    }

    @Test func aPointerToAnotherCommitIsFound() {
        #expect(kinds { $0.groups[0].previousCommit = 0 } == [.previousCommit])
    }

    @Test func anAccountUnderAnotherNameIsFound() {
        #expect(
            kinds { $0.groups[0].customerID = $0.bytes.appendSlice("other".utf8) } == [.account]
        )
    }

    @Test func anAccountNumberThatIsNotTheNextIsFound() {
        #expect(kinds { $0.groups[0].isNew = true } == [.account])
        #expect(
            kinds { commit in
                commit.addGroup(3, "new")
                commit.use("u9", 1, grant: 0)
            } == [.account]
        )
    }

    @Test func anEntryThatHasNoOtherSideIsFound() {
        #expect(
            kinds { commit in
                commit.entries[0].type = .settingsChanged
            }.contains(.doubleEntry)
        )
    }

    @Test func timeThatRunsBackwardsIsFound() {
        #expect(kinds { $0.recordedAt = .earliest } == [.recordedAt])
    }

    @Test func aPartitionReadFromElsewhereIsFound() {
        #expect(kinds { $0.partitions[0].from = 99 } == [.offset])
    }

    @Test func allocationsBeyondEveryRangeAreFoundAndDoNotTrap() {
        let huge = Sample.amount("99999999999999999999999999")
        #expect(
            kinds { commit in
                commit.add(
                    .creditsConsumed,
                    .zero,
                    allocations: [
                        Allocation(grant: 1, credits: huge), Allocation(grant: 1, credits: huge),
                        Allocation(grant: 1, credits: huge.negated),
                        Allocation(grant: 1, credits: huge.negated),
                    ],
                    id: "u3"
                )
            } == [.allocations]
        )
    }

    @Test func aRemovedCommitIsFound() {
        let journal = seal(sound)
        let report = verify([journal[1]])
        #expect(report.faults.map(\.kind).contains(.commitNumber))
        #expect(report.faults.map(\.kind).contains(.hashChain))
    }

    @Test func aRewrittenCommitIsFoundByTheNext() {
        var commits = sound
        let journal = seal(commits)
        commits[0].outcomes.applied = 7
        let report = verify([seal(commits)[0], journal[1]])
        #expect(report.faults.map(\.kind) == [.hashChain])
        #expect(report.faults.first?.commit == 2)
    }

    @Test func aFlippedByteIsFoundAndHidesNothingBehindItself() {
        var journal = seal(sound)
        journal[0][120] ^= 1
        let report = verify(journal)
        #expect(report.faults.map(\.kind) == [.commitBytes])
        #expect(report.faults.first?.commit == 1)
        #expect(report.commits == 2)
    }

    @Test func aMissingEndIsFound() {
        let journal = seal(sound)
        let head = CommitHead(
            number: 2,
            hash: Array(journal[1].suffix(32)),
            recordedAt: Sample.moment
        )
        #expect(verify(journal, head: head).isSound)
        #expect(verify([journal[0]], head: head).faults.map(\.kind) == [.commitNumber])
        let other = CommitHead(number: 2, hash: Sample.genesisHash, recordedAt: Sample.moment)
        #expect(verify(journal, head: other).faults.map(\.kind) == [.hashChain])
    }
}
