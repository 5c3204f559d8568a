/// Decides which blocks of accounts are written with which commit.
///
/// A checkpoint of many accounts at once would hold a commit up for as long as it takes, so it is
/// made in rounds: a round takes the blocks that changed since the one before and writes a few with
/// each commit. Once all are written, replay may start where the round began.
struct CheckpointRounds {
    /// Commits over which a round is spread.
    private static let spread = 100
    /// Blocks in one commit, at most: 4 MB.
    private static let maximumPerCommit = 1000

    /// Commits between the beginnings of two rounds.
    private let interval: UInt64
    private var changed: [UInt32] = []
    /// Whether a block is among ``changed``: every account of every commit asks.
    private var isChanged: [Bool] = []
    private var queue: [UInt32] = []
    private var perCommit = 0
    /// The head when the current round began.
    private var began: UInt64 = 0
    /// The head when the last finished round began: replay starts behind it.
    private(set) var checkpointedThrough: UInt64

    init(checkpointedThrough: UInt64, interval: UInt64) {
        self.checkpointedThrough = checkpointedThrough
        self.interval = interval
    }

    /// Notes that a block's accounts changed.
    mutating func noteChange(of block: UInt32) {
        let index = Int(block)
        if index >= isChanged.count {
            isChanged += [Bool](repeating: false, count: index + 1 - isChanged.count)
        }
        guard !isChanged[index] else { return }
        isChanged[index] = true
        changed.append(block)
    }

    /// The blocks to write with the commit after `head`, in ascending order: accounts appear in the
    /// store without gaps.
    mutating func takeBlocks(head: UInt64) -> ArraySlice<UInt32> {
        if queue.isEmpty, head >= checkpointedThrough + interval, !changed.isEmpty {
            queue = changed.sorted(by: >)
            for block in changed { isChanged[Int(block)] = false }
            changed.removeAll(keepingCapacity: true)
            began = head
            perCommit = min((queue.count + Self.spread - 1) / Self.spread, Self.maximumPerCommit)
        }
        guard !queue.isEmpty else { return [] }
        let taken = queue.suffix(perCommit).reversed()
        queue.removeLast(min(perCommit, queue.count))
        if queue.isEmpty { checkpointedThrough = began }
        return ArraySlice(taken)
    }
}
