internal import Credits
internal import LedgerStore

/// Commits in the journal's table: in parts, for a value of many megabytes would need as many free
/// pages side by side.
enum JournalTable {
    /// Fills whole pages: LMDB puts 16 bytes in front of a large value.
    static let partByteCount = 255 * 4096 - 16

    private static func key(_ number: UInt64, part: Int) -> [UInt8] {
        [UInt8](bigEndian: number) + [UInt8](bigEndian: UInt16(part))
    }

    /// Appends a commit.
    ///
    /// Returns the number of its parts.
    static func append(
        _ bytes: [UInt8],
        number: UInt64,
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable
    ) throws(StoreError) -> Int {
        var part = 0
        var start = 0
        while start < bytes.count {
            let end = min(start + partByteCount, bytes.count)
            guard part <= UInt16.max else {
                throw StoreError(.failed, "expected commit \(number) to be at most 64 GB")
            }
            try transaction.put(
                bytes.span.extracting(start..<end),
                for: key(number, part: part),
                in: table,
                appends: true
            )
            part += 1
            start = end
        }
        return part
    }

    /// Calls `body` with a commit's bytes; nil where there is none.
    static func withCommit<Result>(
        _ number: UInt64,
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        var whole: [UInt8]?
        let result = try transaction.withValue(for: key(number, part: 0), in: table) {
            bytes throws(StoreError) -> Result? in
            // Nearly every commit is one part, and is read where it lies.
            guard bytes.count == partByteCount else { return try body(bytes) }
            whole = bytes.copy()
            return nil
        }
        guard var bytes = whole else { return result ?? nil }
        for part in 1...Int(UInt16.max) {
            let next = try transaction.withValue(for: key(number, part: part), in: table) {
                $0.copy()
            }
            guard let next else { break }
            bytes += next
            guard next.count == partByteCount else { break }
        }
        return try body(bytes.span)
    }

    /// Removes a commit.
    ///
    /// Returns the number of its parts.
    static func remove(
        _ number: UInt64,
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable
    ) throws(StoreError) -> Int {
        var part = 0
        while part <= UInt16.max, try transaction.remove(key(number, part: part), from: table) {
            part += 1
        }
        return part
    }

    /// The first commit that the table holds of this number or a later one; nil: there is none.
    static func firstCommit(
        from number: UInt64,
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable
    ) throws(StoreError) -> UInt64? {
        var first: UInt64?
        try transaction.forEach(in: table, from: key(number, part: 0)) { key, _ in
            first = UInt64(bigEndian: key.prefix(8))
            return false
        }
        return first
    }
}
