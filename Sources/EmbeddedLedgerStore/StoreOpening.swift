internal import Credits
internal import LedgerStore

/// Derives what is in memory from what is durable, and holds the two against each other.
///
/// Only the commits behind the checkpoints are read: accounts come from their blocks, older ids stay
/// in their files, and counts from the state and the manifest.
struct StoreOpening {
    let tables: LedgerTables
    let state: StateRow
    let files: SealedFiles
    let folders: SealedFolders
    let commits: EmbeddedCommits
    /// Bytes of commits that are in no segment.
    private(set) var unsealedByteCount = 0
    private(set) var rounds: CheckpointRounds

    /// - Throws: ``StoreError/Code/damaged`` where the journal, its hashes, the sealed files, the
    ///   checkpoints, the offsets or the counts do not fit together.
    init(
        _ environment: LMDBEnvironment,
        _ storeTables: StoreTables,
        _ directory: StoreDirectory,
        policies: Policies,
        checkpointInterval: Int
    ) throws(StoreError) {
        let identity = directory.identity
        let transaction = try environment.begin(isReadOnly: true)
        state = try StateRow.read(transaction, storeTables)
        let manifest = try Manifest.read(transaction, storeTables, state: state)
        folders = SealedFolders(in: directory.path, uuid: identity.uuid)
        let runs = try folders.openRuns(manifest)
        try folders.checkSegments(manifest)
        // Only now: nothing is removed from a store that lacks something.
        try folders.sweep(keeping: manifest)
        files = SealedFiles(folders, runs: runs, segments: manifest.segments)
        commits = EmbeddedCommits(environment, storeTables.journal, files)
        tables = LedgerTables(policies: policies, hashKey: identity.hashKey, sealedIDs: files)
        rounds = CheckpointRounds(
            checkpointedThrough: state.checkpointedThrough,
            interval: checkpointInterval
        )
        let tables = tables
        tables.begin(at: try base(manifest))
        try AccountBlocks.forEach(transaction, storeTables.accounts) { tables.restore($0) }
        try replay(under: identity.hashKey)
        try check(transaction, storeTables)
    }

    /// Replay begins behind the last commit of which accounts, ids and bytes all lie elsewhere.
    private func base(_ manifest: Manifest) throws(StoreError) -> ReplayBase {
        var base = ReplayBase()
        base.idsThrough = state.idsThrough
        base.totalsThrough = state.segmentsThrough
        if let last = manifest.segments.last { base.totals = last.totals }
        let number = min(state.checkpointedThrough, state.idsThrough, state.segmentsThrough)
        guard number > 0 else { return base }
        let head = try commits.withCommit(number) { bytes throws(StoreError) in
            let header = try JournalHeader(bytes)
            return CommitHead(
                number: header.number,
                hash: header.hash(in: bytes),
                recordedAt: header.recordedAt
            )
        }
        guard let head, head.number == number else { throw .damagedCommit(number, "it is missing") }
        base.head = head
        return base
    }

    private mutating func replay(under hashKey: HashKey) throws(StoreError) {
        for number in stride(from: tables.head.number + 1, through: state.head.number, by: 1) {
            let previousHash = tables.head.hash
            let bytes = try commits.withCommit(number) { $0.copy() }
            guard let bytes else { throw .damagedCommit(number, "it is missing") }
            guard try JournalHeader(bytes.span).previousHash == previousHash else {
                throw .damagedCommit(number, "it does not continue the commit before it")
            }
            let sealed = try JournalFormat.decode(bytes, under: hashKey)
            try tables.replay(sealed)
            if number > state.segmentsThrough { unsealedByteCount += bytes.count }
            guard number > state.checkpointedThrough else { continue }
            rounds.noteReplay(entries: sealed.commit.entries.count)
            for group in sealed.commit.groups where group.number > 0 {
                rounds.noteChange(of: AccountBlocks.block(of: group.number))
            }
        }
    }

    /// What must exist is known by count: damage shows as something missing, not as a silent zero.
    private func check(
        _ transaction: borrowing LMDBTransaction,
        _ storeTables: StoreTables
    ) throws(StoreError) {
        guard tables.head.hash == state.head.hash, tables.head.number == state.head.number else {
            throw .damagedCommit(state.head.number, "it is not the commit that the store ends with")
        }
        guard tables.accountCount == state.accountCount else {
            throw StoreError(
                .damaged,
                "expected \(state.accountCount) accounts, got: \(tables.accountCount)"
            )
        }
        let parts = try transaction.count(storeTables.journal)
        guard parts == state.partCount else {
            throw StoreError(
                .damaged,
                "expected the journal to have \(state.partCount) parts, got: \(parts)"
            )
        }
        let offsets = try OffsetsTable.read(transaction, storeTables.offsets)
        let partitions = offsets.values.reduce(0) { $0 + $1.count }
        guard partitions == Int(state.totals.partitions), tables.endReplay(offsets: offsets) else {
            throw StoreError(
                .damaged,
                "expected the offsets of \(state.totals.partitions) partitions to be those of the "
                    + "journal"
            )
        }
        guard tables.totals == state.totals else {
            throw StoreError(.damaged, "expected the store's counts to be those of its commits")
        }
        let sums = tables.sums
        let sum = sums.system.reduce(sums.balances) { $0 &+ $1 }
        guard sum == 0 else {
            throw StoreError(.damaged, "expected all accounts to sum to 0, got: \(sum) × 10⁻¹²")
        }
    }
}
