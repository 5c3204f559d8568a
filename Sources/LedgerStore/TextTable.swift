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
    /// Numbers of texts by a guess that costs next to nothing: most texts come again and again.
    private var guesses = [UInt32](repeating: 0, count: 256)

    /// - Parameter capacity: how many texts there may be.
    init(capacity: Int) {
        var size = 16
        while size < capacity { size *= 2 }
        slots = [UInt32](repeating: 0, count: size)
        mask = size - 1
    }

    /// The text's number; one that was not there is added.
    mutating func number(of text: Span<UInt8>) -> UInt32 {
        guard !text.isEmpty else { return 0 }
        let guess = Self.guess(text)
        let number = guesses[guess]
        if number != 0, isEqual(text, number) { return number }
        guesses[guess] = find(text) ?? append(text)
        return guesses[guess]
    }

    /// Of a longer text a few words tell; where they are the same, it is looked for.
    @inline(__always)
    private static func guess(_ text: Span<UInt8>) -> Int {
        let count = text.count
        var word = UInt64(truncatingIfNeeded: count)
        if count < 8 {
            word ^= text.lastWord(from: 0) << 8
        } else {
            word ^= text.word(at: 0) &* 0xff51_afd7_ed55_8ccd
            word = (word ^ text.word(at: (count - 8) / 2)) &* 0xff51_afd7_ed55_8ccd
            word ^= text.word(at: count - 8)
        }
        return Int(truncatingIfNeeded: (word &* 0x9e37_79b9_7f4a_7c15) >> 56)
    }

    /// The text's number; where it is not there, a slot is kept for it if one is near.
    private mutating func find(_ text: Span<UInt8>) -> UInt32? {
        var slot = Int(truncatingIfNeeded: Self.hash(text)) & mask
        for _ in 0..<Self.maximumProbes {
            guard slots[slot] != 0 else {
                slots[slot] = UInt32(count + 1)
                return nil
            }
            if isEqual(text, slots[slot]) { return slots[slot] }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Quick, and no secret: what collides only makes the commit longer.
    private static func hash(_ text: Span<UInt8>) -> UInt64 {
        var hash = UInt64(text.count)
        var position = 0
        while position < text.count {
            // The last word may overlap the one before it.
            let word =
                text.count < 8
                ? text.lastWord(from: 0) : text.word(at: min(position, text.count - 8))
            hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
            position += 8
        }
        return hash ^ hash >> 32
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
        let other = written.span.extracting(Int(range.lowerBound)..<Int(range.upperBound))
        return other.hasSameBytes(as: text)
    }
}
