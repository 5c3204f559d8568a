import Foundation
import KafkaIO
import LedgerStore
import Synchronization
import Testing

@testable import Drawdown

private let partition = PartitionKey(topic: "usage.events", partition: 0)
private let limit = Duration.milliseconds(100)

/// When to ask for end offsets, and what those are told who want to know: without threads or a clock.
struct EndOffsetsMachineTests {
    private let start = ContinuousClock.now

    private func ends(_ high: Int64) -> [PartitionKey: Watermarks] {
        [partition: Watermarks(low: 0, high: high)]
    }

    private func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    @Test func anAnswerServesUntilItIsTooOld() {
        var machine = EndOffsets.StateMachine()
        #expect(machine.look(for: [partition], maximumAge: limit, at: at(0)) == .wait)
        machine.asks(at: at(1))
        machine.answered(ends(7))
        #expect(machine.look(for: [partition], maximumAge: limit, at: at(101)) == .known(ends(7)))
        #expect(machine.look(for: [partition], maximumAge: limit, at: at(102)) == .wait)
    }

    @Test func anAnswerIsAsOldAsItsQuestion() {
        var machine = EndOffsets.StateMachine()
        machine.asks(at: at(0))
        // It comes 90 ms later.
        machine.answered(ends(7))
        #expect(machine.look(for: [partition], maximumAge: limit, at: at(110)) == .wait)
    }

    @Test func nobodyWaitsForABrokerThatTakesNoLongerThanFiftyMilliseconds() {
        var machine = EndOffsets.StateMachine()
        let roundTrip = 50
        machine.asks(at: at(0))
        machine.answered(ends(0))
        var now = roundTrip
        for turn in 1...100 {
            let asked = now
            machine.asks(at: at(asked))
            // Until the answer is here, the one before serves.
            for moment in asked..<asked + roundTrip {
                #expect(
                    machine.look(for: [partition], maximumAge: limit, at: at(moment))
                        == .known(ends(Int64(turn - 1)))
                )
            }
            now += roundTrip
            machine.answered(ends(Int64(turn)))
            #expect(machine.pause(since: at(asked), at: at(now)) == .zero)
        }
    }

    @Test func aQuickBrokerIsNotAskedMoreOftenThanThePace() {
        var machine = EndOffsets.StateMachine()
        #expect(machine.pause(since: at(0), at: at(1)) == .milliseconds(1999))
        _ = machine.look(for: [partition], maximumAge: limit, at: at(1))
        #expect(machine.pause(since: at(0), at: at(1)) == .milliseconds(39))
        #expect(machine.pause(since: at(2000), at: at(2001)) == .milliseconds(1999))
    }

    @Test func brokersAreSilentFromTheFirstQuestionOnThatTheyOweAnAnswerTo() {
        var machine = EndOffsets.StateMachine()
        #expect(machine.silence(at: at(60_000)) == .zero)
        machine.asks(at: at(60_000))
        machine.asks(at: at(61_000))
        #expect(machine.silence(at: at(62_000)) == .seconds(2))
        machine.answered(ends(7))
        #expect(machine.silence(at: at(90_000)) == .zero)
        machine.asks(at: at(90_000))
        machine.nobodyIsAsked()
        #expect(machine.silence(at: at(99_000)) == .zero)
    }

    @Test func thatTheAssignedAreAnsweredDoesNotAnswerTheQuestionAboutAll() {
        var machine = EndOffsets.StateMachine()
        for turn in 0..<12 {
            machine.asksForAll(at: at(1000 * turn))
            machine.asks(at: at(1000 * turn + 1))
            machine.answered(ends(7))
        }
        #expect(machine.silence(at: at(12_000)) == .seconds(12))
        // Those who want to know the ends of the assigned ones are told.
        #expect(
            machine.look(for: [partition], maximumAge: .seconds(2), at: at(12_000))
                == .known(ends(7))
        )
        machine.answeredForAll()
        #expect(machine.silence(at: at(12_000)) == .zero)
    }

    @Test func nobodyWaitsForBrokersThatAreSilent() {
        var machine = EndOffsets.StateMachine()
        machine.asks(at: at(0))
        machine.answered(ends(7))
        machine.asks(at: at(1000))
        #expect(machine.look(for: [partition], maximumAge: limit, at: at(1500)) == .wait)
        // Neither does a question that failed begin the patience anew.
        machine.asks(at: at(1400))
        #expect(machine.look(for: [partition], maximumAge: limit, at: at(1501)) == .silent)
        machine.asks(at: at(9000))
        machine.answered(ends(8))
        #expect(machine.look(for: [partition], maximumAge: limit, at: at(9001)) == .known(ends(8)))
    }

    @Test func theEndsOfOtherPartitionsAreNoAnswer() {
        var machine = EndOffsets.StateMachine()
        machine.asks(at: at(0))
        machine.answered(ends(7))
        let other = PartitionKey(topic: "usage.events", partition: 1)
        #expect(machine.look(for: [other], maximumAge: limit, at: at(1)) == .wait)
        #expect(machine.look(for: [partition, other], maximumAge: limit, at: at(1)) == .wait)
    }
}

/// Brokers that answer when a test lets them, and count who asks.
private final class HeldSource: EndOffsetSource {
    struct Figures: Equatable {
        var open = 0
        var openAtMost = 0
        var asked = 0
        var served = 0
        var closed = 0
    }

    private let figures = Mutex(Figures())
    private let answers = DispatchSemaphore(value: 0)

    var asked: Figures { figures.withLock { $0 } }

    func letAnswer(_ count: Int) {
        for _ in 0..<count { answers.signal() }
    }

    private func answer(
        _ partitions: [TopicPartition],
        _ offset: Int64
    ) -> [TopicPartition: Int64] {
        figures.withLock {
            $0.asked += 1
            $0.open += 1
            $0.openAtMost = max($0.openAtMost, $0.open)
        }
        answers.wait()
        figures.withLock { $0.open -= 1 }
        return partitions.reduce(into: [:]) { $0[$1] = offset }
    }

    func partitions(
        of topics: [String],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition] {
        [TopicPartition(partition)]
    }

    func highWatermarks(
        of partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        answer(partitions, 9)
    }

    func lowWatermarks(
        of partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64] {
        answer(partitions, 3)
    }

    func serve() { figures.withLock { $0.served += 1 } }

    func close(timeout: Duration) -> Bool {
        figures.withLock { $0.closed += 1 }
        return true
    }
}

/// Who asks the brokers: one thread, whoever wants to know.
struct EndOffsetsTests {
    @Test(.timeLimit(.minutes(1)))
    func aThousandWhoWantToKnowAskTheBrokersOnce() async throws {
        let source = HeldSource()
        let assigned = AssignedPartitions()
        assigned.add([partition])
        let ends = EndOffsets(source: source, topics: [], assigned: assigned)
        // Gone before the test is: a thread that waits for an answer holds what it asks for.
        defer { source.letAnswer(1_000_000) }
        ends.start()
        let expected = [partition: Watermarks(low: 3, high: 9)]
        try await withThrowingTaskGroup { group in
            for _ in 1...1000 {
                group.addTask {
                    // However old, so that a slow machine changes nothing.
                    var found: [PartitionKey: Watermarks]?
                    while found == nil {
                        found = await ends.ends(of: [partition], maximumAge: .seconds(3600))
                    }
                    #expect(found == expected)
                }
            }
            // One for the begin, and one for the end.
            source.letAnswer(2)
            try await group.waitForAll()
        }
        // At most the next one is under way, and nobody waits for it.
        #expect(source.asked.asked <= 3)
        #expect(source.asked.openAtMost == 1)
        for _ in 1...10_000 {
            let found = await ends.ends(of: [partition], maximumAge: .seconds(3600))
            #expect(found == expected)
        }
        #expect(source.asked.asked <= 3)
    }

    @Test(.timeLimit(.minutes(1)))
    func theClientIsServedAtEachTurnAndEndsWhenNothingMoreIsAsked() async throws {
        let source = HeldSource()
        source.letAnswer(1_000_000)
        var ends: EndOffsets? = EndOffsets(
            source: source,
            topics: [],
            assigned: AssignedPartitions()
        )
        let isGone = { [weak ends] in ends == nil }
        ends?.start()
        while source.asked.served < 3 {
            // A question begins the next turn.
            ends?.ask()
            await Task.yield()
        }
        #expect(ends?.close(timeout: .zero) == true)
        #expect(source.asked.closed == 1)
        // Nobody but its thread holds it from here on, and that ends.
        ends = nil
        while !isGone() { await Task.yield() }
    }
}
