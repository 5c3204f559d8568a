internal import Credits

// How the journal writes dimensions: what many entries share (names, texts) once in a commit, and
// whole numbers, which hardly two entries share, with each entry. A request's tokens would otherwise
// make a text of its own of every entry's dimensions.

/// Takes dimensions apart into what may be shared and the numbers that are not.
struct DimensionSplitter {
    /// The kind of a dimension whose number stands with the entry; see ``Dimensions/Kind``.
    static let takenOut: UInt8 = 3

    /// What ``shared`` shows from ``sharedStart`` on; before it stands that of earlier dimensions.
    ///
    /// They are let go together, for emptying an array costs as much as filling it with so little.
    private var sharedBytes: [UInt8] = []
    private var sharedStart = 0
    private var taken = Taken()
    /// With more bytes than these they are let go: what is written is to stay near.
    private static let keptBytes = 8192

    /// The numbers of dimensions, as far as there is room for them: those of a longer list stay text.
    private struct Taken {
        var numbers = InlineArray<32, UInt64>(repeating: 0)
        var count = 0
        var isFull: Bool { count == numbers.count }

        mutating func append(_ number: UInt64) {
            numbers[count] = number
            count += 1
        }
    }

    /// The canonical bytes of the dimensions that were split last, but for the numbers: of those, name
    /// and ``takenOut`` alone.
    var shared: Span<UInt8> {
        @_lifetime(borrow self)
        get { sharedBytes.span.extracting(sharedStart...) }
    }
    /// The numbers of the dimensions that were split last.
    var numbers: Span<UInt64> {
        @_lifetime(borrow self)
        get { taken.numbers.span.extracting(0..<taken.count) }
    }

    mutating func split(_ dimensions: Span<UInt8>) {
        var bytes: [UInt8] = []
        swap(&bytes, &sharedBytes)
        defer { swap(&bytes, &sharedBytes) }
        if bytes.count > Self.keptBytes { bytes.removeAll(keepingCapacity: true) }
        sharedStart = bytes.count
        taken.count = 0
        bytes.append(addingCapacity: dimensions.count) { output in
            guard !Self.takeApart(dimensions, into: &output, &taken) else { return }
            // Bytes that are not canonical, which nothing of ours makes, stay as they are.
            output.removeAll()
            taken.count = 0
            output.append(dimensions)
        }
    }

    /// False where the bytes are not canonical.
    private static func takeApart(
        _ dimensions: Span<UInt8>,
        into shared: inout OutputSpan<UInt8>,
        _ taken: inout Taken
    ) -> Bool {
        // Those that are not taken out are copied together, up to the next that is.
        var start = 0
        var position = 0
        while position < dimensions.count {
            let kindAt = position + 1 + Int(dimensions[position])
            let valueAt = kindAt + 3
            guard valueAt <= dimensions.count else { return false }
            let count = Int(dimensions[kindAt + 1]) | Int(dimensions[kindAt + 2]) << 8
            guard valueAt + count <= dimensions.count else { return false }
            position = valueAt + count
            guard dimensions[kindAt] == Dimensions.Kind.number.rawValue, !taken.isFull,
                let number = number(dimensions.extracting(valueAt..<position))
            else { continue }
            shared.append(dimensions.extracting(start..<kindAt))
            shared.append(takenOut)
            taken.append(number)
            start = position
        }
        shared.append(dimensions.extracting(start..<position))
        return true
    }

    /// The number that these digits write, where writing it gives these digits again.
    private static func number(_ digits: Span<UInt8>) -> UInt64? {
        guard 1...18 ~= digits.count,
            digits.count == 1 || digits[0] != UInt8(ascii: "0")
        else { return nil }
        var number: UInt64 = 0
        for index in digits.indices {
            let digit = digits[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            number = number * 10 + UInt64(digit)
        }
        return number
    }
}

extension [UInt8] {
    /// Appends the canonical bytes of dimensions that were taken apart.
    ///
    /// - Parameters:
    ///   - shared: what entries share.
    ///   - numbers: stands before the numbers, which are as many as were counted.
    /// - Returns: false where they do not fit together.
    mutating func append(
        dimensions shared: Span<UInt8>,
        numbers: inout ByteReader
    ) -> Bool {
        var left = numbers.count()
        var position = 0
        while position < shared.count {
            let kindAt = position + 1 + Int(shared[position])
            guard kindAt < shared.count else { return false }
            guard shared[kindAt] == DimensionSplitter.takenOut else {
                guard kindAt + 2 < shared.count else { return false }
                let count = Int(shared[kindAt + 1]) | Int(shared[kindAt + 2]) << 8
                let end = kindAt + 3 + count
                guard end <= shared.count else { return false }
                append(shared.extracting(position..<end))
                position = end
                continue
            }
            guard left > 0 else { return false }
            left -= 1
            append(shared.extracting(position..<kindAt))
            append(Dimensions.Kind.number.rawValue)
            let lengthAt = count
            append(0)
            append(0)
            append(digitsOf: numbers.varint())
            // At most twenty digits: the length's second byte stays 0.
            self[lengthAt] = UInt8(count - lengthAt - 2)
            position = kindAt + 1
        }
        return left == 0
    }
}
