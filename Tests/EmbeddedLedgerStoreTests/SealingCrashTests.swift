import Credits
@testable import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Synchronization
import Testing

// The process ends at every step of sealing and merging, at its first, second, … time; the store
// that is opened then must be what the same history makes in memory, and go on.

@Suite("Crashes while sealing")
struct SealingCrashTests {
    private let directory = TemporaryDirectory()

    /// Stops at one point for good, the nth time it is reached, like a process that ends there.
    private final class Crash: Sendable {
        private let point: SealingPoint
        private let left: Mutex<Int>
        private let reached = Atomic(false)

        init(at point: SealingPoint, time: Int) {
            self.point = point
            left = Mutex(time)
        }

        var wasReached: Bool { reached.load(ordering: .relaxed) }

        func pass(_ here: SealingPoint) throws(StoreError) {
            let isNow = left.withLock { left in
                if here == point { left -= 1 }
                return left <= 0
            }
            guard isNow else { return }
            reached.store(true, ordering: .relaxed)
            throw StoreError(.failed, "it ends at \(here)")
        }
    }

    /// Lets a store with the history so far end at a point, and copies what it left behind: nothing
    /// that the ending does itself, such as closing, is in the copy.
    private func leftBehind(_ crash: Crash) throws {
        let source = TemporaryDirectory()
        var sealing = SealingOptions.tiny
        sealing.onPoint = { point throws(StoreError) in try crash.pass(point) }
        let store = try EmbeddedLedgerStore.small(source.path, sealing: sealing)
        do {
            while !crash.wasReached, store.head.number < 500 {
                try History.extend(store, to: Int(store.head.number) + 10)
                // The other thread takes its turn, too.
                Thread.sleep(forTimeInterval: 0.002)
            }
        } catch {
            #expect(error is StoreError)
        }
        // The other thread ends at its next point; until then a name may vanish under the copy.
        for _ in 0..<50 {
            do {
                try FileManager.default.copyItem(atPath: source.path, toPath: directory.path)
                return
            } catch {}
            try? FileManager.default.removeItem(atPath: directory.path)
            Thread.sleep(forTimeInterval: 0.02)
        }
        Issue.record("expected the store to come to rest")
    }

    @Test(arguments: SealingPoint.allCases, [1, 2, 5])
    func aCrashChangesNothing(_ point: SealingPoint, time: Int) throws {
        let crash = Crash(at: point, time: time)
        try leftBehind(crash)
        #expect(crash.wasReached)
        let report = try EmbeddedJournal(readOnly: directory.path).verify()
        #expect(report.faults.isEmpty)
        do {
            let store = try EmbeddedLedgerStore.small(directory.path, sealing: .tiny)
            let model = InMemoryLedgerStore(policies: Policies())
            try History.extend(model, to: Int(store.head.number))
            try History.expectSame(store, model)
            let more = Int(store.head.number) + 30
            try History.extend(store, to: more)
            try History.extend(model, to: more)
            try History.expectSame(store, model)
            try store.close()
        }
        #expect(try EmbeddedJournal(readOnly: directory.path).verify().isSound)
    }

    /// The control: a store whose sealed ids are lost must not look like one that lost nothing.
    @Test func aLostFileIsNotTakenForACrash() throws {
        let crash = Crash(at: .afterRemoval, time: 1)
        try leftBehind(crash)
        let folder = directory.path + "/ids"
        var refused = 0
        while let name = try FileManager.default.contentsOfDirectory(atPath: folder)
            .first(where: { $0.hasSuffix(".run") }), refused == 0
        {
            // One that does not count may be missing, and others are swept then.
            try FileManager.default.removeItem(atPath: folder + "/" + name)
            do {
                _ = try EmbeddedLedgerStore.small(directory.path, sealing: .tiny)
            } catch {
                #expect((error as? StoreError)?.code == .damaged)
                refused += 1
            }
        }
        #expect(refused > 0)
    }
}
