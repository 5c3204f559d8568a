import KafkaIO
import QueryAPI
import Synchronization
import Testing

@testable import Drawdown
@testable import UsagePipeline

/// What somebody is told whose command is in the topic, and not applied: no worker is here.
@Suite(.timeLimit(.minutes(1))) struct CommandSubmitterTests {
    private let cluster: MockCluster

    init() throws {
        cluster = try MockCluster(brokers: 1)
        try cluster.createTopic("credits.commands", partitions: 1)
    }

    private func submit(_ wait: Duration, patience: Duration = .seconds(30)) async throws
        -> Submission
    {
        let submitter = try KafkaCommandSubmitter(
            properties: ["bootstrap.servers": cluster.bootstrapServers],
            topic: "credits.commands",
            board: OutcomeBoard(),
            patience: patience,
            log: { [cluster] _ in _ = cluster }
        )
        submitter.start()
        defer { submitter.stop() }
        return await submitter.submit(key: [0x63], value: [0x7b, 0x7d], wait: wait)
    }

    @Test(arguments: [Duration.zero, .milliseconds(1), .seconds(1)])
    func whoeverDoesNotWaitIsToldThatItIsPending(_ wait: Duration) async throws {
        // An acknowledgement takes longer than no time, and is waited for all the same: without it
        // nothing would be known.
        try cluster.setRoundTrip(broker: nil, .milliseconds(50))
        let submission = try await submit(wait)
        guard case .pending = submission else {
            Issue.record("expected pending, got: \(submission)")
            return
        }
    }

    @Test func whatKafkaDoesNotAcknowledgeIsUnknown() async throws {
        try cluster.setBroker(nil, isUp: false)
        let submission = try await submit(.zero, patience: .milliseconds(50))
        guard case .unknown = submission else {
            Issue.record("expected unknown, got: \(submission)")
            return
        }
    }

    @Test func afterAFatalErrorTheNextCommandIsTaken() async throws {
        try await expectTheNextCommandIsTakenAfterAFatalError(
            by: try KafkaCommandSubmitter(
                properties: ["bootstrap.servers": cluster.bootstrapServers],
                topic: "credits.commands",
                board: OutcomeBoard(),
                log: { [cluster] _ in _ = cluster }
            )
        )
    }

    @Test func aProducerThatCannotBeMadeIsTriedAgain() async throws {
        let attempts = Mutex(0)
        let lines = Mutex<[KafkaLogLine]>([])
        try await expectTheNextCommandIsTakenAfterAFatalError(
            by: try KafkaCommandSubmitter(
                topic: "credits.commands",
                board: OutcomeBoard(),
                patience: .seconds(5),
                log: { line in lines.withLock { $0.append(line) } },
                makeProducer: { [cluster] () throws(KafkaError) in
                    let attempt = attempts.withLock { attempts in
                        attempts += 1
                        return attempts
                    }
                    // The second one is refused.
                    let refused = attempt == 2 ? ["acks": "maybe"] : [:]
                    return try Producer(
                        properties: ["bootstrap.servers": cluster.bootstrapServers]
                            .merging(refused) { $1 },
                        clientID: "test",
                        log: { _ in _ = cluster }
                    )
                }
            )
        )
        let seen = lines.withLock { $0 }
        #expect(seen.contains { $0.facility == "COMMANDS" })
    }

    private func expectTheNextCommandIsTakenAfterAFatalError(
        by submitter: KafkaCommandSubmitter
    ) async throws {
        submitter.start()
        defer { submitter.stop() }
        func submit() async -> Submission {
            await submitter.submit(key: [0x63], value: [0x7b, 0x7d], wait: .zero)
        }
        guard case .pending = await submit() else {
            Issue.record("expected pending")
            return
        }
        // Idempotence is lost with it, for good.
        cluster.pushErrors(.produce, [.outOfOrderSequence])
        guard case .unknown = await submit() else {
            Issue.record("expected unknown")
            return
        }
        let deadline = ContinuousClock.now + .seconds(20)
        var last = Submission.pending
        while ContinuousClock.now < deadline {
            last = await submit()
            if case .pending = last { return }
            await Task.yield()
        }
        Issue.record("expected a command to be taken again, got: \(last)")
    }
}
