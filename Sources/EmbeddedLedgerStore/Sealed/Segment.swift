internal import Glibc
internal import LedgerStore

/// A file of commits, mapped for reading; it never changes.
///
/// Mapped, as the data file is: one account's part of a commit is then read without the rest of it.
@safe
final class Segment: @unchecked Sendable {
    // `@unchecked Sendable`: the mapped bytes never change.
    let commits: ClosedRange<UInt64>
    private let bytes: UnsafeRawBufferPointer
    private let trailer: SegmentTrailer
    private let path: String

    /// Looks at a file's size and ends, as a start does for every segment.
    static func check(
        directory: String,
        row: SegmentRow,
        store: StoreWords
    ) throws(StoreError) -> SegmentTrailer {
        let path = directory + "/" + SegmentFormat.fileName(row.commits.lowerBound)
        guard let byteCount = try StoreFiles.byteCount(path) else {
            throw StoreError(.damaged, "expected \(path) to be there: restore it from a backup")
        }
        let least = SegmentFormat.headerByteCount + SegmentFormat.trailerByteCount
        guard byteCount == row.byteCount, byteCount >= least else {
            throw StoreError(
                .damaged,
                "expected \(path) to have \(row.byteCount) bytes, got: \(byteCount)"
            )
        }
        let file = try FileHandle(path, O_RDONLY)
        let header = try file.readWords(8, at: 0)
        let end = try file.readWords(8, at: byteCount - SegmentFormat.trailerByteCount)
        guard header == SegmentFormat.header(store: store, first: row.commits.lowerBound),
            let trailer = SegmentTrailer(end), trailer.commits == row.commits,
            trailer.fileByteCount == byteCount, trailer.letterCount == row.letterCount
        else {
            throw StoreError(.damaged, "expected \(path) to be the commits that were sealed there")
        }
        return trailer
    }

    /// Maps a file, and checks what leads to its commits.
    init(directory: String, row: SegmentRow, store: StoreWords) throws(StoreError) {
        path = directory + "/" + SegmentFormat.fileName(row.commits.lowerBound)
        commits = row.commits
        trailer = try Self.check(directory: directory, row: row, store: store)
        let file = try FileHandle(path, O_RDONLY)
        unsafe bytes = try file.map(row.byteCount)
        let footer = unsafe UnsafeRawBufferPointer(
            rebasing: bytes[trailer.positionsAt..<trailer.trailerAt]
        )
        guard unsafe UInt64(CRC32C.checksum(footer)) == trailer.checksum else {
            throw StoreError(.damaged, "expected the index of \(path) to be as it was written")
        }
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    private func word(_ index: Int, at position: Int) -> UInt64 {
        unsafe bytes.load(fromByteOffset: position + 8 * index, as: UInt64.self)
    }

    /// Calls `body` with a commit's bytes; the number must be one of ``commits``.
    func withCommit<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        let index = Int(number - commits.lowerBound)
        let start = word(index, at: trailer.positionsAt)
        let end = word(index + 1, at: trailer.positionsAt)
        guard start < end, start >= SegmentFormat.headerByteCount, end <= trailer.positionsAt else {
            throw .damagedCommit(number, "\(path) does not say where it is")
        }
        let commit = unsafe UnsafeRawBufferPointer(rebasing: bytes[Int(start)..<Int(end)])
        // Safe: this keeps the bytes mapped, and is itself kept during the call.
        return try withExtendedLifetime(self) { () throws(StoreError) in
            try body(unsafe Span(_unsafeElements: commit.bindMemory(to: UInt8.self)))
        }
    }

    /// The numbers of the commits that hold dead letters, ascending.
    var letters: [UInt64] {
        (0..<trailer.letterCount).map { word($0, at: trailer.lettersAt) }
    }
}
