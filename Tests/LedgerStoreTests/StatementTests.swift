import Credits
@testable import LedgerStore
import Synchronization
import Testing

// Pages and sums are read without building the entries around them. They are held against commits
// that were read whole.

@Suite("Statements")
struct StatementTests {
    /// Commits of 1 to 40 entries of one account.
    private static func history(_ count: UInt64, seed: UInt64 = 20_261_126) -> TestJournal {
        var random = SplitMix(state: seed)
        var journal = TestJournal.Contents()
        for number in 1...count {
            journal.append(number, random.next(below: 40) + 1, &random)
        }
        return TestJournal(journal)
    }

    @Test func everyPageIsCutOutOfTheWholeStatement() throws {
        let journal = Self.history(30)
        let (reader, account) = try journal.reader()
        let all = try journal.statement
        #expect(all.first?.entry.balanceAfter == account.balance)
        for type in [nil, EntryType.creditsConsumed, .creditsGranted, .holdPlaced, .holdCaptured] {
            let statement = all.filter { type == nil || $0.entry.type == type }
            for limit in [1, 7, 100, Int.max - 1] {
                var found: [EntryRecord] = []
                var next: EntryPosition?
                repeat {
                    let page = try reader.page(
                        of: account,
                        before: next,
                        type: type,
                        limit: limit
                    )
                    #expect(page.records.count <= limit)
                    found += page.records
                    next = page.next
                } while next != nil
                #expect(found.map(Self.text) == statement.map(Self.text))
            }
        }
    }

    @Test func aPageBeginsAtAnyPositionWhateverCommitItNames() throws {
        let journal = Self.history(12)
        let (reader, account) = try journal.reader()
        let all = try journal.statement
        for (index, record) in all.enumerated() {
            for commit in [record.sealed.commit.number, 0, 1, 5, 12, 99] {
                let before = EntryPosition(sequence: record.entry.sequence, commit: commit)
                let page = try reader.page(of: account, before: before, type: nil, limit: 3)
                let older = all[(index + 1)...]
                #expect(page.records.map(Self.text) == older.prefix(3).map(Self.text))
                #expect((page.next == nil) == (older.count <= 3))
            }
        }
    }

    @Test func aPageReadsNoMoreCommitsThanItHasEntriesOf() throws {
        let journal = Self.history(200)
        let (reader, account) = try journal.reader()
        for record in try journal.statement where record.entry.sequence > 100 {
            journal.readCount.store(0, ordering: .relaxed)
            let before = EntryPosition(record)
            let found = try reader.entries(account: account, before: before, type: nil, limit: 5)
            let commits = Set(found.map(\.sealed.commit.number))
            // One more where the position's own commit holds nothing older.
            #expect(journal.readCount.load(ordering: .relaxed) <= commits.count + 1)
        }
    }

    @Test func aTypeThatIsRareEndsAPageEarlyAndIsFoundByThoseThatFollow() throws {
        var journal = TestJournal.Contents()
        for number in 1...3000 { journal.append(UInt64(number), grants: number % 1400 == 1) }
        let (reader, account) = try TestJournal(journal).reader()
        var found: [UInt64] = []
        var pages = 0
        var next: EntryPosition?
        repeat {
            let page = try reader.page(
                of: account,
                before: next,
                type: .creditsGranted,
                limit: 50
            )
            found += page.records.map(\.entry.sequence)
            next = page.next
            pages += 1
        } while next != nil
        #expect(found == [2801, 1401, 1])
        #expect((3...5).contains(pages))
        // As long as one wants all, one gets all.
        let all = try reader.entries(
            account: account,
            before: nil,
            type: .creditsGranted,
            limit: 50
        )
        #expect(all.map(\.entry.sequence) == found)
    }

    @Test func aPositionInAWrongCommitIsFoundPageByPage() throws {
        var journal = TestJournal.Contents()
        for number in 1...3000 { journal.append(UInt64(number), grants: number == 1) }
        let (reader, account) = try TestJournal(journal).reader()
        var next: EntryPosition? = EntryPosition(sequence: 3, commit: 2999)
        var found: [UInt64] = []
        for _ in 0..<6 where next != nil {
            let page = try reader.page(of: account, before: next, type: nil, limit: 50)
            found += page.records.map(\.entry.sequence)
            next = page.next
        }
        #expect(next == nil && found == [2, 1])
    }

    @Test func sumsAreThoseOfTheEntries() throws {
        let journal = Self.history(40)
        let (reader, account) = try journal.reader()
        let all = try journal.statement
        for sequence in [0, 1, account.sequence / 2, account.sequence - 1, account.sequence] {
            var expected: [UsageSlot: UsageSums] = [:]
            for record in all
            where record.entry.sequence > sequence && record.entry.type == .creditsConsumed {
                let entry = record.entry
                let slot = UsageSlot(
                    hour: UsageSlot.hour(of: entry.occurredAt),
                    action: record.sealed.commit.bytes.string(of: entry.action)
                )
                let sums = UsageSums(
                    events: 1,
                    quantity: entry.quantity,
                    credits: entry.amount.negated
                )
                expected[slot, default: UsageSums()].add(sums)
            }
            #expect(try reader.usage(of: account, after: sequence) == expected)
            #expect(sequence > 0 || expected.count > 20)
        }
    }

    @Test func theNewestEntryTellsWhenItWasRecorded() throws {
        let journal = Self.history(3)
        let (reader, account) = try journal.reader()
        let newest = try journal.statement.first
        #expect(try reader.lastRecordedAt(of: account) == newest?.sealed.commit.recordedAt)
    }

    @Test func amountsThatDoNotAddUpAreDamageAndAreNotShown() throws {
        let journal = Self.history(6)
        let (reader, account) = try journal.reader()
        try journal.change(3) { commit in
            let index = commit.entries.firstIndex { $0.type == .creditsGranted } ?? 0
            commit.entries[index].amount = Amount(whole: 77)
        }
        let error = #expect(throws: StoreError.self) {
            try reader.entries(account: account, before: nil, type: nil, limit: 1000)
        }
        #expect(error?.code == .damaged)
        #expect(throws: StoreError.self) { try reader.usage(of: account, after: 0) }
    }

    @Test func damageNeverTrapsWhatReadsAPart() throws {
        let bytes = try #require(Self.history(2).written(2))
        var random = SplitMix(state: 20_261_127)
        var readable = 0
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<random.next(below: 4) + 1 {
                let value = [0, 0xff, 0x80, UInt8(random.next(below: 256))]
                damaged[random.next(below: damaged.count)] = value[random.next(below: 4)]
            }
            let selection = EntrySelection(below: nil, type: nil, limit: 5)
            let page = try? JournalFormat.page(
                of: 1,
                in: damaged.span,
                under: Sample.secret,
                selection
            )
            if let page = page ?? nil {
                readable += 1
                for entry in page.sealed.commit.entries {
                    _ = Self.text(EntryRecord(sealed: page.sealed, entry: entry))
                }
            }
            var sums: [UsageSlot: UsageSums] = [:]
            _ = try? JournalFormat.addUsage(of: 1, after: 0, in: damaged.span, to: &sums)
        }
        #expect(readable > 1000)
    }

    /// All that an entry says, in words.
    private static func text(_ record: EntryRecord) -> String {
        let (entry, commit) = (record.entry, record.sealed.commit)
        let texts = [entry.usageID, entry.source, entry.action, entry.dimensions].map {
            commit.bytes.string(of: $0)
        }
        let detail = entry.isUsage ? "" : "\(commit.details[Int(entry.detail)])"
        return """
            \(commit.number) \(entry.sequence) \(entry.type) \(entry.balanceBefore) \
            \(entry.amount) \(texts) \(entry.fingerprint) \(entry.key) \(entry.quantity) \
            \(entry.rate) \(entry.occurredAt) \(entry.origin) \(commit.allocations(of: entry)) \
            \(detail) \(commit.partitions) \(commit.customerID(of: commit.groups[Int(entry.group)]))
            """
    }
}

/// A journal in memory that counts how often it is read.
private final class TestJournal: CommitSource {
    /// What is appended commit by commit: account 1's history.
    struct Contents: Sendable {
        fileprivate var commits: [Commit] = []
        private var sequence: UInt64 = 0
        private var balance = Amount.zero
        private var grants: UInt32 = 0

        private mutating func begin(_ number: UInt64) -> Commit {
            var commit = Sample.commit(number)
            commit.rates = [RateName(cardVersion: "2026-11", rateID: "sdxl")]
            commit.addGroup(
                1,
                "acme",
                isNew: number == 1,
                previousCommit: number - 1,
                firstSequence: sequence + 1,
                balance: balance
            )
            return commit
        }

        private mutating func end(_ commit: Commit) {
            sequence = commit.entries.last?.sequence ?? sequence
            balance = commit.entries.last?.balanceAfter ?? balance
            commits.append(commit)
        }

        /// One entry: a grant, or usage.
        mutating func append(_ number: UInt64, grants isGrant: Bool) {
            var commit = begin(number)
            if isGrant { grant(&commit) } else { commit.use("u\(number)", 1) }
            end(commit)
        }

        private mutating func grant(_ commit: inout Commit) {
            grants += 1
            let id = "g\(grants)"
            commit.grant(id, 100_000, ordinal: grants)
        }

        /// Entries of all kinds that a reader must pass by their content.
        mutating func append(_ number: UInt64, _ count: Int, _ random: inout SplitMix) {
            var commit = begin(number)
            grant(&commit)
            for index in 1..<max(count, 2) {
                let id = "\(number)-\(index)"
                if random.next(below: 8) == 0 {
                    commit.hold("h\(id)", 1)
                } else {
                    use("u\(id)", in: &commit, &random)
                }
            }
            end(commit)
        }

        private func use(_ id: String, in commit: inout Commit, _ random: inout SplitMix) {
            let credits = -Int64(random.next(below: 100))
            let amount = Amount(whole: credits)
            let allocations = [
                Allocation(grant: grants, credits: amount),
                Allocation(grant: 1, credits: Amount(whole: -1)),
            ]
            let isSplit = grants > 1 && random.next(below: 3) == 0
            let action = commit.bytes.appendSlice(["draw", "chat", ""][random.next(below: 3)].utf8)
            let source = commit.bytes.appendSlice("web".utf8)
            commit.add(
                .creditsConsumed,
                isSplit ? Amount(whole: credits - 1) : amount,
                allocations: isSplit ? allocations : [allocations[0]],
                id: id
            ) { entry in
                entry.action = action
                if random.next(below: 2) == 0 { entry.source = source }
                entry.quantity = Amount(whole: Int64(random.next(below: 3)))
                entry.rate = Int32(random.next(below: 2)) - 1
                let hours = Int64(random.next(below: 50)) - 25
                entry.occurredAt = Sample.moment.advanced(
                    byMicroseconds: hours * UsageSlot.microsecondsPerHour
                )
            }
        }
    }

    private let contents: Mutex<[[UInt8]]>
    private let commits: [Commit]
    let readCount = Atomic(0)

    init(_ contents: Contents) {
        commits = contents.commits
        var previous = Sample.genesisHash
        var written: [[UInt8]] = []
        for commit in contents.commits {
            let sealed = JournalFormat.encode(commit, previousHash: previous)
            previous = sealed.hash
            written.append(sealed.bytes)
        }
        self.contents = Mutex(written)
    }

    func written(_ number: UInt64) -> [UInt8]? {
        contents.withLock { $0.indices.contains(Int(number) - 1) ? $0[Int(number) - 1] : nil }
    }

    /// Writes a commit anew, with other contents.
    func change(_ number: UInt64, _ change: (inout Commit) -> Void) throws {
        let old = try JournalFormat.decode(try #require(written(number)), under: Sample.secret)
        var commit = old.commit
        change(&commit)
        let sealed = JournalFormat.encode(commit, previousHash: Sample.genesisHash)
        contents.withLock { $0[Int(number) - 1] = sealed.bytes }
    }

    func withCommit<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        readCount.add(1, ordering: .relaxed)
        guard let bytes = written(number) else { return nil }
        return try body(bytes.span)
    }

    /// A reader, and the account as it is after all commits.
    func reader() throws -> (StoreReader, Account) {
        let tables = LedgerTables(policies: Policies(), hashKey: Sample.secret)
        for number in commits.indices {
            let bytes = try #require(written(UInt64(number) + 1))
            try tables.replay(try JournalFormat.decode(bytes, under: Sample.secret))
        }
        let reader = StoreReader(tables: tables, journal: self, hashKey: Sample.secret)
        return (reader, try #require(reader.account(number: 1)))
    }

    /// The account's entries newest first, from commits that are read whole.
    var statement: [EntryRecord] {
        get throws {
            try commits.reversed().flatMap { commit in
                let bytes = try #require(written(commit.number))
                let sealed = try JournalFormat.decode(bytes, under: Sample.secret)
                return sealed.commit.entries.reversed().map {
                    EntryRecord(sealed: sealed, entry: $0)
                }
            }
        }
    }
}
