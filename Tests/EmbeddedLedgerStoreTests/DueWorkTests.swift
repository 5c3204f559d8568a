import LedgerStore
import Testing

@testable import Credits

/// Much that falls due at once: it is done in portions, each thing once, and nothing waits for it.
@Suite("Due work over every store", .serialized)
struct DueWorkTests {
    private static let policies = Policies(
        defaults: AccountSettings(overdraft: .refuse, thresholds: []),
        expiryNotices: []
    )

    private static func input(
        _ id: String,
        _ customer: String,
        _ kind: TestInput.Kind,
        at moment: Timestamp = RandomInputs.beginning
    ) -> TestInput {
        TestInput(
            id: id,
            account: AccountName(customerID: customer),
            kind: kind,
            content: "",
            offset: 1,
            timestamp: moment
        )
    }

    private static func usage(_ credits: Int64, at moment: Timestamp) -> TestInput.Kind {
        .usage(TestInput.UsageTerms(credits: Amount(whole: credits), occurredAt: moment))
    }

    private static func days(_ count: Int64) -> Timestamp {
        RandomInputs.beginning.advanced(byMicroseconds: count * 86_400_000_000)
    }

    private static func fill(_ ledger: PropertyStore, accounts: Int, each: Int) throws {
        var rest = 0..<accounts * each
        while !rest.isEmpty {
            let part = rest.prefix(10_000)
            rest = rest.dropFirst(part.count)
            let inputs = part.map { number in
                let terms = GrantTerms(
                    grantID: "g\(number)",
                    credits: Amount(whole: 1),
                    effectiveAt: RandomInputs.beginning,
                    expiresAt: days(1)
                )
                let customer = "customer-\(number % accounts)"
                return input("\(number)", customer, .command(.grant(terms)))
            }
            let beginning = RandomInputs.beginning
            _ = try ledger.apply(inputs, at: beginning, readThrough: beginning)
        }
    }

    @Test(
        "100,000 grants that expire in the same second end in portions, each once",
        arguments: [(StoreKind.memory, 100_000, 1), (.memory, 12, 1000), (.embedded, 12_000, 1)]
    )
    func expiry(_ kind: StoreKind, accounts: Int, each: Int) throws {
        let ledger = try PropertyStore(kind, policies: Self.policies)
        try Self.fill(ledger, accounts: accounts, each: each)
        var expired = 0
        let now = Self.days(2)
        while let due = ledger.store.nextDue, due <= now {
            // Intake goes on: each portion comes with an input, which does not wait for the rest.
            let usage = Self.input("u\(expired)", "another", Self.usage(0, at: now), at: now)
            let commit = try ledger.apply([usage], at: now, readThrough: now).commit
            #expect(commit.outcomes.applied == 1)
            let count = commit.entries.count { $0.type == .creditsExpired }
            #expect(count > 0 && count <= 10_000)
            #expect(commit.triggers.count { $0.type == .grantExpired } == count)
            guard count > 0 else { return }
            expired += count
        }
        #expect(expired == accounts * each)
        #expect(ledger.store.allAccounts.allSatisfy { $0.balance.isZero && $0.usable.isEmpty })
    }

    @Test(
        "What many accounts missed comes before their inputs, in one batch",
        arguments: StoreKind.allCases
    )
    func catchingUp(_ kind: StoreKind) throws {
        var policies = Self.policies
        policies.defaults.recurring = [
            RecurringGrant(
                scheduleID: "plan",
                credits: Amount(whole: 1),
                every: try #require(CalendarDuration("P1D")),
                anchor: nil
            )
        ]
        let ledger = try PropertyStore(kind, policies: policies)
        let customers = (0..<210).map { "customer-\($0)" }
        let beginning = RandomInputs.beginning
        let first = customers.map { Self.input("first \($0)", $0, Self.usage(1, at: beginning)) }
        let begun = try ledger.apply(first, at: beginning, readThrough: beginning).commit
        #expect(begun.outcomes.applied == 210)
        // 50 periods of 210 accounts are more than one commit does of what is merely due.
        let now = Self.days(50)
        let second = customers.map {
            Self.input("second \($0)", $0, Self.usage(1, at: now), at: now)
        }
        let commit = try ledger.apply(second, at: now, readThrough: beginning).commit
        #expect(commit.outcomes.applied == 210)
        #expect(commit.entries.count { $0.type == .creditsGranted } == 210 * 50)
    }

    @Test(
        "How far schedules and notices have come survives the end of the process",
        arguments: StoreKind.allCases
    )
    func reopening(_ kind: StoreKind) throws {
        var policies = Self.policies
        policies.expiryNotices = CalendarDuration.standardExpiryNotices
        let ledger = try PropertyStore(kind, policies: policies)
        let plan = RecurringGrant(
            scheduleID: "plan",
            credits: Amount(whole: 10),
            every: try #require(CalendarDuration("P1M")),
            anchor: Self.days(5),
            rollover: RecurringGrant.Rollover(maximumPercent: Amount(whole: 50))
        )
        let change = AccountSettings(recurring: [plan])
        let configure = Self.input("c1", "acme", .command(.configure(change)))
        let beginning = RandomInputs.beginning
        _ = try ledger.apply([configure], at: beginning, readThrough: beginning)
        var notices = 0
        for day in 1...100 {
            let (before, due) = (ledger.store.allAccounts, ledger.store.nextDue)
            try ledger.reopen()
            #expect(ledger.store.allAccounts == before && ledger.store.nextDue == due)
            let now = Self.days(Int64(day))
            let commit = try ledger.apply([], at: now, readThrough: now).commit
            notices += commit.triggers.count { $0.type == .grantExpiring }
        }
        // Days 5, 35, 66 and 96 begin periods; three of them end, each with what rolled over.
        let account = try #require(ledger.account(AccountName(customerID: "acme")))
        #expect(account.grants.count { $0.terms.source == .planIncluded } == 4)
        #expect(account.grants.count { $0.terms.source == .rollover } == 3)
        #expect(account.balance == Amount(whole: 15))
        #expect(notices == 10)
    }
}
