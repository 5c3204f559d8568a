import Testing

@testable import KafkaIO

/// Which messages count as current, without any broker.
struct AssignmentTrackerTests {
    /// A reference, because an expectation cannot hold what changes a value.
    private final class Tracked {
        var tracker = AssignmentTracker()

        func admit(topic: Int, partition: Int32, offset: Int64) -> Bool {
            tracker.admit(topic: topic, partition: partition, offset: offset)
        }
    }

    private func tracked(next: Int64?) -> Tracked {
        let tracked = Tracked()
        tracked.tracker.assign(topic: 0, partition: 3, next: next)
        return tracked
    }

    @Test func aMessageBelowTheNextExpectedOffsetIsOutdated() {
        let tracked = tracked(next: 10)
        #expect(!tracked.admit(topic: 0, partition: 3, offset: 9))
        #expect(tracked.admit(topic: 0, partition: 3, offset: 10))
        #expect(!tracked.admit(topic: 0, partition: 3, offset: 10))
        #expect(tracked.tracker.outdated == 2)
        #expect(tracked.tracker.next(topic: 0, partition: 3) == 11)
    }

    @Test func aHoleInTheOffsetsIsOrdinary() {
        let tracked = tracked(next: 10)
        #expect(tracked.admit(topic: 0, partition: 3, offset: 25))
        #expect(tracked.tracker.next(topic: 0, partition: 3) == 26)
    }

    @Test func anEndBehindTheLastMessageTellsWhichOffsetsHaveNone() {
        let tracked = tracked(next: 10)
        #expect(tracked.admit(topic: 0, partition: 3, offset: 10))
        tracked.tracker.meetEnd(topic: 0, partition: 3, offset: 11)
        #expect(tracked.tracker.unused.isEmpty)
        tracked.tracker.meetEnd(topic: 0, partition: 3, offset: 12)
        tracked.tracker.meetEnd(topic: 0, partition: 3, offset: 11)
        #expect(tracked.tracker.takeUnused().map(\.offsets) == [11..<12])
        #expect(tracked.tracker.takeUnused().isEmpty)
    }

    @Test func anUnknownStartTakesTheFirstMessageWhereverItIs() {
        let tracked = tracked(next: nil)
        #expect(tracked.tracker.next(topic: 0, partition: 3) == nil)
        #expect(tracked.admit(topic: 0, partition: 3, offset: 500))
        #expect(!tracked.admit(topic: 0, partition: 3, offset: 499))
    }

    @Test func aMessageOfAnotherPartitionOrTopicIsOutdated() {
        let tracked = tracked(next: 0)
        #expect(!tracked.admit(topic: 0, partition: 2, offset: 0))
        #expect(!tracked.admit(topic: 1, partition: 3, offset: 0))
        #expect(tracked.tracker.outdated == 2)
    }

    @Test func aRemovedPartitionTakesNothingAndTheOthersKeepTheirPlaces() {
        let tracked = Tracked()
        for partition in Int32(0)..<4 {
            tracked.tracker.assign(topic: 1, partition: partition, next: Int64(partition) * 100)
        }
        #expect(tracked.admit(topic: 1, partition: 3, offset: 300))
        tracked.tracker.remove(topic: 1, partition: 1)
        #expect(!tracked.admit(topic: 1, partition: 1, offset: 100))
        #expect(tracked.tracker.next(topic: 1, partition: 3) == 301)
        #expect(tracked.admit(topic: 1, partition: 3, offset: 301))
        tracked.tracker.remove(topic: 1, partition: 3)
        #expect(!tracked.admit(topic: 1, partition: 3, offset: 302))
        #expect(tracked.admit(topic: 1, partition: 2, offset: 200))
        #expect(tracked.admit(topic: 1, partition: 0, offset: 0))
    }

    @Test func anotherAssignmentOfTheSamePartitionStartsAnew() {
        let tracked = tracked(next: 50)
        #expect(tracked.admit(topic: 0, partition: 3, offset: 60))
        tracked.tracker.removeAll()
        #expect(!tracked.admit(topic: 0, partition: 3, offset: 61))
        tracked.tracker.assign(topic: 0, partition: 3, next: 20)
        #expect(tracked.admit(topic: 0, partition: 3, offset: 20))
    }
}
