internal import Credits
internal import LedgerStore

/// How a small value is written: its kind, its own key, its length and a checksum around it.
///
/// LMDB has no checksums, and a damaged page may show another value where this one was: kind and key
/// tell it apart, where a checksum alone would not.
enum Row {
    /// Raw values are written to the store.
    enum Kind: UInt8 {
        case identity = 1
        case state = 2
        case offset = 3
        case accounts = 4
        case run = 5
        case segment = 6
        case restored = 7
    }

    /// What framing adds to a payload whose key has up to 16 bytes.
    static let overhead = 32

    static func frame(_ kind: Kind, key: [UInt8], _ payload: [UInt8]) -> [UInt8] {
        var row: [UInt8] = []
        row.reserveCapacity(payload.count + overhead)
        row.append(kind.rawValue)
        row.append(UInt8(key.count))
        row.append(contentsOf: key)
        row.append(halfWord: UInt32(payload.count))
        row.append(contentsOf: payload)
        row.append(halfWord: CRC32C.checksum(row.span))
        return row
    }

    /// The payload of a row that was read under a key.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where it is not what was written under that key.
    static func payload(
        of row: Span<UInt8>,
        _ kind: Kind,
        key: [UInt8]
    ) throws(StoreError) -> [UInt8] {
        let head = 2 + key.count + 4
        guard row.count >= head + 4 else { throw damaged(kind) }
        var reader = ByteReader(row.extracting(last: 4))
        guard reader.halfWord() == CRC32C.checksum(row.extracting(droppingLast: 4)),
            row[0] == kind.rawValue, Int(row[1]) == key.count,
            row.extracting(2..<2 + key.count).copy() == key
        else { throw damaged(kind) }
        var length = ByteReader(row.extracting(2 + key.count..<head))
        guard Int(length.halfWord()) == row.count - head - 4 else { throw damaged(kind) }
        return row.extracting(head..<row.count - 4).copy()
    }

    static func damaged(_ kind: Kind) -> StoreError {
        StoreError(.damaged, "expected a row of kind \(kind) to be as it was written")
    }
}

extension [UInt8] {
    /// Numbers as keys: big endian, so that their order is that of the numbers.
    init(bigEndian value: some FixedWidthInteger) {
        self = (0..<value.bitWidth / 8).reversed().map {
            UInt8(truncatingIfNeeded: value >> (8 * $0))
        }
    }
}

extension UInt64 {
    /// The number that eight bytes of a key hold.
    init(bigEndian bytes: ArraySlice<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
