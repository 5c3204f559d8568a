import Testing

@testable import Credits

/// The accounts of a batch are copies of a store's, as far as they need to be.
@Suite struct BatchAccountsTests {
    private let policies = Policies()

    private func stored() throws -> [Account] {
        var store = TestStore(policies: policies)
        for line in try LedgerTable(
            """
            grant  g1  acme   30  applied  balance 30
            grant  g2  other  12  applied  balance 12
            """
        ).lines {
            guard case .input(let input) = line.step else { continue }
            let (_, faults) = store.apply([input], at: LedgerTable.beginning)
            #expect(faults.isEmpty)
        }
        return store.accounts.values.sorted { $0.number < $1.number }
    }

    @Test func anAccountOfAStoreIsWholeThoughOnlyItsFrontIsCopied() throws {
        let stored = try stored()
        var accounts = BatchAccounts(of: stored, capacity: 2)
        accounts.append(number: 2)
        accounts.append(number: 1)
        #expect(Array(accounts) == [stored[1], stored[0]])
    }

    @Test func whatChangesInABatchDoesNotChangeInTheStore() throws {
        let stored = try stored()
        let before = stored
        var accounts = BatchAccounts(of: stored, capacity: 1)
        accounts.append(number: 1)
        accounts[0].settings.overdraft = .refuse
        accounts[0].overdraft = Amount(whole: 3)
        #expect(accounts[0].settings.overdraft == .refuse)
        #expect(accounts[0].overdraft == Amount(whole: 3))
        #expect(!accounts[0].isPlain)
        #expect(stored == before)
    }

    @Test func anAccountIsMovedToWhatTheBatchMadeOfIt() throws {
        var stored = try stored()
        var accounts = BatchAccounts(of: stored, capacity: 2)
        accounts.append(number: 1)
        accounts.append(number: 2)
        accounts[0].settings.overdraft = .refuse
        _ = accounts.fronts[1].draw(Amount(whole: 5), occurredAt: LedgerTable.beginning)
        let expected = Array(accounts)
        accounts.releaseStored()
        for index in accounts.indices { accounts.move(index, into: &stored[index]) }
        #expect(stored == expected)
        #expect(stored[1].usable[0].remaining == Amount(whole: 7))
    }

    @Test func pickedAccountsKeepWhatTheyAre() throws {
        let stored = try stored()
        let new = Account(customerID: "new", creditType: "credits", policies: policies)
        var accounts = BatchAccounts(of: stored, capacity: 3)
        accounts.append(number: 1)
        accounts.append(new)
        accounts.append(number: 2)
        accounts[2].settings.overdraft = .refuse
        let all = Array(accounts)
        #expect(Array(accounts.picked([2, 1])) == [all[2], all[1]])
    }
}
