internal import Credits
public import LedgerStore

/// How much a store has on its disk.
public struct FileFigures: Hashable, Sendable {
    /// Bytes of the data file's pages that are in use; the file itself does not shrink.
    public var dataBytes = 0
    public var segments = 0
    public var segmentBytes = 0
    public var runs = 0
    public var runBytes = 0
    /// Bytes in memory by which it is known where to look for sealed ids.
    public var indexBytes = 0

    /// Everything that is in use on the disk.
    public var totalBytes: Int { dataBytes + segmentBytes + runBytes }
}

/// Tells a store's ``FileFigures`` on any thread.
public final class FileFiguresReader: Sendable {
    private let environment: LMDBEnvironment
    private let tables: StoreTables
    private let files: SealedFiles

    init(_ environment: LMDBEnvironment, _ tables: StoreTables, _ files: SealedFiles) {
        self.environment = environment
        self.tables = tables
        self.files = files
    }

    /// - Throws: ``StoreError``: the data file cannot be read.
    public func read() throws(StoreError) -> FileFigures {
        var figures = FileFigures()
        let transaction = try environment.begin(isReadOnly: true)
        for table in [
            tables.meta, tables.journal, tables.accounts, tables.offsets, tables.manifest,
        ] { figures.dataBytes += try transaction.byteCount(table) }
        for segment in files.segments {
            figures.segments += 1
            figures.segmentBytes += segment.byteCount
        }
        for run in files.runs {
            figures.runs += 1
            figures.runBytes += run.run.header.fileByteCount
            figures.indexBytes += run.memoryByteCount
        }
        return figures
    }
}
