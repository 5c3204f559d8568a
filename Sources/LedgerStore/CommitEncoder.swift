internal import Credits

/// Writes one commit (``JournalFormat``).
struct CommitEncoder {
    private let commit: Commit
    private let previousHash: [UInt8]
    var bytes: [UInt8] = []
    private var texts: TextTable
    /// Account and position of each group.
    private var directory: [(account: UInt32, position: UInt32)] = []
    /// Moments are written as their distance from here, in milliseconds where they are whole.
    private let baseMillisecond: Int64

    init(_ commit: Commit, previousHash: [UInt8]) {
        precondition(previousHash.count == JournalFormat.hashCount)
        self.commit = commit
        self.previousHash = previousHash
        texts = TextTable(capacity: 2 * commit.entries.count + 64)
        baseMillisecond = JournalFormat.baseMillisecond(of: commit.recordedAt)
    }

    mutating func encode() -> JournalFormat.Sealed {
        bytes.reserveCapacity(256 + commit.groups.count * 64 + commit.entries.count * 64)
        encodeHeader()
        encodeProgress()
        encodeGroups()
        let stringsAt = bytes.count
        bytes.append(varint: UInt64(texts.count))
        bytes.append(contentsOf: texts.written)
        let directoryAt = bytes.count
        encodeDirectory()
        let owedAt = bytes.count
        encodeOwed(by: commit)
        patch(strings: stringsAt, directory: directoryAt, owed: owedAt)
        let hash = JournalFormat.hash(of: bytes)
        bytes.append(contentsOf: hash)
        return JournalFormat.Sealed(bytes: bytes, hash: hash)
    }

    private mutating func encodeHeader() {
        bytes.append(halfWord: JournalFormat.magic)
        bytes.append(halfWord: JournalFormat.version)
        bytes.append(word: commit.number)
        bytes.append(word: UInt64(bitPattern: commit.recordedAt.microseconds))
        bytes.append(word: 0)
        bytes.append(contentsOf: previousHash)
        for _ in 0..<3 { bytes.append(halfWord: 0) }
        bytes.append(halfWord: UInt32(commit.groups.count))
        bytes.append(halfWord: UInt32(commit.entries.count))
        bytes.append(halfWord: UInt32(commit.allocations.count))
    }

    private mutating func patch(strings: Int, directory: Int, owed: Int) {
        let count = UInt64(bytes.count + JournalFormat.hashCount)
        bytes.patch(halfWord: UInt32(truncatingIfNeeded: count), at: 24)
        bytes.patch(halfWord: UInt32(truncatingIfNeeded: count >> 32), at: 28)
        bytes.patch(halfWord: UInt32(strings), at: 64)
        bytes.patch(halfWord: UInt32(directory), at: 68)
        bytes.patch(halfWord: UInt32(owed), at: 72)
    }

    private mutating func encodeProgress() {
        bytes.append(text: commit.cluster)
        bytes.append(varint: UInt64(commit.partitions.count))
        for partition in commit.partitions {
            bytes.append(text: partition.topic)
            bytes.append(zigzag: Int64(partition.partition))
            bytes.append(partition.from == nil ? 0 : 1)
            if let from = partition.from { bytes.append(zigzag: from) }
            bytes.append(zigzag: partition.next)
        }
        for outcome in Outcome.allCases { bytes.append(varint: commit.outcomes[outcome]) }
        bytes.append(varint: UInt64(commit.rates.count))
        for rate in commit.rates {
            bytes.append(text: rate.cardVersion)
            bytes.append(text: rate.rateID)
        }
    }

    /// Entries are written where they stand and then brought together group by group: going through
    /// them by group would wait for memory at each, and again for the texts that it refers to.
    private mutating func encodeGroups() {
        let commit = commit
        let arena = commit.bytes.span
        let (pieces, ends, groups) = encodeEntries()
        // By the groups alone: an entry is long, and of all that it is only this would be looked at.
        let index = GroupIndex(groups, count: commit.groups.count)
        directory.reserveCapacity(commit.groups.count)
        for group in commit.groups.indices {
            let ahead = group + Prefetching.distance
            if ahead < commit.groups.count {
                commit.bytes.prefetch(Int(commit.groups[ahead].customerID.start))
            }
            directory.append((commit.groups[group].number, UInt32(bytes.count)))
            let entries = index[group]
            encode(commit.groups[group], entryCount: entries.count, arena: arena)
            append(entries, of: index.order, pieces, endingAt: ends)
        }
    }

    /// Appends the pieces of some entries of those in order.
    @inline(__always)
    private mutating func append(
        _ range: Range<Int>,
        of order: [Int32],
        _ pieces: [UInt8],
        endingAt ends: [UInt32]
    ) {
        func piece(at place: Int) -> Range<Int> {
            let entry = Int(order[place])
            return (entry == 0 ? 0 : Int(ends[entry - 1]))..<Int(ends[entry])
        }
        var count = 0
        for place in range { count += piece(at: place).count }
        bytes.append(addingCapacity: count) { output in
            for place in range {
                let ahead = place + Prefetching.distance
                if ahead < order.count {
                    let next = piece(at: ahead)
                    pieces.prefetch(next.lowerBound, count: next.count)
                }
                output.append(pieces.span.extracting(piece(at: place)))
            }
        }
    }

    /// The entries as they will be written, one after the other, where each ends, and the group of
    /// each.
    private mutating func encodeEntries() -> (pieces: [UInt8], ends: [UInt32], groups: [Int32]) {
        let commit = commit
        let arena = commit.bytes.span
        let entries = commit.entries.span
        var pieces: [UInt8] = []
        pieces.reserveCapacity(entries.count * 96)
        var ends: [UInt32] = []
        ends.reserveCapacity(entries.count)
        var groups: [Int32] = []
        groups.reserveCapacity(entries.count)
        var splitter = DimensionSplitter()
        for index in entries.indices {
            splitter.split(arena.extracting(entries[index].dimensions.range))
            encode(entries[index], splitter, of: commit, arena: arena, to: &pieces)
            ends.append(UInt32(pieces.count))
            groups.append(entries[index].group)
        }
        return (pieces, ends, groups)
    }

    private mutating func encodeDirectory() {
        directory.sort { $0.account < $1.account }
        for (account, position) in directory {
            bytes.append(halfWord: account)
            bytes.append(halfWord: position)
        }
    }

    // Inlined, for a call would copy the group and count its references.
    @inline(__always)
    private mutating func encode(
        _ group: AccountGroup,
        entryCount: Int,
        arena: Span<UInt8>
    ) {
        bytes.append(varint: UInt64(group.number))
        bytes.append((group.isNew ? 1 : 0) | (group.thresholds == nil ? 0 : 2))
        let customerID = arena.extracting(group.customerID.range)
        let creditType = texts.number(of: arena.extracting(group.creditType.range))
        // The distance back is short where the number itself is long; 0: there is none.
        let distance = group.previousCommit == 0 ? 0 : commit.number &- group.previousCommit
        let bound = 5 * ByteBound.varint + ByteBound.amount + customerID.count
        bytes.append(addingCapacity: bound) { output in
            output.append(counted: customerID)
            output.append(varint: UInt64(creditType))
            output.append(varint: distance)
            output.append(varint: UInt64(entryCount))
            output.append(varint: group.firstSequence)
            output.append(group.balanceBefore)
        }
        if let thresholds = group.thresholds { bytes.append(thresholds) }
    }

    @inline(__always)
    private mutating func encode(
        _ entry: Entry,
        _ dimensions: borrowing DimensionSplitter,
        of commit: Commit,
        arena: Span<UInt8>,
        to bytes: inout [UInt8]
    ) {
        let source = texts.number(of: arena.extracting(entry.source.range))
        let action = texts.number(of: arena.extracting(entry.action.range))
        let sharedDimensions = texts.number(of: dimensions.shared)
        let numbers = dimensions.numbers
        let usageID = arena.extracting(entry.usageID.range)
        let shape = EntryShape(entry)
        let distance = JournalFormat.distance(of: entry.occurredAt, from: baseMillisecond)
        let offset = commit.partitions.written(offset: entry.origin)
        let start = Int(entry.allocationStart)
        let allocations = commit.allocations.span.extracting(
            start..<start + Int(entry.allocationCount)
        )
        let bound = 160 + usageID.count + allocations.count * 40 + numbers.count * ByteBound.varint
        bytes.append(addingCapacity: bound) { output in
            output.append(shape.head)
            if !shape.isPlainUsage { output.append(shape.tail) }
            output.append(counted: usageID)
            output.append(word: entry.fingerprint)
            output.append(varint: UInt64(source))
            output.append(varint: UInt64(action))
            output.append(varint: UInt64(sharedDimensions) << 1 | (numbers.isEmpty ? 0 : 1))
            if !numbers.isEmpty { output.append(counted: numbers) }
            if !shape.isOne { output.append(entry.quantity) }
            if shape.hasRate { output.append(varint: UInt64(entry.rate)) }
            output.append(varint: distance)
            output.append(zigzag: Int64(entry.origin.partition))
            output.append(zigzag: offset)
            output.append(entry.amount)
            output.append(allocations, of: entry.amount)
        }
        if entry.detail >= 0 { bytes.append(commit.details[Int(entry.detail)]) }
    }
}

/// What of an entry is written, in one byte for usage as it mostly is and in two for the rest.
struct EntryShape {
    static let typeMask: UInt8 = 0x1f
    static let plainUsage: UInt8 = 0x20
    static let one: UInt8 = 0x40
    static let rate: UInt8 = 0x80
    /// In the second byte.
    static let detail: UInt8 = 0x01
    static let key: UInt8 = 0x02

    let isPlainUsage: Bool
    let isOne: Bool
    let hasRate: Bool
    private let type: EntryType
    private let hasDetail: Bool
    private let hasKey: Bool

    init(_ entry: Entry) {
        type = entry.type
        hasDetail = entry.detail >= 0
        hasKey = entry.key != IDKey(high: 0, low: 0)
        isPlainUsage = hasKey && !hasDetail
        isOne = entry.quantity.units == JournalFormat.one.units
        hasRate = entry.rate >= 0
    }

    var head: UInt8 {
        type.rawValue | (isPlainUsage ? Self.plainUsage : 0) | (isOne ? Self.one : 0)
            | (hasRate ? Self.rate : 0)
    }

    var tail: UInt8 { (hasDetail ? Self.detail : 0) | (hasKey ? Self.key : 0) }
}

extension JournalFormat {
    static let one = Amount(whole: 1)

    static func baseMillisecond(of moment: Timestamp) -> Int64 {
        moment.microseconds / 1000 * 1000
    }

    /// A moment's distance from a whole millisecond, shorter where the moment is whole as well.
    static func distance(of moment: Timestamp, from base: Int64) -> UInt64 {
        let distance = moment.microseconds - base
        return distance % 1000 == 0 ? (distance / 1000).zigzag << 1 : distance.zigzag << 1 | 1
    }
}

extension [PartitionProgress] {
    /// An input's offset, counted back from the end of its partition's part of the batch.
    func written(offset origin: Origin) -> Int64 {
        guard indices.contains(Int(origin.partition)) else { return origin.offset }
        return self[Int(origin.partition)].next &- origin.offset
    }
}

extension OutputSpan<UInt8> {
    /// Appends how many numbers there are, and the numbers.
    @_lifetime(self: copy self)
    fileprivate mutating func append(counted numbers: Span<UInt64>) {
        append(varint: UInt64(numbers.count))
        for index in numbers.indices { append(varint: numbers[index]) }
    }

    /// Appends what each grant gave or got; one grant that took the whole amount is one number.
    @_lifetime(self: copy self)
    mutating func append(_ allocations: Span<Allocation>, of amount: Amount) {
        if allocations.count == 1, allocations[0].credits == amount {
            append(varint: UInt64(allocations[0].grant) << 1 | 1)
            return
        }
        append(varint: UInt64(allocations.count) << 1)
        for index in allocations.indices {
            append(varint: UInt64(allocations[index].grant))
            append(allocations[index].credits)
        }
    }
}
