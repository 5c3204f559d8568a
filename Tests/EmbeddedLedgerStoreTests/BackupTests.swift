import Credits
@testable import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Synchronization
import Testing

// A backup is the store as it was after one whole commit, however busy the store is meanwhile; what
// is not finished or not whole is no backup; and a restored store goes on as if nothing had been.

@Suite("Backup and restore")
struct BackupTests {
    private let directory = TemporaryDirectory()
    private let place = TemporaryDirectory()
    private let now = Timestamp(clampingMilliseconds: 1_790_000_000_000)

    private var target: String { place.path + "/backup" }
    private var restored: String { place.path + "/restored" }

    private func open(
        _ path: String,
        _ sealing: SealingOptions = .tiny
    ) throws -> EmbeddedLedgerStore {
        try EmbeddedLedgerStore.small(path, sealing: sealing)
    }

    private func makeStore(commits: Int = 40) throws {
        let store = try open(directory.path)
        try History.extend(store, to: commits)
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

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Restores, and expects what the same history makes in memory, and that it goes on.
    private func expectWhole(_ backup: String, at commit: UInt64) throws {
        _ = try StoreRestore(from: backup).write(to: restored, at: now)
        defer { try? FileManager.default.removeItem(atPath: restored) }
        let store = try open(restored)
        let model = InMemoryLedgerStore(policies: Policies())
        try History.extend(model, to: Int(commit))
        try History.expectSame(store, model)
        try History.extend(store, to: Int(commit) + 10)
        try History.extend(model, to: Int(commit) + 10)
        try History.expectSame(store, model)
    }

    @Test func aSecondCopyOfTheSameNameLeavesTheFirstAlone() throws {
        try makeStore()
        let first = try UnfinishedCopy(target, of: directory.path, fillsEmpty: false)
        _ = try first.makeFile(DataFile.name)
        let second = code {
            _ = try UnfinishedCopy(target, of: directory.path, fillsEmpty: false)
        }
        #expect(second == .inUse)
        #expect(exists(first.path + "/" + DataFile.name))
    }

    @Test func aSourceThatIsCalledLikeAnUnfinishedCopyIsLeftAlone() throws {
        try makeStore()
        let source = target + UnfinishedCopy.suffix
        try FileManager.default.copyItem(atPath: directory.path, toPath: source)
        let backup = code {
            _ = try StoreBackup(of: source).write(to: target, verifies: false)
        }
        #expect(backup == .unusable)
        #expect(try EmbeddedJournal(readOnly: source).verify().isSound)
    }

    @Test func aBackupIsTheWholeStoreAndStaysAsItIs() throws {
        try makeStore()
        let report = try StoreBackup(of: directory.path).write(to: target, verifies: true)
        #expect(report.head.number == 40)
        #expect(report.files > 3 && report.linkedFiles == report.files)
        #expect(report.verification?.commits == 40)
        #expect(report.byteCount > report.writtenByteCount)
        #expect(!exists(target + UnfinishedCopy.suffix))
        #expect(try EmbeddedJournal(readOnly: target).verify().isSound)
        // A worker that is pointed at it would make it another store.
        #expect(code { _ = try open(target) } == .unusable)
        #expect(code { _ = try StoreBackup(of: target) } == .unusable)
        // What the store goes on doing is not in it.
        do {
            let store = try open(directory.path)
            try History.extend(store, to: 90)
            try store.close()
        }
        #expect(try EmbeddedJournal(readOnly: target).verify().isSound)
        try expectWhole(target, at: 40)
    }

    @Test func aBackupOfABusyStoreIsThatOfOneWholeCommit() throws {
        let busy = try BusyStore(directory.path)
        defer { busy.stop() }
        var newest: UInt64 = 0
        for round in 0..<6 {
            busy.allow(40)
            let path = target + "\(round)"
            let report = try busy.backup.write(to: path, verifies: true)
            #expect(report.head.number >= newest)
            newest = report.head.number
            try busy.wait(beyond: newest)
            try expectWhole(path, at: newest)
        }
        #expect(newest > 6)
    }

    @Test func whatAMergeRemovesMeanwhileMakesAnotherSnapshotNecessary() throws {
        let busy = try BusyStore(directory.path)
        defer { busy.stop() }
        busy.allow(20)
        try busy.waitForRuns()
        var backup = busy.backup
        let waits = Atomic(2)
        let data = target + UnfinishedCopy.suffix + "/" + DataFile.name
        backup.onStep = { step in
            // Between the snapshot and the links the store goes on until a file is gone, twice.
            guard case .files(0, _) = step, waits.load(ordering: .relaxed) > 0 else { return }
            waits.subtract(1, ordering: .relaxed)
            do {
                try busy.wait(untilOneIsGone: try runs(of: data))
            } catch {
                Issue.record("expected a merge: \(error)")
            }
        }
        let report = try backup.write(to: target, verifies: true)
        #expect(report.attempts == 3)
        try expectWhole(target, at: report.head.number)
    }

    /// The names of the files of ids that a copied data file speaks of.
    private func runs(of data: String) throws -> Set<String> {
        let environment = try LMDBEnvironment(path: data, isReadOnly: true, owner: nil)
        let transaction = try environment.begin(isReadOnly: true)
        let tables = try StoreTables(transaction, creates: false)
        let state = try StateRow.read(transaction, tables)
        let manifest = try Manifest.read(transaction, tables, state: state)
        return Set(manifest.runs.map { IDRunFormat.fileName($0.id) })
    }

    @Test func nothingThatIsThereIsWrittenOver() throws {
        try makeStore(commits: 10)
        try FileManager.default.createDirectory(
            atPath: target,
            withIntermediateDirectories: true
        )
        let backup = try StoreBackup(of: directory.path)
        #expect(code { _ = try backup.write(to: target, verifies: true) } == .unusable)
        _ = try backup.write(to: target + "2", verifies: true)
        let restore = try StoreRestore(from: target + "2")
        try Data("mine".utf8).write(to: URL(fileURLWithPath: target + "/note"))
        #expect(code { _ = try restore.write(to: target, at: now) } == .unusable)
        #expect(code { _ = try restore.write(to: directory.path, at: now) } == .unusable)
        #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["note"])
        // An empty directory may have been made for it.
        try FileManager.default.removeItem(atPath: target + "/note")
        _ = try restore.write(to: target + "/", at: now)
        #expect(try open(target).head.number == 10)
    }

    @Test func aMountPointIsKnownAsOne() throws {
        #expect(try StoreFiles.isMountPoint("/proc"))
        try StoreFiles.makeDirectory(place.path)
        try StoreFiles.makeDirectory(place.path + "/below")
        #expect(try !StoreFiles.isMountPoint(place.path + "/below"))
    }

    @Test func aCopyDoesNotLieInWhatItCopies() throws {
        try makeStore(commits: 10)
        func expectRefused(_ path: String, _ copy: () throws -> Void) {
            #expect(code(copy) == .unusable)
            #expect(!exists(path) && !exists(path + UnfinishedCopy.suffix))
        }
        let inside = directory.path + "/ids/copy"
        let backup = try StoreBackup(of: directory.path)
        expectRefused(inside) { _ = try backup.write(to: inside, verifies: true) }
        _ = try backup.write(to: target, verifies: true)
        expectRefused(target + "/data") {
            _ = try StoreRestore(from: target).write(to: target + "/data", at: now)
        }
        try expectWhole(target, at: 10)
    }

    @Test func whatIsNotFinishedIsNoBackup() throws {
        try makeStore()
        let unfinished = target + UnfinishedCopy.suffix
        let left = place.path + "/left"
        let path = target
        let steps = Mutex(0)
        do {
            var backup = try StoreBackup(of: directory.path)
            backup.onStep = { step in
                steps.withLock { $0 += 1 }
                #expect(!FileManager.default.fileExists(atPath: path))
                #expect(throws: StoreError.self) { try StoreRestore(from: unfinished) }
                // As the end of the process leaves it.
                guard case .verifying(20, _) = step else { return }
                try? FileManager.default.copyItem(atPath: unfinished, toPath: left)
            }
            _ = try backup.write(to: target, verifies: true)
        }
        #expect(steps.withLock { $0 } > 40)
        #expect(!exists(unfinished))
        // What was left behind is removed by the next one of that name.
        try FileManager.default.moveItem(atPath: left, toPath: unfinished)
        try FileManager.default.removeItem(atPath: target)
        _ = try StoreBackup(of: directory.path).write(to: target, verifies: true)
        #expect(!exists(unfinished))
        try expectWhole(target, at: 40)
    }

    @Test func aDamagedStoreIsNotBackedUp() throws {
        try makeStore()
        let ledger = directory.path + "/ledger/"
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: ledger).sorted().first
        )
        let file = URL(fileURLWithPath: ledger + name)
        let bytes = try Data(contentsOf: file)
        var damaged = bytes
        damaged[bytes.count / 2] ^= 1
        try damaged.write(to: file)
        let backup = try StoreBackup(of: directory.path)
        #expect(code { _ = try backup.write(to: target, verifies: true) } == .damaged)
        try FileManager.default.removeItem(at: file)
        #expect(code { _ = try backup.write(to: target, verifies: true) } == .damaged)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).isEmpty)
    }

    /// What LMDB keeps beside values shows in no value, until a commit writes over some.
    @Test func pagesThatDoNotAddUpAreNotBackedUp() throws {
        do {
            let store = try open(directory.path, SealingOptions())
            var batch = BatchBuilder(continuing: store)
            batch.grant("g", "acme", 1000)
            for index in 0..<200 { batch.usage("u\(index)", "acme", 1) }
            try store.apply(batch, at: 1)
            try store.close()
        }
        let file = URL(fileURLWithPath: directory.path + "/" + DataFile.name)
        var data = try Data(contentsOf: file)
        let pageSize = DataFile.systemPageSize
        // The head of a large value's first page: what it is, and how many pages there are.
        let page = try #require(
            stride(from: 2 * pageSize, to: data.count, by: pageSize).first {
                data[$0 + 10] == 4 && data[$0 + 11] == 0 && data[$0 + 12] > 1
            }
        )
        data[page + 12] -= 1
        try data.write(to: file)
        let backup = try StoreBackup(of: directory.path)
        #expect(code { _ = try backup.write(to: target, verifies: false) } == .damaged)
        #expect(!exists(target) && !exists(target + UnfinishedCopy.suffix))
    }

    @Test(arguments: ["ids", "ledger", "data.mdb", "IDENTITY", "BACKUP"])
    func aDamagedBackupIsNotRestored(_ part: String) throws {
        try makeStore()
        _ = try StoreBackup(of: directory.path).write(to: target, verifies: true)
        var path = target + "/" + part
        if let name = try? FileManager.default.contentsOfDirectory(atPath: path).sorted().first {
            path += "/" + name
        }
        let file = URL(fileURLWithPath: path)
        let bytes = try Data(contentsOf: file)
        func expectRefused(_ damaged: Data?) throws {
            // The file is a link: the store must keep its own.
            try FileManager.default.removeItem(at: file)
            try damaged?.write(to: file)
            let code = code { _ = try StoreRestore(from: target).write(to: restored, at: now) }
            #expect(code == .damaged || code == .unusable)
            #expect(!exists(restored) && !exists(restored + UnfinishedCopy.suffix))
            if damaged == nil { try Data().write(to: file) }
        }
        var flipped = bytes
        flipped[bytes.count / 2] ^= 8
        // A bit of the data file may lie in a page that nothing uses.
        if part != "data.mdb" { try expectRefused(flipped) }
        try expectRefused(bytes.dropLast(bytes.count / 2))
        try expectRefused(nil)
        try FileManager.default.removeItem(at: file)
        try bytes.write(to: file)
        try expectWhole(target, at: 40)
    }

    @Test func eachRestoreHasAnEpochAboveAllBefore() throws {
        try makeStore(commits: 10)
        _ = try StoreBackup(of: directory.path).write(to: target, verifies: false)
        #expect(try open(directory.path).identity.restoredEpoch == 0)
        let milliseconds = UInt64(now.microseconds / 1000)
        _ = try StoreRestore(from: target).write(to: restored, at: now)
        for opening in 1...3 as ClosedRange<UInt64> {
            let identity = try open(restored).identity
            #expect(identity.restoredEpoch == milliseconds)
            #expect(identity.epoch == milliseconds + opening)
        }
        // A clock that was set back must not make it lower.
        _ = try StoreBackup(of: restored).write(to: target + "2", verifies: false)
        let past = Timestamp(clampingMilliseconds: 5)
        _ = try StoreRestore(from: target + "2").write(to: restored + "2", at: past)
        #expect(try open(restored + "2").identity.restoredEpoch == milliseconds + 4)
    }
}

/// A store that a thread of its own commits to, until it is told to stop.
private final class BusyStore: @unchecked Sendable {
    // `@unchecked Sendable`: the store is used by its thread alone once that has begun.
    let backup: StoreBackup
    private let path: String
    private let store: EmbeddedLedgerStore
    private let readOnly: ReadOnlyStore
    private let number = Atomic<UInt64>(0)
    private let allowed = Atomic<UInt64>(0)
    private let isStopped = Atomic(false)
    private let hasEnded = DispatchSemaphore(value: 0)

    init(_ path: String) throws {
        self.path = path
        store = try EmbeddedLedgerStore.small(path, sealing: .tiny)
        readOnly = store.readOnly
        backup = StoreBackup(store)
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .relaxed) {
                guard allowed.load(ordering: .relaxed) > head else {
                    Thread.sleep(forTimeInterval: 0.001)
                    continue
                }
                do {
                    try History.extend(store, to: Int(store.head.number) + 1)
                } catch {
                    Issue.record("expected the store to go on: \(error)")
                    break
                }
                number.store(store.head.number, ordering: .relaxed)
            }
            hasEnded.signal()
        }
        thread.start()
    }

    var head: UInt64 { number.load(ordering: .relaxed) }

    /// Lets it go on for so many commits: what it made must be compared in the end.
    func allow(_ commits: UInt64) { allowed.store(head + commits, ordering: .relaxed) }

    func wait(beyond commit: UInt64) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while head <= commit {
            try #require(ContinuousClock.now < deadline, "expected commits beyond \(commit)")
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    private var runs: Set<String> {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/ids")
        return Set((names ?? []).filter { $0.hasSuffix(".run") })
    }

    /// Goes on until there are files of ids that a commit has named.
    func waitForRuns() throws {
        try waitWhile { (try? readOnly.state().1.runs.isEmpty) ?? true }
    }

    func wait(untilOneIsGone names: Set<String>) throws {
        try waitWhile { names.isSubset(of: runs) }
    }

    private func waitWhile(_ condition: () -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while condition() {
            try #require(ContinuousClock.now < deadline)
            allow(10)
            Thread.sleep(forTimeInterval: 0.001)
        }
    }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        hasEnded.wait()
    }
}
