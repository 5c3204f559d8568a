import Testing

@testable import Credits

/// SipHash-2-4-128 against its published vectors and a second implementation.
@Suite struct KeyedHashTests {
    /// The key of the reference vectors: bytes 00 to 0f.
    private static let key = HashKey(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908)

    private func hash(_ pieces: [[UInt8]]) -> String {
        var hash = KeyedHash(key: Self.key)
        for piece in pieces { hash.combine(piece.span) }
        return hash.finalize().hexadecimal
    }

    @Test(arguments: [
        (0, "a3817f04ba25a8e66df67214c7550293"), (1, "da87c1d86b99af44347659119b22fc45"),
        (2, "8177228da4a45dc7fca38bdef60affe4"), (3, "9c70b60c5267a94e5f33b6b02985ed51"),
        (63, "5150d1772f50834a503e069a973fbd7c"),
    ])
    func theReferenceVectorsHold(count: Int, expected: String) {
        #expect(hash([Array(0..<UInt8(count))]) == expected)
    }

    @Test(arguments: 0..<64) func itAgreesWithAPlainImplementation(count: Int) {
        let bytes = Array(0..<UInt8(count))
        #expect(hash([bytes]) == PlainSipHash.hash(bytes))
    }

    @Test func longInputsAgreeWithAPlainImplementation() {
        var generator = SplitMix64(seed: 4)
        for count in [64, 127, 255, 256, 257, 1000, 4099] {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            #expect(hash([bytes]) == PlainSipHash.hash(bytes))
        }
    }

    @Test func howTheBytesAreCutIntoPiecesDoesNotMatter() {
        var generator = SplitMix64(seed: 5)
        for _ in 0..<500 {
            let count = Int.random(in: 0...70, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            var rest = bytes[...]
            var pieces: [[UInt8]] = []
            while !rest.isEmpty {
                let length = Int.random(in: 0...min(rest.count, 17), using: &generator)
                pieces.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(hash(pieces) == hash([bytes]))
        }
    }

    /// The hash of nothing is the first vector by which implementations compare themselves.
    @Test func theContentHashIsSipHash13() {
        #expect(ContentHash(key: Self.key).finalize() == 0xabac_0158_050f_c4dc)
        var generator = SplitMix64(seed: 6)
        for count in 0..<40 {
            let bytes = (0..<8 * count).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            var hash = ContentHash(key: Self.key)
            hash.combine(padded: bytes.span)
            #expect(hash.finalize() == PlainSipHash.shortHash(bytes))
        }
    }

    @Test func theContentHashPadsWithZeros() {
        for count in 1..<40 where count % 8 != 0 {
            let bytes = (0..<count).map { UInt8(200 + $0) }
            let padded = bytes + [UInt8](repeating: 0, count: 8 - count % 8)
            var (one, other) = (ContentHash(key: Self.key), ContentHash(key: Self.key))
            one.combine(padded: bytes.span)
            other.combine(padded: padded.span)
            #expect(one.finalize() == other.finalize())
        }
    }

    @Test func bytesAndWordsAreTakenLittleEndian() {
        var single = KeyedHash(key: Self.key)
        single.combine(UInt8(7))
        single.combine(UInt64(0x0807_0605_0403_0201))
        single.combine(UInt8(9))
        #expect(single.finalize().hexadecimal == hash([[7, 1, 2, 3, 4, 5, 6, 7, 8, 9]]))
    }

    @Test func aPrefixKeepsNeighboursApart() {
        let pieces: [(String, String)] = [("a", "bc"), ("ab", "c"), ("", "abc"), ("abc", "")]
        let keys = pieces.map { TestKeys.key(.usage, scope: $0.0, id: $0.1) }
        #expect(Set(keys).count == pieces.count)
        var hash = KeyedHash(key: Self.key)
        let bytes: [UInt8] = [1, 2, 3]
        hash.combine(prefixed: bytes.span)
        #expect(hash.finalize().hexadecimal == self.hash([[3, 0, 0, 0, 1, 2, 3]]))
    }

    @Test func anotherSpaceOrSecretIsAnotherKey() {
        let spaces: [IDSpace] = [.usage, .command, .grant, .hold]
        #expect(Set(spaces.map { TestKeys.key($0, id: "x") }).count == spaces.count)
        let id: [UInt8] = [1]
        var (one, other) = (KeyedHash(key: Self.key), KeyedHash(key: .content))
        one.combine(id.span)
        other.combine(id.span)
        #expect(one.finalize() != other.finalize())
    }
}

extension IDKey {
    /// The sixteen bytes in the order in which the algorithm's authors write them.
    var hexadecimal: String {
        var text = ""
        for word in [high, low] {
            for index in 0..<8 {
                let byte = (word >> UInt64(8 * index)) & 0xff
                text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text
    }
}

/// The algorithm as its paper describes it: the whole message first, then word by word.
private enum PlainSipHash {
    /// SipHash-2-4 with 128 bits.
    static func hash(_ message: [UInt8]) -> String {
        var v = state
        v[1] ^= 0xee
        take(message, &v, rounds: 2)
        v[2] ^= 0xee
        for _ in 0..<4 { round(&v) }
        let first = v[0] ^ v[1] ^ v[2] ^ v[3]
        v[1] ^= 0xdd
        for _ in 0..<4 { round(&v) }
        return IDKey(high: first, low: v[0] ^ v[1] ^ v[2] ^ v[3]).hexadecimal
    }

    /// SipHash-1-3 with 64 bits.
    static func shortHash(_ message: [UInt8]) -> UInt64 {
        var v = state
        take(message, &v, rounds: 1)
        v[2] ^= 0xff
        for _ in 0..<3 { round(&v) }
        return v[0] ^ v[1] ^ v[2] ^ v[3]
    }

    private static var state: [UInt64] {
        let (k0, k1): (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)
        return [
            k0 ^ 0x736f_6d65_7073_6575, k1 ^ 0x646f_7261_6e64_6f6d,
            k0 ^ 0x6c79_6765_6e65_7261, k1 ^ 0x7465_6462_7974_6573,
        ]
    }

    private static func take(_ message: [UInt8], _ v: inout [UInt64], rounds: Int) {
        let padded = message + [UInt8](repeating: 0, count: 7 - message.count % 8)
        let whole = padded + [UInt8(truncatingIfNeeded: message.count)]
        for start in stride(from: 0, to: whole.count, by: 8) {
            let word = whole[start..<start + 8].reversed().reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            }
            v[3] ^= word
            for _ in 0..<rounds { round(&v) }
            v[0] ^= word
        }
    }

    private static func round(_ v: inout [UInt64]) {
        half(&v, 0, 1, 13, rotatingSum: 32)
        half(&v, 2, 3, 16, rotatingSum: 0)
        half(&v, 0, 3, 21, rotatingSum: 0)
        half(&v, 2, 1, 17, rotatingSum: 32)
    }

    private static func half(_ v: inout [UInt64], _ a: Int, _ b: Int, _ by: Int, rotatingSum: Int) {
        v[a] = v[a] &+ v[b]
        v[b] = rotated(v[b], by) ^ v[a]
        v[a] = rotated(v[a], rotatingSum)
    }

    private static func rotated(_ word: UInt64, _ by: Int) -> UInt64 {
        by == 0 ? word : word << UInt64(by) | word >> UInt64(64 - by)
    }
}
