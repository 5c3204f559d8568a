import Testing

@testable import Credits

/// What an account says of itself between two entries.
@Suite struct AccountTests {
    private let start = LedgerTable.beginning
    private let day: Int64 = 86_400_000_000

    private func account(_ table: String) throws -> Account {
        var store = TestStore(policies: Policies())
        for line in try LedgerTable(table).lines {
            guard case .input(let input) = line.step else { continue }
            let (_, faults) = store.apply([input], at: start)
            #expect(faults.isEmpty)
        }
        return try #require(store.accounts[AccountName(customerID: "acme")])
    }

    @Test func availableLeavesExpiredGrantsOutFromTheirExpiryOn() throws {
        let account = try account(
            """
            grant  g1  acme  30  expires=P1D   applied  balance 30
            grant  g2  acme  12                applied  balance 42
            """
        )
        let before = account.snapshot(at: start.advanced(byMicroseconds: day - 1))
        let after = account.snapshot(at: start.advanced(byMicroseconds: day))
        #expect(before.available == Amount(whole: 42))
        #expect(after.available == Amount(whole: 12))
        #expect(after.ledger == Amount(whole: 42))
        #expect(after.overdraft.isZero)
    }

    @Test func theNextExpirySumsTheGrantsThatExpireTogether() throws {
        let account = try account(
            """
            grant  g1  acme  1  expires=P2D             applied  balance 1
            grant  g2  acme  2  expires=P1D             applied  balance 3
            grant  g3  acme  4  expires=P1D priority=9  applied  balance 7
            grant  g4  acme  8                          applied  balance 15
            """
        )
        let first = account.nextExpiry(after: start)
        #expect(first?.credits == Amount(whole: 6))
        #expect(first?.at == start.advanced(byMicroseconds: day))
        let second = account.nextExpiry(after: start.advanced(byMicroseconds: day))
        #expect(second?.credits == Amount(whole: 1))
        #expect(account.nextExpiry(after: start.advanced(byMicroseconds: 2 * day)) == nil)
    }

    @Test func whatIsDueAndWhatIsToBeAnnouncedHaveMomentsOfTheirOwn() throws {
        let policies = Policies()
        let quiet = try account("grant g1 acme 1 applied balance 1")
        #expect(quiet.nextDue(under: policies) == nil)
        #expect(quiet.nextAnnouncement(coalescing: 1_000_000) == nil)
        let both = try account(
            """
            grant  g1  acme  1                  applied  balance 1
            grant  g2  acme  1  effective=PT2S  applied  balance 1
            usage  u1  acme  1                  applied  balance 0
            """
        )
        #expect(both.nextDue(under: policies) == start.advanced(byMicroseconds: 2_000_000))
        #expect(
            both.nextAnnouncement(coalescing: 9_000_000)
                == start.advanced(byMicroseconds: 9_000_000)
        )
    }

    @Test func everyConfigureWritesAnEntryEvenIfItChangesNothing() throws {
        let account = try account(
            """
            configure  c1  acme  overdraft=refuse  applied  balance 0
            configure  c2  acme  overdraft=refuse  applied  balance 0
            configure  c3  acme                    applied  balance 0
            """
        )
        #expect(account.sequence == 3)
    }

    @Test func aChangeNamesHowManyEntriesItCoversAndOfWhatKind() throws {
        let account = try account(
            """
            grant      g1  acme  10                applied  balance 10
            usage      u1  acme  1                 applied  balance 9
            configure  c1  acme  overdraft=refuse  applied  balance 9
            usage      u2  acme  0                 applied  balance 9
            grant      g2  acme  5                 applied  balance 14
            """
        )
        let change = try #require(account.unannounced)
        #expect(change.previousBalance == Amount(whole: 10))
        #expect(change.firstSequence == 2)
        #expect(change.entries == 2)
        #expect(change.reasonTypes == [.creditsGranted, .creditsConsumed])
    }
}
