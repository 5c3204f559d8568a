internal import Credits
internal import Glibc
public import LedgerStore

/// The journal of an embedded store, read by itself, also while a worker writes to it.
///
/// It loads no accounts and no ids, so that `verify` trusts nothing but the commits' bytes.
public final class EmbeddedJournal {
    public let identity: StoreIdentity
    /// The newest commit when the journal was opened.
    public let head: CommitHead
    private let environment: LMDBEnvironment
    private let commits: EmbeddedCommits

    /// Opens the journal of the store in a directory; changes nothing there.
    ///
    /// - Throws: ``StoreError``: `unusable` where there is no store, `damaged` where its data is
    ///   missing or cut short, `inUse` where this very process has the store open.
    public init(readOnly path: String) throws(StoreError) {
        guard StoreFiles.exists(path) else {
            throw StoreError(.unusable, "expected \(path) to be a store, got: nothing there")
        }
        let canonical = try OpenStores.canonical(path)
        let claim = try StoreClaim(canonical)
        guard let file = try IdentityFile.read(in: canonical) else {
            throw StoreError(
                StoreFiles.exists(canonical + "/" + DataFile.name) ? .damaged : .unusable,
                "expected \(canonical) to have a file \(IdentityFile.name)"
            )
        }
        try DataFile.check(canonical + "/" + DataFile.name, pageSize: file.pageSize)
        environment = try LMDBEnvironment(
            path: canonical + "/" + DataFile.name,
            isReadOnly: true,
            owner: claim
        )
        let transaction = try environment.begin(isReadOnly: true)
        let tables = try StoreTables(transaction, creates: false)
        let row = try IdentityRow.read(transaction, tables)
        guard row.uuid == file.uuid else {
            throw StoreError(
                .damaged,
                "expected the data to be of store \(file.uuid), got: \(row.uuid)"
            )
        }
        identity = StoreIdentity(uuid: file.uuid, epoch: row.epoch, hashKey: file.hashKey)
        head = try StateRow.read(transaction, tables).head
        commits = EmbeddedCommits(environment, tables.journal)
        // Tables stay open only if the transaction that opened them is not undone.
        try transaction.commit()
    }

    /// A commit's bytes as they stand there; nil: there is none of this number.
    public func bytes(ofCommit number: UInt64) throws(StoreError) -> [UInt8]? {
        try commits.withCommit(number) { $0.copy() }
    }

    /// Verifies every commit up to ``head``.
    ///
    /// - Parameter progress: called with the number of each commit before it is verified.
    /// - Returns: the first fault of each kind, and what was counted.
    public func verify(_ progress: (UInt64) -> Void = { _ in }) -> VerificationReport {
        var verifier = LedgerVerifier(hashKey: identity.hashKey)
        for number in stride(from: 1, through: head.number, by: 1) {
            progress(number)
            do throws(StoreError) {
                // One that is missing shows as a gap in the numbers.
                guard let bytes = try bytes(ofCommit: number) else { continue }
                verifier.take(bytes, number: number)
            } catch {
                verifier.takeUnreadable(number: number, error)
            }
        }
        return verifier.finish(expecting: head)
    }
}
