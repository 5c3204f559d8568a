internal import Glibc
internal import LedgerStore

/// Writes a file that never changes once it has its name.
///
/// It is written under a temporary name, which a start removes, and synced while it is written: one
/// large sync at the end would hold the commits of the same disk up for as long as it takes.
final class SealedFileWriter {
    static let temporarySuffix = ".tmp"
    private static let syncInterval = 8 << 20
    private static let bufferByteCount = 256 << 10

    let path: String
    private let temporary: String
    private let directory: String
    private let file: FileHandle
    private var buffer: [UInt8] = []
    private var unsynced = 0
    /// Bytes that were appended.
    private(set) var byteCount = 0

    init(directory: String, name: String) throws(StoreError) {
        self.directory = directory
        path = directory + "/" + name
        temporary = path + Self.temporarySuffix
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
        try file.write(buffer)
        unsynced += buffer.count
        buffer.removeAll(keepingCapacity: true)
        guard unsynced >= Self.syncInterval else { return }
        try file.sync()
        unsynced = 0
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

    /// Gives a file up that will not be finished.
    func discard() throws(StoreError) {
        try StoreFiles.remove(temporary)
    }
}
