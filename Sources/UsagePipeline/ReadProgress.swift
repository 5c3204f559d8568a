import Credits
import LedgerStore

/// How far every partition was read, in the time of its records; and so what may be applied next.
///
/// Pure: it is told what was taken, what waits and which ends were met, and answers with limits.
struct ReadProgress {
    private struct Partition {
        let key: PartitionKey
        let isCommand: Bool
        /// What arrived before it was assigned is read once its end was met.
        let assignedAt: Timestamp
        /// Every message before this moment was taken.
        var through = Timestamp.earliest
        /// The timestamp of the first message that waits.
        var waiting: Timestamp?
        /// Nothing is known to be in it that was not handed out.
        var isAtEnd = false

        /// The earliest moment from which another message may come, for those who wait for it.
        var next: Timestamp { waiting ?? (isAtEnd ? .latest : through) }
        /// Every message before this moment was taken, by what is known of the first that waits.
        var frontier: Timestamp { max(through, waiting ?? .earliest) }
    }

    /// How far a command may go ahead of usage, in microseconds: what a batch spans when nothing
    /// lies in wait.
    let window: Int64
    private var partitions: [Partition] = []
    private var indices: [PartitionKey: Int] = [:]
    /// Empty: unknown.
    private var expected: Set<PartitionKey> = []

    /// - Parameter window: microseconds, at least 0.
    init(window: Int64) {
        self.window = window
    }

    // MARK: What it is told

    /// These are read from now on; nothing is known of them yet.
    mutating func assign(
        _ keys: [PartitionKey],
        at now: Timestamp,
        isCommand: (PartitionKey) -> Bool
    ) {
        unassign(keys)
        for key in keys {
            indices[key] = partitions.count
            partitions.append(
                Partition(key: key, isCommand: isCommand(key), assignedAt: now)
            )
        }
    }

    /// These are not read any more: their indices, and those of others, change.
    mutating func unassign(_ keys: [PartitionKey]) {
        let gone = Set(keys)
        partitions.removeAll { gone.contains($0.key) }
        indices.removeAll(keepingCapacity: true)
        for (index, partition) in partitions.enumerated() { indices[partition.key] = index }
    }

    /// All partitions that the topics have, ours or not: one that nobody knows of may hold anything.
    mutating func expect(_ keys: Set<PartitionKey>) { expected = keys }

    /// A message was taken.
    mutating func took(_ index: Int, at timestamp: Timestamp) {
        // Producers send again what they sent before: going back would forget what is known.
        if partitions[index].through < timestamp { partitions[index].through = timestamp }
    }

    /// The first of the messages that wait is of this time; nil: none waits.
    mutating func waits(_ index: Int, first: Timestamp?) { partitions[index].waiting = first }

    /// Whether the cluster's last word about a partition was its end.
    mutating func isAtEnd(_ index: Int, _ isAtEnd: Bool) {
        partitions[index].isAtEnd = isAtEnd
        guard isAtEnd, partitions[index].waiting == nil else { return }
        took(index, at: partitions[index].assignedAt)
    }

    /// Everything that arrived before this moment was handed out.
    ///
    /// Says nothing of a partition with messages that wait: they were handed out, not taken.
    mutating func readToEnd(_ key: PartitionKey, at moment: Timestamp) {
        guard let index = indices[key], partitions[index].waiting == nil else { return }
        took(index, at: moment)
    }

    // MARK: What it says

    var count: Int { partitions.count }
    func index(of key: PartitionKey) -> Int? { indices[key] }
    func key(of index: Int) -> PartitionKey { partitions[index].key }
    func isCommand(_ index: Int) -> Bool { partitions[index].isCommand }
    func hasWaiting(_ index: Int) -> Bool { partitions[index].waiting != nil }

    /// Every message that arrived before this moment was taken.
    var readThrough: Timestamp {
        guard !expected.isEmpty, expected.allSatisfy({ indices[$0] != nil }) else {
            return .earliest
        }
        return partitions.map(\.frontier).min() ?? .earliest
    }

    /// Usage from before this moment may be taken: no older command waits, or can still come.
    var usageLimit: Timestamp {
        var limit = Timestamp.latest
        for partition in partitions where partition.isCommand { limit = min(limit, partition.next) }
        return limit
    }

    /// Commands up to this moment may be taken: no usage is that much older and still to come.
    var commandLimit: Timestamp {
        var limit = Timestamp.latest
        for partition in partitions where !partition.isCommand {
            limit = min(limit, partition.next)
        }
        return limit.advanced(byMicroseconds: window)
    }

    /// Whether it is this message with which everything before `moment` is read.
    func crosses(_ moment: Timestamp, with index: Int, at timestamp: Timestamp) -> Bool {
        guard timestamp >= moment, partitions[index].through < moment else { return false }
        return partitions.indices.allSatisfy { other in
            other == index || partitions[other].frontier >= moment
        }
    }

    /// Whether every message before a moment was taken, of the partitions that are ours.
    func isTaken(before moment: Timestamp) -> Bool {
        partitions.allSatisfy { $0.frontier >= moment }
    }

    /// Whether a message from before a moment waits, or lay in a partition when it was assigned and is
    /// still to be read.
    ///
    /// A partition that was read to its end and then falls silent is not behind: it holds up nobody.
    func isBehind(_ moment: Timestamp) -> Bool {
        partitions.contains { partition in
            partition.waiting.map { $0 < moment }
                ?? (partition.through < min(moment, partition.assignedAt))
        }
    }

    /// The time of the oldest message that waits; nil: none does.
    var firstWaiting: Timestamp? { partitions.compactMap(\.waiting).min() }

    /// Whether the end of this partition would say more than is known.
    func wantsEnd(_ index: Int) -> Bool { partitions[index].through < partitions[index].assignedAt }

    /// The usage partitions, or those of commands, with messages that wait.
    func waiting(commands: Bool) -> [Int] {
        partitions.indices.filter {
            partitions[$0].isCommand == commands && partitions[$0].waiting != nil
        }
    }
}
