internal import Credits
internal import LedgerStore

/// A file of ids as the manifest names it.
struct RunRow: Equatable, Sendable {
    var id: UInt64
    var tier: Int
    var commits: ClosedRange<UInt64>
    var content: IDContent
    var byteCount: Int

    fileprivate static func key(_ id: UInt64) -> [UInt8] { [1] + [UInt8](bigEndian: id) }
}

/// A file of commits as the manifest names it.
struct SegmentRow: Equatable, Sendable {
    var commits: ClosedRange<UInt64>
    var byteCount: Int
    /// How many of the commits hold dead letters.
    var letterCount: Int
    /// What all commits up to the last one add up to.
    var totals: LedgerTotals
    /// The hash of the last one.
    var hash: [UInt8]

    fileprivate static func key(_ first: UInt64) -> [UInt8] { [2] + [UInt8](bigEndian: first) }
}

/// The sealed files that belong to the store.
///
/// Each is a row, written with the commit from which on it counts. Whatever else is in the folders
/// is rubbish.
struct Manifest: Equatable, Sendable {
    /// Newest first.
    var runs: [RunRow] = []
    /// Oldest first.
    var segments: [SegmentRow] = []

    /// - Throws: ``StoreError/Code/damaged`` where the files do not cover all commits up to what the
    ///   state says, each once.
    static func read(
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables,
        state: StateRow
    ) throws(StoreError) -> Manifest {
        var manifest = Manifest()
        try transaction.forEach(in: tables.manifest) { key, row throws(StoreError) in
            if key.first == 1 {
                manifest.runs.append(try RunRow(try Row.payload(of: row, .run, key: key)))
            } else {
                let payload = try Row.payload(of: row, .segment, key: key)
                manifest.segments.append(try SegmentRow(payload))
            }
            return true
        }
        manifest.runs.sort { $0.commits.lowerBound > $1.commits.lowerBound }
        let runs = manifest.runs.reversed().map(\.commits)
        let segments = manifest.segments.map(\.commits)
        guard end(of: runs) == state.idsThrough, end(of: segments) == state.segmentsThrough else {
            throw StoreError(
                .damaged,
                "expected sealed files of ids up to commit \(state.idsThrough) and of commits up "
                    + "to \(state.segmentsThrough), each commit in one"
            )
        }
        return manifest
    }

    /// The last commit of ranges that follow each other from the first commit on; nil: they do not.
    private static func end(of ranges: [ClosedRange<UInt64>]) -> UInt64? {
        var end: UInt64 = 0
        for range in ranges {
            guard range.lowerBound == end + 1 else { return nil }
            end = range.upperBound
        }
        return end
    }

    static func write(
        _ row: RunRow,
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) {
        let key = RunRow.key(row.id)
        let frame = Row.frame(.run, key: key, row.payload)
        try transaction.put(frame.span, for: key, in: tables.manifest)
    }

    static func write(
        _ row: SegmentRow,
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) {
        let key = SegmentRow.key(row.commits.lowerBound)
        let frame = Row.frame(.segment, key: key, row.payload)
        try transaction.put(frame.span, for: key, in: tables.manifest)
    }

    static func remove(
        run id: UInt64,
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) throws(StoreError) {
        try transaction.remove(RunRow.key(id), from: tables.manifest)
    }
}

extension RunRow {
    fileprivate var payload: [UInt8] {
        var payload: [UInt8] = []
        for word in [
            id, UInt64(tier), commits.lowerBound, commits.upperBound, content.count, content.first,
            content.second, UInt64(byteCount),
        ] { payload.append(word: word) }
        return payload
    }

    fileprivate init(_ payload: [UInt8]) throws(StoreError) {
        var reader = ByteReader(payload.span)
        id = reader.word()
        tier = Int(truncatingIfNeeded: reader.word())
        let (first, last) = (reader.word(), reader.word())
        content = IDContent(count: reader.word(), first: reader.word(), second: reader.word())
        byteCount = Int(truncatingIfNeeded: reader.word())
        guard !reader.isDamaged, first <= last else { throw Row.damaged(.run) }
        commits = first...last
    }
}

extension SegmentRow {
    fileprivate var payload: [UInt8] {
        var payload: [UInt8] = []
        payload.append(word: commits.lowerBound)
        payload.append(word: commits.upperBound)
        payload.append(word: UInt64(byteCount))
        payload.append(word: UInt64(letterCount))
        payload.append(totals)
        payload.append(counted: hash)
        return payload
    }

    fileprivate init(_ payload: [UInt8]) throws(StoreError) {
        var reader = ByteReader(payload.span)
        let (first, last) = (reader.word(), reader.word())
        byteCount = Int(truncatingIfNeeded: reader.word())
        letterCount = Int(truncatingIfNeeded: reader.word())
        totals = reader.totals()
        hash = reader.byteArray()
        guard !reader.isDamaged, first <= last else { throw Row.damaged(.segment) }
        commits = first...last
    }
}

extension [UInt8] {
    mutating func append(_ totals: LedgerTotals) {
        for outcome in Outcome.allCases { append(word: totals.outcomes[outcome]) }
        append(word: totals.ids)
        append(word: totals.partitions)
        for units in totals.systemUnits {
            append(word: UInt64(truncatingIfNeeded: units))
            append(word: UInt64(truncatingIfNeeded: units >> 64))
        }
    }
}

extension ByteReader {
    @_lifetime(self: copy self)
    mutating func totals() -> LedgerTotals {
        var totals = LedgerTotals()
        for outcome in Outcome.allCases { totals.outcomes[outcome] = word() }
        totals.ids = word()
        totals.partitions = word()
        for index in totals.systemUnits.indices {
            let low = Int128(word())
            totals.systemUnits[index] = Int128(Int64(bitPattern: word())) << 64 | low
        }
        return totals
    }
}
