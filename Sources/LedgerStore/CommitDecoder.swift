internal import Credits

/// Reads one commit (``JournalFormat``), whole or a single group of it.
struct CommitDecoder: ~Escapable {
    private let bytes: Span<UInt8>
    let header: JournalHeader
    private let secret: HashKey
    /// Texts are copied into the commit's arena, for `bytes` will not outlive it; otherwise slices
    /// point into `bytes` themselves, and behind their end into the commit's.
    private let copiesTexts: Bool
    private let baseMillisecond: Int64
    var commit: Commit
    var reader: ByteReader
    /// Where the shared texts lie in `bytes`, as far as they were looked for.
    private var texts: [Range<Int>] = []
    /// Reads on where ``texts`` end.
    private var textReader: ByteReader
    private let textCount: Int

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, header: JournalHeader, secret: HashKey, copiesTexts: Bool) {
        self.bytes = bytes
        self.header = header
        self.secret = secret
        self.copiesTexts = copiesTexts
        baseMillisecond = JournalFormat.baseMillisecond(of: header.recordedAt)
        commit = Commit(number: header.number, recordedAt: header.recordedAt, cluster: "")
        reader = ByteReader(bytes, in: JournalFormat.headerCount..<header.strings.lowerBound)
        textReader = ByteReader(bytes, in: header.strings)
        textCount = textReader.count()
        texts.append(0..<0)
    }

    @_lifetime(self: copy self)
    mutating func decode() throws(StoreError) -> Commit {
        try decodeTexts()
        try decodeProgress()
        commit.groups.reserveCapacity(header.groupCount)
        commit.entries.reserveCapacity(header.entryCount)
        commit.allocations.reserveCapacity(header.allocationCount)
        for _ in 0..<header.groupCount {
            decodeGroup()
            try check("group \(commit.groups.count)")
        }
        guard reader.isAtEnd, commit.entries.count == header.entryCount,
            commit.allocations.count == header.allocationCount
        else { throw .damagedCommit(header.number, "its groups do not add up") }
        reader = ByteReader(bytes, in: header.owed)
        decodeOwed()
        try check("what it owes")
        guard reader.isAtEnd else { throw .damagedCommit(header.number, "it owes too much") }
        return commit
    }

    /// Reads the group of one account; nil: there is none.
    @_lifetime(self: copy self)
    mutating func decodeGroup(of account: UInt32) throws(StoreError) -> Commit? {
        guard let position = position(of: account) else { return nil }
        try decodeProgress()
        goOn(at: position)
        decodeGroup()
        try check(account, at: position)
        return commit
    }

    /// Goes to where a group or an entry begins.
    @_lifetime(self: copy self)
    mutating func goOn(at position: Int) {
        reader = ByteReader(bytes, in: position..<header.strings.lowerBound)
    }

    /// Holds the group that was read against the account that it was looked for.
    func check(_ account: UInt32, at position: Int) throws(StoreError) {
        try check("the group of account \(account)")
        guard commit.groups[0].number == account else {
            throw .damagedCommit(header.number, "expected account \(account) at \(position)")
        }
    }

    func check(_ part: @autoclosure () -> String) throws(StoreError) {
        guard reader.isDamaged else { return }
        throw .damagedCommit(header.number, "\(part()) cannot be read")
    }

    /// Where an account's group begins, by binary search of the directory.
    func position(of account: UInt32) -> Int? {
        var low = 0
        var high = header.groupCount
        while low < high {
            let middle = (low + high) / 2
            let at = header.directory.lowerBound + middle * JournalFormat.directoryEntryCount
            var entry = ByteReader(bytes, in: at..<at + JournalFormat.directoryEntryCount)
            let number = entry.halfWord()
            let position = Int(entry.halfWord())
            if number == account {
                // A damaged position must not become a range that traps.
                return position <= header.strings.lowerBound ? position : header.strings.lowerBound
            }
            if number < account { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    @_lifetime(self: copy self)
    private mutating func decodeTexts() throws(StoreError) {
        texts.reserveCapacity(textCount + 1)
        findTexts(through: textCount)
        guard !textReader.isDamaged, textReader.isAtEnd else {
            throw .damagedCommit(header.number, "its texts cannot be read")
        }
    }

    @_lifetime(self: copy self)
    private mutating func findTexts(through number: Int) {
        while texts.count <= number { texts.append(textReader.counted()) }
    }

    @_lifetime(self: copy self)
    mutating func decodeProgress() throws(StoreError) {
        goOn(at: JournalFormat.headerCount)
        readProgress()
        try check("its partitions")
    }

    @_lifetime(self: copy self)
    private mutating func readProgress() {
        commit.cluster = reader.text()
        for _ in 0..<reader.count() {
            let topic = reader.text()
            guard let partition = Int32(exactly: reader.zigzag()) else {
                reader.fail()
                return
            }
            let from = reader.isPresent() ? reader.zigzag() : nil
            commit.partitions.append(
                PartitionProgress(
                    topic: topic,
                    partition: partition,
                    from: from,
                    next: reader.zigzag()
                )
            )
        }
        for outcome in Outcome.allCases { commit.outcomes[outcome] = reader.varint() }
        for _ in 0..<reader.count() where !reader.isDamaged {
            commit.rates.append(RateName(cardVersion: reader.text(), rateID: reader.text()))
        }
    }

    /// Reads the group that stands next, with its entries.
    @_lifetime(self: copy self)
    private mutating func decodeGroup() {
        decodeGroupHead()
        let group = commit.groups[commit.groups.count - 1]
        var before = group.balanceBefore
        for index in 0..<UInt64(group.entryCount) where !reader.isDamaged {
            decodeEntry(sequence: group.firstSequence &+ index, balance: &before)
        }
    }

    /// Reads the group that stands next, up to its entries.
    @_lifetime(self: copy self)
    mutating func decodeGroupHead() {
        let number = UInt32(truncatingIfNeeded: reader.varint())
        let flags = reader.byte()
        let customerID = keep(reader.counted())
        let creditType = keep(text())
        let distance = reader.varint()
        let count = reader.count()
        let firstSequence = reader.varint()
        let balance = reader.amount()
        let thresholds = flags & 2 == 0 ? nil : reader.thresholdStates()
        commit.groups.append(
            AccountGroup(
                number: number,
                customerID: customerID,
                creditType: creditType,
                isNew: flags & 1 != 0,
                previousCommit: distance == 0 ? 0 : header.number &- distance,
                entryCount: UInt32(truncatingIfNeeded: count),
                firstSequence: firstSequence,
                balanceBefore: balance,
                thresholds: thresholds
            )
        )
        if flags > 3 || firstSequence.addingReportingOverflow(UInt64(count)).overflow {
            reader.fail()
        }
    }

    @_lifetime(self: copy self)
    mutating func decodeEntry(sequence: UInt64, balance: inout Amount) {
        let head = reader.byte()
        let isPlainUsage = head & EntryShape.plainUsage != 0
        let tail = isPlainUsage ? EntryShape.key : reader.byte()
        let usageID = reader.counted()
        let fingerprint = reader.word()
        let (source, action) = (text(), text())
        let dimensions = dimensions()
        let isOne = head & EntryShape.one != 0
        let quantity = isOne ? JournalFormat.one : reader.amount()
        let rate = head & EntryShape.rate == 0 ? -1 : rate()
        let occurredAt = moment()
        let origin = origin()
        let amount = reader.amount()
        let allocationStart = commit.allocations.count
        decodeAllocations(of: amount)
        var detail: Int32 = -1
        if tail & EntryShape.detail != 0 {
            detail = Int32(truncatingIfNeeded: commit.details.count)
            commit.details.append(reader.entryDetail())
        }
        let hasKey = tail & EntryShape.key != 0
        // An empty command id takes no id: a key of it would be one that all such entries share.
        let takesID = detail < 0 || !commit.details[Int(detail)].commandID.isEmpty
        guard let type = EntryType(rawValue: head & EntryShape.typeMask), tail <= 3,
            takesID || !hasKey, let after = balance.adding(amount), !reader.isDamaged
        else {
            reader.fail()
            return
        }
        let key =
            hasKey
            ? key(usageID: usageID, source: source, detail: detail) : IDKey(high: 0, low: 0)
        commit.entries.append(
            Entry(
                group: Int32(commit.groups.count - 1),
                type: type,
                sequence: sequence,
                amount: amount,
                balanceBefore: balance,
                allocationStart: Int32(allocationStart),
                allocationCount: Int32(commit.allocations.count - allocationStart),
                detail: detail,
                key: key,
                fingerprint: fingerprint,
                usageID: keep(usageID),
                source: keep(source),
                action: keep(action),
                dimensions: dimensions,
                quantity: quantity,
                rate: rate,
                occurredAt: occurredAt,
                origin: origin
            )
        )
        balance = after
    }

    @_lifetime(self: copy self)
    private mutating func decodeAllocations(of amount: Amount) {
        let first = reader.varint()
        guard first & 1 == 0 else {
            append(Allocation(grant: UInt32(truncatingIfNeeded: first >> 1), credits: amount))
            return
        }
        guard first >> 1 <= UInt64(reader.remaining) else {
            reader.fail()
            return
        }
        for _ in 0..<first >> 1 where !reader.isDamaged {
            let grant = UInt32(truncatingIfNeeded: reader.varint())
            append(Allocation(grant: grant, credits: reader.amount()))
        }
    }

    @_lifetime(self: copy self)
    private mutating func append(_ allocation: Allocation) {
        commit.allocations.append(allocation)
    }

    private func key(usageID: Range<Int>, source: Range<Int>, detail: Int32) -> IDKey {
        guard detail < 0 else {
            return AccountScope.commandKey(
                commit.details[Int(detail)].commandID,
                under: secret
            )
        }
        return IDSpace.usage.key(
            scope: bytes.extracting(source),
            id: bytes.extracting(usageID),
            under: secret
        )
    }

    /// The next of the shared texts.
    @_lifetime(self: copy self)
    private mutating func text() -> Range<Int> {
        range(ofText: reader.varint())
    }

    /// Where a shared text lies; 0 is the empty one.
    @_lifetime(self: copy self)
    private mutating func range(ofText number: UInt64) -> Range<Int> {
        guard number <= UInt64(textCount) else {
            reader.fail()
            return 0..<0
        }
        findTexts(through: Int(number))
        if textReader.isDamaged { reader.fail() }
        return texts[Int(number)]
    }

    @_lifetime(self: copy self)
    mutating func string(ofText number: UInt64) -> String {
        let range = range(ofText: number)
        return String(span: bytes.extracting(range))
    }

    /// The dimensions that stand next, put together.
    @_lifetime(self: copy self)
    private mutating func dimensions() -> ByteSlice {
        let written = reader.varint()
        let shared = range(ofText: written >> 1)
        guard written & 1 == 1 else { return keep(shared) }
        let start = commit.bytes.count
        if !commit.bytes.append(dimensions: bytes.extracting(shared), numbers: &reader) {
            reader.fail()
        }
        // Where texts are not copied, the commit's bytes are to stand behind the encoded ones.
        return ByteSlice(
            start: (copiesTexts ? 0 : bytes.count) + start,
            count: commit.bytes.count - start
        )
    }

    /// A slice of the commit's arena that holds these bytes.
    @_lifetime(self: copy self)
    private mutating func keep(_ range: Range<Int>) -> ByteSlice {
        guard copiesTexts else { return ByteSlice(start: range.lowerBound, count: range.count) }
        let start = commit.bytes.count
        commit.bytes.append(bytes.extracting(range))
        return ByteSlice(start: start, count: range.count)
    }

    @_lifetime(self: copy self)
    private mutating func rate() -> Int32 {
        let index = reader.varint()
        guard index < UInt64(commit.rates.count) else {
            reader.fail()
            return -1
        }
        return Int32(index)
    }

    @_lifetime(self: copy self)
    mutating func moment() -> Timestamp {
        let value = reader.varint()
        let distance = (value >> 1).unzigzag
        let (scaled, overflows) = distance.multipliedReportingOverflow(
            by: value & 1 == 0 ? 1000 : 1
        )
        let (sum, overflow) = baseMillisecond.addingReportingOverflow(scaled)
        guard !overflows, !overflow, let moment = Timestamp(microseconds: sum) else {
            reader.fail()
            return .earliest
        }
        return moment
    }

    @_lifetime(self: copy self)
    private mutating func origin() -> Origin {
        let partition = reader.partition(of: commit.partitions)
        let written = reader.zigzag()
        let origin = Origin(partition: partition, offset: written)
        return Origin(partition: partition, offset: commit.partitions.written(offset: origin))
    }

    /// A slice of the commit's arena for bytes that stand next, of a dead letter's message.
    @_lifetime(self: copy self)
    mutating func keepCounted() -> ByteSlice { keep(reader.counted()) }
}
