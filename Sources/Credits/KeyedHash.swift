/// The 128-bit hash under which an id, or the name of an account, is known to a store.
public struct IDKey: Hashable, Comparable, Sendable, BitwiseCopyable {
    public let high: UInt64
    public let low: UInt64

    @inlinable
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
///
/// Inlined into whoever hashes, in other modules as well: its state then stays in registers, and
/// taking a word costs a third of what it costs through memory.
@frozen
public struct KeyedHash {
    @usableFromInline var state: SipState
    @usableFromInline var tail: UInt64 = 0
    @usableFromInline var tailCount: UInt64 = 0
    @usableFromInline var count: UInt64 = 0

    @inlinable @inline(__always)
    public init(key: HashKey) {
        state = SipState(key: key)
        state.v1 ^= 0xee
    }

    public mutating func combine(_ byte: UInt8) {
        append(UInt64(byte), byteCount: 1)
    }

    @inlinable @inline(__always)
    public mutating func combine(_ word: UInt64) {
        guard tailCount == 0 else { return append(word, byteCount: 8) }
        compress(word)
        count &+= 8
    }

    /// Takes the bytes as they are, without their length.
    public mutating func combine(_ bytes: Span<UInt8>) {
        let end = bytes.count
        var position = 0
        while position + 8 <= end {
            append(bytes.word(at: position), byteCount: 8)
            position += 8
        }
        guard position < end else { return }
        append(bytes.lastWord(from: position), byteCount: UInt64(end - position))
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
    @inlinable @inline(__always)
    public mutating func combine(padded bytes: Span<UInt8>) {
        assert(tailCount == 0, "expected whole words before padded bytes")
        let end = bytes.count
        var position = 0
        while position + 8 <= end {
            compress(bytes.word(at: position))
            position += 8
        }
        if position < end {
            compress(bytes.lastWord(from: position))
            position += 8
        }
        count &+= UInt64(truncatingIfNeeded: position)
    }

    /// The hash of everything taken so far.
    @inlinable @inline(__always)
    public consuming func finalize() -> IDKey {
        compress(tail | (count &<< 56))
        state.v2 ^= 0xee
        state.scramble()
        let high = state.folded
        state.v1 ^= 0xdd
        state.scramble()
        return IDKey(high: high, low: state.folded)
    }

    @usableFromInline
    mutating func append(_ word: UInt64, byteCount: UInt64) {
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

    @inlinable @inline(__always)
    mutating func compress(_ word: UInt64) {
        state.v3 ^= word
        state.round()
        state.round()
        state.v0 ^= word
    }
}

/// SipHash-1-3 with 64 bits of output: what SipHash is where a hash need not withstand anybody who
/// sees it, at half the cost.
///
/// It takes whole words, and bytes padded to whole words; lengths are the caller's to take.
@frozen
public struct ContentHash {
    @usableFromInline var state: SipState
    @usableFromInline var count: UInt64 = 0

    @inlinable @inline(__always)
    public init(key: HashKey) {
        state = SipState(key: key)
    }

    @inlinable @inline(__always)
    public mutating func combine(_ word: UInt64) {
        count &+= 8
        compress(word)
    }

    /// Takes the bytes, and zeros up to a multiple of eight of them.
    @inlinable @inline(__always)
    public mutating func combine(padded bytes: Span<UInt8>) {
        let end = bytes.count
        var position = 0
        while position + 8 <= end {
            combine(bytes.word(at: position))
            position += 8
        }
        if position < end { combine(bytes.lastWord(from: position)) }
    }

    /// The hash of everything taken so far.
    @inlinable @inline(__always)
    public consuming func finalize() -> UInt64 {
        compress(count &<< 56)
        state.v2 ^= 0xff
        state.round()
        state.round()
        state.round()
        return state.folded
    }

    @inlinable @inline(__always)
    mutating func compress(_ word: UInt64) {
        state.v3 ^= word
        state.round()
        state.v0 ^= word
    }
}

/// The four words that both hashes stir.
@frozen
@usableFromInline
struct SipState {
    @usableFromInline var v0: UInt64
    @usableFromInline var v1: UInt64
    @usableFromInline var v2: UInt64
    @usableFromInline var v3: UInt64

    @inlinable @inline(__always)
    init(key: HashKey) {
        v0 = key.first ^ 0x736f_6d65_7073_6575
        v1 = key.second ^ 0x646f_7261_6e64_6f6d
        v2 = key.first ^ 0x6c79_6765_6e65_7261
        v3 = key.second ^ 0x7465_6462_7974_6573
    }

    @inlinable @inline(__always)
    var folded: UInt64 { v0 ^ v1 ^ v2 ^ v3 }

    @inlinable @inline(__always)
    mutating func scramble() {
        round()
        round()
        round()
        round()
    }

    @inlinable @inline(__always)
    mutating func round() {
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

extension Span<UInt8> {
    /// Eight bytes, little-endian; they must be there.
    @inlinable @inline(__always)
    package func word(at position: Int) -> UInt64 {
        assert(position + 8 <= count, "expected eight bytes at \(position) of \(count)")
        // Safe: the callers' loops end before the span does, a UInt8 has no padding, and any bit
        // pattern is a UInt64.
        let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
        return UInt64(littleEndian: word)
    }

    /// The one to seven bytes from a position to the end, and zeros.
    @inlinable @inline(__always)
    package func lastWord(from position: Int) -> UInt64 {
        let rest = count - position
        // Of a longer text the last eight bytes are loaded at once, and those before shifted out.
        if position > 0 { return word(at: count - 8) &>> UInt64(8 * (8 - rest)) }
        // Of a short one two loads overlap, or three: their common bytes are the same.
        if rest >= 4 { return half(at: 0) | half(at: rest - 4) &<< UInt64(8 * (rest - 4)) }
        let (middle, last) = (rest / 2, rest - 1)
        return UInt64(self[0]) | UInt64(self[middle]) &<< UInt64(8 * middle)
            | UInt64(self[last]) &<< UInt64(8 * last)
    }

    /// Four bytes, little-endian; they must be there.
    @inlinable @inline(__always)
    func half(at position: Int) -> UInt64 {
        assert(position + 4 <= count, "expected four bytes at \(position) of \(count)")
        // Safe: as with eight.
        let half = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self)
        return UInt64(UInt32(littleEndian: half))
    }
}
