import Credits
import Foundation
import LedgerStore
import Synchronization
import Testing

// What every ledger store does, whatever it is made of: the same facts over each of them.

@Suite("Ledger store contract")
struct LedgerStoreContractTests {
    private let partition = PartitionKey(topic: "usage.events", partition: 3)

    @Test("A load after a commit sees its accounts and ids", arguments: StoreKind.allCases)
    func loadAfterCommit(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(continuing: test.store)
        batch.grant("g1", "acme", 100)
        batch.usage("u1", "acme", 30)
        try test.store.apply(batch)
        var again = BatchBuilder(continuing: test.store)
        again.usage("u1", "acme", 30)
        again.usage("u2", "other", 1)
        let loaded = try test.store.load(
            again.batch,
            dueAt: BatchBuilder.start,
            maximumDue: 10
        )
        #expect(loaded.commitNumber == 2)
        #expect(loaded.nextAccountNumber == 2)
        #expect(loaded.accounts.map(\.balance) == [Amount(whole: 70), .zero])
        #expect(loaded.accounts.map(\.number) == [1, 0])
        #expect(loaded.usage == [KnownID(fingerprint: 30, commit: 1), nil])
    }

    @Test(
        "A commit that does not start where the store was left is fenced",
        arguments: StoreKind.allCases
    )
    func fenced(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(for: test.store, from: nil)
        batch.usage("u1", "acme", 30)
        try test.store.apply(batch)
        var late = BatchBuilder(for: test.store, from: 7)
        late.usage("u2", "acme", 1)
        #expect(throws: StoreError.self) { try test.store.apply(late) }
        // The same batch once more: what a zombie would do.
        let thrown = #expect(throws: StoreError.self) { try test.store.apply(batch) }
        #expect(thrown?.code == .fenced)
        #expect(test.store.head.number == 1)
        // A refusal writes nothing and harms nothing.
        var good = BatchBuilder(continuing: test.store)
        good.usage("u3", "acme", 1)
        try test.store.apply(good)
        #expect(test.store.offsets(cluster: "cluster") == [partition: 2])
    }

    @Test("Offsets are kept per cluster", arguments: StoreKind.allCases)
    func clusters(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(for: test.store, from: nil)
        batch.usage("u1", "acme", 1)
        batch.usage("u2", "acme", 1)
        try test.store.apply(batch)
        var other = BatchBuilder(for: test.store, from: nil, cluster: "another")
        other.usage("u1", "acme", 1)
        let commit = try test.store.apply(other)
        #expect(commit.outcomes.duplicate == 1)
        try test.reopen()
        #expect(test.store.offsets(cluster: "cluster") == [partition: 2])
        #expect(test.store.offsets(cluster: "another") == [partition: 1])
        #expect(test.store.offsets(cluster: "unknown").isEmpty)
    }

    @Test(
        "Reopening gives the same accounts, ids, offsets and counts",
        arguments: StoreKind.allCases
    )
    func reopening(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        for round in 0..<40 {
            var batch = BatchBuilder(continuing: test.store)
            for account in 0..<60 where (account + round) % 3 == 0 {
                if round % 7 == 0 {
                    batch.grant("g\(account)-\(round)", "c\(account)", 50, after: Int64(round))
                }
                batch.usage("u\(account)-\(round)", "c\(account)", Int64(account % 5))
            }
            if round % 5 == 0 { batch.invalid("not JSON \(round)") }
            try test.store.apply(batch, at: Int64(round))
        }
        let accounts = test.store.allAccounts
        let head = test.store.head
        let ids = test.store.reader.knownIDCount
        let outcomes = test.store.reader.outcomes
        let nextDue = test.store.nextDue
        let epoch = test.store.identity.epoch
        #expect(accounts.count == 60)
        try test.reopen()
        #expect(test.store.allAccounts == accounts)
        #expect(test.store.head.hash == head.hash && test.store.head.number == 40)
        #expect(test.store.reader.knownIDCount == ids)
        #expect(test.store.reader.outcomes == outcomes)
        #expect(test.store.nextDue == nextDue)
        #expect(test.store.identity.epoch == epoch + 1)
        var again = BatchBuilder(continuing: test.store)
        again.usage("u3-0", "c3", 3)
        again.usage("u3-0", "c3", 4)
        again.grant("g3-0", "c3", 50, after: 0)
        let commit = try test.store.apply(again, at: 100)
        #expect(commit.outcomes.duplicate == 2)
        #expect(commit.outcomes.conflict == 1)
    }

    @Test("Entries come newest first across commits, page by page", arguments: StoreKind.allCases)
    func entries(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        for round in 0..<6 {
            var batch = BatchBuilder(continuing: test.store)
            if round == 0 { batch.grant("g1", "acme", 1000) }
            batch.usage("other-\(round)", "other", 1)
            if round != 3 {
                batch.usage("a\(round)", "acme", 1)
                batch.usage("b\(round)", "acme", 2)
            }
            try test.store.apply(batch, at: Int64(round))
        }
        try test.reopen()
        let reader = test.store.reader
        let account = try #require(reader.account(customerID: "acme", creditType: "credits"))
        let all = try reader.entries(account: account, before: nil, type: nil, limit: 100)
        #expect(all.map(\.entry.sequence) == (1...11).reversed())
        #expect(all.map(\.usageID).prefix(4) == ["b5", "a5", "b4", "a4"])
        #expect(
            all.allSatisfy {
                $0.sealed.commit.customerID(of: $0.sealed.commit.groups[0]) == "acme"
            }
        )
        #expect(all.first?.entry.balanceAfter == account.balance)
        let page = try reader.entries(
            account: account,
            before: EntryPosition(all[2]),
            type: nil,
            limit: 3
        )
        #expect(page.map(\.entry.sequence) == [8, 7, 6])
        // A position that is not in that commit, or in no commit, is found all the same.
        for commit in [0, all[4].sealed.commit.number, 1, 99] {
            let position = EntryPosition(sequence: 9, commit: commit)
            let same = try reader.entries(account: account, before: position, type: nil, limit: 3)
            #expect(same.map(\.entry.sequence) == [8, 7, 6])
        }
        let grants = try reader.entries(
            account: account,
            before: nil,
            type: .creditsGranted,
            limit: 5
        )
        #expect(grants.map(\.entry.sequence) == [1])
        #expect(grants.first?.sealed.commit.details.first?.commandID == "grant-g1")
    }

    @Test("A usage id leads to the entry that it made", arguments: StoreKind.allCases)
    func usageEntry(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(continuing: test.store)
        batch.usage("u1", "acme", 7)
        batch.usage("u2", "other", 8)
        try test.store.apply(batch)
        let record = try #require(
            try test.store.reader.usageEntry(usageID: "u2", source: "api")
        )
        #expect(record.entry.amount == Amount(whole: -8))
        #expect(record.usageID == "u2")
        #expect(record.sealed.hash == test.store.head.hash)
        #expect(try test.store.reader.usageEntry(usageID: "u2", source: "") == nil)
    }

    @Test("A commit is read back as it was made", arguments: StoreKind.allCases)
    func commit(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(continuing: test.store)
        batch.invalid("broken")
        batch.usage("u1", "acme", 7)
        let made = try test.store.apply(batch)
        let sealed = try #require(try test.store.reader.commit(number: 1))
        #expect(sealed.commit.triggers == made.triggers)
        #expect(sealed.commit.partitions == made.partitions)
        #expect(sealed.commit.outcomes == made.outcomes)
        let letter = try #require(sealed.commit.deadLetters.first)
        #expect(sealed.commit.bytes.string(of: letter.message.value) == "broken")
        #expect(
            sealed.commit.headers[Int(letter.message.headers)]
                == [MessageHeader(name: "trace", value: [1, 2, 3])]
        )
        #expect(try test.store.reader.commit(number: 2) == nil)
    }

    @Test(
        "Accounts are paged in the order of their customers' bytes",
        arguments: StoreKind.allCases
    )
    func paging(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(continuing: test.store)
        for name in ["b", "ä", "a1", "Z"] { batch.usage("u-\(name)", name, 1) }
        try test.store.apply(batch)
        func page(_ query: String? = nil, after: String? = nil, limit: Int = 10) -> [String] {
            test.store.reader.accounts(
                creditType: "credits",
                query: query,
                after: after,
                limit: limit
            ).map(\.customerID)
        }
        #expect(page() == ["Z", "a1", "b", "ä"])
        var more = BatchBuilder(continuing: test.store)
        more.usage("u-a2", "a2", 1)
        try test.store.apply(more)
        #expect(page(after: "Z", limit: 2) == ["a1", "a2"])
        #expect(page(after: "a11") == ["a2", "b", "ä"])
        #expect(page("a") == ["a1", "a2"])
    }

    @Test("What is due is loaded until it is done", arguments: StoreKind.allCases)
    func due(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(continuing: test.store)
        batch.grant("g1", "acme", 10, after: 60_000_000)
        batch.usage("u1", "other", 1)
        try test.store.apply(batch)
        try test.reopen()
        let due = BatchBuilder.start.advanced(byMicroseconds: 60_000_000)
        #expect(test.store.nextDue == due)
        let early = try test.store.load(
            BatchBuilder(continuing: test.store).batch,
            dueAt: due.advanced(byMicroseconds: -1),
            maximumDue: 9
        )
        #expect(early.due.isEmpty)
        for _ in 0..<2 {
            let loaded = try test.store.load(
                BatchBuilder(continuing: test.store).batch,
                dueAt: due,
                maximumDue: 9
            )
            #expect(loaded.due.map { loaded.accounts[$0].customerID } == ["acme"])
        }
        try test.store.apply(BatchBuilder(continuing: test.store), at: 60)
        #expect(
            test.store.reader.account(customerID: "acme", creditType: "credits")?.balance
                == Amount(whole: 10)
        )
        #expect(test.store.nextDue.map { $0 > due } ?? true)
    }

    @Test("A reader on another thread sees only whole commits", arguments: StoreKind.allCases)
    func readers(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(continuing: test.store)
        batch.grant("g1", "acme", 1_000_000)
        try test.store.apply(batch)
        let observer = Observer(test.store.reader)
        Thread.detachNewThread { observer.run() }
        // Bounded by commits, not by time: some of them will fall between two looks.
        for round in 0..<20_000 where observer.changes.load(ordering: .relaxed) < 20 {
            var batch = BatchBuilder(continuing: test.store)
            batch.usage("a\(round)", "acme", 1)
            batch.usage("b\(round)", "acme", 2)
            try test.store.apply(batch)
        }
        observer.stop()
        #expect(observer.changes.load(ordering: .relaxed) >= 20)
        #expect(observer.faults.load(ordering: .relaxed) == 0)
    }

    @Test("What was published is remembered with the next commit", arguments: StoreKind.allCases)
    func published(_ kind: StoreKind) throws {
        let test = try StoreUnderTest(kind)
        var batch = BatchBuilder(continuing: test.store)
        batch.usage("u1", "acme", 1)
        try test.store.apply(batch)
        test.store.notePublished(through: 1)
        #expect(test.store.publishedThrough == 1)
        try test.reopen()
        #expect(test.store.publishedThrough == 0)
        test.store.notePublished(through: 1)
        var next = BatchBuilder(continuing: test.store)
        next.usage("u2", "acme", 1)
        try test.store.apply(next)
        try test.reopen()
        #expect(test.store.publishedThrough == 1)
        test.store.notePublished(through: 2)
        try test.store.close()
        try test.reopen()
        #expect(test.store.publishedThrough == 2)
    }
}

/// Looks at an account again and again, and counts what does not fit together.
private final class Observer: Sendable {
    let changes = Atomic(0)
    let faults = Atomic(0)
    private let isStopped = Atomic(false)
    private let ended = DispatchSemaphore(value: 0)
    private let reader: any LedgerReader

    init(_ reader: any LedgerReader) {
        self.reader = reader
    }

    func run() {
        var last: UInt64 = 0
        while !isStopped.load(ordering: .relaxed) {
            let account = reader.account(number: 1)
            if let account, isWhole(account) {
                if account.lastCommit > last { changes.add(1, ordering: .relaxed) }
                last = account.lastCommit
            } else {
                faults.add(1, ordering: .relaxed)
            }
        }
        ended.signal()
    }

    private func isWhole(_ account: Account) -> Bool {
        let newest = try? reader.entries(account: account, before: nil, type: nil, limit: 1)
        return newest?.first?.entry.balanceAfter == account.balance
            && newest?.first?.entry.sequence == account.sequence
            && reader.head.number >= account.lastCommit
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        ended.wait()
    }
}

extension EntryRecord {
    var usageID: String { sealed.commit.bytes.string(of: entry.usageID) }
}
