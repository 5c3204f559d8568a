internal import Credits
internal import LedgerStore

/// Merges runs into one, a step at a time: what is urgent comes in between.
final class IDRunMerge {
    /// Newest first: where an id occurs twice, the first one found is the one that counts.
    let sources: [IDRun]
    private(set) var writer: IDRunWriter
    private var cursors: [IDRunCursor]
    /// The next key of each source, in one word so that they are compared at once.
    private var heads: [UInt128]
    private var last: UInt128?

    /// Bytes of the file that are still to be written, at most.
    var remainingByteCount: Int {
        max(0, Self.byteCount(of: sources) - writer.byteCount)
    }

    /// Bytes that merging runs writes, at most: their blocks, and the filter twice.
    static func byteCount(of sources: [IDRun]) -> Int {
        let ids = sources.reduce(0) { $0 + Int($1.header.content.count) }
        let filter = RunFilter.byteCount(lines: RunFilter.lineCount(ids: ids))
        return sources.reduce(filter) { $0 + $1.header.fileByteCount }
    }

    /// Begins to merge runs of consecutive commits, which come newest first.
    init(
        _ sources: [IDRun],
        directory: String,
        id: UInt64,
        store: StoreWords,
        filterBufferBytes: Int,
        rest: @escaping (_ byteCount: Int) -> Void
    ) throws(StoreError) {
        self.sources = sources
        let commits = sources.map(\.header.commits)
        writer = try IDRunWriter(
            directory: directory,
            id: id,
            tier: (sources.map(\.tier).max() ?? 0) + 1,
            store: store,
            commits: (commits.last?.lowerBound ?? 0)...(commits.first?.upperBound ?? 0),
            capacity: sources.reduce(0) { $0 + Int($1.header.content.count) },
            filterBufferBytes: filterBufferBytes,
            rest: rest
        )
        cursors = []
        heads = []
        for source in sources {
            var cursor = IDRunCursor(source)
            if try cursor.read() {
                heads.append(cursor.key)
                cursors.append(cursor)
            }
        }
    }

    /// Writes about so many more bytes; true: that was all.
    func step(byteCount: Int) throws(StoreError) -> Bool {
        let end = writer.byteCount + byteCount
        while writer.byteCount < end {
            guard !heads.isEmpty else {
                try writer.end()
                return true
            }
            try Self.moveSome(&cursors, &heads, &last, &writer)
        }
        return false
    }

    /// Moves a block's worth of ids; all that it changes is handed to it, for the reason that
    /// ``IDRunWriter`` is a value.
    private static func moveSome(
        _ cursors: inout [IDRunCursor],
        _ heads: inout [UInt128],
        _ last: inout UInt128?,
        _ writer: inout IDRunWriter
    ) throws(StoreError) {
        for _ in 0..<IDRunFormat.idsPerBlock where !heads.isEmpty {
            try moveOne(&cursors, &heads, &last, &writer)
        }
    }

    @inline(__always)
    private static func moveOne(
        _ cursors: inout [IDRunCursor],
        _ heads: inout [UInt128],
        _ last: inout UInt128?,
        _ writer: inout IDRunWriter
    ) throws(StoreError) {
        var index = 0
        var key = heads[0]
        for other in 1..<max(heads.count, 1) where heads[other] < key {
            index = other
            key = heads[other]
        }
        if last != key {
            try writer.append(cursors[index].id, cursors[index].known)
            last = key
        }
        if try cursors[index].advance() {
            heads[index] = cursors[index].key
        } else {
            cursors.remove(at: index)
            heads.remove(at: index)
        }
    }
}

/// Reads a run from front to back, each block checked.
struct IDRunCursor {
    private static let blocksAtOnce = 128

    private let run: IDRun
    private let firstCommit: UInt64
    private var words: [UInt64] = []
    private var nextBlock = 0
    /// The word at which the current block begins.
    private var block = 0
    private var index = 0
    private var count = 0

    init(_ run: IDRun) {
        self.run = run
        firstCommit = run.header.commits.lowerBound
    }

    /// The number of the current block.
    var blockNumber: Int {
        nextBlock - words.count / IDRunFormat.wordsPerBlock + block / IDRunFormat.wordsPerBlock
    }

    private var word: Int { block &+ index &* IDRunFormat.wordsPerID }
    var id: IDKey { IDKey(high: words[word], low: words[word + 1]) }
    var known: KnownID {
        let half = words[block &+ IDRunFormat.commitsWord &+ index / 2]
        let distance = IDRunFormat.distance(of: index, in: half)
        return KnownID(fingerprint: words[word + 2], commit: firstCommit &+ distance)
    }
    var key: UInt128 { UInt128(words[word]) << 64 | UInt128(words[word + 1]) }

    /// Moves to the next id; false: there is none.
    @inline(__always)
    mutating func advance() throws(StoreError) -> Bool {
        index += 1
        return index < count ? true : try nextInFile()
    }

    /// Moves to the first id.
    mutating func read() throws(StoreError) -> Bool { try nextInFile() }

    private mutating func nextInFile() throws(StoreError) -> Bool {
        block += IDRunFormat.wordsPerBlock
        if block >= words.count {
            let end = min(nextBlock + Self.blocksAtOnce, run.header.blockCount)
            guard nextBlock < end else { return false }
            let wordCount = (end - nextBlock) * IDRunFormat.wordsPerBlock
            if words.count != wordCount { words = [UInt64](repeating: 0, count: wordCount) }
            try read(nextBlock..<end)
            nextBlock = end
            block = 0
        }
        index = 0
        count = Int(words[block + IDRunFormat.countWord])
        return count > 0
    }

    private mutating func read(_ blocks: Range<Int>) throws(StoreError) {
        let run = run
        var span = words.mutableSpan
        try unsafe span.withUnsafeMutableBytes { buffer throws(StoreError) in
            unsafe try run.read(blocks: blocks, into: buffer)
        }
        for number in blocks {
            let start = (number - blocks.lowerBound) * IDRunFormat.wordsPerBlock
            try run.check(
                words.span.extracting(start..<start + IDRunFormat.wordsPerBlock),
                number: number
            )
        }
    }
}
