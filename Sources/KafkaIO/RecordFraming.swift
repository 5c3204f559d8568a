import CRdKafka

/// What two records that lie behind each other in a fetched batch show of the first one's headers.
///
/// To ask the library whether a record has headers costs two allocations and some 670 bytes, even if it
/// has none, and nothing else of the library tells. But a record ends with its headers and the next
/// begins with what is known of it, so where there are none the bytes in between are known as well
/// (Kafka's message format 2, "Record"):
///
/// ```
/// … value | header count: varint 0 | length: varint, attributes: 0, timestamp delta: varlong,
///           offset delta: varint, key length: varint | key …
/// ```
///
/// Without a key its length is −1, and the value's length and the value follow. Only where all of that
/// is there to the byte is the question spared. What lies in memory in any other way, in an older
/// format, in another batch or in copies that a future library may make, is left to the library.
enum RecordFraming {
    /// A header count of one byte, the attributes and five numbers.
    private static let longest = 1 + 5 + 1 + 10 + 5 + 5 + 5

    /// Whether the bytes behind a record show that it has no headers.
    ///
    /// - Parameters:
    ///   - record: one of a poll.
    ///   - next: the one behind it; both are held until this returns.
    /// - Returns: false where the bytes do not tell.
    static func showsNoHeaders(
        _ record: rd_kafka_message_t,
        before next: rd_kafka_message_t
    ) -> Bool {
        guard unsafe record.rkt == next.rkt, unsafe record.partition == next.partition,
            unsafe record.offset &+ 1 == next.offset, unsafe record.len > 0,
            let value = unsafe record.payload, let start = unsafe next.key ?? next.payload
        else { return false }
        // Addresses of bytes that are there: so few in between are on a page with one of the two, and
        // a page is there as a whole.
        let distance = unsafe start - (value + record.len)
        guard 5...longest ~= distance else { return false }
        let bytes = unsafe UnsafeBufferPointer(
            start: (value + record.len).assumingMemoryBound(to: UInt8.self),
            count: distance
        )
        return unsafe isBetween(
            bytes.span,
            keyCount: next.key == nil ? nil : next.key_len,
            valueCount: next.len
        )
    }

    /// Whether the bytes are what stands between a record without headers and the next one's key.
    ///
    /// - Parameters:
    ///   - bytes: from the end of a value on.
    ///   - keyCount: nil: the next record has no key, and they end with its value's beginning.
    ///   - valueCount: bytes of the next record's value.
    /// - Returns: false where they are anything else.
    static func isBetween(_ bytes: Span<UInt8>, keyCount: Int?, valueCount: Int) -> Bool {
        var position = 0
        guard byte(of: bytes, &position) == 0, let length = varint(of: bytes, &position) else {
            return false
        }
        let start = position
        guard byte(of: bytes, &position) == 0, varint(of: bytes, &position) != nil,
            varint(of: bytes, &position) != nil, varint(of: bytes, &position) == keyCount ?? -1,
            keyCount != nil || varint(of: bytes, &position) == valueCount,
            position == bytes.count
        else { return false }
        // What is left of the record: the key and the value's length, the value, a header count.
        let left = (keyCount.map { $0 + 1 } ?? 0) + valueCount + 1
        return length >= position - start + left
    }

    private static func byte(of bytes: Span<UInt8>, _ position: inout Int) -> UInt8? {
        guard position < bytes.count else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// A number in base 128, lowest digits first, its sign in the lowest bit; nil where it does not end.
    private static func varint(of bytes: Span<UInt8>, _ position: inout Int) -> Int? {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = byte(of: bytes, &position) else { return nil }
            number |= UInt64(byte & 0x7f) &<< shift
            if byte & 0x80 == 0 { return Int(number >> 1) ^ -Int(number & 1) }
        }
        return nil
    }
}
