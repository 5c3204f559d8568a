import Credits
@testable import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Synchronization
import Testing

// What only sealed files can get wrong: which of them count after a crash, what damage looks like,
// and what is found when an id or a commit moves from memory or the data file into one.

@Suite("Sealed files")
struct SealedFilesTests {
    private let directory = TemporaryDirectory()

    private func open(_ sealing: SealingOptions = .tiny) throws -> EmbeddedLedgerStore {
        try EmbeddedLedgerStore.small(directory.path, sealing: sealing)
    }

    private func files(_ folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path + folder)
        return (names ?? []).sorted().map { directory.path + folder + "/" + $0 }
    }

    /// Makes a store with commits of usage, grants, reversals and dead letters.
    private func makeStore(
        commits: Int = 40,
        sealing: SealingOptions = .tiny
    ) throws -> [String: Int64] {
        let store = try open(sealing)
        let history = try History.extend(store, to: commits)
        try store.close()
        return history
    }

    private func code(_ body: () throws -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    /// Goes on until commits are sealed, at the other thread's pace.
    private func extendUntilASegmentCounts(_ store: EmbeddedLedgerStore) throws {
        while try store.fileFigures.segments == 0, store.head.number < 2000 {
            try History.extend(store, to: Int(store.head.number) + 1)
        }
    }

    private func wait(until condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !condition() {
            try #require(ContinuousClock.now < deadline)
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    @Test func nearlyAllIsSealedAndTheDataFileStaysSmall() throws {
        let store = try open()
        try History.extend(store, to: 200)
        let figures = try store.fileFigures
        #expect(figures.segments > 5)
        #expect(figures.runs > 0 && figures.runs < 80)
        #expect(figures.segmentBytes > 30_000)
        // 200 commits and their ids are not in memory and not in the data file any more.
        #expect(store.storedCommits < 60)
        #expect(store.reader.knownIDCount > 400)
        #expect(figures.totalBytes == figures.dataBytes + figures.segmentBytes + figures.runBytes)
    }

    @Test func sealingRestsForNobodyWhoWaits() throws {
        var sealing = SealingOptions.tiny
        // Each piece would take minutes.
        sealing.bytesPerSecond = 1
        let store = try open(sealing)
        try History.extend(store, to: 200)
        #expect(try store.fileFigures.segments > 5)
        try store.close()
    }

    /// The commits that each file of ids is of, oldest first.
    private func spans() throws -> [ClosedRange<UInt64>] {
        let environment = try LMDBEnvironment(
            path: directory.path + "/data.mdb",
            isReadOnly: true,
            owner: nil
        )
        let transaction = try environment.begin(isReadOnly: true)
        let tables = try StoreTables(transaction, creates: false)
        let state = try StateRow.read(transaction, tables)
        return try Manifest.read(transaction, tables, state: state).runs.map(\.commits)
            .sorted { $0.lowerBound < $1.lowerBound }
    }

    @Test func aFileOfIDsIsOfNoMoreCommitsThanItCanTellApart() throws {
        var sealing = SealingOptions(idsPerRun: 1_000_000, segmentBytes: 2000, fanOut: 2)
        sealing.maximumSpan = 16
        let usage: [String: Int64]
        do {
            let store = try open(sealing)
            usage = try History.extend(store, to: 200)
            try store.close()
        }
        let spans = try spans()
        // Few ids are enough once they are of many commits; what follows one another is merged,
        // and no further.
        #expect(spans.count > 200 / 16 - 3)
        #expect(spans.allSatisfy { $0.count <= 16 })
        #expect(try EmbeddedJournal(readOnly: directory.path).verify().isSound)
        let reader = try open(sealing).reader
        for (id, _) in usage {
            #expect(try reader.usageEntry(usageID: id, source: "api") != nil)
        }
    }

    /// Else a start would replay the commits since, however many: those of duplicates bring none.
    @Test func fewIDsAreAFileOfTheirOwnOnceTheyAreOfManyCommits() throws {
        var sealing = SealingOptions(idsPerRun: 1_000_000, segmentBytes: 2000)
        sealing.commitsPerRun = 16
        let store = try open(sealing)
        try History.extend(store, to: 200)
        try store.close()
        let spans = try spans()
        #expect(spans.first?.lowerBound == 1)
        #expect(spans.last.map { $0.upperBound > 200 - 3 * 16 } == true)
    }

    @Test func everythingIsFoundWhereverItLies() throws {
        let model = InMemoryLedgerStore(policies: Policies())
        try History.extend(model, to: 120)
        do {
            let store = try open()
            try History.extend(store, to: 120)
            try History.expectSame(store, model)
            try store.close()
        }
        try History.expectSame(try open(), model)
    }

    @Test func verifyingASealedStoreFindsNothingWrong() throws {
        _ = try makeStore(commits: 80)
        let report = try EmbeddedJournal(readOnly: directory.path).verify()
        #expect(report.faults.isEmpty)
        #expect(report.commits == 80)
        let store = try open()
        #expect(store.reader.knownIDCount == report.ids)
        #expect(store.reader.outcomes == report.outcomes)
    }

    @Test(arguments: ["/ids", "/ledger"])
    func aMissingOrShortenedFileIsDamage(_ folder: String) throws {
        _ = try makeStore()
        let path = try #require(files(folder).first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        try bytes.dropLast(8).write(to: URL(fileURLWithPath: path))
        #expect(code { _ = try open() } == .damaged)
        try FileManager.default.removeItem(atPath: path)
        #expect(code { _ = try open() } == .damaged)
        let report = try EmbeddedJournal(readOnly: directory.path).verify()
        #expect(report.faults.contains { $0.kind == (folder == "/ids" ? .idRun : .segment) })
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(code { _ = try open() } == nil)
    }

    @Test func aFileOfAnotherStoreIsDamage() throws {
        _ = try makeStore()
        let other = TemporaryDirectory()
        let store = try EmbeddedLedgerStore.small(other.path, sealing: .tiny)
        try History.extend(store, to: 40)
        try store.close()
        for path in files("/ids") + files("/ledger") {
            let mine = try Data(contentsOf: URL(fileURLWithPath: path))
            let foreign = URL(fileURLWithPath: path.replacing(directory.path, with: other.path))
            guard let theirs = try? Data(contentsOf: foreign) else { continue }
            try theirs.write(to: URL(fileURLWithPath: path))
            #expect(code { _ = try open() } == .damaged)
            try mine.write(to: URL(fileURLWithPath: path))
        }
        #expect(code { _ = try open() } == nil)
    }

    @Test func whatIsNotTheStoresIsSweptAndNothingElse() throws {
        _ = try makeStore()
        let there = files("/ids") + files("/ledger")
        for name in ["/ids/0000000000000bad.run", "/ids/x.run.tmp", "/ledger/left.segment"] {
            try Data("rubbish".utf8).write(to: URL(fileURLWithPath: directory.path + name))
        }
        let store = try open(SealingOptions())
        #expect(files("/ids") + files("/ledger") == there)
        #expect(store.head.number == 40)
    }

    @Test func whatAFileSystemKeepsInAFolderStaysThere() throws {
        _ = try makeStore()
        let found = directory.path + "/ledger/lost+found"
        try FileManager.default.createDirectory(atPath: found, withIntermediateDirectories: false)
        #expect(code { _ = try open() } == nil)
        #expect(FileManager.default.fileExists(atPath: found))
    }

    @Test func sealedFilesWithoutAStoreAreNeverAnEmptyStore() throws {
        _ = try makeStore()
        let there = files("/ids") + files("/ledger")
        for name in ["IDENTITY", "data.mdb"] {
            try FileManager.default.removeItem(at: directory.file(name))
        }
        #expect(code { _ = try open() } == .damaged)
        #expect(files("/ids") + files("/ledger") == there)
    }

    @Test func nothingIsGivenBackByACommitThatIsDamaged() throws {
        _ = try makeStore(commits: 60)
        let path = try #require(files("/ledger").first)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        // Another usage of the same commit, whose bytes nobody reads for this one.
        let place = try #require(bytes.range(of: Data("u1-0".utf8)))
        bytes[place.lowerBound] ^= 1
        try bytes.write(to: URL(fileURLWithPath: path))
        let store = try open()
        var batch = BatchBuilder(continuing: store)
        batch.reverse("r", of: "u1-1", "customer 2", nil)
        #expect(code { try store.apply(batch, at: 1000) } == .damaged)
    }

    @Test func everyFlippedByteOfASegmentIsFound() throws {
        do {
            let store = try open()
            try extendUntilASegmentCounts(store)
            try store.close()
        }
        let path = try #require(files("/ledger").first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in stride(from: 0, to: bytes.count, by: 37) {
            var damaged = bytes
            damaged[place] ^= 4
            try damaged.write(to: URL(fileURLWithPath: path))
            let report = try EmbeddedJournal(readOnly: directory.path).verify()
            // The bytes that fill up to a whole word mean nothing.
            #expect(!report.isSound || bytes[place] == 0, "byte \(place)")
        }
    }

    @Test func aFlippedBitInABlockOfIDsIsDamageWhereItIsRead() throws {
        let usage = try makeStore(commits: 60, sealing: SealingOptions(idsPerRun: 60))
        for path in files("/ids") {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[2048 + 40] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
        }
        let store = try open(SealingOptions())
        var thrown: StoreError.Code?
        for id in usage.keys {
            thrown = thrown ?? code { _ = try store.reader.usageEntry(usageID: id, source: "api") }
        }
        #expect(thrown == .damaged)
    }

    @Test func readersNeverMissWhatMoves() throws {
        let store = try open()
        try History.extend(store, to: 20)
        let reader = store.reader
        let isDone = Atomic(false)
        let missed = Mutex<[String]>([])
        let threads = DispatchGroup()
        for _ in 0..<2 {
            DispatchQueue.global().async(group: threads) {
                while !isDone.load(ordering: .relaxed) {
                    let head = reader.head.number
                    for number in 1...head {
                        let usage = try? reader.usageEntry(usageID: "u\(number)-0", source: "api")
                        if usage == nil { missed.withLock { $0.append("usage \(number)") } }
                        let commit = try? reader.commit(number: number)
                        if commit == nil { missed.withLock { $0.append("commit \(number)") } }
                    }
                }
            }
        }
        try History.extend(store, to: 200)
        isDone.store(true, ordering: .relaxed)
        threads.wait()
        #expect(missed.withLock { $0 } == [])
    }

    @Test func memoryIsBoundedWhereSealingFallsBehind() throws {
        var slow = SealingOptions.tiny
        slow.onPoint = { point throws(StoreError) in
            if point == .idsTaken { Thread.sleep(forTimeInterval: 0.02) }
        }
        let store = try open(slow)
        try History.extend(store, to: 40)
        let waiting = store.idsInMemory
        #expect(waiting.waiting <= 2)
        #expect(waiting.count <= 5 + History.idsPerCommit)
    }

    @Test func aSegmentThatDoesNotFitOnTheDiskIsNotBegun() throws {
        // Twice what must stay free, and less than a segment beside it.
        let free = Atomic((2 << 16) + 900)
        var options = EmbeddedLedgerStore.Options(
            reserve: 1 << 16,
            sealing: SealingOptions(idsPerRun: 1_000_000, segmentBytes: 2000)
        )
        options.freeByteCount = { free.load(ordering: .relaxed) }
        let reopened = {
            try EmbeddedLedgerStore(path: directory.path, policies: Policies(), options: options)
        }
        do {
            let store = try reopened()
            // What waits is bounded all the same: a start has to go through it.
            #expect(code { try History.extend(store, to: 200) } == .diskFull)
            #expect(store.claimedByteCount == 0)
            #expect((10..<100).contains(store.storedCommits))
            #expect(store.storedCommits == store.head.number)
            try store.close()
        }
        free.store(1 << 30, ordering: .relaxed)
        let store = try reopened()
        try extendUntilASegmentCounts(store)
        #expect(try store.fileFigures.segments > 0)
    }

    @Test func whatASegmentHasStillToTakeIsClaimedAndNoMore() throws {
        let gate = DispatchSemaphore(value: 0)
        var sealing = SealingOptions(idsPerRun: 1_000_000, segmentBytes: 2000)
        sealing.onPoint = { point throws(StoreError) in
            if point == .segmentTaken || point == .segmentSynced { gate.wait() }
        }
        let store = try open(sealing)
        defer { for _ in 0..<2 { gate.signal() } }
        while store.claimedByteCount == 0, store.head.number < 100 {
            try History.extend(store, to: Int(store.head.number) + 1)
        }
        #expect(store.claimedByteCount > 2000)
        gate.signal()
        // It is written, and waits to be finished.
        try wait { store.claimedByteCount < 100 }
        gate.signal()
        try wait { store.claimedByteCount == 0 }
    }

    @Test func aDiskThatSealingFillsLeavesAStoreThatCanBeClosed() throws {
        var failing = SealingOptions.tiny
        failing.onPoint = { point throws(StoreError) in
            if point == .segmentWritten { throw StoreError(.diskFull, "no room is left") }
        }
        do {
            let store = try open(failing)
            let error = #expect(throws: StoreError.self) { try History.extend(store, to: 2000) }
            #expect(error?.code == .diskFull)
            store.notePublished(through: 1)
            // Once more it says why, but first it writes the last row.
            #expect(code { try store.close() } == .diskFull)
        }
        #expect(!(files("/ids") + files("/ledger")).contains { $0.hasSuffix(".tmp") })
        #expect(try open().publishedThrough == 1)
    }

    @Test func verifyingFindsUsageThatMovesIntoASegmentMeanwhile() throws {
        do {
            let store = try open(SealingOptions(idsPerRun: 5, segmentBytes: 1 << 30, fanOut: 100))
            try History.extend(store, to: 42)
            try store.close()
        }
        let gate = DispatchSemaphore(value: 0)
        var sealing = SealingOptions(idsPerRun: 1_000_000, segmentBytes: 2000, fanOut: 100)
        sealing.onPoint = { point throws(StoreError) in
            if point == .segmentTaken { gate.wait() }
        }
        let store = try open(sealing)
        defer { for _ in 0..<2 { gate.signal() } }
        // These are to be sealed, and the next one gives back what one of them drew.
        try History.extend(store, to: 43)
        var batch = BatchBuilder(continuing: store)
        batch.reverse("late", of: "u30-1", "customer 3", nil)
        try store.apply(batch, at: 44)
        #expect(try !store.reader.commandEntries(commandID: "late").isEmpty)
        let report = try EmbeddedJournal(store.readOnly, verifies: true).verify { number in
            guard number == 44 else { return }
            gate.signal()
            #expect(throws: Never.self) { try extendUntilASegmentCounts(store) }
        }
        #expect(try store.fileFigures.segments == 1)
        #expect(report.faults.isEmpty)
    }

    @Test func aFailureOfTheSealingThreadStopsTheStoreWithNothingWritten() throws {
        var failing = SealingOptions.tiny
        failing.onPoint = { point throws(StoreError) in
            if point == .runSynced { throw StoreError(.failed, "the disk is gone") }
        }
        var head: UInt64 = 0
        do {
            let store = try open(failing)
            let error = #expect(throws: StoreError.self) { try History.extend(store, to: 200) }
            #expect(error?.message.contains("nothing of the commit was written") == true)
            head = store.head.number
            #expect(code { try History.extend(store, to: 200) } == .failed)
        }
        #expect(try open().head.number == head)
    }
}
