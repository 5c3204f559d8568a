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

    private func fault(offset: Int64, metadata: String, stored: Int64?) -> String? {
        var offsets: [PartitionKey: Int64] = [:]
        offsets[partition] = stored
        return OffsetAudit.fault(
            acknowledged: [
                AcknowledgedPosition(partition: partition, offset: offset, metadata: metadata)
            ],
            stored: offsets,
            identity: identity
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

    @Test func whatOtherProgramsLeftSaysNothing() {
        #expect(fault(offset: 500, metadata: "", stored: nil) == nil)
        #expect(fault(offset: 500, metadata: "flink", stored: 3) == nil)
    }
}
