import Credits
@testable import EmbeddedLedgerStore
import LedgerStore
import Testing

/// Ids that were looked for before a batch waited are known as those are that were looked for when it
/// was taken.
@Suite("Usage that is looked up ahead")
struct KnownUsageTests {
    private let directory = TemporaryDirectory()
    private static let now = BatchBuilder.start

    private func makeStore(commits: Int) throws -> EmbeddedLedgerStore {
        let store = try EmbeddedLedgerStore.small(directory.path, sealing: .tiny)
        try History.extend(store, to: commits)
        return store
    }

    /// Usage of every commit up to one, and some that there never was.
    private func batch(of last: Int, for store: EmbeddedLedgerStore) -> InputBatch {
        var builder = BatchBuilder(continuing: store)
        for number in 1...last {
            builder.usage("u\(number)-\(number % 3)", "customer 1", 1)
            builder.usage("never \(number)", "customer 1", 1)
        }
        return builder.batch
    }

    private func known(
        _ batch: InputBatch,
        in store: EmbeddedLedgerStore
    ) throws -> [KnownID?] {
        try store.load(batch, dueAt: Self.now, maximumDue: 0).usage
    }

    @Test(arguments: [1, 4, 20, 100])
    func idsThatWentIntoFilesSinceAreFound(meanwhile: Int) throws {
        let store = try makeStore(commits: 60)
        var batch = batch(of: 60 + meanwhile, for: store)
        batch.knownUsage = try store.reader.knownUsage(of: batch)
        let ahead = try #require(batch.knownUsage)
        #expect(ahead.through > 20)
        // Some of them are used up only now, by other batches, and go into files or wait for it.
        try History.extend(store, to: 60 + meanwhile)
        var asked = batch
        asked.knownUsage = nil
        let found = try known(batch, in: store)
        #expect(try found == known(asked, in: store))
        #expect(found.count { $0 != nil } == 60 + meanwhile)
    }

    @Test func whatWasLookedUpIsNotLookedUpAgain() throws {
        let store = try makeStore(commits: 60)
        var batch = batch(of: 60, for: store)
        let through = try #require(try store.reader.knownUsage(of: batch)).through
        let nothing = [KnownID?](repeating: nil, count: batch.usage.count)
        batch.knownUsage = KnownUsage(nothing, through: through)
        // What it says is believed: only the ids that are in memory are found.
        #expect(try known(batch, in: store).count { $0 != nil } < 60)
    }

    @Test func whatWasLookedUpForOtherUsageDoesNotCount() throws {
        let store = try makeStore(commits: 60)
        var batch = batch(of: 60, for: store)
        batch.knownUsage = KnownUsage([nil], through: .max)
        #expect(try known(batch, in: store).count { $0 != nil } == 60)
    }

    @Test func aStoreWithoutFilesKnowsNothingAhead() throws {
        let store = try makeStore(commits: 1)
        #expect(try store.reader.knownUsage(of: batch(of: 1, for: store)) == nil)
        let memory = InMemoryLedgerStore(policies: Policies())
        #expect(try memory.reader.knownUsage(of: InputBatch(cluster: "c")) == nil)
    }
}
