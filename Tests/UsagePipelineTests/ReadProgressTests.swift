import Credits
import LedgerStore
import Testing

@testable import UsagePipeline

/// How far input is read, told step by step; a moment is a number of microseconds.
@Suite struct ReadProgressTests {
    private let usage = PartitionKey(topic: "usage", partition: 0)
    private let other = PartitionKey(topic: "usage", partition: 1)
    private let commands = PartitionKey(topic: "commands", partition: 0)

    private func at(_ microseconds: Int64) throws -> Timestamp {
        try #require(Timestamp(microseconds: microseconds))
    }

    /// Two partitions of usage and one of commands, assigned at 1000.
    private func progress() throws -> ReadProgress {
        var progress = ReadProgress(window: 20)
        progress.expect([usage, other, commands])
        progress.assign([usage, other, commands], at: try at(1000)) { $0.topic == "commands" }
        return progress
    }

    @Test func nothingIsReadBeforeEveryPartitionWasHeardOf() throws {
        var progress = try progress()
        progress.took(0, at: try at(50))
        progress.took(1, at: try at(60))
        #expect(progress.readThrough == .earliest)
        progress.took(2, at: try at(40))
        #expect(progress.readThrough == (try at(40)))
    }

    @Test func nothingIsReadWhileSomebodyElseMayHaveAPartition() throws {
        var progress = try progress()
        for index in 0..<3 { progress.took(index, at: try at(50)) }
        let added = PartitionKey(topic: "usage", partition: 2)
        progress.expect([usage, other, commands, added])
        #expect(progress.readThrough == .earliest)
        progress.assign([added], at: try at(1000)) { _ in false }
        #expect(progress.readThrough == .earliest)
        progress.took(3, at: try at(70))
        #expect(progress.readThrough == (try at(50)))
    }

    @Test func nothingIsReadWhileThePartitionsAreUnknown() throws {
        var progress = ReadProgress(window: 20)
        progress.assign([usage], at: try at(1000)) { _ in false }
        progress.took(0, at: try at(50))
        #expect(progress.readThrough == .earliest)
    }

    @Test func aRecordThatIsSentAgainDoesNotTakeAnythingBack() throws {
        var progress = try progress()
        for index in 0..<3 { progress.took(index, at: try at(50)) }
        progress.took(0, at: try at(10))
        #expect(progress.readThrough == (try at(50)))
    }

    @Test func anEndThatWasAskedForReachesToTheQuestion() throws {
        var progress = try progress()
        for index in 0..<2 { progress.took(index, at: try at(2000)) }
        progress.readToEnd(commands, at: try at(1500))
        #expect(progress.readThrough == (try at(1500)))
    }

    @Test func anEndThatWasOnlyHeardOfReachesToTheAssignment() throws {
        var progress = try progress()
        for index in 0..<2 { progress.took(index, at: try at(2000)) }
        progress.isAtEnd(2, true)
        #expect(progress.readThrough == (try at(1000)))
    }

    @Test func anEndSaysNothingOfMessagesThatWait() throws {
        var progress = try progress()
        for index in 0..<2 { progress.took(index, at: try at(2000)) }
        progress.took(2, at: try at(30))
        progress.waits(2, first: try at(40))
        progress.readToEnd(commands, at: try at(1500))
        progress.isAtEnd(2, true)
        // What is before the first that waits was taken.
        #expect(progress.readThrough == (try at(40)))
    }

    @Test func partitionsThatGoTakeTheirKnowledgeWithThem() throws {
        var progress = try progress()
        for index in 0..<3 { progress.took(index, at: try at(50)) }
        progress.assign([usage], at: try at(3000)) { _ in false }
        #expect(progress.readThrough == .earliest)
        progress.unassign([usage])
        progress.expect([other, commands])
        #expect(progress.readThrough == (try at(50)))
    }

    @Test func usageWaitsForOlderCommandsAndForThoseThatMayStillCome() throws {
        var progress = try progress()
        #expect(progress.usageLimit == .earliest)
        progress.took(2, at: try at(30))
        #expect(progress.usageLimit == (try at(30)))
        progress.waits(2, first: try at(70))
        #expect(progress.usageLimit == (try at(70)))
        progress.waits(2, first: nil)
        progress.isAtEnd(2, true)
        #expect(progress.usageLimit == .latest)
    }

    @Test func commandsWaitForUsageThatIsOlderByMoreThanTheWindow() throws {
        var progress = try progress()
        progress.took(0, at: try at(100))
        progress.took(1, at: try at(40))
        #expect(progress.commandLimit == (try at(60)))
        progress.isAtEnd(1, true)
        #expect(progress.commandLimit == (try at(120)))
        progress.waits(1, first: try at(90))
        #expect(progress.commandLimit == (try at(110)))
    }

    @Test func aMomentIsCrossedByTheLastPartitionToGetThere() throws {
        var progress = try progress()
        let due = try at(100)
        progress.took(0, at: try at(99))
        progress.took(1, at: try at(150))
        progress.took(2, at: try at(100))
        #expect(!progress.crosses(due, with: 0, at: try at(99)))
        #expect(progress.crosses(due, with: 0, at: try at(100)))
        #expect(!progress.crosses(due, with: 1, at: try at(160)))
    }

    @Test func whoIsBehindAMomentHasMessagesFromBeforeIt() throws {
        var progress = try progress()
        for index in 0..<3 { progress.took(index, at: try at(50)) }
        #expect(!progress.isBehind(try at(50)))
        #expect(progress.isBehind(try at(51)))
        for index in 0..<3 { progress.isAtEnd(index, true) }
        #expect(!progress.isBehind(try at(5000)))
        progress.waits(0, first: try at(4000))
        #expect(!progress.isBehind(try at(4000)))
        #expect(progress.isBehind(try at(4001)))
    }
}
