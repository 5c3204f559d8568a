internal import Credits
internal import LedgerStore

/// Says of an id that it is not in a run, or that it may be: a Bloom filter in which an id is one
/// cache line.
///
/// Ids are hashes already. Their high bits choose the line, so that a run, which is sorted, fills it
/// front to back; six of the low bits choose a bit in each of the line's eight words. 14 bits per id
/// leave one in 500 that is looked for in vain.
@safe
final class RunFilter: @unchecked Sendable {
    // `@unchecked Sendable`: the words are filled by one thread, and then never change.
    private static let wordsPerLine = 8
    private static let bitsPerID = 14

    private let words: UnsafeMutablePointer<UInt64>
    let lineCount: Int
    var byteCount: Int { lineCount * Self.wordsPerLine * 8 }

    static func lineCount(ids: Int) -> Int { max(1, (ids * bitsPerID + 511) / 512) }
    static func byteCount(lines: Int) -> Int { lines * wordsPerLine * 8 }

    /// An empty filter.
    init(lineCount: Int) {
        self.lineCount = lineCount
        let byteCount = lineCount * Self.wordsPerLine * 8
        let isLarge = byteCount >= HugePages.byteCount
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: byteCount,
            alignment: isLarge ? HugePages.byteCount : 64
        )
        unsafe HugePages.advise(UnsafeMutableRawBufferPointer(start: raw, count: byteCount))
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
        unsafe words = raw.bindMemory(to: UInt64.self, capacity: lineCount * Self.wordsPerLine)
    }

    deinit {
        unsafe words.deallocate()
    }

    /// The filter's memory, to be written or filled.
    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(UnsafeMutableRawBufferPointer(start: words, count: byteCount))
    }

    @inline(__always)
    private func line(of key: IDKey) -> Int {
        Int(truncatingIfNeeded: key.high.multipliedFullWidth(by: UInt64(lineCount)).high)
            &* Self.wordsPerLine
    }

    func insert(_ key: IDKey) {
        let line = unsafe words + line(of: key)
        var bits = key.low
        for word in 0..<Self.wordsPerLine {
            unsafe line[word] |= 1 &<< (bits & 63)
            bits &>>= 6
        }
    }

    func mayHold(_ key: IDKey) -> Bool { firstHits(key) & otherHits(key) == 1 }

    /// Bit 0 says whether the bits in the line's first two words are set.
    @inline(__always)
    private func firstHits(_ key: IDKey) -> UInt64 {
        let line = unsafe words + line(of: key)
        return unsafe line[0] &>> (key.low & 63) & line[1] &>> (key.low &>> 6 & 63) & 1
    }

    /// Bit 0 says whether the bits in all other words of the line are set.
    @inline(__always)
    private func otherHits(_ key: IDKey) -> UInt64 {
        let line = unsafe words + line(of: key)
        var bits = key.low &>> 6
        var hits: UInt64 = 1
        for word in 2..<Self.wordsPerLine {
            bits &>>= 6
            unsafe hits &= line[word] &>> (bits & 63)
        }
        return hits
    }

    /// The indices of those pending keys that may be there, in the order in which they are pending.
    ///
    /// Without branches, and in passes over some ids at a time: the first fetches the lines. What it
    /// stores goes where it went before; a place that depended on a line would let every fetch wait
    /// for the one before it.
    func candidates(_ keys: [IDKey], pending: [Int32]) -> [Int32] {
        var hits: [128 of UInt64] = .init(repeating: 0)
        return unsafe [Int32](unsafeUninitializedCapacity: pending.count) { output, count in
            unsafe keys.withUnsafeBufferPointer { keys in
                unsafe pending.withUnsafeBufferPointer { pending in
                    var found = 0
                    var start = 0
                    while start < pending.count {
                        let part = min(hits.count, pending.count &- start)
                        for position in 0..<part {
                            unsafe hits[position] = firstHits(
                                keys[Int(pending[start &+ position])]
                            )
                        }
                        var passed = found
                        for position in 0..<part {
                            unsafe output[passed] = pending[start &+ position]
                            passed &+= Int(truncatingIfNeeded: hits[position])
                        }
                        for position in found..<passed {
                            let index = unsafe output[position]
                            unsafe output[found] = index
                            let hit = unsafe otherHits(keys[Int(index)])
                            found &+= Int(truncatingIfNeeded: hit)
                        }
                        start &+= part
                    }
                    count = found
                }
            }
        }
    }
}
