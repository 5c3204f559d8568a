import Testing

@testable import Credits

/// A damaged journal is data from outside: replay says what is wrong and never traps.
@Suite struct AccountReplayTests {
    /// Two commits: a grant of 10, then usage of 4.
    private static func commits() throws -> [Commit] {
        var store = TestStore(policies: Policies())
        let table = try LedgerTable(
            """
            grant  g1  acme  10   applied  balance 10
            usage  u1  acme   4   applied  balance 6
            """
        )
        for line in table.lines {
            guard case .input(let input) = line.step else { continue }
            _ = store.apply([input], at: LedgerTable.beginning)
        }
        return store.commits
    }

    /// The first fault met when the commits are replayed after `damage`.
    private static func fault(_ damage: (inout [Commit]) -> Void) throws -> String? {
        var commits = try commits()
        damage(&commits)
        var account = Account(customerID: "acme", creditType: "credits", policies: Policies())
        for commit in commits {
            if let fault = account.replay(
                commit.groups[0],
                entries: commit.entries[...],
                of: commit,
                owed: []
            ) {
                return fault
            }
        }
        return account.imbalance
    }

    @Test func soundCommitsReplay() throws {
        #expect(try Self.fault { _ in } == nil)
    }

    @Test func aMissingOrRepeatedEntryIsNamed() throws {
        #expect(try Self.fault { $0[1].entries[0].sequence = 3 } == "expected entry 2, got: 3")
        #expect(try Self.fault { $0[1].entries[0].sequence = 1 } == "expected entry 2, got: 1")
    }

    @Test func aChangedBalanceOrAmountIsNamed() throws {
        #expect(
            try Self.fault { $0[1].entries[0].balanceBefore = Amount(whole: 9) }
                == "expected balance_before 10, got: 9"
        )
        #expect(try Self.fault { $0[1].entries[0].amount = Amount(whole: -3) } != nil)
        #expect(try Self.fault { $0[0].entries[0].amount = Amount(whole: 11) } != nil)
    }

    @Test func anAllocationThatAGrantCannotGiveIsNamed() throws {
        #expect(
            try Self.fault {
                $0[1].allocations[0] = Allocation(grant: 1, credits: Amount(whole: -11))
            } == "expected grant 1 to have 11 left, got: 10"
        )
        #expect(
            try Self.fault {
                $0[1].allocations[0] = Allocation(grant: 2, credits: Amount(whole: -4))
            } == "expected grant 2 to have credits left"
        )
        #expect(
            try Self.fault {
                $0[1].allocations[0] = Allocation(grant: 0, credits: Amount(whole: 4))
            } == "expected the overdraft to stay at or above 0"
        )
        #expect(
            try Self.fault {
                $0[0].allocations[0] = Allocation(grant: 7, credits: Amount(whole: 10))
            } == "expected an allocation to grant 1, got: 7"
        )
    }

    @Test func anActivationOfNoScheduledGrantIsNamed() throws {
        #expect(
            try Self.fault { $0[0].details[0].payload = .activation(5) }
                == "expected grant 5 to be scheduled"
        )
    }

    @Test func theEndOfWhatIsNotThereIsNamed() throws {
        #expect(
            try Self.fault { $0[0].details[0].payload = .cancellation(5) }
                == "expected grant 5 to be scheduled"
        )
        #expect(
            try Self.fault { $0[0].details[0].payload = .endOfHold("h1") }
                == "expected hold h1 to be there"
        )
    }

    @Test func aGrantThatGetsLessThanNothingIsNamed() throws {
        #expect(
            try Self.fault { commits in
                commits[0].allocations[0] = Allocation(grant: 1, credits: Amount(whole: -10))
                commits[0].entries[0].amount = Amount(whole: -10)
                commits.removeLast()
            } != nil
        )
    }

    @Test func indicesThatPointNowhereAreNamedAndNoTrap() async {
        await #expect(processExitsWith: .success) {
            let fault = try Self.fault { $0[0].entries[0].detail = 9 }
            #expect(fault != nil)
        }
        await #expect(processExitsWith: .success) {
            let fault = try Self.fault { $0[1].entries[0].allocationStart = 9 }
            #expect(fault != nil)
        }
        await #expect(processExitsWith: .success) {
            let fault = try Self.fault { $0[1].entries[0].allocationCount = -1 }
            #expect(fault != nil)
        }
    }

    @Test func allocationsThatAddUpToMoreThanAnAmountAreNamedAndNoTrap() async {
        await #expect(processExitsWith: .success) {
            let most = Amount(unchecked: Amount.limit)
            let fault = try Self.fault { commits in
                commits[0].allocations = [
                    Allocation(grant: 1, credits: most), Allocation(grant: 1, credits: most),
                ]
                commits[0].entries[0].allocationCount = 2
            }
            #expect(fault != nil)
        }
    }
}
