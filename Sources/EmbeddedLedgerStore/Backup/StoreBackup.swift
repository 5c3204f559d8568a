internal import Glibc
public import LedgerStore

/// A consistent copy of an embedded store, taken while a worker goes on committing.
///
/// The data file is copied as it is after one commit; it names the sealed files that belong to that
/// commit, which never change. One that a merge removed before it was linked makes this snapshot
/// useless, and a new one is taken.
public struct StoreBackup: Sendable {
    private let store: ReadOnlyStore
    /// A step was taken; for tests.
    var onStep: @Sendable (StoreCopyStep) -> Void = { _ in }

    /// Merges take seconds and links microseconds: more snapshots than this are no bad luck.
    private static let maximumAttempts = 20

    /// Opens the store in a directory; changes nothing there.
    ///
    /// - Throws: ``StoreError``: `unusable` where there is no store or a backup already, `damaged`
    ///   where its data is missing or cut short, `inUse` where this very process has it open.
    public init(of path: String) throws(StoreError) {
        store = try ReadOnlyStore(path)
        try BackupFile.refuse(store.path)
    }

    init(_ store: EmbeddedLedgerStore) {
        self.store = store.readOnly
    }

    /// Makes the backup.
    ///
    /// - Parameters:
    ///   - target: the directory that it becomes; nothing may be there.
    ///   - verifies: reads the copy before it gets its name, and proves it.
    ///   - progress: called with how far it is.
    /// - Returns: what was copied.
    /// - Throws: ``StoreError``: `unusable` where something is at the target, `damaged` where the
    ///   store is, `diskFull`, `failed`. There is no backup then.
    public func write(
        to target: String,
        verifies: Bool,
        _ progress: (StoreCopyStep) -> Void = { _ in }
    ) throws(StoreError) -> StoreCopyReport {
        func note(_ step: StoreCopyStep) {
            onStep(step)
            progress(step)
        }
        let copy = try UnfinishedCopy(target, of: store.path, fillsEmpty: false)
        try fill(copy, note)
        try copy.copyNotes(from: store.path)
        try copy.identify(store.file)
        if verifies {
            do throws(StoreError) {
                try copy.verify(note)
            } catch {
                throw StoreError(
                    error.code,
                    "no backup of \(store.path) was made, for \(error.message)"
                )
            }
        }
        let backup = BackupFile(uuid: store.file.uuid, head: copy.report.head)
        try StoreFiles.replace(copy.path + "/" + BackupFile.name, with: backup.bytes)
        try copy.finish(fillsEmpty: false)
        return copy.report
    }

    /// Copies the data and places the files that it names, until both are of one state.
    private func fill(
        _ copy: UnfinishedCopy,
        _ progress: (StoreCopyStep) -> Void
    ) throws(StoreError) {
        var missing: String?
        for attempt in 1...Self.maximumAttempts {
            progress(.data)
            try copy.copyData(of: store)
            let (state, manifest) = try snapshot(in: copy)
            copy.note {
                $0.uuid = store.file.uuid
                $0.head = state.head
                $0.attempts = attempt
            }
            let before = missing
            missing = try copy.place(manifest, from: store.folders) { done, count in
                progress(.files(done, of: count))
            }
            guard let missing else {
                progress(.files(copy.report.files, of: copy.report.files))
                let byteCount = try StoreFiles.byteCount(copy.path + "/" + DataFile.name) ?? 0
                copy.note { $0.byteCount += byteCount }
                return
            }
            // What the next state still names was not merged away.
            guard missing != before else {
                throw StoreError(.damaged, "expected \(missing) to be there")
            }
        }
        throw StoreError(
            .failed,
            "files of \(store.path) were replaced during each of \(Self.maximumAttempts) attempts "
                + "to back it up"
        )
    }

    /// What the copied data file says.
    private func snapshot(in copy: UnfinishedCopy) throws(StoreError) -> (StateRow, Manifest) {
        let path = copy.path + "/" + DataFile.name
        try DataFile.check(path, pageSize: store.file.pageSize)
        let found: (StateRow, Manifest)
        do {
            let environment = try LMDBEnvironment(path: path, isReadOnly: true, owner: nil)
            let transaction = try environment.begin(isReadOnly: true)
            let tables = try StoreTables(transaction, creates: false)
            try IdentityRow.read(transaction, tables).check(against: store.file)
            let state = try StateRow.read(transaction, tables)
            found = (state, try Manifest.read(transaction, tables, state: state))
        }
        try copy.removeLockFile()
        return found
    }
}
