import Credits
import LedgerStore
import Testing

@testable import UsagePipeline

/// Where partitions begin that the store knows, and those that it does not.
@Suite struct StartPositionTests {
    private let usage = PartitionKey(topic: "usage", partition: 0)
    private let added = PartitionKey(topic: "usage", partition: 1)

    /// A worker over the store of one that read two events of the first partition.
    private func restarted(_ keys: [PartitionKey], at start: StartPosition) throws -> TestWorker {
        let first = TestWorker(source: TestSource([usage]), start: start)
        try first.open()
        first.use("u1", 1, at: 0)
        first.use("u2", 1, at: 0)
        try first.work()
        #expect(first.store.reader.outcomes.total == 2)
        let second = TestWorker(source: TestSource(keys), store: first.store, start: start)
        try second.open()
        return second
    }

    @Test(arguments: [StartPosition.earliest, .latest])
    func aTopicThatIsNewBeginsWhereTheConfigurationSays(_ start: StartPosition) throws {
        let worker = TestWorker(source: TestSource([usage, added]), start: start)
        try worker.open()
        #expect(worker.source.starts == [start, start])
    }

    /// Whether it is one that the topic gained, or one that was never begun, is not known: the whole
    /// history of the latter must not be debited where it is to be skipped.
    @Test func aPartitionThatTheStoreDoesNotKnowBeginsWhereTheConfigurationSays() throws {
        let worker = try restarted([usage, added], at: .latest)
        #expect(worker.source.starts == [.offset(2), .latest])
    }

    /// What is due must wait for the other partitions, whatever is noted of one that is new.
    @Test func aPartitionThatBeginsAtItsEndBringsNothingDueBeforeTheOthersAreRead() throws {
        let source = TestSource([TestSource.usage, TestSource.commands, added])
        let test = TestWorker(source: source)
        test.grant("g", 100, at: -1, expiresAt: 1)
        try test.open()
        try test.work()
        #expect(try test.entries() == ["g 100"])
        source.slow = [TestSource.usage]
        test.use("late", 60, at: 0.5)
        test.clock.advance(by: .seconds(3 * 3600))
        source.handler?.began(added, at: 7)
        try test.work(400)
        #expect(test.store.offsets(cluster: "test")[added] == 7)
        #expect(try test.entries() == ["g 100"])
        source.slow = []
        try test.work(400)
        #expect(try test.entries() == ["g 100", "late 40", "credits_expired 0"])
    }
}
