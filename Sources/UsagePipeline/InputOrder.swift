import Credits
import LedgerStore
import UsageCodec

/// Brings messages into the order of their time, as far as the ledger depends on it: usage waits for
/// older commands, commands wait for usage that is much older.
///
/// What need not wait is decoded where it lies; only what waits is copied. A value, which intake alone
/// holds: what every message reads and moves is then reached without a check for each of its parts.
struct InputOrder: ~Copyable {
    private let source: any MessageSource
    private let clock: any WorkerClock
    private let put: (InputBatch) -> Void
    private let maximumEvents: Int
    private var builder: BatchBuilder
    private var progress: ReadProgress
    private var waiting = WaitingMessages()
    private var paused: Set<PartitionKey> = []
    /// Indices into `progress` by the source's slots; −1: not looked up since the last assignment.
    private var indices: [Int] = []

    // Of the poll under way.
    private var lookedAt: Timestamp?
    private var boundary: Timestamp?
    private var usageLimit: Timestamp?

    /// The last boundary that ended a batch: what lies behind it is not held up by it twice.
    private var crossed: Timestamp?
    /// The next message belongs into another batch.
    private(set) var isCut = false
    /// What was handed over has to be applied before the next message is decided about.
    private(set) var isSettlingWanted = false
    private var taken = 0
    /// The highest timestamp of any record, but for those that cannot be true.
    private(set) var newestRecord = Timestamp.earliest

    /// More than this in memory, and partitions with messages that wait are paused.
    private static let maximumBytes = 32 << 20
    /// Less than this, and they go on: a pause throws away what was fetched ahead.
    private static let resumingBytes = 8 << 20
    /// A record from further ahead says nothing about the time; in microseconds.
    private static let tolerance: Int64 = 5 * 60 * 1_000_000
    /// A record from further back was not sent just now; in microseconds.
    private static let historyAge: Int64 = 2 * 1_000_000

    /// - Parameters:
    ///   - source: where messages come from.
    ///   - clock: nothing that is read is from later than now.
    ///   - builder: what they are decoded into.
    ///   - settings: the size of a batch, and its age, which is how far a command may go ahead.
    ///   - put: takes a batch that is full in the middle of a poll.
    init(
        source: any MessageSource,
        clock: any WorkerClock,
        builder: consuming BatchBuilder,
        settings: WorkerSettings,
        put: @escaping (InputBatch) -> Void
    ) {
        self.source = source
        self.clock = clock
        self.builder = builder
        self.put = put
        maximumEvents = settings.maximumEvents
        progress = ReadProgress(window: settings.maximumAge.wholeMicroseconds)
    }

    var isEmpty: Bool { builder.isEmpty }
    /// The batch takes nothing more, however few messages it holds.
    var isFull: Bool { builder.isFull }
    /// Messages were read that may not be applied yet.
    var isWaiting: Bool { !waiting.isEmpty }
    /// Every message that arrived before this moment is in the batch or in an earlier one.
    var readThrough: Timestamp { progress.readThrough }

    /// How many messages were taken since this was asked last.
    mutating func countTaken() -> Int {
        defer { taken = 0 }
        return taken
    }

    // MARK: Partitions that come and go

    mutating func restart(stored: [PartitionKey: Int64]) { builder.restart(stored: stored) }

    mutating func begin(_ key: PartitionKey, at offset: Int64) -> InputBatch {
        builder.begin(key, at: offset)
    }

    /// These are read anew from what is stored.
    mutating func assign(_ keys: [PartitionKey], at now: Timestamp) {
        forget(keys)
        progress.assign(keys, at: now) { builder.isCommand($0.topic) }
    }

    mutating func unassign(_ keys: [PartitionKey]) {
        forget(keys)
        progress.unassign(keys)
    }

    private mutating func forget(_ keys: [PartitionKey]) {
        for key in keys { waiting.remove(key) }
        paused.subtract(keys)
        indices.removeAll(keepingCapacity: true)
        crossed = nil
    }

    /// These were read to where they ended after `moment`.
    mutating func readToEnd(_ keys: Set<PartitionKey>, at moment: Timestamp) {
        for key in keys { progress.readToEnd(key, at: moment) }
    }

    /// Takes over which partitions there are, and meets the ends of those that had nothing to read.
    mutating func lookAround() {
        progress.expect(source.partitions)
        for index in 0..<progress.count where progress.wantsEnd(index) { lookForEnd(of: index) }
    }

    // MARK: Messages

    /// A poll begins, or a look at what waits.
    ///
    /// - Parameter boundary: when time brings the ledger something next, as far as is known.
    mutating func begin(boundary: Timestamp?) {
        lookedAt = nil
        self.boundary = boundary
        usageLimit = nil
    }

    /// The wall clock when the first message was there; asked once a poll.
    private var now: Timestamp {
        mutating get {
            if let lookedAt { return lookedAt }
            let now = clock.now
            lookedAt = now
            return now
        }
    }

    /// Takes a message, or keeps it for later.
    mutating func receive(_ message: borrowing SourceMessage) {
        let index = index(ofSlot: message.slot)
        guard index >= 0 else { return }
        let now = self.now
        let moment = min(message.timestamp ?? now, now)
        guard mustWait(index, moment) else {
            take(message, index, moment)
            return
        }
        let key = progress.key(of: index)
        let kept = WaitingMessage(message, moment: moment)
        if waiting.first(of: key) == nil { progress.waits(index, first: moment) }
        waiting.append(kept, to: key)
    }

    private mutating func mustWait(_ index: Int, _ moment: Timestamp) -> Bool {
        if isCut || progress.isCommand(index) || progress.hasWaiting(index) { return true }
        guard moment < usageLimit ?? lookForUsageLimit(), !isBehindBoundary(moment) else {
            return true
        }
        isCut = endsBatch(index, moment)
        return isCut
    }

    private mutating func take(
        _ message: borrowing SourceMessage,
        _ index: Int,
        _ moment: Timestamp
    ) {
        // Large messages fill a batch in the middle of a poll. It may be one more than the queue has
        // room for: how many it can be is bounded by what the source had in memory.
        if builder.isFull { put(takeBatch()) }
        let slot = message.slot
        if !builder.knows(slot) { builder.meet(slot, source.partition(slot: slot)) }
        builder.add(message, at: moment)
        taken += 1
        // The moment of reading says nothing about the records that follow, and confirms no clock.
        if let timestamp = message.timestamp,
            timestamp <= now.advanced(byMicroseconds: Self.tolerance)
        {
            progress.took(index, at: moment)
            if newestRecord < moment { newestRecord = moment }
        }
    }

    private mutating func index(ofSlot slot: Int) -> Int {
        if slot < indices.count, indices[slot] >= 0 { return indices[slot] }
        while indices.count <= slot { indices.append(-1) }
        let index = progress.index(of: source.partition(slot: slot)) ?? -1
        indices[slot] = index
        return index
    }

    /// Asked once a poll, when its commands, which come first, are known.
    private mutating func lookForUsageLimit() -> Timestamp {
        for index in 0..<progress.count where progress.isCommand(index) { lookForEnd(of: index) }
        let limit = min(progress.usageLimit, openBoundary)
        usageLimit = limit
        return limit
    }

    /// The boundary, while history or other input from before it is still to be taken: what comes after
    /// it waits, even what is from now, or it would overtake what time brings.
    private var openBoundary: Timestamp {
        mutating get {
            guard let boundary, boundary != crossed,
                progress.isBehind(max(boundary, now.advanced(byMicroseconds: -Self.historyAge)))
            else { return .latest }
            return boundary
        }
    }

    private mutating func lookForEnd(of index: Int) {
        guard !progress.hasWaiting(index) else { return }
        progress.isAtEnd(index, source.isAtEnd(progress.key(of: index)))
    }

    // MARK: Batches

    /// The batch as it is, and the beginning of the next.
    mutating func takeBatch() -> InputBatch {
        // A command of the past brought what time brings soon after it: the next batch is cut by it.
        if let command = builder.newestCommand, isHistory(command) { isSettlingWanted = true }
        isCut = false
        return builder.take(readThrough: progress.readThrough)
    }

    /// What was handed over is applied.
    mutating func settled() {
        isSettlingWanted = false
        isCut = false
    }

    /// Whether the batch ends before this message, so that what time brings comes in between.
    private mutating func endsBatch(_ index: Int, _ moment: Timestamp) -> Bool {
        if let command = builder.newestCommand, isHistory(command),
            command.advanced(byMicroseconds: progress.window) < moment
        {
            return true
        }
        guard let boundary, boundary <= moment, boundary != crossed, !builder.isEmpty,
            progress.crosses(boundary, with: index, at: moment)
        else { return false }
        crossed = boundary
        return true
    }

    /// Whether time brings the ledger something before this message of the past.
    ///
    /// Now is now: who reads at the end of every log does not wait for what time brings.
    private mutating func isBehindBoundary(_ moment: Timestamp) -> Bool {
        guard let boundary, boundary <= moment, boundary != crossed else { return false }
        return isHistory(moment)
    }

    /// Lets the ledger do what time brings, once everything before it was taken.
    private mutating func crossBoundary() {
        guard let boundary, progress.isTaken(before: boundary),
            let first = progress.firstWaiting, isBehindBoundary(first)
        else { return }
        crossed = boundary
        isCut = true
        isSettlingWanted = true
    }

    private mutating func isHistory(_ moment: Timestamp) -> Bool {
        moment.advanced(byMicroseconds: Self.historyAge) < now
    }

    // MARK: What waits

    /// Takes what need not wait any longer; ``begin(boundary:)`` goes before.
    mutating func takeWaiting() throws(SourceError) {
        guard isWaiting else { return }
        for index in 0..<progress.count { lookForEnd(of: index) }
        isCut = false
        var before = -1
        while before != taken, hasRoom {
            before = taken
            takeWaitingUsage()
            takeWaitingCommand()
        }
        if !isCut { crossBoundary() }
        try pauseAndResume()
    }

    /// What waits is bounded by memory alone: a batch that is full is handed over where the queue has
    /// room for it before more is taken.
    private var hasRoom: Bool { !isCut && !isFull && builder.count < maximumEvents }

    private mutating func takeWaitingUsage() {
        let limit = min(progress.usageLimit, openBoundary)
        for index in progress.waiting(commands: false) {
            let key = progress.key(of: index)
            while hasRoom, let first = waiting.first(of: key), first.moment < limit,
                !isBehindBoundary(first.moment)
            {
                isCut = endsBatch(index, first.moment)
                if !isCut { takeFirst(first, index, key) }
            }
        }
    }

    /// Takes the oldest command that waits; usage that follows it goes before the next.
    private mutating func takeWaitingCommand() {
        guard hasRoom else { return }
        let limit = progress.commandLimit
        let heads = progress.waiting(commands: true).compactMap { index in
            waiting.first(of: progress.key(of: index)).map { (index: index, first: $0) }
        }
        guard let next = heads.min(by: { $0.first.moment < $1.first.moment }),
            next.first.moment <= limit, next.first.moment < openBoundary,
            !isBehindBoundary(next.first.moment)
        else { return }
        let moment = next.first.moment
        // Within a batch commands go first: it may not hold usage that is much older.
        isCut =
            builder.oldestUsage.advanced(byMicroseconds: progress.window) < moment
            || endsBatch(next.index, moment)
        if !isCut { takeFirst(next.first, next.index, progress.key(of: next.index)) }
    }

    private mutating func takeFirst(_ first: WaitingMessage, _ index: Int, _ key: PartitionKey) {
        first.lend { take($0, index, first.moment) }
        progress.waits(index, first: waiting.removeFirst(of: key))
    }

    /// Bounds what waits: a partition that is far ahead rests until the others have caught up.
    private mutating func pauseAndResume() throws(SourceError) {
        let full = waiting.keys
        if waiting.bytes > Self.maximumBytes {
            let fresh = full.filter { !paused.contains($0) }
            guard !fresh.isEmpty else { return }
            try source.pause(fresh)
            paused.formUnion(fresh)
        } else if !paused.isEmpty {
            // One that has run empty may be what the others wait for.
            let rested = paused.filter { key in
                waiting.bytes < Self.resumingBytes || waiting.first(of: key) == nil
            }
            guard !rested.isEmpty else { return }
            try source.resume(Array(rested))
            paused.subtract(rested)
        }
    }
}
