import Testing

@testable import Credits

/// Inputs that the decoder could not understand pass through the ledger into the dead letters.
@Suite struct LedgerInvalidInputTests {
    @Test func anInvalidInputIsKeptWholeAndSaysNothing() throws {
        var batch = InputBatch(cluster: "cluster-1")
        batch.partitions = [
            PartitionProgress(topic: "usage.events", partition: 0, from: 3, next: 5)
        ]
        let key = batch.bytes.appendSlice("acme".utf8)
        let value = batch.bytes.appendSlice("{".utf8)
        let message = ReceivedMessage(
            origin: Origin(partition: 0, offset: 4),
            timestamp: LedgerTable.beginning,
            key: key,
            value: value,
            headers: -1
        )
        let refusal = Refusal(.invalidJSON, message: "expected value to be JSON, got: {")
        batch.invalid = [InvalidInput(message: message, refusal: refusal)]
        let loaded = Loaded(
            commitNumber: 8,
            recordedAt: .earliest,
            nextAccountNumber: 1,
            accounts: BatchAccounts(),
            usage: [],
            commands: [:]
        )
        let transition = Ledger(policies: Policies()).apply(
            batch,
            to: loaded,
            now: LedgerTable.beginning
        )
        let commit = transition.commit
        #expect(commit.outcomes.invalid == 1)
        #expect(commit.outcomes.total == 1)
        #expect(commit.deadLetters.map(\.refusal) == [refusal])
        #expect(commit.deadLetters.map(\.message) == [message])
        #expect(commit.bytes.string(of: message.value) == "{")
        #expect(commit.partitions.map(\.next) == [5])
        #expect(commit.triggers.isEmpty)
        #expect(commit.entries.isEmpty)
        #expect(transition.accounts.isEmpty)
    }

    @Test func whatIsWrongStandsInTheOrderOfTheRecordsWhateverIsWrongWithIt() {
        var batch = InputBatch(cluster: "cluster-1")
        batch.partitions = (0..<2).map {
            PartitionProgress(topic: "usage.events", partition: $0, from: 0, next: 9)
        }
        func invalid(_ partition: Int32, _ offset: Int64) -> InvalidInput {
            InvalidInput(
                message: ReceivedMessage(
                    origin: Origin(partition: partition, offset: offset),
                    timestamp: LedgerTable.beginning,
                    key: nil,
                    value: nil,
                    headers: -1
                ),
                refusal: Refusal(.invalidJSON, message: "expected value to be JSON")
            )
        }
        // As it comes where what is refused for other reasons is found out at other times.
        batch.invalid = [(0, 5), (1, 8), (0, 2), (1, 1), (0, 4)].map { invalid($0, $1) }
        let loaded = Loaded(
            commitNumber: 1,
            recordedAt: .earliest,
            nextAccountNumber: 1,
            accounts: BatchAccounts(),
            usage: [],
            commands: [:]
        )
        let commit = Ledger(policies: Policies())
            .apply(batch, to: loaded, now: LedgerTable.beginning).commit
        #expect(
            commit.deadLetters.map(\.message.origin)
                == [(0, 2), (1, 1), (0, 4), (1, 8), (0, 5)].map {
                    Origin(partition: $0, offset: $1)
                }
        )
    }

    @Test func aRefusalNamesTheFieldThatWasSent() throws {
        var store = TestStore(policies: Policies())
        let inputs = try LedgerTable(
            """
            grant  c1  acme   10  grant=g1      applied    balance 10   grant.created changed
            adjust g1  acme   5                 rejected   balance 10
                duplicate_grant command.rejected
            grant  g2  acme   10  effective=P2D applied    balance 10   grant.created
            void   v1  acme    4  grant=g2      rejected   balance 10
                exceeds_remaining command.rejected
            """
        ).lines.compactMap { if case .input(let input) = $0.step { input } else { nil } }
        let refusals = store.apply(inputs, at: LedgerTable.beginning).commit.deadLetters
            .map(\.refusal)
        #expect(refusals.map(\.field) == ["command_id", "credits"])
        #expect(
            refusals.last?.message
                == "expected credits to be all of a grant that is not effective yet, 10, got: 4"
        )
    }

    @Test func timeDoesNotRunBackwardsWhenTheClockDoes() {
        let before = LedgerTable.beginning
        let loaded = Loaded(
            commitNumber: 1,
            recordedAt: before,
            nextAccountNumber: 1,
            accounts: BatchAccounts(),
            usage: [],
            commands: [:]
        )
        let transition = Ledger(policies: Policies()).apply(
            InputBatch(cluster: "cluster-1"),
            to: loaded,
            now: before.advanced(byMicroseconds: -1)
        )
        #expect(transition.commit.recordedAt == before)
    }
}
