import Foundation
import KafkaIO
import LedgerStore

/// Where the partitions end, asked of the brokers on a thread of its own.
///
/// It has a client of its own, which reads nothing: a broker answers a connection's requests in order,
/// and behind a fetch that waits for messages an end offset would be half a second old. librdkafka's question for end offsets takes as long as it likes when a broker is gone, whatever
/// time-out it is given. So nobody who serves a request ever waits for it: it fills a cache, and a
/// cache that is too old is no answer.
final class EndOffsets: @unchecked Sendable {
    // Sendable because every access to the state below happens under `condition`'s lock.
    private let condition = NSCondition()
    private let consumer: Consumer
    private let assigned: AssignedPartitions
    private var known: (at: ContinuousClock.Instant, ends: [PartitionKey: Watermarks])?
    private var askedAt: ContinuousClock.Instant?
    /// The number of the latest question about all partitions, and that of the answer.
    private var question = 0
    private var answered: Int?
    private var answer: (question: Int, ends: [PartitionKey: Int64])?
    private let topics: [String]
    private let startedAt = ContinuousClock.now

    /// While somebody asks, the answers are renewed at this pace; else at that of `idlePause`.
    private static let pause = Duration.milliseconds(40)
    private static let idlePause = Duration.seconds(2)
    private static let askedRecently = Duration.seconds(2)

    /// - Parameters:
    ///   - consumer: one that reads nothing.
    ///   - topics: all whose partitions may be asked for, assigned or not.
    ///   - assigned: whose ends are wanted.
    init(consumer: Consumer, topics: [String], assigned: AssignedPartitions) {
        self.consumer = consumer
        self.topics = topics
        self.assigned = assigned
    }

    func start() {
        let thread = Thread { [weak self] in
            while let self { refresh() }
        }
        thread.start()
    }

    /// How long the brokers have not answered.
    var silence: Duration {
        condition.lock()
        defer { condition.unlock() }
        return ContinuousClock.now - (known?.at ?? startedAt)
    }

    /// The ends of these partitions, at most `maximumAge` old; nil if there is no such answer within
    /// `timeout`.
    func ends(
        of partitions: Set<PartitionKey>,
        maximumAge: Duration,
        timeout: Duration
    ) async -> [PartitionKey: Watermarks]? {
        let deadline = ContinuousClock.now + timeout
        while true {
            if let ends = cached(partitions, maximumAge: maximumAge) { return ends }
            guard ContinuousClock.now < deadline else { return nil }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func cached(
        _ partitions: Set<PartitionKey>,
        maximumAge: Duration
    ) -> [PartitionKey: Watermarks]? {
        condition.lock()
        defer { condition.unlock() }
        let now = ContinuousClock.now
        let wasAsked = askedAt.map { now - $0 < Self.askedRecently } ?? false
        askedAt = now
        if !wasAsked { condition.signal() }
        guard let known, now - known.at <= maximumAge, Set(known.ends.keys) == partitions else {
            return nil
        }
        return known.ends
    }

    /// Asks for the ends of all partitions of the topics; the answer is about no earlier moment.
    func ask() {
        condition.lock()
        question += 1
        condition.signal()
        condition.unlock()
    }

    /// The answer to the latest question, once; nil while there is none.
    func takeAnswer() -> [PartitionKey: Int64]? {
        condition.lock()
        defer { condition.unlock() }
        guard let answer, answer.question == question else { return nil }
        self.answer = nil
        return answer.ends
    }

    /// Asks the brokers what the latest question wants to know, if it is still open.
    private func answerQuestion() {
        condition.lock()
        let open = question > (answered ?? 0) ? question : nil
        condition.unlock()
        guard let open, let found = try? consumer.partitions(of: topics, timeout: .seconds(2)),
            let ends = try? consumer.ends(of: found, timeout: .seconds(2))
        else { return }
        let highs = ends.map { (PartitionKey($0.key), $0.value.high) }
        condition.lock()
        answered = open
        answer = (open, Dictionary(uniqueKeysWithValues: highs))
        condition.unlock()
    }

    private func refresh() {
        answerQuestion()
        let asked = ContinuousClock.now
        let partitions = (assigned.current ?? []).map { TopicPartition($0) }
        if let fresh = try? consumer.ends(of: partitions, timeout: .seconds(2)) {
            let ends = Dictionary(
                uniqueKeysWithValues: fresh.map { (PartitionKey($0.key), $0.value) }
            )
            condition.lock()
            // As old as the question: the answer may have been long on its way.
            if !ends.isEmpty { known = (asked, ends) }
            condition.unlock()
        }
        condition.lock()
        let isAsked = askedAt.map { ContinuousClock.now - $0 < Self.askedRecently } ?? false
        let isOpen = question > (answered ?? 0)
        let pause = isAsked || isOpen ? Self.pause : Self.idlePause
        _ = condition.wait(until: Date(timeIntervalSinceNow: pause / .seconds(1)))
        condition.unlock()
    }
}
