/// The 128-bit hash under which an id is known to a store.
public struct IDKey: Hashable, Comparable, Sendable, BitwiseCopyable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static func < (left: IDKey, right: IDKey) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

/// The secret under which a store hashes ids.
///
/// Authors of ids may be hostile: with a public hash, an outsider who chooses usage ids could make
/// two of them collide and so suppress a debit. It is drawn once, when a store is made.
public struct HashKey: Hashable, Sendable, BitwiseCopyable {
    public let first: UInt64
    public let second: UInt64

    public init(first: UInt64, second: UInt64) {
        self.first = first
        self.second = second
    }
}

/// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012), fed piece by piece.
///
/// A keyed pseudo-random function that is fast on short inputs. Pieces of variable length must be
/// length-prefixed by the caller: the hash sees one stream of bytes.
public struct KeyedHash {
    private var v0: UInt64
    private var v1: UInt64
    private var v2: UInt64
    private var v3: UInt64
    private var tail: UInt64 = 0
    private var tailCount: UInt64 = 0
    private var count: UInt64 = 0

    public init(key: HashKey) {
        v0 = key.first ^ 0x736f_6d65_7073_6575
        v1 = key.second ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key.first ^ 0x6c79_6765_6e65_7261
        v3 = key.second ^ 0x7465_6462_7974_6573
    }

    public mutating func combine(_ byte: UInt8) {
        append(UInt64(byte), byteCount: 1)
    }

    public mutating func combine(_ word: UInt64) {
        append(word, byteCount: 8)
    }

    /// Takes the bytes as they are, without their length.
    public mutating func combine(_ bytes: Span<UInt8>) {
        // `bytes` is safe to view raw: a UInt8 has no padding.
        let raw = unsafe bytes.bytes
        var position = 0
        let end = raw.byteCount
        while position + 8 <= end {
            // Safe: the eight bytes lie within the span, and any bit pattern is a UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            append(UInt64(littleEndian: word), byteCount: 8)
            position += 8
        }
        guard position < end else { return }
        var word: UInt64 = 0
        for index in position..<end {
            word |= UInt64(bytes[index]) << (8 * UInt64(index - position))
        }
        append(word, byteCount: UInt64(end - position))
    }

    /// Takes the length, then the bytes, so that `a`+`bc` is not `ab`+`c`.
    public mutating func combine(prefixed bytes: Span<UInt8>) {
        append(UInt64(UInt32(truncatingIfNeeded: bytes.count)), byteCount: 4)
        combine(bytes)
    }

    /// Takes the bytes, and zeros up to a multiple of eight of them: without shifting any, which is
    /// why it must come behind whole words only.
    ///
    /// The length is the caller's to take, in a word of its own.
    public mutating func combine(padded bytes: Span<UInt8>) {
        assert(tailCount == 0, "expected whole words before padded bytes")
        // `bytes` is safe to view raw: a UInt8 has no padding.
        let raw = unsafe bytes.bytes
        var position = 0
        let end = raw.byteCount
        while position + 8 <= end {
            // Safe: the eight bytes lie within the span, and any bit pattern is a UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            compress(UInt64(littleEndian: word))
            position += 8
        }
        if position < end {
            var word: UInt64 = 0
            for index in position..<end {
                word |= UInt64(bytes[index]) << (8 * UInt64(index - position))
            }
            compress(word)
            position += 8
        }
        count &+= UInt64(truncatingIfNeeded: position)
    }

    /// The hash of everything taken so far.
    public consuming func finalize() -> IDKey {
        compress(tail | (count &<< 56))
        v2 ^= 0xee
        for _ in 0..<4 { round() }
        let low = v0 ^ v1 ^ v2 ^ v3
        v1 ^= 0xdd
        for _ in 0..<4 { round() }
        return IDKey(high: low, low: v0 ^ v1 ^ v2 ^ v3)
    }

    private mutating func append(_ word: UInt64, byteCount: UInt64) {
        count &+= byteCount
        tail |= word &<< (8 &* tailCount)
        let filled = tailCount &+ byteCount
        guard filled >= 8 else {
            tailCount = filled
            return
        }
        compress(tail)
        let used = 8 &- tailCount
        tail = used < 8 ? word &>> (8 &* used) : 0
        tailCount = filled &- 8
    }

    @inline(__always)
    private mutating func compress(_ word: UInt64) {
        v3 ^= word
        round()
        round()
        v0 ^= word
    }

    @inline(__always)
    private mutating func round() {
        v0 &+= v1
        v1 = (v1 &<< 13) | (v1 &>> 51)
        v1 ^= v0
        v0 = (v0 &<< 32) | (v0 &>> 32)
        v2 &+= v3
        v3 = (v3 &<< 16) | (v3 &>> 48)
        v3 ^= v2
        v0 &+= v3
        v3 = (v3 &<< 21) | (v3 &>> 43)
        v3 ^= v0
        v2 &+= v1
        v1 = (v1 &<< 17) | (v1 &>> 47)
        v1 ^= v2
        v2 = (v2 &<< 32) | (v2 &>> 32)
    }
}
