internal import LedgerStore

/// How a file of commits is written.
///
/// ```
/// header      64 bytes: magic, version, store (2 words), first commit, 2 words, a checksum
/// commits     their bytes as they were in the journal, one after the other
///             up to 7 bytes, so that words begin at multiples of 8
/// positions   where each commit begins, and where the last one ends
/// letters     the numbers of those commits that hold dead letters
/// trailer     64 bytes: magic, first commit, last commit, where the positions begin, how many
///             letters, the checksum of positions and letters, a word, a checksum
/// ```
/// Each commit is sealed by its own hash; what is beside them has checksums.
enum SegmentFormat {
    static let magic: UInt64 = 0x746e_656d_6765_7364
    static let version: UInt64 = 1
    static let headerByteCount = 64
    static let trailerByteCount = 64

    static let suffix = ".segment"

    static func fileName(_ first: UInt64) -> String {
        let digits = String(first)
        return String(repeating: "0", count: 20 - digits.count) + digits + suffix
    }

    static func sealed(_ words: [UInt64]) -> [UInt64] {
        words + [UInt64(CRC32C.checksum(words.span))]
    }

    /// Bytes of a file whose commits have so many bytes, at most.
    static func byteCount(ofBytes byteCount: Int, commits: Int, letters: Int) -> Int {
        // One position more than there are commits, and less than a word before the first.
        headerByteCount + byteCount + 8 * (commits + 2 + letters) + trailerByteCount
    }

    static func header(store: StoreWords, first: UInt64) -> [UInt64] {
        sealed([magic, version, store.high, store.low, first, 0, 0])
    }
}

/// The end of a segment, which says where everything is.
struct SegmentTrailer {
    var commits: ClosedRange<UInt64>
    var positionsAt: Int
    var letterCount: Int
    var checksum: UInt64

    var words: [UInt64] {
        SegmentFormat.sealed([
            SegmentFormat.magic, commits.lowerBound, commits.upperBound, UInt64(positionsAt),
            UInt64(letterCount), checksum, 0,
        ])
    }

    var lettersAt: Int { positionsAt + 8 * (commits.count + 1) }
    var trailerAt: Int { lettersAt + 8 * letterCount }
    var fileByteCount: Int { trailerAt + SegmentFormat.trailerByteCount }

    init(commits: ClosedRange<UInt64>, positionsAt: Int, letterCount: Int, checksum: UInt64) {
        self.commits = commits
        self.positionsAt = positionsAt
        self.letterCount = letterCount
        self.checksum = checksum
    }

    /// Nil where the words are not those of a trailer.
    init?(_ words: [UInt64]) {
        guard words.count == 8, words == SegmentFormat.sealed(Array(words.prefix(7))),
            words[0] == SegmentFormat.magic, words[1] <= words[2], words[1] > 0,
            words[2] - words[1] < 1 << 40, words[3] < 1 << 48, words[4] <= words[2] - words[1] + 1
        else { return nil }
        self.init(
            commits: words[1]...words[2],
            positionsAt: Int(words[3]),
            letterCount: Int(words[4]),
            checksum: words[5]
        )
    }
}
