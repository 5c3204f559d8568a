import Credits
import LedgerStore
import Synchronization
import Testing
import UsageCodec

@testable import UsagePipeline

/// What became of an input is told once it is durable, and told truly.
struct OutcomeBoardTests {
    private struct FixedClock: WorkerClock {
        let now = Timestamp.earliest.advanced(byMicroseconds: 1)
        let elapsed = Duration.zero
    }

    /// A ledger that applies one command at a time, each with a mark.
    private final class Bench {
        let board = OutcomeBoard()
        let store = InMemoryLedgerStore(policies: Policies())
        private let batches = HandOver<InputBatch>(capacity: 2)
        private let stage: LedgerStage
        private var decoder: InputDecoder
        private var offset: Int64 = 0

        init() {
            stage = LedgerStage(
                store: store,
                ledger: Ledger(policies: Policies()),
                cluster: "test",
                batches: batches,
                time: InputTime(),
                relay: RelayInbox(publishedThrough: 0, maximumUnpublished: 100, wake: {}),
                settings: WorkerSettings(roles: [:]),
                clock: FixedClock(),
                telemetry: Telemetry(),
                board: board
            )
            decoder = InputDecoder(
                hashKey: store.identity.hashKey,
                rates: .empty,
                limits: DecodeLimits()
            )
        }

        /// What is told of a command when it is applied; nil: nothing.
        func apply(_ command: String, mark: String = "m", awaiting: String = "m") throws -> String?
        {
            let told = Mutex<[String]>([])
            board.expect(awaiting) { receipt in
                let text =
                    switch receipt {
                    case .applied(let entries, let sealed):
                        "applied \(entries.map(\.type.name)) in \(sealed.commit.number)"
                    case .refused(let refusal): "\(refusal.code.name): \(refusal.message)"
                    case .duplicate: "duplicate"
                    }
                told.withLock { $0.append(text) }
            }
            defer { board.forget(awaiting) }
            batches.put(batch(command, mark: mark))
            #expect(try stage.step(waits: false))
            let all = told.withLock { $0 }
            #expect(all.count < 2)
            return all.first
        }

        private func batch(_ command: String, mark: String) -> InputBatch {
            var batch = InputBatch(cluster: "test")
            batch.partitions = [
                PartitionProgress(
                    topic: "credits.commands",
                    partition: 0,
                    from: offset == 0 ? nil : offset,
                    next: offset + 1
                )
            ]
            let value = Array(command.utf8)
            decoder.decode(
                .command,
                key: nil,
                value: value.span,
                headers: [MessageHeader(name: OutcomeBoard.header, value: Array(mark.utf8))],
                timestamp: FixedClock().now,
                origin: Origin(partition: 0, offset: offset),
                into: &batch
            )
            offset += 1
            return batch
        }
    }

    private static let grant =
        #"{"command_id":"c1","type":"grant","customer_id":"acme","credits":5}"#

    @Test func anAppliedCommandShowsItsEntriesAndTheSameAgainIsADuplicate() throws {
        let bench = Bench()
        #expect(try bench.apply(Self.grant) == #"applied ["credits_granted"] in 1"#)
        #expect(try bench.apply(Self.grant) == "duplicate")
        let records = try bench.store.reader.commandEntries(commandID: "c1")
        #expect(records.map(\.entry.sequence) == [1])
        #expect(try bench.store.reader.commandEntries(commandID: "c2").isEmpty)
    }

    @Test func aRefusalIsToldWithItsReason() throws {
        let bench = Bench()
        _ = try bench.apply(Self.grant)
        let other = try bench.apply(Self.grant.replacing("5", with: "6"))
        #expect(other?.hasPrefix("command_id_conflict") == true)
        #expect(try bench.apply("{")?.hasPrefix("invalid_json") == true)
    }

    @Test func aHoldThatIsNotCoveredIsNoDuplicate() throws {
        let bench = Bench()
        _ = try bench.apply(Self.grant)
        let hold = """
            {"command_id":"h1","type":"hold","customer_id":"acme","hold_id":"h","credits":7}
            """
        #expect(
            try bench.apply(hold)
                == "insufficient_credits: expected credits to be at most 5, got: 7"
        )
        #expect(bench.store.reader.pendingHoldCount == 0)
        #expect(
            try bench.apply(hold.replacing("7", with: "4")) == #"applied ["hold_placed"] in 3"#
        )
        #expect(bench.store.reader.pendingHoldCount == 1)
    }

    @Test func whoWaitsForSomethingElseIsToldNothing() throws {
        let bench = Bench()
        #expect(try bench.apply(Self.grant, mark: "m", awaiting: "n") == nil)
    }

    @Test func commitsWithDeadLettersAreFoundNewestFirst() throws {
        let bench = Bench()
        _ = try bench.apply("{")
        _ = try bench.apply(Self.grant)
        _ = try bench.apply("[]")
        let reader = try bench.store.reopened().reader
        #expect(try reader.deadLetterCommits(through: .max, limit: 10) == [3, 1])
        #expect(try reader.deadLetterCommits(through: 2, limit: 10) == [1])
        #expect(try reader.deadLetterCommits(through: .max, limit: 1) == [3])
    }
}
