import Testing

@testable import UsagePipeline

/// The outbox's watermark: the last commit before which nothing is missing.
@Suite struct RelayMachineTests {
    @Test func aCommitThatOwesNothingIsPublishedAtOnce() {
        var relay = RelayMachine(publishedThrough: 7)
        relay.owes(0, commit: 8)
        #expect(relay.publishedThrough == 8)
    }

    @Test func theWatermarkWaitsForTheLastMessageOfACommit() {
        var relay = RelayMachine(publishedThrough: 0)
        relay.owes(2, commit: 1)
        relay.acknowledged(commit: 1)
        #expect(relay.publishedThrough == 0)
        #expect(relay.unacknowledged == 1)
        relay.acknowledged(commit: 1)
        #expect(relay.publishedThrough == 1)
    }

    @Test func acknowledgementsInAnyOrderNeverMoveItPastAGap() {
        var relay = RelayMachine(publishedThrough: 0)
        relay.owes(1, commit: 1)
        relay.owes(0, commit: 2)
        relay.owes(1, commit: 3)
        relay.acknowledged(commit: 3)
        #expect(relay.publishedThrough == 0)
        relay.acknowledged(commit: 1)
        #expect(relay.publishedThrough == 3)
        #expect(relay.unacknowledged == 0)
    }

    @Test func anAcknowledgementThatNobodyWaitsForCountsForNothing() {
        var relay = RelayMachine(publishedThrough: 0)
        relay.owes(1, commit: 1)
        relay.owes(1, commit: 2)
        relay.acknowledged(commit: 1)
        relay.acknowledged(commit: 1)
        relay.acknowledged(commit: 9)
        #expect(relay.publishedThrough == 1)
        #expect(relay.unacknowledged == 1)
    }

    @Test func thousandsOfCommitsInFlightAreKeptApart() {
        var relay = RelayMachine(publishedThrough: 0)
        for commit in 1...5000 { relay.owes(1, commit: UInt64(commit)) }
        for commit in stride(from: 5000, to: 1, by: -1) {
            relay.acknowledged(commit: UInt64(commit))
        }
        #expect(relay.publishedThrough == 0)
        relay.acknowledged(commit: 1)
        #expect(relay.publishedThrough == 5000)
        relay.owes(0, commit: 5001)
        #expect(relay.publishedThrough == 5001)
    }

    @Test func aSinkRefusesFromTheFirstOfferOnOfWhichItTakesNothing() {
        var relay = RelayMachine(publishedThrough: 0)
        relay.offered(taken: 3, at: .seconds(1))
        #expect(relay.refusedSince == nil)
        relay.offered(taken: 0, at: .seconds(2))
        relay.offered(taken: 0, at: .seconds(9))
        #expect(relay.refusedSince == .seconds(2))
        relay.offered(taken: 1, at: .seconds(10))
        #expect(relay.refusedSince == nil)
    }

    @Test func aSinkThatTakesNothingForFiveSecondsIsFullHoweverFewWait() {
        let inbox = RelayInbox(publishedThrough: 0, maximumUnpublished: 100, wake: {})
        var relay = RelayMachine(publishedThrough: 0)
        relay.owes(2, commit: 1)
        relay.offered(taken: 0, at: .seconds(2))
        inbox.note(relay)
        #expect(!inbox.isFull)
        #expect(!inbox.isRefused(at: .milliseconds(6_999)))
        #expect(inbox.isRefused(at: .seconds(7)))
        relay.offered(taken: 2, at: .seconds(8))
        inbox.note(relay)
        #expect(!inbox.isRefused(at: .seconds(60)))
    }

    @Test func acknowledgementsCountTogetherAndNeverForMoreThanIsOwed() {
        var relay = RelayMachine(publishedThrough: 0)
        relay.owes(3, commit: 1)
        relay.owes(1, commit: 2)
        relay.acknowledged(2, commit: 1)
        #expect(relay.publishedThrough == 0)
        relay.acknowledged(2, commit: 1)
        #expect(relay.publishedThrough == 1)
        #expect(relay.unacknowledged == 1)
    }
}
