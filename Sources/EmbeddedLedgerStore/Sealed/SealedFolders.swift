internal import LedgerStore

/// Where a store's sealed files are.
struct SealedFolders: Sendable {
    let ids: String
    let ledger: String
    let store: StoreWords

    /// What the folders are called in a store's directory, of ids and of commits.
    static let names = ["ids", "ledger"]

    init(in directory: String, uuid: String) {
        self.init(in: directory, store: StoreWords(uuid: uuid))
    }

    init(in directory: String, store: StoreWords) {
        ids = directory + "/" + Self.names[0]
        ledger = directory + "/" + Self.names[1]
        self.store = store
    }

    /// Makes the folders, and removes from them what is not the store's: files that were given no
    /// name, or were finished but never counted, or were replaced.
    func sweep(keeping manifest: Manifest) throws(StoreError) {
        try StoreFiles.makeDirectory(ids)
        try StoreFiles.makeDirectory(ledger)
        try sweep(ids, keeping: Set(manifest.runs.map { IDRunFormat.fileName($0.id) }))
        try sweep(
            ledger,
            keeping: Set(manifest.segments.map { SegmentFormat.fileName($0.commits.lowerBound) })
        )
    }

    /// What is no file of a store's stays: a folder may be a disk of its own, with `lost+found` in it.
    private func sweep(_ path: String, keeping names: Set<String>) throws(StoreError) {
        for name in try StoreFiles.names(in: path) where !names.contains(name) {
            guard Self.isOurs(name) else { continue }
            try StoreFiles.remove(path + "/" + name)
        }
    }

    /// Removes files that were given no name, while nobody writes one.
    func removeUnfinished() throws(StoreError) {
        for folder in [ids, ledger] {
            for name in try StoreFiles.names(in: folder)
            where name.hasSuffix(SealedFileWriter.temporarySuffix) {
                try StoreFiles.remove(folder + "/" + name)
            }
        }
    }

    private static func isOurs(_ name: String) -> Bool {
        [IDRunFormat.suffix, SegmentFormat.suffix, SealedFileWriter.temporarySuffix]
            .contains { name.hasSuffix($0) }
    }

    /// The folders in a store's directory in which its sealed files are.
    static func filled(in path: String) throws(StoreError) -> [String] {
        var filled: [String] = []
        for folder in names.map({ path + "/" + $0 })
        where try StoreFiles.names(in: folder).contains(where: isOurs) {
            filled.append(folder)
        }
        return filled
    }

    /// Opens the runs of a manifest, newest first.
    func openRuns(_ manifest: Manifest) throws(StoreError) -> [FilteredRun] {
        var runs: [FilteredRun] = []
        for row in manifest.runs {
            runs.append(try FilteredRun(try IDRun(directory: ids, row: row, store: store)))
        }
        return runs
    }

    /// Looks whether every segment is there and whole in size.
    func checkSegments(_ manifest: Manifest) throws(StoreError) {
        for row in manifest.segments {
            _ = try Segment.check(directory: ledger, row: row, store: store)
        }
    }
}
