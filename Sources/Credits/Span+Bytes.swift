extension Span<UInt8> {
    /// The bytes in an array of their own.
    package func copy() -> [UInt8] {
        // Safe: the pointer does not leave the closure.
        unsafe withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Whether both are the same bytes; eight are compared at a time.
    @inlinable
    @inline(__always)
    package func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var position = 0
        while position + 8 <= count {
            guard word(at: position) == other.word(at: position) else { return false }
            position += 8
        }
        guard position < count else { return true }
        // Of a longer text the last eight bytes are looked at again.
        if count >= 8 { return word(at: count - 8) == other.word(at: count - 8) }
        return lastWord(from: 0) == other.lastWord(from: 0)
    }
}

extension [UInt8] {
    /// Appends borrowed bytes.
    package mutating func append(_ bytes: Span<UInt8>) {
        // Safe: the pointer does not leave the closure, and an array never aliases a borrow.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}

extension OutputSpan<UInt8> {
    /// Appends bytes in one piece; there must be room.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func append(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends bytes in one piece; there must be room, and they must not be the output's own.
    @unsafe
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        let byteCount = bytes.count
        precondition(freeCapacity >= byteCount, "expected room for \(byteCount) bytes")
        guard let source = bytes.baseAddress else { return }
        // Safe: there is room, and the source is borrowed, so that the two cannot overlap.
        unsafe withUnsafeMutableBufferPointer { output, count in
            unsafe UnsafeMutableRawPointer(output.baseAddress)?
                .advanced(by: count).copyMemory(from: source, byteCount: byteCount)
            count += byteCount
        }
    }
}
