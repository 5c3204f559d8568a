import Credits
@testable import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Testing

// What only a store on a disk can get wrong: who may open it, and what damage looks like.

@Suite("Embedded ledger store")
struct EmbeddedLedgerStoreTests {
    private let directory = TemporaryDirectory()

    @Test func blocksAreWrittenInRoundsThatLeaveNoneOut() {
        var rounds = CheckpointRounds(checkpointedThrough: 0, interval: 10_000)
        for block in 0..<120 { rounds.noteChange(of: UInt32(block)) }
        let entries = 1000 - CheckpointRounds.commitCost
        for head: UInt64 in 0..<10 {
            #expect(rounds.takeBlocks(head: head, entries: entries).isEmpty)
        }
        var written: [UInt32] = []
        for head: UInt64 in 10..<30 {
            // What changes while a round runs belongs to the next one.
            rounds.noteChange(of: 7)
            written += rounds.takeBlocks(head: head, entries: entries)
            #expect(rounds.checkpointedThrough == (head < 17 ? 0 : head < 20 ? 10 : 20))
        }
        #expect(Array(written.prefix(120)) == Array(0..<120))
        #expect(written.dropFirst(120) == [7])
    }

    @Test func smallCommitsWriteNoMoreBlocksThanOneLargeOneThatIsAsLongToReplay() {
        func blocks(commits: Int, entries: Int) -> Int {
            var rounds = CheckpointRounds(checkpointedThrough: 0, interval: 100_000)
            for block in 0..<500 { rounds.noteChange(of: UInt32(block)) }
            rounds.noteReplay(entries: 100_000)
            return (0..<commits).reduce(0) { count, head in
                count + rounds.takeBlocks(head: UInt64(head), entries: entries).count
            }
        }
        // A tenth of the way, on which an eighth of the blocks is written.
        #expect(blocks(commits: 1, entries: 10_000 - CheckpointRounds.commitCost) == 63)
        #expect(blocks(commits: 100, entries: 100 - CheckpointRounds.commitCost) == 63)
    }

    @Test func manySmallCommitsAreCheckpointedBeforeTheyMakeALongStart() {
        var rounds = CheckpointRounds(checkpointedThrough: 0, interval: 100_000)
        for head: UInt64 in 0..<20_000 {
            rounds.noteChange(of: 3)
            _ = rounds.takeBlocks(head: head, entries: 1)
            #expect(head - rounds.checkpointedThrough <= 100_000 / 51 + 2)
        }
        #expect(rounds.checkpointedThrough > 10_000)
    }

    /// Such as those of duplicates and refusals.
    @Test func commitsThatChangeNoAccountAreNotReplayedForEver() {
        var rounds = CheckpointRounds(checkpointedThrough: 0, interval: 1000)
        for head: UInt64 in 0..<1000 {
            #expect(rounds.takeBlocks(head: head, entries: 0).isEmpty)
            #expect(head - rounds.checkpointedThrough <= 1000 / 50)
        }
    }

    @Test func whatWasReplayedBringsTheNextRoundNearer() {
        var rounds = CheckpointRounds(checkpointedThrough: 40, interval: 1000)
        rounds.noteChange(of: 5)
        rounds.noteReplay(entries: 1000)
        #expect(Array(rounds.takeBlocks(head: 41, entries: 1)) == [5])
        #expect(rounds.checkpointedThrough == 41)
    }

    /// Makes a store with some commits, and lets it go.
    private func makeStore(commits: Int = 3) throws {
        let store = try EmbeddedLedgerStore.small(directory.path)
        for number in 0..<commits {
            var batch = BatchBuilder(continuing: store)
            batch.grant("g\(number)", "acme", 100)
            batch.usage("usage-\(number)", "acme", 1)
            try store.apply(batch, at: Int64(number))
        }
        try store.close()
    }

    private func code(_ body: () throws -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    private func open(creates: Bool = true) throws {
        _ = try EmbeddedLedgerStore.small(directory.path, creates: creates)
    }

    @Test func theSameAccountsComeOutOfCheckpointsAndOfTheJournal() throws {
        let accounts: [Account]
        do {
            let store = try EmbeddedLedgerStore.small(directory.path)
            for round in 0..<120 {
                var batch = BatchBuilder(continuing: store)
                for account in stride(from: round % 4, to: 40 + round, by: 4) {
                    if (round + account) % 9 == 0 {
                        batch.grant("g\(round)-\(account)", "customer \(account)", 20, after: 5)
                    }
                    batch.usage("u\(round)-\(account)", "customer \(account)", 3)
                }
                try store.apply(batch, at: Int64(round))
            }
            accounts = store.allAccounts
        }
        do {
            let store = try EmbeddedLedgerStore.small(directory.path)
            #expect(store.allAccounts == accounts)
        }
        #expect(try EmbeddedJournal(readOnly: directory.path).verify().isSound)
    }

    @Test func aCommitOfManyMegabytesIsReadBack() throws {
        let store = try EmbeddedLedgerStore.small(directory.path)
        var batch = BatchBuilder(continuing: store)
        for number in 0..<60 {
            var dimensions: [UInt8] = []
            Dimensions.append(
                name: Array("n".utf8),
                kind: .text,
                value: [UInt8](repeating: UInt8(number), count: 65_000),
                to: &dimensions
            )
            batch.usage("u\(number)", "acme", 1, dimensions: dimensions)
        }
        try store.apply(batch)
        #expect(store.lastCommitTiming.byteCount > 3_800_000)
        let record = try #require(try store.reader.usageEntry(usageID: "u59", source: "api"))
        #expect(record.sealed.commit.bytes[record.entry.dimensions.range].last == 59)
        let account = try #require(store.reader.account(number: 1))
        #expect(
            try store.reader.entries(account: account, before: nil, type: nil, limit: 99).count
                == 60
        )
    }

    @Test func aSecondOpenIsRefusedAndNamesThePlace() throws {
        let store = try EmbeddedLedgerStore.small(directory.path)
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains(directory.path) == true)
        #expect(code { _ = try EmbeddedJournal(readOnly: directory.path) } == .inUse)
        #expect(store.head.number == 0)
    }

    @Test func anotherProcessIsRefused() throws {
        try makeStore()
        let lock = try FileHandle(forUpdating: directory.file("LOCK"))
        // A lock belongs to an open file, so this one stands for another process.
        #expect(flock(lock.fileDescriptor, LOCK_EX | LOCK_NB) == 0)
        #expect(code { try open() } == .inUse)
        try lock.close()
        #expect(code { try open() } == nil)
    }

    /// As in another container, where the numbers of processes begin anew.
    @Test func anotherProcessOfTheSameNumberIsRefused() throws {
        try makeStore()
        let lock = try FileHandle(forUpdating: directory.file("data.mdb-lock"))
        var range = flock()
        range.l_type = Int16(F_WRLCK)
        range.l_start = off_t(getpid())
        range.l_len = 1
        // F_OFD_SETLK: a lock that belongs to an open file, so that it is not this process's.
        let setLock: Int32 = 37
        let isLocked = unsafe fcntl(lock.fileDescriptor, setLock, &range) == 0
        #expect(isLocked)
        #expect(code { try open() } == .inUse)
        #expect(code { _ = try EmbeddedJournal(readOnly: directory.path) } == .inUse)
        try lock.close()
        #expect(code { try open() } == nil)
    }

    @Test func theFullestOfAStoresFileSystemsCounts() throws {
        try makeStore()
        let ids = directory.path + "/ids"
        try FileManager.default.removeItem(atPath: ids)
        // Where nothing is ever free.
        try FileManager.default.createSymbolicLink(atPath: ids, withDestinationPath: "/proc")
        defer { try? FileManager.default.removeItem(atPath: ids) }
        let store = try StoreDirectory(directory.path, reserve: 1 << 16, creates: false)
        #expect(try store.freeByteCount() == 0)
        let error = #expect(throws: StoreError.self) { try store.checkFreeSpace(beside: 0) }
        #expect(error?.code == .diskFull)
        #expect(error?.message.contains("/ids") == true)
    }

    @Test func whereNoLockCanBeWrittenReadersAndAWriterKeepEachOtherAway() throws {
        try makeStore()
        do {
            let store = try EmbeddedLedgerStore.small(directory.path)
            #expect(code { _ = try StoreDirectory.keepWritersAway(from: directory.path) } == .inUse)
            _ = store
        }
        let first = try StoreDirectory.keepWritersAway(from: directory.path)
        let second = try StoreDirectory.keepWritersAway(from: directory.path)
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .inUse)
        #expect(error?.message.contains("is being read") == true)
        _ = consume first
        _ = consume second
        #expect(code { try open() } == nil)
    }

    @Test func missingDataIsNeverAnEmptyStore() throws {
        try makeStore()
        try FileManager.default.removeItem(at: directory.file("data.mdb"))
        #expect(code { try open() } == .damaged)
        #expect(!FileManager.default.fileExists(atPath: directory.file("data.mdb").path))
        try Data().write(to: directory.file("data.mdb"))
        #expect(code { try open() } == .damaged)
        #expect(code { _ = try EmbeddedJournal(readOnly: directory.path) } == .damaged)
    }

    @Test func aMissingIdentityIsDamage() throws {
        try makeStore()
        try FileManager.default.removeItem(at: directory.file("IDENTITY"))
        #expect(code { try open() } == .damaged)
    }

    @Test func anIdentityOfAnotherStoreIsDamage() throws {
        try makeStore()
        let other = TemporaryDirectory()
        _ = try EmbeddedLedgerStore.small(other.path)
        try Data(contentsOf: other.file("IDENTITY")).write(to: directory.file("IDENTITY"))
        #expect(code { try open() } == .damaged)
    }

    @Test func aChangedIdentityIsDamage() throws {
        try makeStore()
        var text = try String(contentsOf: directory.file("IDENTITY"), encoding: .utf8)
        text = text.replacingOccurrences(of: "page-size 4096", with: "page-size 8192")
        try text.write(to: directory.file("IDENTITY"), atomically: true, encoding: .utf8)
        #expect(code { try open() } == .damaged)
    }

    @Test func aStoreWhoseMakingWasInterruptedIsMadeAnew() throws {
        try makeStore(commits: 0)
        try FileManager.default.moveItem(
            at: directory.file("IDENTITY"),
            to: directory.file("IDENTITY.new")
        )
        #expect(code { try open() } == nil)
        #expect(code { try open(creates: false) } == nil)
    }

    @Test func aStoreWithCommitsIsNotMadeAnew() throws {
        try makeStore()
        let (name, unfinished) = (directory.file("IDENTITY"), directory.file("IDENTITY.new"))
        try FileManager.default.moveItem(at: name, to: unfinished)
        let data = try Data(contentsOf: directory.file("data.mdb"))
        #expect(code { try open() } == .damaged)
        #expect(try Data(contentsOf: directory.file("data.mdb")) == data)
        try FileManager.default.moveItem(at: unfinished, to: name)
        #expect(code { try open() } == nil)
    }

    @Test(arguments: [0.99, 0.5, 0.1, 0.001])
    func truncatedDataIsRefusedBeforeItIsMapped(_ part: Double) throws {
        try makeStore(commits: 30)
        let file = try FileHandle(forUpdating: directory.file("data.mdb"))
        let count = try file.seekToEnd()
        try file.truncate(atOffset: UInt64(Double(count) * part))
        try file.close()
        #expect(code { try open() } == .damaged)
        #expect(code { _ = try EmbeddedJournal(readOnly: directory.path) } == .damaged)
    }

    @Test func aFlippedByteIsFoundAndItsCommitNamed() throws {
        try makeStore(commits: 5)
        var data = try Data(contentsOf: directory.file("data.mdb"))
        let place = try #require(data.range(of: Data("usage-3".utf8)))
        data[place.lowerBound] ^= 1
        try data.write(to: directory.file("data.mdb"))
        let error = #expect(throws: StoreError.self) { try open() }
        #expect(error?.code == .damaged)
        #expect(error?.message.contains("commit 4") == true)
        let report = try EmbeddedJournal(readOnly: directory.path).verify()
        #expect(report.faults.map(\.kind) == [.commitBytes])
        #expect(report.faults.first?.commit == 4)
    }

    @Test func aSoundStoreIsVerifiedAndCounted() throws {
        try makeStore(commits: 5)
        var seen: [UInt64] = []
        let report = try EmbeddedJournal(readOnly: directory.path).verify { seen.append($0) }
        #expect(report.isSound)
        #expect(seen == [1, 2, 3, 4, 5])
        #expect(report.commits == 5)
        #expect(report.entries == 10)
        #expect(report.accounts == 1)
        #expect(report.ids == 15)
        #expect(report.balanceUnits == Amount(whole: 495).units)
    }

    @Test func aMissingStoreIsOnlyMadeWhereThatIsAskedFor() throws {
        #expect(code { try open(creates: false) } == .unusable)
        #expect(code { _ = try EmbeddedJournal(readOnly: directory.path) } == .unusable)
        #expect(!FileManager.default.fileExists(atPath: directory.path))
    }

    @Test func nothingIsTakenInOnceTheStoreWasClosed() throws {
        let store = try EmbeddedLedgerStore.small(directory.path)
        try store.close()
        var batch = BatchBuilder(for: store, from: nil)
        batch.usage("u1", "acme", 1)
        #expect(code { try store.apply(batch) } == .failed)
    }

    @Test func theReserveIsSetAside() throws {
        try makeStore()
        let attributes = try FileManager.default.attributesOfItem(
            atPath: directory.file("reserve").path
        )
        #expect(attributes[.size] as? Int == 1 << 16)
        #expect(
            code {
                _ = try EmbeddedLedgerStore(
                    path: directory.path,
                    policies: Policies(),
                    options: .init(reserve: 1 << 43)
                )
            } == .diskFull
        )
    }
}
