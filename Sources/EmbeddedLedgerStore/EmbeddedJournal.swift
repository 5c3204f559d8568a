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
    private let tables: StoreTables
    private let folders: SealedFolders
    private let files: SealedFiles
    private let commits: EmbeddedCommits
    /// The files of ids, newest first, as they were when the journal was opened: open, so that they
    /// can be read though a worker replaces them.
    private let runs: [RunUnderCheck]

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
        tables = try StoreTables(transaction, creates: false)
        let row = try IdentityRow.read(transaction, tables)
        guard row.uuid == file.uuid else {
            throw StoreError(
                .damaged,
                "expected the data to be of store \(file.uuid), got: \(row.uuid)"
            )
        }
        identity = StoreIdentity(uuid: file.uuid, epoch: row.epoch, hashKey: file.hashKey)
        // Tables stay open only if the transaction that opened them is not undone.
        try transaction.commit()
        folders = SealedFolders(in: canonical, uuid: file.uuid)
        let (state, manifest, runs) = try Self.open(folders, environment, tables)
        head = state.head
        self.runs = runs
        files = SealedFiles(folders, runs: [], segments: manifest.segments)
        commits = EmbeddedCommits(environment, tables.journal, files)
    }

    /// Opens the files of ids that belong to one state of the store.
    ///
    /// A worker may have replaced some before they could be opened; then the next state is taken.
    private static func open(
        _ folders: SealedFolders,
        _ environment: LMDBEnvironment,
        _ tables: StoreTables
    ) throws(StoreError) -> (StateRow, Manifest, [RunUnderCheck]) {
        var before: Manifest?
        while true {
            let (state, manifest) = try state(environment, tables)
            let runs = manifest.runs.map { RunUnderCheck($0, folders) }
            let areOpen = runs.allSatisfy { $0.run != nil }
            if areOpen || before == manifest { return (state, manifest, runs) }
            before = manifest
        }
    }

    private static func state(
        _ environment: LMDBEnvironment,
        _ tables: StoreTables
    ) throws(StoreError) -> (StateRow, Manifest) {
        let transaction = try environment.begin(isReadOnly: true)
        let state = try StateRow.read(transaction, tables)
        return (state, try Manifest.read(transaction, tables, state: state))
    }

    /// A commit's bytes as they stand there; nil: there is none of this number.
    public func bytes(ofCommit number: UInt64) throws(StoreError) -> [UInt8]? {
        if let bytes = try commits.withCommit(number, { $0.copy() }) { return bytes }
        // A worker may have moved it into a segment since.
        let known = files.segments.count
        let manifest = try Self.state(environment, tables).1
        for row in manifest.segments.dropFirst(known) { files.add(row) }
        return try files.withCommit(number) { $0.copy() }
    }

    /// Verifies every commit up to ``head``, and the sealed files against them.
    ///
    /// - Parameter progress: called with the number of each commit before it is verified.
    /// - Returns: the first fault of each kind, and what was counted.
    public func verify(_ progress: (UInt64) -> Void = { _ in }) -> VerificationReport {
        var verifier = LedgerVerifier(hashKey: identity.hashKey)
        verifier.sumIDs(of: runs.reversed().map(\.row.commits))
        let sealedIDs = SealedFiles(folders, runs: runs.compactMap(\.run), segments: [])
        // Where one cannot be opened, all ids are remembered instead.
        if let newest = runs.first, runs.allSatisfy({ $0.run != nil }) {
            verifier.leaveIDs(through: newest.row.commits.upperBound) { [self] in
                commit(thatUsedUp: $0, of: $1, sealedIDs)
            }
        }
        var segments = SegmentChecks(files.segments, folders, &verifier)
        for number in stride(from: 1, through: head.number, by: 1) {
            progress(number)
            do throws(StoreError) {
                // One that is missing shows as a gap in the numbers.
                guard let bytes = try bytes(ofCommit: number) else { continue }
                verifier.take(bytes, number: number)
                segments.check(number, &verifier)
            } catch {
                verifier.takeUnreadable(number: number, error)
            }
        }
        verifyRuns(sealedIDs, &verifier)
        return verifier.finish(expecting: head)
    }

    /// Reads all runs, and holds them against the journal and against each other.
    private func verifyRuns(_ sealedIDs: SealedFiles, _ verifier: inout LedgerVerifier) {
        let contents = verifier.idContents
        let scans = RunScan.scan(sealedIDs.runs) { key, newer, older in
            verifier.takeDuplicate(key, newer, older)
        }
        var rest = scans[...]
        for (index, run) in runs.enumerated() {
            let scan = run.run == nil ? nil : rest.popFirst()
            let expected = contents?[runs.count - 1 - index]
            guard let fault = run.fault(scan, expecting: expected) else { continue }
            verifier.note(.idRun, run.row.commits.lowerBound, fault)
        }
        var keys: [IDKey] = []
        var commits: [UInt64] = []
        verifier.rememberedIDs.forEach { key, known in
            keys.append(key)
            commits.append(known.commit)
        }
        var known = [KnownID?](repeating: nil, count: keys.count)
        do throws(StoreError) {
            try sealedIDs.find(keys, &known)
        } catch {
            verifier.note(.idRun, head.number, error.message)
        }
        // In a run that covers the id's own commit it is no second one.
        for (index, known) in known.enumerated() {
            guard let known, known.commit != commits[index] else { continue }
            verifier.takeDuplicate(keys[index], commits[index], known.commit)
        }
    }

    /// An account's part of the commit that holds an id's entry; nil: none that can be read.
    private func commit(
        thatUsedUp key: IDKey,
        of account: UInt32,
        _ sealedIDs: SealedFiles
    ) -> SealedCommit? {
        var known: [KnownID?] = [nil]
        do throws(StoreError) {
            try sealedIDs.find([key], &known)
            guard let known = known[0] else { return nil }
            let hashKey = identity.hashKey
            let found = try commits.withCommit(known.commit) { bytes throws(StoreError) in
                try JournalFormat.group(of: account, in: bytes, under: hashKey)
            }
            return found ?? nil
        } catch {
            // What is damaged is reported where it is looked at for itself.
            return nil
        }
    }
}
