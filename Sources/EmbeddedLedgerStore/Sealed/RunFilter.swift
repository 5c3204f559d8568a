internal import Credits
internal import LedgerStore

/// Says of an id that it is not in a run, or that it may be: a Bloom filter in which an id is one
/// cache line.
///
/// Ids are hashes already. Their high bits choose the line, so that a run, which is sorted, fills it
/// front to back; six of the low bits choose a bit in each of the line's eight words. 14 bits per id
/// leave one in 500 that is looked for in vain.
///
/// It is in memory part by part, and some parts may be missing: of their ids it says that they are
/// not there. So a filter can take another one's place without both being in memory as a whole.
@safe
final class RunFilter: @unchecked Sendable {
    // `@unchecked Sendable`: neither this nor what it points to ever changes.
    static let wordsPerLine = 8
    static let byteCountPerLine = wordsPerLine * 8
    private static let bitsPerID = 14

    let lineCount: Int
    private let parts: [FilterPart?]
    /// How many bits of a line's number say where it is in its part.
    private let partShift: Int
    /// The first word of each part.
    private let bases: UnsafeMutablePointer<UnsafePointer<UInt64>>

    static func lineCount(ids: Int) -> Int { max(1, (ids * bitsPerID + 511) / 512) }
    static func byteCount(lines: Int) -> Int { lines * byteCountPerLine }

    /// Bytes of the parts that are in memory.
    var byteCount: Int { parts.reduce(0) { $0 + ($1?.byteCount ?? 0) } }
    var partCount: Int { parts.count }

    /// A filter that no part is there of.
    convenience init(lineCount: Int, partShift: Int = FilterPart.greatestShift) {
        let partCount = (lineCount - 1) >> partShift + 1
        self.init(
            lineCount: lineCount,
            partShift: partShift,
            parts: [FilterPart?](repeating: nil, count: partCount)
        )
    }

    private init(lineCount: Int, partShift: Int, parts: [FilterPart?]) {
        precondition(
            partShift <= FilterPart.greatestShift,
            "expected a part to have at most \(1 << FilterPart.greatestShift) lines"
        )
        self.lineCount = lineCount
        self.partShift = partShift
        self.parts = parts
        unsafe bases = .allocate(capacity: parts.count)
        for (index, part) in parts.enumerated() {
            unsafe (bases + index).initialize(to: (part ?? FilterPart.missing).words)
        }
    }

    deinit {
        unsafe bases.deallocate()
    }

    // MARK: Parts

    /// The lines of a part.
    func lines(ofPart index: Int) -> Range<Int> {
        index << partShift..<min((index + 1) << partShift, lineCount)
    }

    /// The same filter with one more part in memory.
    func adding(_ part: FilterPart, at index: Int) -> RunFilter {
        var parts = self.parts
        parts[index] = part
        return RunFilter(lineCount: lineCount, partShift: partShift, parts: parts)
    }

    /// The same filter without the parts that only speak of keys below one.
    func dropping(below high: UInt64) -> RunFilter {
        let line = line(of: high)
        var parts = self.parts
        for index in parts.indices where lines(ofPart: index).upperBound <= line {
            parts[index] = nil
        }
        return RunFilter(lineCount: lineCount, partShift: partShift, parts: parts)
    }

    /// The least high word of a key whose line is this one or a later one; nil: there is none.
    static func firstKey(ofLine line: Int, lineCount: Int) -> UInt64? {
        guard line < lineCount else { return nil }
        // The smallest high word with high × lineCount ≥ line × 2⁶⁴.
        let (quotient, remainder) = UInt64(lineCount).dividingFullWidth((UInt64(line), 0))
        return remainder == 0 ? quotient : quotient + 1
    }

    /// A part speaks only of keys below this; nil: and of the last.
    func end(ofPart index: Int) -> UInt64? {
        Self.firstKey(ofLine: lines(ofPart: index).upperBound, lineCount: lineCount)
    }

    // MARK: Looking

    @inline(__always)
    private func line(of high: UInt64) -> Int {
        Self.line(of: high, lineCount: lineCount)
    }

    @inline(__always)
    static func line(of high: UInt64, lineCount: Int) -> Int {
        Int(truncatingIfNeeded: high.multipliedFullWidth(by: UInt64(lineCount)).high)
    }

    /// Sets an id's bits in its line.
    @inline(__always)
    static func insert(_ key: IDKey, into line: inout MutableSpan<UInt64>) {
        var bits = key.low
        for word in 0..<wordsPerLine {
            line[word] |= 1 &<< (bits & 63)
            bits &>>= 6
        }
    }

    @inline(__always)
    private func words(of key: IDKey) -> UnsafePointer<UInt64> {
        let line = line(of: key.high)
        let place = line & (1 &<< partShift &- 1)
        return unsafe bases[line &>> partShift] + place &* Self.wordsPerLine
    }

    func mayHold(_ key: IDKey) -> Bool { firstHits(key) & otherHits(key) == 1 }

    /// Bit 0 says whether the bits in the line's first two words are set.
    @inline(__always)
    private func firstHits(_ key: IDKey) -> UInt64 {
        let line = unsafe words(of: key)
        return unsafe line[0] &>> (key.low & 63) & line[1] &>> (key.low &>> 6 & 63) & 1
    }

    /// Bit 0 says whether the bits in all other words of the line are set.
    @inline(__always)
    private func otherHits(_ key: IDKey) -> UInt64 {
        let line = unsafe words(of: key)
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
