internal import Credits
internal import LedgerStore

/// The offset to read next of every partition that was ever read, a row each.
enum OffsetsTable {
    /// Names may be longer than LMDB's keys, so the key is their hash; the row holds them in full.
    private static func key(cluster: String, _ partition: PartitionKey) -> [UInt8] {
        var hash = KeyedHash(key: .content)
        let cluster = Array(cluster.utf8)
        let topic = Array(partition.topic.utf8)
        hash.combine(prefixed: cluster.span)
        hash.combine(prefixed: topic.span)
        hash.combine(UInt64(UInt32(bitPattern: partition.partition)))
        let key = hash.finalize()
        return [UInt8](bigEndian: key.high) + [UInt8](bigEndian: key.low)
    }

    static func write(
        _ commit: borrowing Commit,
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable
    ) throws(StoreError) {
        for progress in commit.partitions {
            let key = key(
                cluster: commit.cluster,
                PartitionKey(topic: progress.topic, partition: progress.partition)
            )
            var payload: [UInt8] = []
            payload.append(text: commit.cluster)
            payload.append(text: progress.topic)
            payload.append(halfWord: UInt32(bitPattern: progress.partition))
            payload.append(word: UInt64(bitPattern: progress.next))
            let row = Row.frame(.offset, key: key, payload)
            try transaction.put(row.span, for: key, in: table)
        }
    }

    /// Every row, by cluster.
    static func read(
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable
    ) throws(StoreError) -> [String: [PartitionKey: Int64]] {
        var offsets: [String: [PartitionKey: Int64]] = [:]
        try transaction.forEach(in: table) { key, row throws(StoreError) in
            let payload = try Row.payload(of: row, .offset, key: key)
            var reader = ByteReader(payload.span)
            let cluster = reader.text()
            let topic = reader.text()
            let partition = PartitionKey(
                topic: topic,
                partition: Int32(bitPattern: reader.halfWord())
            )
            offsets[cluster, default: [:]][partition] = Int64(bitPattern: reader.word())
            guard !reader.isDamaged else { throw Row.damaged(.offset) }
            return true
        }
        return offsets
    }
}
