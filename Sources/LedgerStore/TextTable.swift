internal import Credits

/// The texts that a commit's entries share, each written once; number 0 is the empty text.
struct TextTable {
    /// A probe longer than this writes the text again: whoever chooses texts that collide only makes
    /// the commit longer, never slower.
    private static let maximumProbes = 8

    /// The texts as they will be written: length, bytes.
    private(set) var written: [UInt8] = []
    private(set) var count = 0
    /// Where each text's bytes are in ``written``.
    private var ranges: [Range<Int32>] = [0..<0]
    /// Numbers of texts by hash; 0: free.
    private var slots: [UInt32]
    private let mask: Int

    /// - Parameter capacity: how many texts there may be.
    init(capacity: Int) {
        var size = 16
        while size < capacity { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        mask = size - 1
    }

    /// The text's number; `last` is tried first, for neighbours tend to be alike.
    mutating func number(of text: Span<UInt8>, last: inout UInt32) -> UInt32 {
        guard !text.isEmpty else { return 0 }
        guard last == 0 || !isEqual(text, last) else { return last }
        var hash = KeyedHash(key: .content)
        hash.combine(text)
        var slot = Int(truncatingIfNeeded: hash.finalize().low) & mask
        for _ in 0..<Self.maximumProbes {
            if slots[slot] == 0 {
                last = append(text)
                slots[slot] = last
                return last
            }
            if isEqual(text, slots[slot]) {
                last = slots[slot]
                return last
            }
            slot = (slot + 1) & mask
        }
        last = append(text)
        return last
    }

    private mutating func append(_ text: Span<UInt8>) -> UInt32 {
        written.append(addingCapacity: ByteBound.varint + text.count) { $0.append(counted: text) }
        ranges.append(Int32(written.count - text.count)..<Int32(written.count))
        count += 1
        return UInt32(count)
    }

    private func isEqual(_ text: Span<UInt8>, _ number: UInt32) -> Bool {
        let range = ranges[Int(number)]
        guard range.count == text.count else { return false }
        let start = Int(range.lowerBound)
        for index in text.indices where written[start + index] != text[index] { return false }
        return true
    }
}
