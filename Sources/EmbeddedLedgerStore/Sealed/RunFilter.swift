internal import Credits
internal import Glibc

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
    private static let hugePage = 2 << 20

    private let words: UnsafeMutablePointer<UInt64>
    let lineCount: Int
    var byteCount: Int { lineCount * Self.wordsPerLine * 8 }

    static func lineCount(ids: Int) -> Int { max(1, (ids * bitsPerID + 511) / 512) }
    static func byteCount(lines: Int) -> Int { lines * wordsPerLine * 8 }

    /// An empty filter.
    init(lineCount: Int) {
        self.lineCount = lineCount
        let byteCount = lineCount * Self.wordsPerLine * 8
        let isLarge = byteCount >= Self.hugePage
        let raw = UnsafeMutableRawPointer.allocate(
            byteCount: byteCount,
            alignment: isLarge ? Self.hugePage : 64
        )
        // Every look-up is at another place: with small pages each would also miss the TLB.
        if isLarge { unsafe madvise(raw, byteCount, MADV_HUGEPAGE) }
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

    /// 1 where the id may be there, 0 where it is not.
    ///
    /// Without branches, so that the processor fetches the lines of the next ids meanwhile.
    @inline(__always)
    private func hit(_ key: IDKey) -> Int {
        let line = unsafe words + line(of: key)
        let bits = key.low
        let low =
            unsafe line[0] &>> (bits & 63) & line[1] &>> (bits &>> 6 & 63)
            & line[2] &>> (bits &>> 12 & 63) & line[3] &>> (bits &>> 18 & 63)
        let high =
            unsafe line[4] &>> (bits &>> 24 & 63) & line[5] &>> (bits &>> 30 & 63)
            & line[6] &>> (bits &>> 36 & 63) & line[7] &>> (bits &>> 42 & 63)
        return Int(truncatingIfNeeded: low & high & 1)
    }

    func mayHold(_ key: IDKey) -> Bool { hit(key) == 1 }

    /// The indices of those pending keys that may be there, in the order in which they are pending.
    func candidates(_ keys: [IDKey], pending: [Int32]) -> [Int32] {
        unsafe [Int32](unsafeUninitializedCapacity: pending.count) { output, count in
            unsafe keys.withUnsafeBufferPointer { keys in
                unsafe pending.withUnsafeBufferPointer { pending in
                    for position in 0..<pending.count {
                        let index = unsafe pending[position]
                        unsafe output[count] = index
                        unsafe count &+= hit(keys[Int(index)])
                    }
                }
            }
        }
    }
}
