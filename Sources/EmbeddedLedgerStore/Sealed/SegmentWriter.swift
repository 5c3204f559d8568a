internal import LedgerStore

/// Writes commits into a segment, in order.
final class SegmentWriter {
    private let file: SealedFileWriter
    private let first: UInt64
    private var positions: [UInt64] = []

    init(
        directory: String,
        first: UInt64,
        store: StoreWords,
        rest: @escaping (_ byteCount: Int) -> Void
    ) throws(StoreError) {
        self.first = first
        file = try SealedFileWriter(
            directory: directory,
            name: SegmentFormat.fileName(first),
            rest: rest
        )
        try file.append(SegmentFormat.header(store: store, first: first).span)
    }

    func append(_ commit: Span<UInt8>) throws(StoreError) {
        positions.append(UInt64(file.byteCount))
        try file.append(commit)
    }

    /// Writes what leads to the commits; those that hold dead letters are named.
    func end(letters: [UInt64]) throws(StoreError) -> Int {
        positions.append(UInt64(file.byteCount))
        let padding = [UInt8](repeating: 0, count: (8 - file.byteCount % 8) % 8)
        try file.append(padding.span)
        let footer = positions + letters
        let trailer = SegmentTrailer(
            commits: first...first + UInt64(positions.count) - 2,
            positionsAt: file.byteCount,
            letterCount: letters.count,
            checksum: UInt64(CRC32C.checksum(footer.span))
        )
        try file.append(footer.span)
        try file.append(trailer.words.span)
        return file.byteCount
    }

    func sync() throws(StoreError) { try file.sync() }
    func rename() throws(StoreError) { try file.rename() }
    func syncDirectory() throws(StoreError) { try file.syncDirectory() }
}
