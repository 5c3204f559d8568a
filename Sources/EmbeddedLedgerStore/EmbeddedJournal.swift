internal import Credits
internal import Glibc
public import LedgerStore

/// The journal of an embedded store, read by itself, also while a worker writes to it.
///
/// It loads no accounts and no ids, so that `verify` trusts nothing but the commits' bytes.
public final class EmbeddedJournal {
    public var identity: StoreIdentity { store.identity }
    /// The newest commit when the journal was opened.
    public let head: CommitHead
    private let store: ReadOnlyStore
    private let files: SealedFiles
    private let commits: EmbeddedCommits
    /// The files of ids, newest first, as they were when the journal was opened: open, so that they
    /// can be read though a worker replaces them.
    private let runs: [RunUnderCheck]
    /// Nil where nothing is to be verified.
    private let projections: ProjectionChecks?

    /// Opens the journal of the store in a directory; changes nothing there.
    ///
    /// - Parameters:
    ///   - path: the store's directory.
    ///   - verifies: false where nothing is to be verified: the files of ids stay closed then.
    /// - Throws: ``StoreError``: `unusable` where there is no store, `damaged` where its data is
    ///   missing or cut short, `inUse` where this very process has the store open.
    public convenience init(readOnly path: String, verifies: Bool = true) throws(StoreError) {
        try self.init(ReadOnlyStore(path), verifies: verifies)
    }

    init(_ store: ReadOnlyStore, verifies: Bool) throws(StoreError) {
        self.store = store
        let manifest: Manifest
        if verifies {
            var checks: ProjectionChecks
            (head, manifest, runs, checks) = try Self.open(store)
            checks.readAccounts(store.environment, store.tables)
            projections = checks
        } else {
            let state = try store.state()
            (head, manifest, runs, projections) = (state.0.head, state.1, [], nil)
        }
        files = SealedFiles(store.folders, runs: [], segments: manifest.segments)
        commits = EmbeddedCommits(store.environment, store.tables.journal, files)
    }

    /// Opens the files of ids that belong to one state of the store.
    ///
    /// A worker may have replaced some before they could be opened; then the next state is taken.
    private static func open(
        _ store: ReadOnlyStore
    ) throws(StoreError) -> (CommitHead, Manifest, [RunUnderCheck], ProjectionChecks) {
        var before: Manifest?
        while true {
            let (state, manifest, projections) = try store.projections()
            let runs = manifest.runs.map { RunUnderCheck($0, store.folders) }
            let areOpen = runs.allSatisfy { $0.run != nil }
            if areOpen || before == manifest { return (state.head, manifest, runs, projections) }
            before = manifest
        }
    }

    /// A commit's bytes as they stand there; nil: there is none of this number.
    public func bytes(ofCommit number: UInt64) throws(StoreError) -> [UInt8]? {
        try withCommit(number) { $0.copy() }
    }

    private func withCommit<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        if let result = try commits.withCommit(number, body) { return result }
        // A worker may have moved it into a segment since.
        let known = files.segments.count
        let manifest = try store.state().1
        for row in manifest.segments.dropFirst(known) { files.add(row) }
        return try files.withCommit(number, body)
    }

    /// A commit; nil: there is none of this number.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where its bytes are not those that were hashed.
    public func commit(number: UInt64) throws(StoreError) -> SealedCommit? {
        guard let bytes = try bytes(ofCommit: number) else { return nil }
        return try JournalFormat.decode(bytes, under: identity.hashKey)
    }

    /// Commits that may hold dead letters, oldest first: of those that are sealed it is known.
    public func deadLetterCommits() throws(StoreError) -> [UInt64] {
        let sealed = files.segments.last?.commits.upperBound ?? 0
        let numbers = try files.deadLetterCommits(through: sealed, limit: .max)
        guard sealed < head.number else { return numbers.reversed() }
        return numbers.reversed() + Array(sealed + 1...head.number)
    }

    /// Verifies every commit up to ``head``, and against them the sealed files and what a start goes by.
    ///
    /// - Parameter progress: called with the number of each commit before it is verified.
    /// - Returns: the first fault of each kind, and what was counted.
    public func verify(_ progress: (UInt64) -> Void = { _ in }) -> VerificationReport {
        var verifier = LedgerVerifier(hashKey: identity.hashKey)
        verifier.sumIDs(of: runs.reversed().map(\.row.commits))
        let sealedIDs = SealedFiles(store.folders, runs: runs.compactMap(\.run), segments: [])
        // Where one cannot be opened, all ids are remembered instead.
        if let newest = runs.first, runs.allSatisfy({ $0.run != nil }) {
            verifier.leaveIDs(through: newest.row.commits.upperBound) { [self] in
                commit(thatUsedUp: $0, of: $1, sealedIDs)
            }
        }
        var segments = SegmentChecks(files.segments, store.folders, &verifier)
        var projections = projections
        for number in stride(from: 1, through: head.number, by: 1) {
            progress(number)
            do throws(StoreError) {
                // One that is missing shows as a gap in the numbers.
                guard let bytes = try bytes(ofCommit: number) else { continue }
                verifier.take(bytes, number: number)
                segments.check(number, &verifier)
                projections?.check(number, &verifier)
            } catch {
                verifier.takeUnreadable(number: number, error)
            }
        }
        verifyRuns(sealedIDs, &verifier)
        projections?.finish(&verifier)
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
            let found = try withCommit(known.commit) { bytes throws(StoreError) in
                try JournalFormat.group(of: account, in: bytes, under: hashKey)
            }
            return found ?? nil
        } catch {
            // What is damaged is reported where it is looked at for itself.
            return nil
        }
    }
}
