/// A run of bytes in the arena of a batch or of a commit.
///
/// Inputs of variable length live once, in one array per batch; what refers to them is two numbers.
/// That keeps the hot path free of allocation and reference counting.
public struct ByteSlice: Hashable, Sendable, BitwiseCopyable {
    public let start: UInt32
    public let count: UInt32

    public init(start: Int, count: Int) {
        self.start = UInt32(start)
        self.count = UInt32(count)
    }

    public static let empty = ByteSlice(start: 0, count: 0)
    public var isEmpty: Bool { count == 0 }
    public var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

extension [UInt8] {
    /// Appends bytes and says where they are now.
    public mutating func appendSlice(_ bytes: some Collection<UInt8>) -> ByteSlice {
        let start = count
        append(contentsOf: bytes)
        return ByteSlice(start: start, count: count - start)
    }

    /// The bytes of a slice, borrowed.
    @_lifetime(borrow self)
    public func span(of slice: ByteSlice) -> Span<UInt8> {
        span.extracting(slice.range)
    }

    /// The text of a slice; what is not UTF-8 is repaired, never trapped on.
    public func string(of slice: ByteSlice) -> String {
        String(decoding: self[slice.range], as: UTF8.self)
    }
}
