import Testing

@testable import Credits

/// Reversals that share a batch with their usage, and damage in those that are replayed.
@Suite struct ReversalTests {
    /// Applies the inputs of a table's lines as one batch to a store where `acme` has 100.
    private func apply(_ lines: String) throws -> (store: TestStore, commit: Commit) {
        var store = TestStore(policies: Policies())
        _ = store.apply(
            try inputs("grant g1 acme 100 applied balance 100"),
            at: LedgerTable.beginning
        )
        let (commit, faults) = store.apply(try inputs(lines), at: LedgerTable.beginning)
        #expect(faults == [])
        return (store, commit)
    }

    private func inputs(_ lines: String) throws -> [TestInput] {
        try LedgerTable(lines).lines.compactMap { line in
            guard case .input(let input) = line.step else { return nil }
            return input
        }
    }

    private func codes(_ commit: Commit) -> [RefusalCode] {
        commit.deadLetters.map(\.refusal.code)
    }

    @Test func aReversalWaitsForTheUsageOfItsBatch() throws {
        let (store, commit) = try apply(
            """
            reverse r1 acme 10 usage=u1   applied balance 80
            usage   u1 acme 30            applied balance 80
            """
        )
        #expect(commit.entries.map(\.type) == [.creditsConsumed, .usageReversed])
        #expect(codes(commit) == [])
        #expect(store.balance(of: AccountName(customerID: "acme")) == Amount(whole: 80))
    }

    @Test func aReversalOfTheSameBatchSeesTheOnesBeforeIt() throws {
        let (store, commit) = try apply(
            """
            reverse r1 acme 20  usage=u1   applied balance 0
            reverse r2 acme 11  usage=u1   applied balance 0
            reverse r1 acme 20  usage=u1   applied balance 0
            reverse r3 acme all usage=u1   applied balance 0
            reverse r4 acme all usage=u1   applied balance 0
            usage   u1 acme 30             applied balance 0
            """
        )
        #expect(commit.outcomes.duplicate == 1)
        #expect(codes(commit) == [.exceedsDebited, .alreadyReversed])
        #expect(store.balance(of: AccountName(customerID: "acme")) == Amount(whole: 100))
    }

    @Test func reversalsInTwoBatchesSeeEachOther() throws {
        var store = try apply("usage u1 acme 30 applied balance 70").store
        for (line, code) in [
            ("reverse r1 acme 20 usage=u1 applied balance 90", nil),
            ("reverse r2 acme 11 usage=u1 applied balance 90", RefusalCode.exceedsDebited),
            ("reverse r3 acme 10 usage=u1 applied balance 100", nil),
            ("reverse r4 acme all usage=u1 applied balance 100", .alreadyReversed),
        ] {
            let commit = store.apply(try inputs(line), at: LedgerTable.beginning).commit
            #expect(codes(commit).first == code)
        }
    }

    @Test func usageThatIsRefusedInTheBatchStaysUnknown() throws {
        let (_, commit) = try apply(
            """
            configure c1 acme overdraft=refuse   applied balance 100
            reverse   r1 acme all usage=u1       applied balance 100
            usage     u1 acme 101                applied balance 100
            """
        )
        #expect(codes(commit) == [.insufficientCredits, .unknownUsage])
    }

    @Test func usageOfAnotherAccountInTheBatchIsUnknown() throws {
        let (_, commit) = try apply(
            """
            reverse r1 acme  all usage=u1   applied balance 0
            usage   u1 other 30             applied balance 0
            """
        )
        #expect(codes(commit) == [.unknownUsage])
    }

    @Test func aCommandBeforeTheUsageOfItsBatchStaysBeforeIt() throws {
        let (_, commit) = try apply(
            """
            reverse r1 acme all usage=u1   applied balance 0
            grant   g2 acme 5              applied balance 0
            usage   u1 acme 30             applied balance 0
            """
        )
        let types: [EntryType] = [.creditsGranted, .creditsConsumed, .usageReversed]
        #expect(commit.entries.map(\.type) == types)
    }

    // MARK: What is replayed

    /// The fault met when a reversal that refills a grant and makes another is replayed after
    /// `damage`.
    private func fault(_ damage: (inout Commit) -> Void) throws -> String? {
        var store = TestStore(policies: Policies())
        for line in [
            "grant g1 acme 10 priority=1 applied balance 0", "grant g2 acme 10 applied balance 0",
            "usage u1 acme 15 applied balance 0", "void v1 acme all grant=g2 applied balance 0",
            "reverse r1 acme 12 usage=u1 applied balance 0",
        ] {
            _ = store.apply(try inputs(line), at: LedgerTable.beginning)
        }
        var commits = store.commits
        #expect(commits[4].allocations.map(\.grant) == [1, 3])
        damage(&commits[4])
        var account = Account(customerID: "acme", creditType: "credits", policies: Policies())
        for commit in commits {
            let group = commit.groups[0]
            let fault = account.replay(group, entries: commit.entries[...], of: commit, owed: [])
            if let fault { return fault }
        }
        return account.imbalance
    }

    @Test func aSoundReversalReplays() throws {
        #expect(try fault { _ in } == nil)
    }

    @Test func aRefillOfWhatHasEndedOrNeverWasIsNamed() throws {
        #expect(
            try fault { $0.allocations[0] = Allocation(grant: 2, credits: Amount(whole: 10)) }
                == "expected grant 2 not to have ended"
        )
        #expect(
            try fault { $0.allocations[0] = Allocation(grant: 9, credits: Amount(whole: 10)) }
                == "expected grant 9 not to have ended"
        )
        #expect(
            try fault { $0.allocations[0] = Allocation(grant: 0, credits: Amount(whole: 10)) }
                == "expected the overdraft to stay at or above 0"
        )
    }

    @Test func aReversalThatTakesIsNamed() throws {
        #expect(
            try fault { $0.allocations[0] = Allocation(grant: 1, credits: Amount(whole: -1)) }
                == "expected a reversal to take nothing from grant 1"
        )
    }

    @Test func aGrantThatIsNotTheOneMadeIsNamed() throws {
        let text = "expected a reversal to give its grant 3 all credits"
        #expect(
            try fault { $0.allocations[1] = Allocation(grant: 4, credits: Amount(whole: 2)) }
                == text
        )
        #expect(
            try fault { $0.allocations[1] = Allocation(grant: 3, credits: Amount(whole: 1)) }
                == text
        )
        #expect(try fault { $0.entries[0].allocationCount = 0 } == text)
    }

    @Test func aRefillBeyondTheRangeIsNamedAndNoTrap() async {
        await #expect(processExitsWith: .success) {
            let most = Amount(unchecked: Amount.limit)
            var account = Account(customerID: "a", creditType: "credits", policies: Policies())
            account.activate(
                Grant(
                    ordinal: 1,
                    terms: GrantTerms(grantID: "g", credits: most, effectiveAt: .earliest),
                    remaining: most,
                    status: .active
                )
            )
            let state = Reversible(account: 1, allocations: [], reversed: .zero)
            let fault = account.replay(
                Reversal(state: state, grant: nil),
                [Allocation(grant: 1, credits: most)]
            )
            #expect(fault == "expected what remains of grant 1 to be in range")
        }
    }

    @Test(arguments: [
        ("4", "5", "5"), ("0", "0", "0"), ("4", "-1", "0"), ("4", "2", "1"), ("4", "0", "5"),
    ])
    func sharesThatNoLedgerMakesAreNotSound(drawn: String, returned: String, reversed: String)
        throws
    {
        let share = ReturnedAllocation(
            grant: 1,
            drawn: try Amount(drawn),
            returned: try Amount(returned)
        )
        let usage = Reversible(account: 1, allocations: [share], reversed: try Amount(reversed))
        #expect(!usage.isSound)
    }

    @Test func sharesBeyondTheRangeAreNotSoundAndNoTrap() async {
        await #expect(processExitsWith: .success) {
            let most = Amount(unchecked: Amount.limit)
            let share = ReturnedAllocation(grant: 1, drawn: most, returned: most)
            let usage = Reversible(account: 1, allocations: [share, share], reversed: most)
            #expect(!usage.isSound)
        }
    }
}
