internal import Credits
internal import LedgerStore

/// The tables of a store's data file.
struct StoreTables: Sendable {
    let meta: LMDBTable
    /// (commit, part) → a commit's bytes, in parts.
    let journal: LMDBTable
    /// (block, part) → the accounts of a block.
    let accounts: LMDBTable
    /// Hash of cluster, topic and partition → the offset to read next.
    let offsets: LMDBTable
    /// (kind, number) → a sealed file that belongs to the store.
    let manifest: LMDBTable

    init(_ transaction: borrowing LMDBTransaction, creates: Bool) throws(StoreError) {
        meta = try transaction.table("meta", creates: creates)
        journal = try transaction.table("journal", creates: creates)
        accounts = try transaction.table("accounts", creates: creates)
        offsets = try transaction.table("offsets", creates: creates)
        manifest = try transaction.table("manifest", creates: creates)
    }

    /// Writes one of the rows of which there is one.
    fileprivate func put(
        _ payload: [UInt8],
        _ kind: Row.Kind,
        for key: [UInt8],
        _ transaction: borrowing LMDBTransaction
    ) throws(StoreError) {
        try transaction.put(Row.frame(kind, key: key, payload).span, for: key, in: meta)
    }

    /// The payload of one of these rows; nil: there is none.
    fileprivate func payload(
        _ kind: Row.Kind,
        for key: [UInt8],
        _ transaction: borrowing LMDBTransaction
    ) throws(StoreError) -> [UInt8]? {
        try transaction.withValue(for: key, in: meta) { row throws(StoreError) in
            try Row.payload(of: row, kind, key: key)
        }
    }
}

/// The identity as the data file knows it; it must be that of the file beside it.
struct IdentityRow {
    static let key: [UInt8] = Array("identity".utf8)

    var uuid: String
    var epoch: UInt64

    func write(
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) {
        var payload: [UInt8] = []
        payload.append(word: epoch)
        payload.append(text: uuid)
        try tables.put(payload, .identity, for: Self.key, transaction)
    }

    static func read(
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) -> IdentityRow {
        guard let payload = try tables.payload(.identity, for: key, transaction) else {
            throw Row.damaged(.identity)
        }
        var reader = ByteReader(payload.span)
        let epoch = reader.word()
        let uuid = reader.text()
        guard !reader.isDamaged else { throw Row.damaged(.identity) }
        return IdentityRow(uuid: uuid, epoch: epoch)
    }
}

/// The epoch that a restore gave the store; there is no such row in a store that was never restored.
enum RestoredRow {
    static let key: [UInt8] = Array("restored".utf8)

    static func write(
        _ epoch: UInt64,
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) {
        var payload: [UInt8] = []
        payload.append(word: epoch)
        try tables.put(payload, .restored, for: key, transaction)
    }

    /// 0 where there is none.
    static func read(
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) -> UInt64 {
        guard let payload = try tables.payload(.restored, for: key, transaction) else { return 0 }
        var reader = ByteReader(payload.span)
        let epoch = reader.word()
        guard !reader.isDamaged else { throw Row.damaged(.restored) }
        return epoch
    }
}

/// What the store is at its head: written with every commit, and held against the journal at start.
struct StateRow: Equatable {
    static let key: [UInt8] = Array("state".utf8)

    var head = CommitHead.genesis
    var publishedThrough: UInt64 = 0
    /// The commit at which the last finished round of account checkpoints began.
    var checkpointedThrough: UInt64 = 0
    var accountCount = 0
    /// Parts of commits in the journal's table.
    var partCount = 0
    /// The oldest commit that is in the journal's table, or will be.
    var journalFrom: UInt64 = 1
    /// The last commit whose ids are in sealed files.
    var idsThrough: UInt64 = 0
    /// The last commit that is in a segment.
    var segmentsThrough: UInt64 = 0
    /// What all commits add up to.
    var totals = LedgerTotals()

    func write(
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) {
        var payload: [UInt8] = []
        payload.append(word: head.number)
        payload.append(counted: head.hash)
        payload.append(word: UInt64(bitPattern: head.recordedAt.microseconds))
        payload.append(word: publishedThrough)
        payload.append(word: checkpointedThrough)
        payload.append(word: UInt64(accountCount))
        payload.append(word: UInt64(partCount))
        payload.append(word: journalFrom)
        payload.append(word: idsThrough)
        payload.append(word: segmentsThrough)
        payload.append(totals)
        try tables.put(payload, .state, for: Self.key, transaction)
    }

    static func read(
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) -> StateRow {
        guard let payload = try tables.payload(.state, for: key, transaction) else {
            throw Row.damaged(.state)
        }
        var reader = ByteReader(payload.span)
        let number = reader.word()
        let hash = reader.byteArray()
        let recordedAt = Timestamp(microseconds: Int64(bitPattern: reader.word()))
        var state = StateRow()
        state.publishedThrough = reader.word()
        state.checkpointedThrough = reader.word()
        state.accountCount = Int(truncatingIfNeeded: reader.word())
        state.partCount = Int(truncatingIfNeeded: reader.word())
        state.journalFrom = reader.word()
        state.idsThrough = reader.word()
        state.segmentsThrough = reader.word()
        state.totals = reader.totals()
        guard !reader.isDamaged, let recordedAt else { throw Row.damaged(.state) }
        state.head = CommitHead(number: number, hash: hash, recordedAt: recordedAt)
        return state
    }
}
