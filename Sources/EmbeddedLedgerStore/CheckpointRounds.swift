/// Decides which blocks of accounts are written with which commit.
///
/// A checkpoint of many accounts at once would hold a commit up for as long as it takes, so it is
/// made in rounds: a round takes the blocks that changed since the one before and writes a few with
/// each commit. Once all are written, replay may start where the round began.
///
/// What a round is for is a short replay, so it is due by what there is to replay, and goes on as that
/// grows: if it went by commits, small ones, of which there are many a second, would write all accounts
/// over and over.
struct CheckpointRounds {
    /// What replaying a commit costs beside its entries, in entries: many small commits must not make
    /// a long start.
    ///
    /// Estimated, not measured.
    static let commitCost = 50
    /// Of the interval the part over which a round is spread, in percent.
    private static let spreadPercent = 80
    /// Blocks in one commit, at most: 4 MB.
    private static let maximumPerCommit = 1000

    /// What there is to replay when the next round begins, in entries.
    private let interval: Int
    private var changed: [UInt32] = []
    /// Whether a block is among ``changed``: every account of every commit asks.
    private var isChanged: [Bool] = []
    private var queue: [UInt32] = []
    /// Blocks of the current round, written or not.
    private var roundCount = 0
    /// What replaying all commits since the last round began would cost, in entries.
    private var replayCost = 0
    /// The head when the current round began.
    private var began: UInt64 = 0
    /// The head when the last finished round began: replay starts behind it.
    private(set) var checkpointedThrough: UInt64

    init(checkpointedThrough: UInt64, interval: Int) {
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

    /// Notes a commit that will be replayed until a round that begins behind it is finished.
    mutating func noteReplay(entries: Int) { replayCost += entries + Self.commitCost }

    /// The blocks to write with the commit after `head`, which has so many entries, in ascending
    /// order: accounts appear in the store without gaps.
    mutating func takeBlocks(head: UInt64, entries: Int) -> ArraySlice<UInt32> {
        if queue.isEmpty, replayCost >= interval { begin(at: head) }
        noteReplay(entries: entries)
        guard !queue.isEmpty else { return [] }
        let spread = max(interval * Self.spreadPercent / 100, 1)
        // How many of the round are to be written by now.
        let due = min((roundCount * replayCost + spread - 1) / spread, roundCount)
        let count = min(due - (roundCount - queue.count), Self.maximumPerCommit)
        let taken = queue.suffix(count).reversed()
        queue.removeLast(count)
        if queue.isEmpty { checkpointedThrough = began }
        return ArraySlice(taken)
    }

    private mutating func begin(at head: UInt64) {
        queue = changed.sorted(by: >)
        for block in changed { isChanged[Int(block)] = false }
        changed.removeAll(keepingCapacity: true)
        roundCount = queue.count
        replayCost = 0
        began = head
        // Commits that change no account, of duplicates alone, need no block, and are many all the same.
        if queue.isEmpty { checkpointedThrough = head }
    }
}
