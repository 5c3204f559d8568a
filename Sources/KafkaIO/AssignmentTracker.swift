/// Knows which partitions are ours and which offset of each comes next.
///
/// The library's batch call can hand out messages that were fetched before a rebalance, a pause or
/// a new assignment. Taken for current, they would move the offset past what was never read.
struct AssignmentTracker {
    private struct Slot {
        let key: UInt64
        /// Nil until the first message when the partition starts at a place known only to Kafka.
        var next: Int64?
        /// Something came of this assignment: what the library remembers is not of an earlier one.
        var isHeardOf = false
        /// Nothing has come since its end was met.
        var hasEnded = false
    }

    private var slots: [Slot] = []
    private var indexes: [UInt64: Int] = [:]
    /// Messages come in runs of one partition: most look-ups end here.
    private var current = 0
    /// Offsets at ends that no message has: markers of transactions, and what was aborted.
    private(set) var unused: [(topic: Int, partition: Int32, offsets: Range<Int64>)] = []
    /// Messages refused so far.
    private(set) var outdated = 0

    mutating func assign(topic: Int, partition: Int32, next: Int64?) {
        let key = Self.key(topic, partition)
        if let index = indexes[key] {
            slots[index] = Slot(key: key, next: next)
        } else {
            indexes[key] = slots.count
            slots.append(Slot(key: key, next: next))
        }
    }

    mutating func remove(topic: Int, partition: Int32) {
        guard let index = indexes.removeValue(forKey: Self.key(topic, partition)) else { return }
        let last = slots.removeLast()
        current = 0
        guard index < slots.count else { return }
        slots[index] = last
        indexes[last.key] = index
    }

    mutating func removeAll() {
        slots = []
        indexes = [:]
        current = 0
    }

    /// The offset that comes next, or nil when it is unknown or the partition is not ours.
    func next(topic: Int, partition: Int32) -> Int64? {
        indexes[Self.key(topic, partition)].flatMap { slots[$0].next }
    }

    /// Whether a message is current.
    ///
    /// If so, the next one must lie beyond it. An offset that jumps ahead is ordinary: compaction
    /// and transaction markers leave holes.
    mutating func admit(topic: Int, partition: Int32, offset: Int64) -> Bool {
        let key = Self.key(topic, partition)
        if current >= slots.count || slots[current].key != key {
            guard let index = indexes[key] else {
                outdated += 1
                return false
            }
            current = index
        }
        if let next = slots[current].next, offset < next {
            outdated += 1
            return false
        }
        slots[current] = Slot(key: key, next: offset + 1, isHeardOf: true, hasEnded: false)
        return true
    }

    /// The end of a partition was met at this offset; one from before the assignment is no news.
    mutating func meetEnd(topic: Int, partition: Int32, offset: Int64) {
        guard let index = indexes[Self.key(topic, partition)] else { return }
        let next = slots[index].next ?? 0
        guard offset >= next else { return }
        if offset > next { unused.append((topic, partition, next..<offset)) }
        slots[index].next = offset
        slots[index].isHeardOf = true
        slots[index].hasEnded = true
    }

    /// Takes what was found of offsets that no message has.
    mutating func takeUnused() -> [(topic: Int, partition: Int32, offsets: Range<Int64>)] {
        defer { unused = [] }
        return unused
    }

    /// Ends that were met may have moved without a word: a connection was lost.
    mutating func forgetEnds() {
        for index in slots.indices {
            slots[index].isHeardOf = false
            slots[index].hasEnded = false
        }
    }

    /// What is known of a partition's end; nil: nothing, or it is not ours.
    func end(topic: Int, partition: Int32) -> (next: Int64, isMet: Bool)? {
        guard let index = indexes[Self.key(topic, partition)], slots[index].isHeardOf,
            let next = slots[index].next
        else { return nil }
        return (next, slots[index].hasEnded)
    }

    private static func key(_ topic: Int, _ partition: Int32) -> UInt64 {
        UInt64(UInt32(truncatingIfNeeded: topic)) << 32 | UInt64(UInt32(bitPattern: partition))
    }
}
