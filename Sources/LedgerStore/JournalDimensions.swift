internal import Credits

// How the journal writes dimensions: what many entries share (names, texts) once in a commit, and
// whole numbers, which hardly two entries share, with each entry. A request's tokens would otherwise
// make a text of its own of every entry's dimensions.

/// Takes dimensions apart into what may be shared and the numbers that are not.
struct DimensionSplitter {
    /// The kind of a dimension whose number stands with the entry; see ``Dimensions/Kind``.
    static let takenOut: UInt8 = 3

    /// The canonical bytes, but for the numbers: of those, name and ``takenOut`` alone.
    private(set) var shared: [UInt8] = []
    private(set) var numbers: [UInt64] = []

    mutating func split(_ dimensions: Span<UInt8>) {
        shared.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        var numbers: [UInt64] = []
        swap(&numbers, &self.numbers)
        defer { swap(&numbers, &self.numbers) }
        shared.append(addingCapacity: dimensions.count) { output in
            guard !Self.takeApart(dimensions, into: &output, &numbers) else { return }
            // Bytes that are not canonical, which nothing of ours makes, stay as they are.
            output.removeAll()
            numbers.removeAll(keepingCapacity: true)
            output.append(dimensions)
        }
    }

    /// False where the bytes are not canonical.
    private static func takeApart(
        _ dimensions: Span<UInt8>,
        into shared: inout OutputSpan<UInt8>,
        _ numbers: inout [UInt64]
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
            guard dimensions[kindAt] == Dimensions.Kind.number.rawValue,
                let number = number(dimensions.extracting(valueAt..<position))
            else { continue }
            shared.append(dimensions.extracting(start..<kindAt))
            shared.append(takenOut)
            numbers.append(number)
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
