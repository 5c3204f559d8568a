internal import Glibc
internal import LedgerStore

/// Writes a file that never changes once it has its name.
///
/// It is written under a temporary name, which a start removes, and synced while it is written: one
/// large sync at the end would hold the commits of the same disk up for as long as it takes.
final class SealedFileWriter {
    static let temporarySuffix = ".tmp"
    private static let syncInterval = 8 << 20
    /// A piece, behind which others go first.
    private static let bufferByteCount = 256 << 10

    let path: String
    private let temporary: String
    private let directory: String
    private let file: FileHandle
    private let rest: (_ byteCount: Int) -> Void
    private var buffer: [UInt8] = []
    private var unsynced = 0
    /// Bytes that were appended.
    private(set) var byteCount = 0

    /// Begins a file; `rest` is called behind each piece with its size, and others go first meanwhile.
    init(
        directory: String,
        name: String,
        rest: @escaping (_ byteCount: Int) -> Void
    ) throws(StoreError) {
        self.directory = directory
        path = directory + "/" + name
        temporary = path + Self.temporarySuffix
        self.rest = rest
        file = try FileHandle(temporary, O_RDWR | O_CREAT | O_TRUNC)
        buffer.reserveCapacity(Self.bufferByteCount * 2)
    }

    func append(_ bytes: Span<UInt8>) throws(StoreError) {
        unsafe bytes.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        try noteAppended(bytes.count)
    }

    func append(_ words: Span<UInt64>) throws(StoreError) {
        unsafe words.withUnsafeBytes { unsafe buffer.append(contentsOf: $0) }
        try noteAppended(words.count * 8)
    }

    private func noteAppended(_ count: Int) throws(StoreError) {
        byteCount += count
        if buffer.count >= Self.bufferByteCount { try flush() }
    }

    private func flush() throws(StoreError) {
        guard !buffer.isEmpty else { return }
        let byteCount = buffer.count
        try file.write(buffer)
        buffer.removeAll(keepingCapacity: true)
        unsynced += byteCount
        if unsynced >= Self.syncInterval {
            try file.sync()
            unsynced = 0
        }
        rest(byteCount)
    }

    /// Overwrites what was kept free at the beginning.
    func writeHeader(_ words: [UInt64]) throws(StoreError) {
        try flush()
        try file.overwrite(words.span, at: 0)
    }

    func sync() throws(StoreError) {
        try flush()
        try file.sync()
    }

    /// Gives the synced file its name.
    func rename() throws(StoreError) {
        try StoreFiles.rename(temporary, to: path)
    }

    /// Makes the name durable.
    func syncDirectory() throws(StoreError) {
        try StoreFiles.syncDirectory(directory)
    }
}
