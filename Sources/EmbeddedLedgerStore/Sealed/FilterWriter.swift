internal import Credits
internal import Glibc
internal import LedgerStore

/// Makes a filter from ids that come in ascending order: line by line, so that only a part of it is
/// in memory, and the rest in a file beside the run that is being written.
struct FilterWriter: ~Copyable {
    let lineCount: Int
    private let path: String
    /// How many bytes are kept in memory before they go into the file.
    private let bufferByteCount: Int
    private var line: [8 of UInt64] = .init(repeating: 0)
    /// The number of ``line``, which is not among ``lines`` yet.
    private var number = 0
    private var lines: [UInt64] = []
    /// Without a name, so that it is gone once it is closed; nil: all is in memory.
    private var file: FileHandle?
    private(set) var writtenByteCount = 0
    private(set) var checksum: UInt32 = 0

    /// - Parameters:
    ///   - path: a name for the file, which it has for a moment.
    ///   - capacity: how many ids there are at most.
    ///   - bufferByteCount: how much of the filter may be in memory, about.
    init(path: String, capacity: Int, bufferByteCount: Int) {
        lineCount = RunFilter.lineCount(ids: capacity)
        self.path = path
        self.bufferByteCount = bufferByteCount
    }

    @inline(__always)
    mutating func insert(_ key: IDKey) throws(StoreError) {
        let wanted = RunFilter.line(of: key.high, lineCount: lineCount)
        if wanted != number { try move(to: wanted) }
        var span = line.mutableSpan
        RunFilter.insert(key, into: &span)
    }

    /// Ends the current line and goes on with a later one.
    private mutating func move(to wanted: Int) throws(StoreError) {
        precondition(wanted > number, "expected ids to ascend")
        while number < wanted {
            for word in line.indices {
                lines.append(line[word])
                line[word] = 0
            }
            number += 1
            if lines.count * 8 >= bufferByteCount { try flush() }
        }
    }

    private mutating func flush() throws(StoreError) {
        if file == nil {
            file = try FileHandle(path, O_RDWR | O_CREAT | O_TRUNC)
            try StoreFiles.remove(path)
        }
        let words = lines
        let byteCount = words.count * 8
        try file?.overwrite(words.span, at: writtenByteCount)
        writtenByteCount += byteCount
        lines.removeAll(keepingCapacity: true)
    }

    /// Appends all lines to a file, some at a time.
    mutating func end(into target: SealedFileWriter) throws(StoreError) {
        try move(to: lineCount)
        var position = 0
        while position < writtenByteCount {
            let count = min(1 << 17, (writtenByteCount - position) / 8)
            guard let words = try file?.readWords(count, at: position) else { break }
            try append(words, to: target)
            position += count * 8
        }
        let rest = lines
        lines = []
        try append(rest, to: target)
        file = nil
    }

    private mutating func append(
        _ words: [UInt64],
        to target: SealedFileWriter
    ) throws(StoreError) {
        unsafe words.withUnsafeBytes {
            checksum = unsafe CRC32C.checksum($0, after: checksum)
        }
        try target.append(words.span)
    }
}
