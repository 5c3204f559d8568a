import Credits
import LedgerStore
import Testing

// Reversals and top-ups over each store: what is left of usage is found wherever it stands.

@Suite("Ledger store contract: reversals and top-ups")
struct ReversalContractTests {
    /// A store in which `acme` was granted 100 and used 30.
    private func used(_ kind: StoreKind) throws -> StoreUnderTest {
        let test = try StoreUnderTest(kind)
        try apply(test) { batch in
            batch.grant("g1", "acme", 100)
            batch.usage("u1", "acme", 30)
        }
        return test
    }

    @discardableResult
    private func apply(
        _ test: StoreUnderTest,
        at seconds: Int64 = 0,
        _ change: (inout BatchBuilder) throws -> Void
    ) throws -> Commit {
        var batch = BatchBuilder(continuing: test.store)
        try change(&batch)
        return try test.store.apply(batch, at: seconds)
    }

    private func acme(_ test: StoreUnderTest) throws -> Account {
        try #require(test.store.reader.account(customerID: "acme", creditType: "credits"))
    }

    private func refusals(_ commit: Commit) -> [RefusalCode] {
        commit.deadLetters.map(\.refusal.code)
    }

    /// Verifies the journal and opens the store twice, the second time after another commit.
    private func expectReopeningChangesNothing(_ test: StoreUnderTest) throws {
        let report = try test.verify()
        #expect(report.faults == [])
        for _ in 0..<2 {
            let accounts = test.store.allAccounts
            let ids = test.store.reader.knownIDCount
            #expect(ids == report.ids)
            try test.reopen()
            #expect(test.store.allAccounts == accounts)
            #expect(test.store.reader.knownIDCount == ids)
            try apply(test) { $0.invalid("no entry") }
        }
    }

    @Test("Parts are given back, whatever was reopened between", arguments: StoreKind.allCases)
    func parts(_ kind: StoreKind) throws {
        let test = try used(kind)
        try expectReopeningChangesNothing(test)
        let first = try apply(test) { $0.reverse("r1", of: "u1", "acme", 10) }
        #expect(first.entries.map(\.type) == [.usageReversed])
        #expect(try acme(test).balance == Amount(whole: 80))
        try expectReopeningChangesNothing(test)
        let more = try apply(test) { batch in
            batch.reverse("r2", of: "u1", "acme", 21)
            batch.reverse("r3", of: "u1", "acme", 5)
            batch.reverse("r1", of: "u1", "acme", 10)
        }
        #expect(refusals(more) == [.exceedsDebited])
        #expect(more.outcomes.duplicate == 1)
        try expectReopeningChangesNothing(test)
        let last = try apply(test) { batch in
            batch.reverse("r4", of: "u1", "acme", 16)
            batch.reverse("r5", of: "u1", "acme", nil)
            batch.reverse("r6", of: "u1", "acme", nil)
        }
        #expect(refusals(last) == [.exceedsDebited, .alreadyReversed])
        #expect(try acme(test).balance == Amount(whole: 100))
        try expectReopeningChangesNothing(test)
    }

    @Test("The latest of several reversals counts", arguments: StoreKind.allCases)
    func severalInOneCommit(_ kind: StoreKind) throws {
        let test = try used(kind)
        try apply(test) { batch in
            for number in 1...5 { batch.reverse("r\(number)", of: "u1", "acme", 2) }
            batch.usage("u2", "acme", 7)
        }
        try test.reopen()
        let commit = try apply(test) { batch in
            batch.reverse("r8", of: "u2", "acme", 8)
            batch.reverse("r9", of: "u1", "acme", 21)
            batch.reverse("r10", of: "u1", "acme", nil)
            batch.reverse("r11", of: "u2", "acme", nil)
        }
        #expect(refusals(commit) == [.exceedsDebited, .exceedsDebited])
        #expect(commit.entries.map(\.amount) == [Amount(whole: 20), Amount(whole: 7)])
        try expectReopeningChangesNothing(test)
    }

    @Test("Usage of others and of nobody is unknown", arguments: StoreKind.allCases)
    func unknown(_ kind: StoreKind) throws {
        let test = try used(kind)
        try apply(test) { batch in
            batch.usage("u2", "other", 5)
            batch.usage("u3", "third", 5)
        }
        try test.reopen()
        let commit = try apply(test) { batch in
            batch.reverse("r1", of: "u1", "other", nil)
            batch.reverse("r2", of: "u2", "acme", nil)
            batch.reverse("r3", of: "u1", "nobody", nil)
            batch.reverse("r4", of: "u9", "acme", nil)
        }
        #expect(refusals(commit) == [.unknownUsage, .unknownUsage, .unknownUsage, .unknownUsage])
        // Somebody else's reversal changes nothing about it.
        try apply(test) { $0.reverse("r5", of: "u2", "other", nil) }
        let late = try apply(test) { $0.reverse("r6", of: "u2", "acme", nil) }
        #expect(refusals(late) == [.unknownUsage])
        try expectReopeningChangesNothing(test)
    }

    @Test("A grant that a reversal made keeps its id", arguments: StoreKind.allCases)
    func madeGrant(_ kind: StoreKind) throws {
        let test = try used(kind)
        let ids = test.store.reader.knownIDCount
        try apply(test) { batch in
            batch.reverse("r1", of: "u1", "acme", 1)
            batch.void("v1", of: "g1", "acme", nil)
            batch.reverse("r2", of: "u1", "acme", nil)
        }
        // Three commands, one reversed usage, one grant.
        #expect(test.store.reader.knownIDCount == ids + 5)
        #expect(try acme(test).usable.map(\.terms.grantID) == ["r2"])
        #expect(try acme(test).usable.map(\.terms.source) == [.compensation])
        try expectReopeningChangesNothing(test)
        let grants = try apply(test) { batch in
            batch.grant("r2", "acme", 1)
            batch.grant("r1", "acme", 1)
        }
        #expect(refusals(grants) == [.duplicateGrant])
        try expectReopeningChangesNothing(test)
    }

    @Test("A reversal waits for the usage of its batch", arguments: StoreKind.allCases)
    func sameBatch(_ kind: StoreKind) throws {
        let test = try used(kind)
        let commit = try apply(test) { batch in
            batch.reverse("r1", of: "u2", "acme", 4)
            batch.usage("u2", "acme", 80)
        }
        #expect(commit.entries.map(\.type) == [.creditsConsumed, .usageReversed])
        #expect(try acme(test).overdraft == Amount(whole: 6))
        try expectReopeningChangesNothing(test)
        try apply(test) { $0.reverse("r2", of: "u2", "acme", nil) }
        #expect(try acme(test).balance == Amount(whole: 70))
        try expectReopeningChangesNothing(test)
    }

    @Test("Both stores make the same of many reversals", arguments: StoreKind.allCases)
    func many(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        let plain = InMemoryLedgerStore(policies: Policies())
        var reversed = 0
        for round in 0..<30 {
            let fill = { (batch: inout BatchBuilder) in self.fill(&batch, round) }
            let commit = try apply(test, at: Int64(round), fill)
            var batch = BatchBuilder(continuing: plain)
            fill(&batch)
            try plain.apply(batch, at: Int64(round))
            reversed += commit.entries.count { $0.type == .usageReversed }
            if round % 7 == 0 { try test.reopen() }
        }
        #expect(reversed > 100)
        #expect(test.store.allAccounts == plain.allAccounts)
        try expectReopeningChangesNothing(test)
    }

    private func fill(_ batch: inout BatchBuilder, _ round: Int) {
        for number in 0..<12 {
            let (id, customer) = ("\(number)-\(round)", "c\(number)")
            batch.grant("g\(id)", customer, Int64(10 + number))
            for age in 1...3 where (number + round) % (age + 1) == 0 {
                let usage = "u\(number)-\(round - age)"
                batch.reverse("r\(age)-\(id)", of: usage, customer, age == 3 ? nil : 4)
            }
            if round % 3 == 0 { batch.void("v\(id)", of: "g\(number)-\(round - 1)", customer, nil) }
            batch.usage("u\(id)", customer, Int64((number * 7 + round) % 40))
        }
    }

    // MARK: Top-ups

    private func topUp() throws -> AccountSettings {
        let hour = try #require(CalendarDuration.seconds(3600))
        let day = try #require(CalendarDuration.seconds(86_400))
        return AccountSettings(
            autoTopUp: .on(
                AutoTopUp(
                    threshold: Amount(whole: 50),
                    credits: Amount(whole: 20),
                    cap: TopUpCap(period: day, count: 1),
                    answerWithin: hour
                )
            )
        )
    }

    private func types(_ commit: Commit) -> [TriggerType] {
        commit.triggers.map(\.type).filter { $0 == .topUpRequested || $0 == .topUpSuspended }
    }

    @Test("A request, its end and its window outlive the process", arguments: StoreKind.allCases)
    func request(_ kind: StoreKind) throws {
        let test = try used(kind)
        try apply(test) { $0.configure("c1", "acme", try topUp()) }
        let asked = try apply(test) { $0.usage("u2", "acme", 30) }
        #expect(types(asked) == [.topUpRequested])
        try expectReopeningChangesNothing(test)
        #expect(test.store.nextDue == BatchBuilder.start.advanced(byMicroseconds: 3_600_000_000))
        #expect(types(try apply(test, at: 3599) { _ in }) == [])
        #expect(types(try apply(test, at: 3600) { _ in }) == [.topUpSuspended])
        try expectReopeningChangesNothing(test)
        #expect(test.store.nextDue == BatchBuilder.start.advanced(byMicroseconds: 86_400_000_000))
        #expect(types(try apply(test, at: 86_399) { $0.usage("u3", "acme", 1) }) == [])
        try test.reopen()
        #expect(types(try apply(test, at: 86_400) { _ in }) == [.topUpRequested])
        try expectReopeningChangesNothing(test)
    }
}
