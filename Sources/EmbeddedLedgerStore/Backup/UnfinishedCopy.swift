internal import Glibc
internal import LedgerStore

/// A copy of a store that is being made under a name that says so.
///
/// A process that ends in the middle leaves a directory `NAME.unfinished`, which the next copy of
/// that name removes.
final class UnfinishedCopy {
    static let suffix = ".unfinished"

    let path: String
    let target: String
    private(set) var report = StoreCopyReport()
    private let lock: FileHandle
    private var isFinished = false
    /// Names of the sealed files that are links.
    private var linked: Set<String> = []

    private static let files = [
        DataFile.name, DataFile.name + "-lock", IdentityFile.name, IdentityFile.name + ".tmp",
        BackupFile.name, BackupFile.name + ".tmp", WorkedLetters.name,
    ]
    /// What stays free on the disk: a store there needs room, too.
    private static let slack = 128 << 20
    private static let step = 1 << 20
    /// One large sync at the end would hold up the commits of the same disk.
    private static let syncInterval = 8 << 20

    /// Begins a copy of the directory `source` that will get the name `target`.
    ///
    /// - Throws: ``StoreError``: `unusable` where something has the name already, but for an empty
    ///   directory where `fillsEmpty` says so, or where it lies in the source; `inUse` where another
    ///   process makes it.
    init(_ target: String, of source: String, fillsEmpty: Bool) throws(StoreError) {
        var target = Substring(target)
        while target.count > 1, target.hasSuffix("/") { target.removeLast() }
        self.target = String(target)
        path = self.target + Self.suffix
        try Self.checkFree(self.target, fillsEmpty: fillsEmpty)
        try StoreFiles.makeDirectory(path)
        // Not kept before it is locked: whoever is let go empties the directory, which is another's till then.
        let directory = try FileHandle(path, O_RDONLY | O_DIRECTORY)
        guard try directory.tryLock() else {
            throw StoreError(.inUse, "\(path) is being written by another process")
        }
        let canonical = try OpenStores.canonical(path)
        guard canonical != source else {
            throw StoreError(
                .unusable,
                "expected a target whose copy is not made in \(source), which it copies: "
                    + "another name than \(target)"
            )
        }
        guard !canonical.hasPrefix(source + "/") else {
            // Nobody's, where nothing is in it.
            try? StoreFiles.removeDirectory(path)
            throw StoreError(
                .unusable,
                "expected \(target) not to be in \(source), which it copies"
            )
        }
        lock = directory
        try Self.empty(path)
        for folder in SealedFolders.names { try StoreFiles.makeDirectory(path + "/" + folder) }
    }

    deinit {
        guard !isFinished else { return }
        // What cannot be removed is unfinished all the same.
        try? Self.empty(path)
        try? StoreFiles.removeDirectory(path)
    }

    private static func checkFree(_ target: String, fillsEmpty: Bool) throws(StoreError) {
        guard StoreFiles.exists(target) else { return }
        if fillsEmpty, (try? StoreFiles.names(in: target))?.isEmpty == true {
            // A copy gets its name when it is whole, and a mount point cannot be renamed over.
            guard try !StoreFiles.isMountPoint(target) else {
                throw StoreError(
                    .unusable,
                    "expected \(target) not to be a mount point: name a directory in it"
                )
            }
            return
        }
        throw StoreError(
            .unusable,
            fillsEmpty
                ? "expected \(target) to be missing or empty: nothing is written over what is there"
                : "expected \(target) to be missing: nothing is written over what is there"
        )
    }

    /// Removes what a copy consists of, and nothing else.
    private static func empty(_ path: String) throws(StoreError) {
        for folder in SealedFolders.names {
            let folder = path + "/" + folder
            for name in try StoreFiles.names(in: folder) {
                try StoreFiles.remove(folder + "/" + name)
            }
            try StoreFiles.removeDirectory(folder)
        }
        for name in files { try StoreFiles.remove(path + "/" + name) }
    }

    // MARK: Filling

    /// - Throws: ``StoreError/Code/diskFull`` where so many bytes do not fit.
    func checkRoom(for byteCount: Int) throws(StoreError) {
        let free = try StoreFiles.freeByteCount(path)
        guard free >= byteCount + Self.slack else {
            throw StoreError(
                .diskFull,
                "expected at least \(byteCount + Self.slack) bytes to be free for \(path), got: "
                    + "\(free)"
            )
        }
    }

    /// Opens a new file of the copy, instead of one that is there.
    func makeFile(_ name: String) throws(StoreError) -> FileHandle {
        try StoreFiles.remove(path + "/" + name)
        return try FileHandle(path + "/" + name, O_WRONLY | O_CREAT | O_EXCL)
    }

    /// Gives sealed files their place: by a link, for they never change, or by copying where links
    /// do not work.
    ///
    /// - Parameters:
    ///   - manifest: the files that belong to the copy; whatever else is there is removed.
    ///   - source: where they are.
    ///   - progress: called with the number of files that are in their place, and of all.
    /// - Returns: the first one that is missing; nil: all are in their place.
    /// - Throws: ``StoreError``, where one cannot be copied, or what `progress` throws.
    func place(
        _ manifest: Manifest,
        from source: SealedFolders,
        _ progress: (Int, Int) throws(StoreError) -> Void
    ) throws(StoreError) -> String? {
        let here = SealedFolders(in: path, store: source.store)
        try here.sweep(keeping: manifest)
        let files =
            manifest.runs.map {
                (source.ids, here.ids, IDRunFormat.fileName($0.id), $0.byteCount)
            }
            + manifest.segments.map {
                (
                    source.ledger, here.ledger, SegmentFormat.fileName($0.commits.lowerBound),
                    $0.byteCount
                )
            }
        report.files = files.count
        report.byteCount = 0
        for (index, (from, to, name, byteCount)) in files.enumerated() {
            try progress(index, files.count)
            guard try place(name, from: from, in: to) else { return from + "/" + name }
            report.byteCount += byteCount
        }
        report.linkedFiles = files.count { linked.contains($0.2) }
        return nil
    }

    /// False: it is missing.
    private func place(_ name: String, from: String, in to: String) throws(StoreError) -> Bool {
        let (source, place) = (from + "/" + name, to + "/" + name)
        // One that an earlier snapshot named, too: sealed files never change.
        if StoreFiles.exists(place) { return true }
        if unsafe link(source, place) == 0 {
            linked.insert(name)
            return true
        }
        guard errno != ENOENT else { return false }
        return try copyFile(source, to: place)
    }

    /// Copies a file; false: it is missing.
    private func copyFile(_ source: String, to place: String) throws(StoreError) -> Bool {
        guard let byteCount = try StoreFiles.byteCount(source) else { return false }
        try checkRoom(for: byteCount)
        // Once it is open it can be read, though its name may be gone.
        guard let from = try StoreFiles.open(source) else { return false }
        let to = try FileHandle(place, O_WRONLY | O_CREAT | O_TRUNC)
        var position = 0
        var unsynced = 0
        while true {
            let bytes = try from.read(Self.step, at: position)
            guard !bytes.isEmpty else { break }
            try to.write(bytes)
            position += bytes.count
            unsynced += bytes.count
            guard unsynced >= Self.syncInterval else { continue }
            try to.sync()
            unsynced = 0
        }
        try to.sync()
        report.writtenByteCount += position
        return true
    }

    /// Copies the data file as it is after one commit.
    func copyData(of store: ReadOnlyStore) throws(StoreError) {
        try checkRoom(for: store.environment.usedByteCount(pageSize: store.file.pageSize))
        let data = try makeFile(DataFile.name)
        try store.environment.copy(to: data)
        try data.sync()
        report.writtenByteCount += try StoreFiles.byteCount(path + "/" + DataFile.name) ?? 0
    }

    /// Copies what people wrote down beside the ledger, if they did.
    func copyNotes(from source: String) throws(StoreError) {
        let name = "/" + WorkedLetters.name
        _ = try copyFile(source + name, to: path + name)
    }

    func note(_ change: (inout StoreCopyReport) -> Void) {
        change(&report)
    }

    // MARK: Ending

    /// Writes the identity, which makes it a store that can be verified.
    func identify(_ identity: IdentityFile) throws(StoreError) {
        for folder in SealedFolders.names { try StoreFiles.syncDirectory(path + "/" + folder) }
        try StoreFiles.replace(path + "/" + IdentityFile.name, with: identity.bytes)
        try StoreFiles.syncDirectory(path)
    }

    /// Reads the whole copy, and proves it.
    ///
    /// - Throws: ``StoreError/Code/damaged`` with the first fault.
    func verify(_ progress: (StoreCopyStep) -> Void) throws(StoreError) {
        let verification: VerificationReport
        do {
            let journal = try EmbeddedJournal(readOnly: path)
            verification = journal.verify {
                progress(.verifying(commit: $0, of: journal.head.number))
            }
        }
        try removeLockFile()
        guard verification.isSound else {
            let faults = verification.faults.map {
                "\($0.kind.rawValue) in commit \($0.commit): \($0.message)"
            }
            throw StoreError(.damaged, "it is damaged: " + faults.joined(separator: "; "))
        }
        report.verification = verification
    }

    /// Whoever opens the data makes a file for locks beside it.
    func removeLockFile() throws(StoreError) {
        try StoreFiles.remove(path + "/" + DataFile.name + "-lock")
    }

    /// Gives the copy its name.
    func finish(fillsEmpty: Bool) throws(StoreError) {
        try StoreFiles.syncDirectory(path)
        try Self.checkFree(target, fillsEmpty: fillsEmpty)
        try StoreFiles.rename(path, to: target)
        isFinished = true
        let slash = target.lastIndex(of: "/")
        let parent = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
        try StoreFiles.syncDirectory(parent)
    }
}
