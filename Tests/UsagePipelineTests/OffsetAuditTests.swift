import Credits
import LedgerStore
import Testing

@testable import UsagePipeline

/// A store that is foreign, empty or was set back is refused before it debits anything again.
@Suite struct OffsetAuditTests {
    private let partition = PartitionKey(topic: "usage.events", partition: 0)
    private let identity = StoreIdentity(
        uuid: "aaaa",
        epoch: 3,
        hashKey: HashKey(first: 1, second: 2)
    )

    private func fault(
        offset: Int64,
        metadata: String,
        stored: Int64?,
        identity: StoreIdentity? = nil
    ) -> String? {
        var offsets: [PartitionKey: Int64] = [:]
        offsets[partition] = stored
        return OffsetAudit.fault(
            acknowledged: [
                AcknowledgedPosition(partition: partition, offset: offset, metadata: metadata)
            ],
            stored: offsets,
            identity: identity ?? self.identity
        )
    }

    /// The same store, opened for the epoch-th time after a restore gave it an epoch.
    private func restored(_ restoredEpoch: UInt64, epoch: UInt64) -> StoreIdentity {
        StoreIdentity(
            uuid: "aaaa",
            epoch: epoch,
            hashKey: identity.hashKey,
            restoredEpoch: restoredEpoch
        )
    }

    private var ours: String { OffsetAudit.metadata(of: identity) }

    @Test func theStoreThatWroteTheOffsetMayGoOn() {
        #expect(fault(offset: 41, metadata: ours, stored: 41) == nil)
    }

    @Test func aStoreThatIsAheadOfItsOffsetsMayGoOn() {
        #expect(fault(offset: 41, metadata: ours, stored: 99) == nil)
    }

    @Test func aStoreThatWasSetBackIsRefused() {
        #expect(fault(offset: 42, metadata: ours, stored: 41)?.contains("set back") == true)
    }

    @Test func anEmptyStoreIsRefusedWhereItsOwnOffsetsSayItWasNot() {
        #expect(fault(offset: 1, metadata: ours, stored: nil)?.contains("set back") == true)
    }

    @Test func anotherStoresOffsetsAreRefused() {
        let other = StoreIdentity(
            uuid: "bbbb",
            epoch: 1,
            hashKey: HashKey(first: 1, second: 2)
        )
        let found = fault(offset: 1, metadata: OffsetAudit.metadata(of: other), stored: 99)
        #expect(found?.contains("bbbb") == true)
    }

    @Test func anEarlierEpochOfTheSameStoreIsItself() {
        let earlier = StoreIdentity(uuid: "aaaa", epoch: 1, hashKey: identity.hashKey)
        #expect(fault(offset: 5, metadata: OffsetAudit.metadata(of: earlier), stored: 5) == nil)
    }

    @Test func aStoreThatALaterOpeningOutranOnlyInEpochsIsRefused() {
        let later = StoreIdentity(uuid: "aaaa", epoch: 4, hashKey: identity.hashKey)
        let metadata = OffsetAudit.metadata(of: later)
        #expect(fault(offset: 5, metadata: metadata, stored: 99)?.contains("set back") == true)
    }

    @Test func aRestoredStoreGoesOnFromItsOwnOffsets() {
        let store = restored(1000, epoch: 1001)
        #expect(fault(offset: 500, metadata: ours, stored: 41, identity: store) == nil)
        #expect(fault(offset: 500, metadata: ours, stored: nil, identity: store) == nil)
    }

    @Test func aRestoredStoreThatWentBackByItselfIsRefused() {
        let since = OffsetAudit.metadata(of: restored(1000, epoch: 1001))
        let now = restored(1000, epoch: 1002)
        #expect(fault(offset: 42, metadata: since, stored: 41, identity: now) != nil)
        #expect(fault(offset: 41, metadata: since, stored: 41, identity: now) == nil)
    }

    @Test func theStoreThatABackupReplacedIsRefusedOnceTheRestoredOneHasRead() {
        let since = OffsetAudit.metadata(of: restored(1000, epoch: 1001))
        #expect(fault(offset: 42, metadata: since, stored: 99)?.contains("set back") == true)
    }

    @Test func aBackupIsRestoredASecondTime() {
        let first = OffsetAudit.metadata(of: restored(1000, epoch: 1007))
        let second = restored(2000, epoch: 2001)
        #expect(fault(offset: 500, metadata: first, stored: 41, identity: second) == nil)
    }

    @Test func aRestoredStoreOfAnotherNameIsStillAnotherStore() {
        let other = OffsetAudit.metadata(
            of: StoreIdentity(uuid: "bbbb", epoch: 1, hashKey: identity.hashKey)
        )
        let store = restored(1000, epoch: 1001)
        #expect(fault(offset: 1, metadata: other, stored: 99, identity: store) != nil)
    }

    @Test func anEpochThatCannotBeReadPermitsNothing() {
        let store = restored(1000, epoch: 1001)
        let metadata = "drawdown store aaaa epoch ?"
        #expect(fault(offset: 500, metadata: metadata, stored: 41, identity: store) != nil)
    }

    @Test func whatOtherProgramsLeftSaysNothing() {
        #expect(fault(offset: 500, metadata: "", stored: nil) == nil)
        #expect(fault(offset: 500, metadata: "flink", stored: 3) == nil)
    }
}
