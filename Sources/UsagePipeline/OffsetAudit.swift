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
/// is seen. Only a restore may set a store back: the epoch that it gave the store is above all that
/// were there before.
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
        for position in acknowledged {
            guard let reader = Reader(position.metadata) else { continue }
            let place = "\(position.partition.topic) partition \(position.partition.partition)"
            guard reader.uuid == identity.uuid else {
                return "expected \(place) to have been read by this store (\(identity.uuid)), got: "
                    + "store \(reader.uuid); use that store, or another group.id to begin anew"
            }
            if let epoch = reader.epoch, epoch > identity.epoch {
                return "expected \(place) to have been read by this store, got: by a later one of "
                    + "the same uuid (epoch \(epoch), here \(identity.epoch)); \(remedy)"
            }
            let here = stored[position.partition] ?? 0
            guard position.offset <= here || reader.isBeforeRestore(of: identity) else {
                return "expected the store to have read \(place) up to \(position.offset), got: "
                    + "\(here); \(remedy)"
            }
        }
        return nil
    }

    /// The partitions that a restored store reads again, from where its backup had read them.
    public static func setBack(
        acknowledged: [AcknowledgedPosition],
        stored: [PartitionKey: Int64],
        identity: StoreIdentity
    ) -> [PartitionKey] {
        acknowledged.filter { position in
            guard let reader = Reader(position.metadata) else { return false }
            return reader.uuid == identity.uuid && reader.isBeforeRestore(of: identity)
                && position.offset > stored[position.partition] ?? 0
        }.map(\.partition)
    }

    private static let remedy =
        "the store was set back: use the newer one, or restore a backup with `drawdown restore`, "
        + "which lets it go on from its own offsets"

    /// The store that acknowledged an offset.
    private struct Reader {
        let uuid: Substring
        /// Nil where it cannot be read.
        let epoch: UInt64?

        /// Nil where another program wrote it.
        init?(_ metadata: String) {
            guard metadata.hasPrefix(prefix) else { return nil }
            let words = metadata.dropFirst(prefix.count).split(separator: " ")
            uuid = words.first ?? "unknown"
            epoch = words.count == 3 ? UInt64(words[2]) : nil
        }

        func isBeforeRestore(of identity: StoreIdentity) -> Bool {
            guard let epoch else { return false }
            return epoch < identity.restoredEpoch
        }
    }
}
