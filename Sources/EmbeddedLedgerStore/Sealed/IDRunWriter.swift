internal import Credits
internal import LedgerStore

/// Writes a run from ids that come in ascending order.
///
/// A value, so that nobody else can look while an id is added: for a class that would be checked at
/// each step, which took a fifth of all sealing.
struct IDRunWriter: ~Copyable {
    let id: UInt64
    private let tier: Int
    private let store: StoreWords
    private let commits: ClosedRange<UInt64>
    private let directory: String
    private let file: SealedFileWriter
    private var filter: FilterWriter
    private var fences: [UInt64] = []
    private var block = [UInt64](repeating: 0, count: IDRunFormat.wordsPerBlock)
    private var used = 0
    private var content = IDContent()

    /// Of the file, and of the one beside it that keeps some of the filter meanwhile.
    var byteCount: Int { file.byteCount + filter.writtenByteCount }

    /// Begins a file; `capacity` is how many ids there are at most, for which the filter is made, of
    /// which about `filterBufferBytes` may be in memory; `rest` is called behind each piece.
    init(
        directory: String,
        id: UInt64,
        tier: Int,
        store: StoreWords,
        commits: ClosedRange<UInt64>,
        capacity: Int,
        filterBufferBytes: Int,
        rest: @escaping (_ byteCount: Int) -> Void
    ) throws(StoreError) {
        let file = try SealedFileWriter(
            directory: directory,
            name: IDRunFormat.fileName(id),
            rest: rest
        )
        // Room for the header, which is only known at the end.
        let header = [UInt64](repeating: 0, count: IDRunFormat.wordsPerBlock)
        try file.append(header.span)
        self.id = id
        self.tier = tier
        self.store = store
        self.commits = commits
        self.directory = directory
        self.file = file
        filter = FilterWriter(
            path: directory + "/" + IDRunFormat.filterFileName(id),
            capacity: capacity,
            bufferByteCount: filterBufferBytes
        )
        // Grown step by step, it would end with up to twice as many.
        fences.reserveCapacity(capacity / IDRunFormat.idsPerBlock + 1)
    }

    @inline(__always)
    mutating func append(_ key: IDKey, _ known: KnownID) throws(StoreError) {
        if used == IDRunFormat.idsPerBlock { try endBlock() }
        let word = used &* IDRunFormat.wordsPerID
        block[word] = key.high
        block[word + 1] = key.low
        block[word + 2] = known.fingerprint
        let distance = known.commit &- commits.lowerBound
        precondition(distance < IDRunFormat.maximumSpan, "expected an id of the run's commits")
        let half = IDRunFormat.commitsWord + used / 2
        block[half] = used & 1 == 0 ? distance : block[half] | distance &<< 32
        used += 1
        content.add(key, known)
        try filter.insert(key)
    }

    private mutating func endBlock() throws(StoreError) {
        guard used > 0 else { return }
        for word in used * IDRunFormat.wordsPerID..<IDRunFormat.commitsWord { block[word] = 0 }
        for word in IDRunFormat.commitsWord + (used + 1) / 2..<IDRunFormat.runWord {
            block[word] = 0
        }
        block[IDRunFormat.runWord] = id
        block[IDRunFormat.numberWord] = UInt64(fences.count)
        block[IDRunFormat.countWord] = UInt64(used)
        block[IDRunFormat.checksumWord] = blockChecksum
        fences.append(block[0])
        used = 0
        let block = block
        try file.append(block.span)
    }

    private var blockChecksum: UInt64 {
        let block = block
        return IDRunFormat.checksum(ofBlock: block.span)
    }

    /// Writes the index and the header.
    mutating func end() throws(StoreError) {
        try endBlock()
        let fences = fences
        try file.append(fences.span)
        try filter.end(into: file)
        try file.writeHeader(header.words)
    }

    private var header: IDRunHeader {
        let fences = fences
        return IDRunHeader(
            store: store,
            id: id,
            commits: commits,
            content: content,
            blockCount: fences.count,
            filterLineCount: filter.lineCount,
            fencesChecksum: UInt64(CRC32C.checksum(fences.span)),
            filterChecksum: UInt64(filter.checksum)
        )
    }

    borrowing func sync() throws(StoreError) { try file.sync() }
    borrowing func rename() throws(StoreError) { try file.rename() }

    /// Makes the name durable, and opens the run as a start would, but for its filter: what cannot
    /// be read back now is still in memory or in other files.
    borrowing func seal() throws(StoreError) -> (run: IDRun, row: RunRow) {
        try file.syncDirectory()
        let row = RunRow(
            id: id,
            tier: tier,
            commits: commits,
            content: content,
            byteCount: header.fileByteCount
        )
        return (try IDRun(directory: directory, row: row, store: store), row)
    }
}
