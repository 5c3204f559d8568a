import Credits
import Foundation
import KafkaIO
import QueryAPI
import Synchronization
import UsagePipeline

/// Publishes commands that came by HTTP, and learns from the worker what became of them.
///
/// It has a producer of its own: deliveries are read by one reader, and the relay's are its own.
final class KafkaCommandSubmitter: CommandSubmitter {
    private let producer: Mutex<Producer>
    private let makeProducer: @Sendable () throws(KafkaError) -> Producer
    private let log: @Sendable (KafkaLogLine) -> Void
    private let topic: String
    private let board: OutcomeBoard
    private let waiting = Mutex<[UInt64: Waiter]>([:])
    private let nextTag = Atomic<UInt64>(1)
    private let isStopped = Atomic(false)
    /// How long brokers may take to acknowledge: as long as any answer may take (contract §6).
    private let patience: Duration
    /// More than this many commands under way are not taken.
    private static let maximumWaiting = 10_000

    /// - Parameters:
    ///   - properties: the producer's.
    ///   - topic: the commands'.
    ///   - board: tells what became of them.
    ///   - patience: a command that Kafka has not acknowledged within this may be lost.
    ///   - log: takes what librdkafka says.
    /// - Throws: ``KafkaError``: a property is refused.
    convenience init(
        properties: [String: String],
        topic: String,
        board: OutcomeBoard,
        patience: Duration = .seconds(5),
        log: @escaping @Sendable (KafkaLogLine) -> Void
    ) throws(KafkaError) {
        let properties = Self.properties(from: properties)
        try self.init(
            topic: topic,
            board: board,
            patience: patience,
            log: log,
            makeProducer: { () throws(KafkaError) in
                try Producer(properties: properties, clientID: "drawdown-http", log: log)
            }
        )
    }

    /// - Parameters:
    ///   - topic: the commands'.
    ///   - board: tells what became of them.
    ///   - patience: a command that Kafka has not acknowledged within this may be lost.
    ///   - log: takes what keeps commands from being published.
    ///   - makeProducer: makes the first producer, and another after each fatal error.
    /// - Throws: ``KafkaError``: the first producer cannot be made.
    init(
        topic: String,
        board: OutcomeBoard,
        patience: Duration,
        log: @escaping @Sendable (KafkaLogLine) -> Void,
        makeProducer: @escaping @Sendable () throws(KafkaError) -> Producer
    ) throws(KafkaError) {
        self.makeProducer = makeProducer
        self.log = log
        producer = Mutex(try makeProducer())
        self.topic = topic
        self.board = board
        self.patience = patience
    }

    /// Those of a producer that sends for people: somebody waits for each command, and sends it again
    /// where no answer came.
    static func properties(from given: [String: String]) -> [String: String] {
        let own = ["linger.ms": "1", "message.timeout.ms": "10000"]
        // Under its other name a given one would be set later, and win.
        let others = own.keys.compactMap { KafkaProperties.otherName(of: $0) }
        return given.filter { !others.contains($0.key) }.merging(own) { $1 }
    }

    /// Reads deliveries, on a thread of its own, until ``stop()``.
    func start() {
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .acquiring) {
                let producer = current
                do throws(KafkaError) {
                    try producer.deliveries(maximum: 10_000, timeout: .milliseconds(100)) {
                        note($0)
                    }
                } catch {
                    // Fatal: it takes nothing more, and without another no command would be taken until
                    // the worker is started anew.
                    fail(error.reason)
                    replaceProducer()
                }
            }
            _ = current.close(timeout: .seconds(1))
        }
        thread.name = "drawdown-commands"
        thread.start()
    }

    /// Tries until there is a new one: what stands in the way, such as a file that is missing for a
    /// moment, must not end the way in for commands for good.
    private func replaceProducer() {
        while !isStopped.load(ordering: .acquiring) {
            do throws(KafkaError) {
                let next = try makeProducer()
                producer.withLock { $0 = next }
                return
            } catch {
                let message = "no new producer for commands, trying again: \(error.reason)"
                log(KafkaLogLine(level: .error, facility: "COMMANDS", message: message))
            }
            // On a thread of its own; whoever stops this waits for nobody, so the pause may end late.
            Thread.sleep(forTimeInterval: 1)
        }
    }

    private var current: Producer { producer.withLock { $0 } }

    func stop() { isStopped.store(true, ordering: .releasing) }

    func submit(key: [UInt8], value: [UInt8], wait: Duration) async -> Submission {
        let tag = nextTag.add(1, ordering: .relaxed).oldValue
        let mark = UUID().uuidString
        let hasRoom = waiting.withLock { $0.count < Self.maximumWaiting }
        guard hasRoom else { return .unknown("too many commands are under way") }
        let submission = await withCheckedContinuation { continuation in
            let waiter = Waiter(continuation)
            waiting.withLock { $0[tag] = waiter }
            board.expect(mark) { waiter.resume(with: Submission($0)) }
            do throws(KafkaError) {
                try current.send(
                    topic: topic,
                    key: key,
                    value: value,
                    headers: [Header(name: OutcomeBoard.header, value: Array(mark.utf8))],
                    tag: tag
                )
            } catch {
                waiter.resume(with: Self.submission(of: error))
            }
            waiter.start(
                Task {
                    try? await Task.sleep(for: wait)
                    guard waiter.expire() else { return }
                    // Whoever does not wait at all still wants to know that Kafka has it.
                    try? await Task.sleep(for: max(.zero, patience - wait))
                    waiter.giveUp()
                }
            )
        }
        board.forget(mark)
        waiting.withLock { $0[tag] = nil }
        return submission
    }

    private func note(_ delivery: Delivery) {
        guard let waiter = waiting.withLock({ $0[delivery.tag] }) else { return }
        if let error = delivery.error {
            waiter.resume(with: Self.submission(of: error))
        } else {
            waiter.noteDelivered()
        }
    }

    private static func submission(of error: KafkaError) -> Submission {
        guard error.code == .messageTooLarge else {
            return .unknown("publishing failed: \(error.reason)")
        }
        return .refused(
            Refusal(
                .tooLarge,
                message: "expected the command to be smaller than what its topic takes"
            )
        )
    }

    private func fail(_ reason: String) {
        for waiter in waiting.withLock({ Array($0.values) }) {
            waiter.resume(with: .unknown("publishing failed: \(reason)"))
        }
    }
}

/// One request that waits; it gets the first answer.
private final class Waiter: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Submission, Never>?
        var timer: Task<Void, Never>?
        var isDelivered = false
        var isExpired = false
    }

    private let state: Mutex<State>

    init(_ continuation: CheckedContinuation<Submission, Never>) {
        state = Mutex(State(continuation: continuation))
    }

    func resume(with submission: Submission) {
        let (continuation, timer) = state.withLock { state in
            defer { (state.continuation, state.timer) = (nil, nil) }
            return (state.continuation, state.timer)
        }
        timer?.cancel()
        continuation?.resume(returning: submission)
    }

    /// Keeps what ends the wait, to be cancelled by the answer: else each command that is answered at
    /// once would leave a task behind that sleeps for seconds.
    func start(_ timer: Task<Void, Never>) {
        let isAnswered = state.withLock { state in
            guard state.continuation != nil else { return true }
            state.timer = timer
            return false
        }
        if isAnswered { timer.cancel() }
    }

    /// The brokers have it for good.
    func noteDelivered() {
        let isExpired = state.withLock { state in
            state.isDelivered = true
            return state.isExpired
        }
        if isExpired { resume(with: .pending) }
    }

    /// The time is over that its outcome may take; says whether there is still no answer.
    func expire() -> Bool {
        let isDelivered = state.withLock { state in
            state.isExpired = true
            return state.isDelivered
        }
        if isDelivered { resume(with: .pending) }
        return state.withLock { $0.continuation != nil }
    }

    /// The time is over that its acknowledgement may take.
    func giveUp() { resume(with: .unknown("Kafka has not acknowledged it in time")) }
}

extension Submission {
    fileprivate init(_ receipt: OutcomeBoard.Receipt) {
        self =
            switch receipt {
            case .applied(let entries, let sealed): .applied(entries, sealed)
            case .refused(let refusal): .refused(refusal)
            case .duplicate: .duplicate
            }
    }
}
