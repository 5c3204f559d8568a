import Credits
import LedgerStore
import Testing

@Suite("Unknown outcomes")
struct MemoryFaultTests {
    private func failing(_ fault: InMemoryLedgerStore.CommitFault) throws -> InMemoryLedgerStore {
        let store = InMemoryLedgerStore(policies: Policies())
        var batch = BatchBuilder(continuing: store)
        batch.grant("g1", "acme", 100)
        try store.apply(batch)
        var lost = BatchBuilder(continuing: store)
        lost.usage("u1", "acme", 30)
        store.nextCommitFault = fault
        #expect(throws: StoreError.self) { try store.apply(lost) }
        #expect(throws: StoreError.self) { try store.apply(lost) }
        #expect(store.head.number == 1)
        return try store.reopened()
    }

    @Test func aCommitThatFailedBeforeItsEffectIsAbsentAfterwards() throws {
        let store = try failing(.beforeEffect)
        #expect(store.head.number == 1)
        #expect(store.reader.account(number: 1)?.balance == Amount(whole: 100))
    }

    @Test func aCommitThatFailedAfterItsEffectIsThereAfterwards() throws {
        let store = try failing(.afterEffect)
        #expect(store.head.number == 2)
        #expect(store.reader.account(number: 1)?.balance == Amount(whole: 70))
        var again = BatchBuilder(continuing: store)
        again.usage("u1", "acme", 30)
        #expect(try store.apply(again).outcomes.duplicate == 1)
    }
}
