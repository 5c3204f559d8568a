public import LedgerStore

/// An offset as the cluster remembers it for the group, with the words left beside it.
public struct AcknowledgedPosition: Equatable, Sendable {
    public let partition: PartitionKey
    public let offset: Int64
    public let metadata: String

    public init(partition: PartitionKey, offset: Int64, metadata: String) {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
    }
}

/// Compares what the cluster was told with what the store holds, before anything is read.
///
/// A store that is foreign, empty or was set back would debit usage again that another one has
/// debited already. Its uuid and epoch travel in the metadata of acknowledged offsets, so that this
/// is seen.
public enum OffsetAudit {
    private static let prefix = "drawdown store "

    /// What stands beside an acknowledged offset.
    public static func metadata(of identity: StoreIdentity) -> String {
        "\(prefix)\(identity.uuid) epoch \(identity.epoch)"
    }

    /// What is wrong with using this store for this group; nil: nothing.
    public static func fault(
        acknowledged: [AcknowledgedPosition],
        stored: [PartitionKey: Int64],
        identity: StoreIdentity
    ) -> String? {
        for position in acknowledged where position.metadata.hasPrefix(prefix) {
            let words = position.metadata.dropFirst(prefix.count).split(separator: " ")
            let place = "\(position.partition.topic) partition \(position.partition.partition)"
            guard words.first.map(String.init) == identity.uuid else {
                return "expected \(place) to have been read by this store (\(identity.uuid)), got: "
                    + "store \(words.first ?? "unknown"); use that store, or another group.id to "
                    + "begin anew"
            }
            let here = stored[position.partition] ?? 0
            guard position.offset <= here else {
                return "expected the store to have read \(place) up to \(position.offset), got: "
                    + "\(here); the store was set back: restore a newer copy, or use another "
                    + "group.id to apply what is missing again"
            }
        }
        return nil
    }
}
