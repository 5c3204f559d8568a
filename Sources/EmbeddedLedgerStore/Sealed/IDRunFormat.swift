internal import Credits
internal import LedgerStore

/// How a file of ids is written, in 64-bit words of the machine.
///
/// ```
/// header   2,048 bytes: the words of `IDRunHeader`, a checksum as the last one
/// blocks   2,048 bytes each: up to 72 ids of 3 words (key, fingerprint), ascending by key; then 72
///          half words, the lower one of a word first: how many commits behind the run's first one each
///          was used; then the run's number, the block's number, how many ids, a checksum
/// fences   the high word of each block's first key
/// filter   the lines of `RunFilter`
/// ```
/// A block is read with one call, and proves by itself that it is that block of that run.
enum IDRunFormat {
    static let magic: UInt64 = 0x6e75_725f_7364_6964
    static let version: UInt64 = 2
    static let wordsPerBlock = 256
    static let blockByteCount = wordsPerBlock * 8
    static let idsPerBlock = 72
    static let wordsPerID = 3
    static let commitsWord = 216
    static let runWord = 252
    static let numberWord = 253
    static let countWord = 254
    static let checksumWord = 255
    /// Commits that a run can tell apart.
    static let maximumSpan: UInt64 = 1 << 32

    static let suffix = ".run"

    static func fileName(_ id: UInt64) -> String { id.hexadecimal + suffix }

    /// What a filter is written to while its run is; never one of a finished run.
    static func filterFileName(_ id: UInt64) -> String {
        id.hexadecimal + ".filter" + SealedFileWriter.temporarySuffix
    }

    /// How many commits behind the run's first one an id was used.
    ///
    /// - Parameters:
    ///   - index: the id's place in its block.
    ///   - word: the one that holds it and its neighbour, at `commitsWord + index / 2`.
    /// - Returns: at most 2³² − 1.
    @inline(__always)
    static func distance(of index: Int, in word: UInt64) -> UInt64 {
        word &>> UInt64(32 &* (index & 1)) & 0xffff_ffff
    }

    static func checksum(ofBlock words: Span<UInt64>) -> UInt64 {
        UInt64(CRC32C.checksum(words.extracting(first: checksumWord)))
    }
}

/// The first block of a run: what it is, and where its parts are.
struct IDRunHeader: Equatable {
    var store: StoreWords
    var id: UInt64
    var commits: ClosedRange<UInt64>
    var content: IDContent
    var blockCount: Int
    var filterLineCount: Int
    var fencesChecksum: UInt64
    var filterChecksum: UInt64

    var fencesAt: Int { IDRunFormat.blockByteCount * (1 + blockCount) }
    var filterAt: Int { fencesAt + 8 * blockCount }
    var fileByteCount: Int { filterAt + RunFilter.byteCount(lines: filterLineCount) }

    var words: [UInt64] {
        var words = [
            IDRunFormat.magic, IDRunFormat.version, store.high, store.low, id,
            commits.lowerBound, commits.upperBound, content.count, content.first, content.second,
            UInt64(blockCount), UInt64(filterLineCount), fencesChecksum, filterChecksum,
        ]
        words += [UInt64](repeating: 0, count: IDRunFormat.checksumWord - words.count)
        words.append(IDRunFormat.checksum(ofBlock: words.span))
        return words
    }

    init(
        store: StoreWords,
        id: UInt64,
        commits: ClosedRange<UInt64>,
        content: IDContent,
        blockCount: Int,
        filterLineCount: Int,
        fencesChecksum: UInt64,
        filterChecksum: UInt64
    ) {
        self.store = store
        self.id = id
        self.commits = commits
        self.content = content
        self.blockCount = blockCount
        self.filterLineCount = filterLineCount
        self.fencesChecksum = fencesChecksum
        self.filterChecksum = filterChecksum
    }

    /// The version of a header that is as it was written, but by a program that writes runs in another
    /// way; nil: it is of this one, or no header.
    static func otherVersion(_ words: [UInt64]) -> UInt64? {
        guard words.count == IDRunFormat.wordsPerBlock, words[0] == IDRunFormat.magic,
            words[1] != IDRunFormat.version,
            words[IDRunFormat.checksumWord] == IDRunFormat.checksum(ofBlock: words.span)
        else { return nil }
        return words[1]
    }

    /// Nil where the words are not those of a header.
    init?(_ words: [UInt64]) {
        guard words.count == IDRunFormat.wordsPerBlock,
            words[0] == IDRunFormat.magic, words[1] == IDRunFormat.version,
            words[IDRunFormat.checksumWord] == IDRunFormat.checksum(ofBlock: words.span),
            words[5] <= words[6], words[10] < 1 << 40, words[11] < 1 << 40
        else { return nil }
        self.init(
            store: StoreWords(high: words[2], low: words[3]),
            id: words[4],
            commits: words[5]...words[6],
            content: IDContent(count: words[7], first: words[8], second: words[9]),
            blockCount: Int(words[10]),
            filterLineCount: Int(words[11]),
            fencesChecksum: words[12],
            filterChecksum: words[13]
        )
    }
}

/// A store's uuid in two words, which every sealed file carries: a file of another store is not one
/// of this.
struct StoreWords: Equatable, Sendable {
    var high: UInt64
    var low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter uuid: 32 hexadecimal digits.
    init(uuid: String) {
        high = UInt64(uuid.prefix(16), radix: 16) ?? 0
        low = UInt64(uuid.suffix(16), radix: 16) ?? 0
    }
}
