internal import Credits
internal import LedgerStore

/// Derives what is in memory from what is durable, and holds the two against each other.
struct StoreOpening {
    let tables: LedgerTables
    let state: StateRow
    private(set) var rounds: CheckpointRounds

    /// - Throws: ``StoreError/Code/damaged`` where the journal, its hashes, the checkpoints, the
    ///   offsets or the counts do not fit together.
    init(
        _ environment: LMDBEnvironment,
        _ storeTables: StoreTables,
        policies: Policies,
        hashKey: HashKey,
        checkpointInterval: UInt64
    ) throws(StoreError) {
        let tables = LedgerTables(policies: policies, hashKey: hashKey)
        let transaction = try environment.begin(isReadOnly: true)
        state = try StateRow.read(transaction, storeTables)
        rounds = CheckpointRounds(
            checkpointedThrough: state.checkpointedThrough,
            interval: checkpointInterval
        )
        self.tables = tables
        try AccountBlocks.forEach(transaction, storeTables.accounts) { tables.restore($0) }
        let commits = EmbeddedCommits(environment, storeTables.journal)
        for number in stride(from: 1, through: state.head.number, by: 1) {
            let previousHash = tables.head.hash
            let bytes = try commits.withCommit(number) { $0.copy() }
            guard let bytes else { throw .damagedCommit(number, "it is missing") }
            guard try JournalHeader(bytes.span).previousHash == previousHash else {
                throw .damagedCommit(number, "it does not continue the commit before it")
            }
            let sealed = try JournalFormat.decode(bytes, under: hashKey)
            try tables.replay(sealed)
            if number > state.checkpointedThrough {
                for group in sealed.commit.groups where group.number > 0 {
                    rounds.noteChange(of: AccountBlocks.block(of: group.number))
                }
            }
        }
        try check(transaction, storeTables)
    }

    /// What must exist is known by count: damage shows as something missing, not as a silent zero.
    private func check(
        _ transaction: borrowing LMDBTransaction,
        _ storeTables: StoreTables
    ) throws(StoreError) {
        guard tables.head.hash == state.head.hash else {
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
        for (cluster, stored) in offsets where tables.offsets(cluster: cluster) != stored {
            throw StoreError(
                .damaged,
                "expected the offsets of cluster \(cluster) to be those of the journal"
            )
        }
        guard offsets.count == tables.clusterCount else {
            throw StoreError(.damaged, "expected offsets of \(tables.clusterCount) clusters")
        }
    }
}
