internal import LedgerStore

/// A store's data file, open for reading beside whoever writes to it.
struct ReadOnlyStore: Sendable {
    /// The directory's one name.
    let path: String
    let file: IdentityFile
    let identity: StoreIdentity
    let environment: LMDBEnvironment
    let tables: StoreTables

    var folders: SealedFolders { SealedFolders(in: path, uuid: file.uuid) }

    /// - Throws: ``StoreError``: `unusable` where there is no store, `damaged` where its data is
    ///   missing or cut short, `inUse` where this very process has the store open.
    init(_ path: String) throws(StoreError) {
        guard StoreFiles.exists(path) else {
            throw StoreError(.unusable, "expected \(path) to be a store, got: nothing there")
        }
        let canonical = try OpenStores.canonical(path)
        let claim = try StoreClaim(canonical)
        let dataPath = canonical + "/" + DataFile.name
        guard let file = try IdentityFile.read(in: canonical) else {
            throw StoreError(
                StoreFiles.exists(dataPath) ? .damaged : .unusable,
                "expected \(canonical) to have a file \(IdentityFile.name)"
            )
        }
        try DataFile.check(dataPath, pageSize: file.pageSize)
        environment = try LMDBEnvironment(path: dataPath, isReadOnly: true, owner: claim)
        let transaction = try environment.begin(isReadOnly: true)
        tables = try StoreTables(transaction, creates: false)
        let row = try IdentityRow.read(transaction, tables)
        try row.check(against: file)
        identity = StoreIdentity(
            uuid: file.uuid,
            epoch: row.epoch,
            hashKey: file.hashKey,
            restoredEpoch: try RestoredRow.read(transaction, tables)
        )
        // Tables stay open only if the transaction that opened them is not undone.
        try transaction.commit()
        self.path = canonical
        self.file = file
    }

    /// A store that this process has open for writing.
    init(
        path: String,
        file: IdentityFile,
        identity: StoreIdentity,
        environment: LMDBEnvironment,
        tables: StoreTables
    ) {
        self.path = path
        self.file = file
        self.identity = identity
        self.environment = environment
        self.tables = tables
    }

    /// What the store is at its newest commit, and the sealed files that belong to it then.
    func state() throws(StoreError) -> (StateRow, Manifest) {
        let transaction = try environment.begin(isReadOnly: true)
        let state = try StateRow.read(transaction, tables)
        return (state, try Manifest.read(transaction, tables, state: state))
    }

    /// The same, and what else the data file says then; accounts are not read yet.
    func projections() throws(StoreError) -> (StateRow, Manifest, ProjectionChecks) {
        let transaction = try environment.begin(isReadOnly: true)
        let state = try StateRow.read(transaction, tables)
        let manifest = try Manifest.read(transaction, tables, state: state)
        return (state, manifest, ProjectionChecks(state, transaction, tables))
    }
}

extension IdentityRow {
    /// - Throws: ``StoreError/Code/damaged`` where the data is another store's than its directory.
    func check(against file: IdentityFile) throws(StoreError) {
        guard uuid == file.uuid else {
            throw StoreError(
                .damaged,
                "expected the data to be of store \(file.uuid), got: \(uuid)"
            )
        }
    }
}
