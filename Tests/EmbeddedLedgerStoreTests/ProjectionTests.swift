import Credits
@testable import EmbeddedLedgerStore
import LedgerStore
import Testing

// What a start goes by beside the commits: `verify`, and with it every backup, says where it is not what
// the commits make of it.

@Suite("What a start goes by")
struct ProjectionTests {
    private let directory = TemporaryDirectory()

    private func makeStore(commits: Int = 40) throws {
        let store = try EmbeddedLedgerStore.small(directory.path)
        try History.extend(store, to: commits)
        try store.close()
    }

    /// Writes into the data file as nothing of ours would.
    private func change(
        _ body: (borrowing LMDBTransaction, StoreTables) throws -> Void
    ) throws {
        let environment = try LMDBEnvironment(
            path: directory.path + "/" + DataFile.name,
            isReadOnly: false,
            owner: nil
        )
        let transaction = try environment.begin(isReadOnly: false)
        let tables = try StoreTables(transaction, creates: false)
        try body(transaction, tables)
        try transaction.commit()
    }

    private func faults() throws -> [VerificationFault.Kind] {
        try EmbeddedJournal(readOnly: directory.path).verify().faults.map(\.kind)
    }

    /// Writes the first block of accounts anew, each as it is made here.
    private func rewrite(_ body: @escaping (inout Account.State) -> Void) throws {
        try change { transaction, tables in
            var blocks: [[(account: Account, commit: UInt64)]] = []
            try AccountBlocks.forEach(transaction, tables.accounts) { blocks.append($0) }
            let first = try #require(blocks.first)
            let accounts = first.map { account, _ in
                var state = account.state
                body(&state)
                return Account(restoring: state)
            }
            let commit = try #require(first.first?.commit)
            try AccountBlocks.write(0, accounts, at: commit, transaction, tables.accounts)
        }
    }

    @Test func accountsThatAreWrittenDownAsTheyAreAreSound() throws {
        try makeStore()
        try rewrite { _ in }
        #expect(try faults() == [])
    }

    @Test func anAccountWithAnotherBalanceIsFound() throws {
        try makeStore()
        try rewrite { state in
            if state.number == 3 { state.overdraft = state.overdraft.adding(Amount(whole: 1))! }
        }
        #expect(try faults() == [.checkpoint])
    }

    @Test func anAccountWhoseGrantHasMoreLeftIsFound() throws {
        try makeStore()
        try rewrite { state in
            guard let grant = state.usable.first else { return }
            state.usable[0] = Grant(
                restored: grant.ordinal,
                terms: grant.terms,
                remaining: grant.remaining.adding(Amount(whole: 1)) ?? .zero,
                status: grant.status,
                noticedAt: grant.noticedAt
            )
        }
        #expect(try faults() == [.checkpoint])
    }

    /// Before those that are in the data file, the others being sealed, and behind the last.
    @Test(arguments: [0, 81, 100])
    func aCommitThatWasPutBesideTheOthersIsNamed(number: UInt64) throws {
        try makeStore(commits: 80)
        try change { transaction, tables in
            let last = try JournalTable.withCommit(80, transaction, tables.journal) { $0.copy() }
            let bytes = try #require(last)
            let key = [UInt8](bigEndian: number) + [UInt8](bigEndian: UInt16(0))
            try transaction.put(bytes.span, for: key, in: tables.journal)
        }
        let faults = try EmbeddedJournal(readOnly: directory.path).verify().faults
        #expect(faults.first { $0.kind == .commitNumber }?.commit == number)
    }

    @Test func aRowOfAccountsThatIsDamagedIsFound() throws {
        try makeStore()
        try change { transaction, tables in
            let key = [UInt8](bigEndian: UInt32(0)) + [UInt8](bigEndian: UInt16(0))
            let rubbish: [UInt8] = [1, 2, 3]
            try transaction.put(rubbish.span, for: key, in: tables.accounts)
        }
        #expect(try faults() == [.checkpoint])
        #expect(throws: StoreError.self) { _ = try EmbeddedLedgerStore.small(directory.path) }
    }

    @Test func anOffsetThatIsNotTheJournalsIsFound() throws {
        try makeStore()
        try change { transaction, tables in
            let offsets = try OffsetsTable.read(transaction, tables.offsets)
            let (cluster, partitions) = try #require(offsets.first)
            let (partition, next) = try #require(partitions.first)
            var commit = Commit(number: 1, recordedAt: .earliest, cluster: cluster)
            commit.partitions = [
                PartitionProgress(
                    topic: partition.topic,
                    partition: partition.partition,
                    from: nil,
                    next: next + 1
                )
            ]
            try OffsetsTable.write(commit, transaction, tables.offsets)
        }
        #expect(try faults() == [.checkpoint])
    }

    @Test func aBackupOfAStoreThatCannotBeStartedIsRefused() throws {
        try makeStore()
        try rewrite { $0.balance = .zero }
        let target = TemporaryDirectory()
        let backup = try StoreBackup(of: directory.path)
        let error = #expect(throws: StoreError.self) {
            _ = try backup.write(to: target.path, verifies: true)
        }
        #expect(error?.code == .damaged)
    }
}
