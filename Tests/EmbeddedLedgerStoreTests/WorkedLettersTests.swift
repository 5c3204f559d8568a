import Credits
@testable import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Testing

// What people wrote down about dead letters is read as it was written, and no more than that.

@Suite("Worked-through dead letters")
struct WorkedLettersTests {
    private let directory = TemporaryDirectory()
    private let now = Timestamp(clampingMilliseconds: 1_790_000_000_000)

    init() throws {
        try FileManager.default.createDirectory(
            atPath: directory.path,
            withIntermediateDirectories: true
        )
    }

    private func place(
        _ offset: Int64,
        _ topic: String = "usage.events",
        cluster: String = "c"
    ) -> LetterPlace {
        LetterPlace(
            cluster: cluster,
            partition: PartitionKey(topic: topic, partition: 3),
            offset: offset
        )
    }

    @Test func theLastWordCounts() throws {
        let worked = WorkedLetters(inStore: directory.path)
        #expect(try worked.read().isEmpty)
        try worked.append(.requeued, [place(1), place(2)], at: now)
        try worked.append(.discarded, [place(2)], at: now)
        try worked.append(.discarded, [], at: now)
        #expect(try worked.read() == [place(1): .requeued, place(2): .discarded])
    }

    @Test(arguments: ["", " ", "%", "a b\nc", "café\u{0}", "%41"])
    func namesMayHoldAnything(_ name: String) throws {
        let worked = WorkedLetters(inStore: directory.path)
        let places = [place(1, name, cluster: "x"), place(2, "t", cluster: name)]
        try worked.append(.discarded, places, at: now)
        let read = try worked.read()
        #expect(read.count == 2 && places.allSatisfy { read[$0] == .discarded })
    }

    @Test func aLineThatWasNotWrittenToItsEndDoesNotCount() throws {
        let worked = WorkedLetters(inStore: directory.path)
        try worked.append(.discarded, [place(1), place(22)], at: now)
        let file = directory.file(WorkedLetters.name)
        let whole = try Data(contentsOf: file)
        for length in 0..<whole.count {
            try whole.prefix(length).write(to: file)
            let read = try worked.read()
            #expect(read.keys.allSatisfy { [place(1), place(22)].contains($0) })
            try worked.append(.requeued, [place(3)], at: now)
            #expect(try worked.read()[place(3)] == .requeued)
        }
    }

    @Test func commitsThatMayHoldLettersAreKnownWhereverTheyLie() throws {
        do {
            let store = try EmbeddedLedgerStore.small(directory.path, sealing: .tiny)
            // Until some of them are sealed, at the other thread's pace.
            while try store.fileFigures.segments < 8, store.head.number < 2000 {
                try History.extend(store, to: Int(store.head.number) + 20)
            }
            try store.close()
        }
        let journal = try EmbeddedJournal(readOnly: directory.path, verifies: false)
        let numbers = try journal.deadLetterCommits()
        #expect(numbers == numbers.sorted())
        #expect(numbers.count < journal.head.number)
        var found: [UInt64] = []
        for number in numbers {
            let commit = try #require(try journal.commit(number: number)).commit
            if !commit.deadLetters.isEmpty { found.append(number) }
        }
        var expected: [UInt64] = []
        for number in 1...journal.head.number {
            let commit = try #require(try journal.commit(number: number)).commit
            if !commit.deadLetters.isEmpty { expected.append(number) }
        }
        #expect(found == expected && !found.isEmpty)
    }

    @Test func aBackupAndARestoreKeepWhatWasWrittenDown() throws {
        do {
            let store = try EmbeddedLedgerStore.small(directory.path)
            try History.extend(store, to: 5)
            try store.close()
        }
        try WorkedLetters(inStore: directory.path).append(.discarded, [place(7)], at: now)
        let place = TemporaryDirectory()
        let (backup, restored) = (place.path + "/backup", place.path + "/restored")
        _ = try StoreBackup(of: directory.path).write(to: backup, verifies: true)
        _ = try StoreRestore(from: backup).write(to: restored, at: now)
        #expect(try WorkedLetters(inStore: restored).read() == [self.place(7): .discarded])
    }
}
