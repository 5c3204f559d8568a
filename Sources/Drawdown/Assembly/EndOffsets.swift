import Foundation
import KafkaIO
import LedgerStore

/// Whom to ask where partitions begin and end; each call may take as long as it likes.
protocol EndOffsetSource: Sendable {
    func partitions(of topics: [String], timeout: Duration) throws(KafkaError) -> [TopicPartition]
    func highWatermarks(
        of partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64]
    func lowWatermarks(
        of partitions: [TopicPartition],
        timeout: Duration
    ) throws(KafkaError) -> [TopicPartition: Int64]
    /// Lets go of what nobody asked for, such as word of broken connections: unread, it would pile up.
    func serve()
    /// Ends it; a call under way is waited for no longer than `timeout`.
    ///
    /// - Returns: false when it took longer.
    func close(timeout: Duration) -> Bool
}

extension Consumer: EndOffsetSource {
    func serve() {
        // It reads nothing, and what there is to say of its connections has been logged.
        _ = try? poll(maximum: 1, timeout: .zero).count
    }
}

/// Where the partitions end, asked of the brokers on a thread of its own.
///
/// It has a client of its own, which reads nothing: a broker answers a connection's requests in order,
/// and behind a fetch that waits for messages an end offset would be half a second old. librdkafka's
/// question for end offsets takes as long as it likes when a broker is gone, whatever time-out it is
/// given. So nobody who serves a request ever asks: one thread does, one question at a time, and fills
/// a cache; a cache that is too old is no answer.
final class EndOffsets: @unchecked Sendable {
    // Sendable because every access to the state below happens under `condition`'s lock, but for
    // what is the thread's own.
    private let condition = NSCondition()
    private let source: any EndOffsetSource
    private let assigned: AssignedPartitions
    private var machine = StateMachine()
    /// The number of the latest question about all partitions, and that of the answer.
    private var question = 0
    private var answered: Int?
    private var answer: (question: Int, ends: [PartitionKey: Int64])?
    private var isClosed = false
    private let topics: [String]
    /// The thread's own.
    private var lows: (at: ContinuousClock.Instant, offsets: [TopicPartition: Int64])?

    private static let timeout = Duration.seconds(2)
    /// From one question where the partitions begin to the next.
    private static let lowsPace = Duration.seconds(10)

    /// - Parameters:
    ///   - source: a consumer that reads nothing.
    ///   - topics: all whose partitions may be asked for, assigned or not.
    ///   - assigned: whose ends are wanted.
    init(source: any EndOffsetSource, topics: [String], assigned: AssignedPartitions) {
        self.source = source
        self.topics = topics
        self.assigned = assigned
    }

    func start() {
        let thread = Thread { [weak self] in
            while let self, self.refresh() {}
        }
        thread.name = "drawdown-ends"
        thread.start()
    }

    /// Asks nothing more, and ends the client.
    ///
    /// - Parameter timeout: how long to wait for a question that is open.
    /// - Returns: false when it took longer; it is then left behind.
    func close(timeout: Duration) -> Bool {
        condition.withLock {
            isClosed = true
            condition.signal()
        }
        return source.close(timeout: timeout)
    }

    /// How long the brokers have owed an answer.
    var silence: Duration {
        condition.withLock { machine.silence(at: .now) }
    }

    /// The ends of these partitions, at most `maximumAge` old; nil if the brokers owe an answer for
    /// longer than ``StateMachine/patience``.
    func ends(
        of partitions: Set<PartitionKey>,
        maximumAge: Duration
    ) async -> [PartitionKey: Watermarks]? {
        let deadline = ContinuousClock.now + StateMachine.patience
        while true {
            let now = ContinuousClock.now
            switch look(for: partitions, maximumAge: maximumAge, at: now) {
            case .known(let ends): return ends
            case .silent: return nil
            case .wait:
                guard now < deadline else { return nil }
                // The answer comes on another thread, which tells nobody; this look ends with the patience.
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    private func look(
        for partitions: Set<PartitionKey>,
        maximumAge: Duration,
        at now: ContinuousClock.Instant
    ) -> StateMachine.Answer {
        condition.withLock {
            // Else the thread would rest at the pace of those whom nobody asks.
            if !machine.isLookedAt(at: now) { condition.signal() }
            return machine.look(for: partitions, maximumAge: maximumAge, at: now)
        }
    }

    /// Asks for the ends of all partitions of the topics; the answer is about no earlier moment.
    func ask() {
        condition.withLock {
            question += 1
            condition.signal()
        }
    }

    /// The answer to the latest question, once; nil while there is none.
    func takeAnswer() -> [PartitionKey: Int64]? {
        condition.withLock {
            guard let answer, answer.question == question else { return nil }
            self.answer = nil
            return answer.ends
        }
    }

    /// Asks the brokers what the latest question wants to know, if it is still open.
    private func answerQuestion() {
        let open = condition.withLock { question > (answered ?? 0) ? question : nil }
        guard let open else { return }
        // Brokers that leave it open are silent.
        condition.withLock { machine.asksForAll(at: .now) }
        guard let found = try? source.partitions(of: topics, timeout: Self.timeout),
            let ends = try? source.highWatermarks(of: found, timeout: Self.timeout)
        else { return }
        condition.withLock {
            machine.answeredForAll()
            answered = open
            answer = (open, ends.keyedForLedger)
        }
    }

    /// One turn of the thread: asks what is to be asked, and rests.
    ///
    /// - Returns: false once there is no other turn.
    private func refresh() -> Bool {
        let turn = ContinuousClock.now
        source.serve()
        answerQuestion()
        renew()
        return condition.withLock {
            // Before the wait: whoever closed it meanwhile has signalled already.
            guard !isClosed else { return false }
            let isOpen = question > (answered ?? 0)
            let pause = isOpen ? StateMachine.pace : machine.pause(since: turn, at: .now)
            if pause > .zero {
                _ = condition.wait(until: Date(timeIntervalSinceNow: pause / .seconds(1)))
            }
            return !isClosed
        }
    }

    private func renew() {
        let partitions = (assigned.current ?? []).map { TopicPartition($0) }
        guard !partitions.isEmpty else { return condition.withLock { machine.nobodyIsAsked() } }
        condition.withLock { machine.asks(at: .now) }
        guard let lows = begins(of: partitions) else { return }
        // The answer is as old as this question alone.
        condition.withLock { machine.asks(at: .now) }
        guard let highs = try? source.highWatermarks(of: partitions, timeout: Self.timeout) else {
            return
        }
        let ends = highs.reduce(into: [PartitionKey: Watermarks]()) { result, high in
            let low = lows[high.key] ?? high.value
            result[PartitionKey(high.key)] = Watermarks(low: low, high: high.value)
        }
        condition.withLock { machine.answered(ends) }
    }

    /// Where partitions begin, which only retention moves: asked now and then, so that the question
    /// for the ends stays a single one.
    private func begins(of partitions: [TopicPartition]) -> [TopicPartition: Int64]? {
        if let lows, ContinuousClock.now - lows.at < Self.lowsPace,
            partitions.allSatisfy({ lows.offsets[$0] != nil })
        {
            return lows.offsets
        }
        let now = ContinuousClock.now
        guard let found = try? source.lowWatermarks(of: partitions, timeout: Self.timeout) else {
            return nil
        }
        lows = (now, found)
        return found
    }
}

extension [TopicPartition: Int64] {
    fileprivate var keyedForLedger: [PartitionKey: Int64] {
        reduce(into: [:]) { $0[PartitionKey($1.key)] = $1.value }
    }
}
