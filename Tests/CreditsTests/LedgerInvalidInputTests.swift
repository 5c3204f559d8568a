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
