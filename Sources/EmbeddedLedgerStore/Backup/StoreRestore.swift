public import Credits
internal import Glibc
public import LedgerStore

/// Makes a store of a backup.
///
/// The store goes on from the offsets that it has: its usage ids make it harmless to read the same
/// input again. It gets an epoch above all that were there before, by which a worker tells this
/// restore from a store that went back by itself.
public struct StoreRestore: Sendable {
    private let path: String

    /// Looks whether a directory is a backup.
    ///
    /// - Throws: ``StoreError``: `unusable` where it is none.
    public init(from path: String) throws(StoreError) {
        guard StoreFiles.exists(path) else {
            throw StoreError(.unusable, "expected \(path) to be a backup, got: nothing there")
        }
        self.path = try OpenStores.canonical(path)
        guard StoreFiles.exists(self.path + "/" + BackupFile.name) else {
            throw BackupFile.missing(self.path)
        }
    }

    /// Makes the store, after all that is in it was proven: commits, ids, accounts, offsets and counts.
    ///
    /// The data file's pages are written anew, for what LMDB keeps beside values proves nothing.
    ///
    /// - Parameters:
    ///   - target: the directory that it becomes; missing or empty.
    ///   - now: the time; a later restore needs a later one.
    ///   - progress: called with how far it is.
    /// - Returns: what was copied.
    /// - Throws: ``StoreError``: `damaged` where the backup is, `unusable` where something is at the
    ///   target, `diskFull`, `failed`. There is no store then.
    public func write(
        to target: String,
        at now: Timestamp,
        _ progress: (StoreCopyStep) -> Void = { _ in }
    ) throws(StoreError) -> StoreCopyReport {
        let copy = try UnfinishedCopy(target, of: path, fillsEmpty: true)
        do throws(StoreError) {
            try fill(copy, progress)
            try copy.verify(progress)
        } catch {
            throw StoreError(error.code, "\(path) was not restored, for \(error.message)")
        }
        try raiseEpoch(in: copy, at: now)
        try copy.finish(fillsEmpty: true)
        return copy.report
    }

    private func fill(
        _ copy: UnfinishedCopy,
        _ progress: (StoreCopyStep) -> Void
    ) throws(StoreError) {
        progress(.data)
        let source = try ReadOnlyStore(path)
        let (state, manifest) = try source.state()
        try BackupFile(uuid: source.file.uuid, head: state.head).check(in: path)
        copy.note {
            $0.uuid = source.file.uuid
            $0.head = state.head
        }
        let missing = try copy.place(manifest, from: source.folders) { done, count in
            progress(.files(done, of: count))
        }
        if let missing { throw StoreError(.damaged, "expected \(missing) to be there") }
        try copy.copyData(of: source)
        let byteCount = try StoreFiles.byteCount(copy.path + "/" + DataFile.name) ?? 0
        copy.note { $0.byteCount += byteCount }
        try copy.copyNotes(from: path)
        try copy.identify(source.file)
    }

    /// The time is above the epochs of every store that was opened less than once a millisecond.
    private func raiseEpoch(in copy: UnfinishedCopy, at now: Timestamp) throws(StoreError) {
        do {
            let environment = try LMDBEnvironment(
                path: copy.path + "/" + DataFile.name,
                isReadOnly: false,
                owner: nil
            )
            let transaction = try environment.begin(isReadOnly: false)
            let tables = try StoreTables(transaction, creates: false)
            var row = try IdentityRow.read(transaction, tables)
            row.epoch = max(row.epoch + 1, UInt64(max(now.microseconds, 0)) / 1000)
            try row.write(transaction, tables)
            try RestoredRow.write(row.epoch, transaction, tables)
            try transaction.commit()
        }
        try copy.removeLockFile()
    }
}
