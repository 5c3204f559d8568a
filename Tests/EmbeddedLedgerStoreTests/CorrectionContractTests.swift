import Credits
import LedgerStore
import Testing

// Voids, adjustments and holds, over each store: what was made is what is read back.

@Suite("Ledger store contract: voids, adjustments and holds")
struct CorrectionContractTests {
    /// A store in which `acme` was granted 100.
    private func funded(_ kind: StoreKind) throws -> StoreUnderTest {
        let test = try StoreUnderTest(kind)
        try apply(test) { $0.grant("g1", "acme", 100) }
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

    /// Verifies the journal, and opens the store twice: from a checkpoint that may be older than
    /// the last commit, and from one that a further commit wrote.
    private func expectReopeningChangesNothing(_ test: StoreUnderTest) throws {
        let report = try test.verify()
        #expect(report.faults == [])
        for _ in 0..<2 {
            let accounts = test.store.allAccounts
            let ids = test.store.reader.knownIDCount
            let nextDue = test.store.nextDue
            #expect(report.accounts == accounts.count)
            try test.reopen()
            #expect(test.store.allAccounts == accounts)
            #expect(test.store.reader.knownIDCount == ids)
            #expect(test.store.nextDue == nextDue)
            try apply(test) { $0.invalid("no entry") }
        }
        #expect(test.store.reader.knownIDCount == report.ids)
    }

    private func types(_ commit: Commit) -> [EntryType] { commit.entries.map(\.type) }

    private func refusals(_ commit: Commit) -> [RefusalCode] {
        commit.deadLetters.map(\.refusal.code)
    }

    @Test("A void takes back part of a grant, then the rest", arguments: StoreKind.allCases)
    func void(_ kind: StoreKind) throws {
        let test = try funded(kind)
        let commit = try apply(test) { $0.void("v1", of: "g1", "acme", 30) }
        #expect(types(commit) == [.creditsVoided])
        #expect(try acme(test).balance == Amount(whole: 70))
        try expectReopeningChangesNothing(test)
        try apply(test) { $0.void("v2", of: "g1", "acme", nil) }
        #expect(try acme(test).balance == .zero)
        #expect(try acme(test).spent.map(\.status) == [.voided])
        #expect(try acme(test).basis == .zero)
        try expectReopeningChangesNothing(test)
        let late = try apply(test) { batch in
            batch.void("v1", of: "g1", "acme", 30)
            batch.void("v3", of: "g1", "acme", 1)
        }
        #expect(late.outcomes.duplicate == 1)
        #expect(refusals(late) == [.exceedsRemaining])
    }

    @Test("A scheduled grant is cancelled for good", arguments: StoreKind.allCases)
    func cancellation(_ kind: StoreKind) throws {
        let test = try funded(kind)
        try apply(test) { $0.grant("g2", "acme", 50, after: 60_000_000) }
        let commit = try apply(test) { $0.void("v1", of: "g2", "acme", nil) }
        #expect(commit.entries.map(\.amount) == [.zero])
        #expect(commit.details.map(\.payload) == [.cancellation(2)])
        try expectReopeningChangesNothing(test)
        let later = try apply(test, at: 61) { _ in }
        #expect(later.entries.isEmpty)
        #expect(try acme(test).balance == Amount(whole: 100))
        #expect(try acme(test).scheduled.isEmpty)
        #expect(try acme(test).spent.map(\.status) == [.voided])
    }

    @Test("An adjustment up is a grant of its command's id", arguments: StoreKind.allCases)
    func adjustmentUp(_ kind: StoreKind) throws {
        let test = try funded(kind)
        try apply(test) { $0.usage("u1", "acme", 130) }
        let ids = test.store.reader.knownIDCount
        let commit = try apply(test) { $0.adjust("a1", "acme", 50) }
        #expect(types(commit) == [.manualAdjustment])
        #expect(commit.allocations.map(\.credits) == [Amount(whole: 30), Amount(whole: 20)])
        #expect(test.store.reader.knownIDCount == ids + 2)
        #expect(try acme(test).balance == Amount(whole: 20))
        #expect(try acme(test).overdraft == .zero)
        try expectReopeningChangesNothing(test)
        let again = try apply(test) { batch in
            batch.adjust("a1", "acme", 50)
            batch.grant("a1", "acme", 9)
        }
        #expect(again.outcomes.duplicate == 1)
        #expect(refusals(again) == [.duplicateGrant])
    }

    @Test("An adjustment down draws as usage does", arguments: StoreKind.allCases)
    func adjustmentDown(_ kind: StoreKind) throws {
        let test = try funded(kind)
        let commit = try apply(test) { $0.adjust("a1", "acme", -120) }
        #expect(types(commit) == [.manualAdjustment])
        #expect(try acme(test).balance == Amount(whole: -20))
        #expect(try acme(test).overdraft == Amount(whole: 20))
        try expectReopeningChangesNothing(test)
        // It made no grant, so its command's id is no grant's.
        let grant = try apply(test) { $0.grant("a1", "acme", 9) }
        #expect(refusals(grant) == [])
    }

    @Test(
        "A hold is there after reopening, and frees what is captured",
        arguments: StoreKind.allCases
    )
    func capture(_ kind: StoreKind) throws {
        let test = try funded(kind)
        let ids = test.store.reader.knownIDCount
        let placed = try apply(test) { try $0.hold("h1", "acme", 40) }
        #expect(types(placed) == [.holdPlaced])
        #expect(test.store.reader.knownIDCount == ids + 2)
        #expect(test.store.nextDue == BatchBuilder.start.advanced(byMicroseconds: 900_000_000))
        try expectReopeningChangesNothing(test)
        #expect(try acme(test).held == Amount(whole: 40))
        let captured = try apply(test) { $0.usage("u1", "acme", 25, hold: "h1") }
        #expect(types(captured) == [.holdCaptured, .creditsConsumed])
        // The capture names the event, but only the debit uses its id up.
        #expect(test.store.reader.knownIDCount == ids + 3)
        #expect(try acme(test).holds.isEmpty)
        #expect(try acme(test).balance == Amount(whole: 75))
        try expectReopeningChangesNothing(test)
        let record = try #require(try test.store.reader.usageEntry(usageID: "u1", source: "api"))
        #expect(record.entry.type == .creditsConsumed)
        let captures = try test.store.reader.entries(
            account: try acme(test),
            before: nil,
            type: .holdCaptured,
            limit: 9
        )
        #expect(captures.map(\.usageID) == ["u1"])
        #expect(captures.map { $0.sealed.commit.bytes.string(of: $0.entry.source) } == ["api"])
        #expect(captures.map(\.entry.key) == [IDKey(high: 0, low: 0)])
    }

    @Test("A hold is released", arguments: StoreKind.allCases)
    func release(_ kind: StoreKind) throws {
        let test = try funded(kind)
        try apply(test) { batch in
            try batch.hold("h1", "acme", 40)
            try batch.hold("h2", "acme", 5)
        }
        let released = try apply(test) { $0.release("h1", "acme") }
        #expect(types(released) == [.holdReleased])
        #expect(try acme(test).held == Amount(whole: 5))
        try expectReopeningChangesNothing(test)
        #expect(try acme(test).holds.map(\.holdID) == ["h2"])
    }

    @Test("A hold ends when its time is over", arguments: StoreKind.allCases)
    func expiry(_ kind: StoreKind) throws {
        let test = try funded(kind)
        try apply(test) { try $0.hold("h1", "acme", 40) }
        try test.reopen()
        try apply(test, at: 899) { _ in }
        #expect(try acme(test).held == Amount(whole: 40))
        let expired = try apply(test, at: 900) { _ in }
        #expect(types(expired) == [.holdExpired])
        #expect(try acme(test).held == .zero)
        try expectReopeningChangesNothing(test)
    }

    @Test("The id of a hold that is gone stays taken", arguments: StoreKind.allCases)
    func duplicateHold(_ kind: StoreKind) throws {
        let test = try funded(kind)
        try apply(test) { try $0.hold("h1", "acme", 40) }
        try apply(test) { $0.release("h1", "acme") }
        try test.reopen()
        let again = try apply(test) { batch in
            try batch.hold("h1", "acme", 40)
            try batch.hold("h1", "acme", 40, command: "another")
            batch.grant("g9", "other", 50)
            // A hold's id is the account's own, and in no way a grant's.
            try batch.hold("h1", "other", 40, command: "of other")
            batch.grant("h1", "acme", 1)
        }
        #expect(again.outcomes.duplicate == 1)
        #expect(refusals(again) == [.duplicateHold])
        #expect(again.outcomes.applied == 3)
        try expectReopeningChangesNothing(test)
    }

    @Test("A refused hold leaves its ids free", arguments: StoreKind.allCases)
    func refusedHold(_ kind: StoreKind) throws {
        let test = try funded(kind)
        let refused = try apply(test) { try $0.hold("h1", "acme", 101) }
        #expect(refused.entries.isEmpty && refused.deadLetters.isEmpty)
        #expect(refused.triggers.map(\.type).contains(.holdRejected))
        try expectReopeningChangesNothing(test)
        let sealed = try #require(try test.store.reader.commit(number: refused.number))
        #expect(sealed.commit.triggers == refused.triggers)
        let placed = try apply(test) { try $0.hold("h1", "acme", 100) }
        #expect(types(placed) == [.holdPlaced])
    }

    @Test("Everything at once is the same after reopening", arguments: StoreKind.allCases)
    func everything(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var seen: Set<EntryType> = []
        for round in 0..<60 {
            let commit = try apply(test, at: Int64(round * 40)) { try fill(&$0, round) }
            seen.formUnion(types(commit))
            if round % 9 == 0 { try test.reopen() }
        }
        #expect(
            seen.isSuperset(of: [
                .creditsVoided, .manualAdjustment, .holdPlaced, .holdCaptured, .holdReleased,
                .holdExpired, .grantScheduled,
            ])
        )
        #expect(test.store.allAccounts.contains { !$0.holds.isEmpty })
        try expectReopeningChangesNothing(test)
    }

    private func fill(_ batch: inout BatchBuilder, _ round: Int) throws {
        for number in 0..<20 where (number + round) % 3 == 0 {
            let customer = "c\(number)"
            let id = "\(number)-\(round)"
            let earlier = "\(number)-\(round - 3)"
            batch.grant("g\(id)", customer, 50, after: Int64(round % 2) * 200_000_000)
            try batch.hold("h\(id)", customer, Int64(number % 7 + 1))
            switch (number + round) % 4 {
            case 0: batch.void("v\(id)", of: "g\(earlier)", customer, round % 5 == 0 ? nil : 4)
            case 1: batch.release("h\(earlier)", customer)
            case 2: batch.adjust("a\(id)", customer, Int64(round % 5 - 2) * 30 + 1)
            default: break
            }
            let hold = (number + round) % 5 == 0 ? "h\(earlier)" : ""
            batch.usage("u\(id)", customer, Int64(number), hold: hold)
        }
    }
}
