import Credits
import Synchronization

/// What intake and the ledger stage tell each other about time.
final class InputTime: Sendable {
    private struct State {
        var readThrough = Timestamp.earliest
        var newestRecord = Timestamp.earliest
        var nextDue: Timestamp?
        var isWanted = false
    }

    private let state = Mutex(State())

    /// Every message that arrived before this moment was handed over.
    ///
    /// To be read before a batch is taken: if then none is there, it holds for what is applied.
    var readThrough: Timestamp { state.withLock { $0.readThrough } }
    /// The highest timestamp of any record.
    var newestRecord: Timestamp { state.withLock { $0.newestRecord } }
    /// When time brings the ledger something next, as of the last commit.
    var nextDue: Timestamp? { state.withLock { $0.nextDue } }
    /// Something is due, provided that all input until then was read.
    var isReadingOnWanted: Bool { state.withLock { $0.isWanted } }

    /// Notes how far everything that was handed over goes.
    ///
    /// - Returns: whether that is news.
    func note(readThrough: Timestamp, newestRecord: Timestamp) -> Bool {
        state.withLock { state in
            defer {
                state.readThrough = readThrough
                state.newestRecord = max(state.newestRecord, newestRecord)
            }
            return state.readThrough != readThrough
        }
    }

    /// Notes what time brings next, and whether that waits for input.
    func note(nextDue: Timestamp?, isReadingOnWanted: Bool) {
        state.withLock { state in
            state.nextDue = nextDue
            state.isWanted = isReadingOnWanted
        }
    }
}
