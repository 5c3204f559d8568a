/// When intake polls, when it hands a batch over, when it waits: group commit by size and age.
struct IntakeMachine: Equatable {
    enum Action: Equatable {
        /// Ask the source for at most `maximum` messages, waiting at most `timeout` for the first.
        case poll(maximum: Int, timeout: Duration)
        /// Ask for at most `maximum` more, and wait for all of them until the batch is too old.
        case gather(maximum: Int, timeout: Duration)
        /// Give the batch to the ledger.
        case handOver
        /// The ledger has enough to do; come back when it took a batch.
        case waitForRoom
        /// Nothing is left to do.
        case finish
    }

    private enum State: Equatable {
        /// No message waits. Can transition to: `collecting`, `finished`.
        case empty
        /// Messages wait; the first arrived at `since`. Can transition to: `empty`.
        case collecting(since: Duration, count: Int)
        /// Can transition to nothing: whatever was decoded is handed over.
        case finished
    }

    /// At most this many events in a batch.
    let maximumEvents: Int
    /// A batch is handed over when its first message waited this long; to a ledger that has nothing
    /// else to do, sooner.
    let maximumAge: Duration
    /// How long an idle poll waits; bounds how late a stop is noticed.
    let idleTimeout: Duration
    private let quarterAge: Duration
    /// So many events are worth a commit of their own.
    private let worthwhile: Int
    /// How many messages the last poll was to bring at most, and whether it did: then there are more.
    private var asked = Int.max
    private var hasMore = false
    private var state = State.empty
    private var isStopping = false
    private var isCut = false

    init(maximumEvents: Int, maximumAge: Duration, idleTimeout: Duration = .milliseconds(100)) {
        self.maximumEvents = maximumEvents
        self.maximumAge = maximumAge
        quarterAge = maximumAge / 4
        worthwhile = min(maximumEvents, Self.worthwhile)
        self.idleTimeout = idleTimeout
    }

    /// Of so many the sync, half a millisecond, is a small part of what it takes to apply them.
    private static let worthwhile = 250

    /// At most so many messages are asked for at a time: a ledger that has nothing to do any more is
    /// noticed between two polls, not after thousands of messages were decoded.
    private static let pollSize = 256

    /// What to do at this moment.
    ///
    /// While the ledger has something to do, a batch may grow for as long as it is allowed to: it
    /// would have to wait anyway. Behind another batch that waits it may grow beyond that, for it would
    /// wait as long in pieces, each with a sync of its own. A ledger that has nothing to do gets all that
    /// has arrived once that is worth a commit, and else after a quarter of that time: waiting longer
    /// would only make every answer later, waiting shorter would make a sync of each message.
    ///
    /// - Parameters:
    ///   - now: a time that only runs forward.
    ///   - hasRoom: the ledger takes another batch.
    ///   - isNext: what is handed over now is what the ledger takes next.
    ///   - isLedgerIdle: everything that was handed over is dealt with.
    /// - Returns: the action; its outcome is told by the other methods.
    mutating func next(
        at now: Duration,
        hasRoom: Bool,
        isNext: Bool,
        isLedgerIdle: Bool
    ) -> Action {
        switch state {
        case .finished:
            return .finish
        case .empty:
            guard !isStopping else {
                state = .finished
                return .finish
            }
            asked = min(maximumEvents, Self.pollSize)
            return .poll(maximum: asked, timeout: idleTimeout)
        case .collecting(let since, let count):
            let left = since + (isLedgerIdle ? quarterAge : maximumAge) - now
            let isReady = isLedgerIdle && count >= worthwhile && !hasMore
            // Without room nothing more is read: what waits may be as large as it may.
            let isOld = left <= .zero && (isNext || !hasRoom)
            guard count >= maximumEvents || isReady || isOld || isStopping || isCut else {
                return gather(after: count, left: left, isLedgerIdle: isLedgerIdle)
            }
            return hasRoom ? .handOver : .waitForRoom
        }
    }

    private mutating func gather(
        after count: Int,
        left: Duration,
        isLedgerIdle: Bool
    ) -> Action {
        guard isLedgerIdle else {
            asked = min(maximumEvents - count, Self.pollSize)
            // Of an old batch nothing is waited for, but looking without end would take a processor.
            let wait = left > .zero ? min(left, quarterAge) : max(quarterAge, .milliseconds(1))
            return .gather(maximum: asked, timeout: min(wait, idleTimeout))
        }
        let isEnough = count >= worthwhile
        asked = min((isEnough ? maximumEvents : worthwhile) - count, Self.pollSize)
        return .gather(maximum: asked, timeout: isEnough ? .zero : min(left, idleTimeout))
    }

    /// A poll brought this many messages.
    mutating func polled(_ count: Int, at now: Duration) {
        hasMore = count >= asked
        guard count > 0 else { return }
        switch state {
        case .empty: state = .collecting(since: now, count: count)
        case .collecting(let since, let before):
            state = .collecting(since: since, count: before + count)
        case .finished:
            preconditionFailure("expected no poll after intake has finished")
        }
    }

    /// What comes next belongs into another batch, however small this one is.
    mutating func cut() { isCut = true }

    /// The batch was handed over.
    mutating func handedOver() {
        isCut = false
        hasMore = false
        asked = .max
        if state != .finished { state = .empty }
    }

    /// No more polls; what was decoded is still handed over.
    mutating func stop() {
        isStopping = true
    }
}
