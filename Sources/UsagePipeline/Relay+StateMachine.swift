/// Which commits' messages are published: the outbox's watermark.
///
/// Commits are owed in their order, acknowledgements come in any; the watermark is the last commit
/// before which nothing is missing.
struct RelayMachine: Equatable {
    private struct Owed: Equatable {
        let commit: UInt64
        var unacknowledged: Int
    }

    private var owed: [Owed] = []
    /// Index of the first of ``owed`` that still counts; those before it are dropped in bulk.
    private var first = 0
    /// Every message of this commit and of those before it was acknowledged.
    private(set) var publishedThrough: UInt64
    /// Messages owed and not acknowledged.
    private(set) var unacknowledged = 0
    /// Since when the sink takes nothing of what it is offered; nil: it took something the last time.
    private(set) var refusedSince: Duration?

    init(publishedThrough: UInt64) {
        self.publishedThrough = publishedThrough
    }

    /// A commit owes so many messages.
    ///
    /// Commits come one by one, without gaps.
    mutating func owes(_ count: Int, commit: UInt64) {
        let last = owed.last?.commit ?? publishedThrough
        precondition(commit == last + 1, "expected commit \(last + 1), got: \(commit)")
        owed.append(Owed(commit: commit, unacknowledged: count))
        unacknowledged += count
        advance()
    }

    /// Messages of a commit were acknowledged.
    mutating func acknowledged(_ count: Int = 1, commit: UInt64) {
        // A delivery of a commit that is published already would be a bug of the sink; counting it
        // could move the watermark past a message that is missing.
        guard commit > publishedThrough, let start = owed.first?.commit else { return }
        let index = Int(commit - start)
        guard owed.indices.contains(index) else { return }
        let awaited = min(count, owed[index].unacknowledged)
        owed[index].unacknowledged -= awaited
        unacknowledged -= awaited
        advance()
    }

    /// The sink was offered messages, and took so many of them.
    ///
    /// That it takes a few at a time is ordinary: its queue is as full as it may be.
    mutating func offered(taken: Int, at now: Duration) {
        refusedSince = taken > 0 ? nil : refusedSince ?? now
    }

    private mutating func advance() {
        while first < owed.count, owed[first].unacknowledged == 0 {
            publishedThrough = owed[first].commit
            first += 1
        }
        if first == owed.count || first > 1024 {
            owed.removeFirst(first)
            first = 0
        }
    }
}
