/// The one critical path: load, apply, make durable, publish.
///
/// In this order, or not at all.
struct LedgerStageMachine: Equatable {
    enum Action: Equatable {
        /// Read what the batch needs.
        case load
        /// Apply it and make the result durable: before this returns nothing has happened.
        case commit
        /// Give what is owed to the relay; everything has happened.
        case publish
        /// Let the next batch come.
        case take
    }

    private enum State: Equatable {
        /// Waiting for a batch, or for time. Can transition to: `loading`.
        case idle
        /// Reading ids and accounts. Can transition to: `committing`, `failed`.
        case loading
        /// Writing the journal. Can transition to: `publishing`; a failed write ends the stage, for
        /// its outcome is unknown: skipping the batch could lose money, repeating it could double it.
        case committing
        /// Durable. Can transition to: `idle`.
        case publishing
        /// Can transition to nothing; the store must be opened anew.
        case failed
    }

    private var state = State.idle

    /// A batch came, or something is due.
    mutating func began() -> Action {
        transition(from: .idle, to: .loading)
        return .load
    }

    mutating func loaded() -> Action {
        transition(from: .loading, to: .committing)
        return .commit
    }

    mutating func committed() -> Action {
        transition(from: .committing, to: .publishing)
        return .publish
    }

    mutating func published() -> Action {
        transition(from: .publishing, to: .idle)
        return .take
    }

    /// Reading or writing failed.
    mutating func failed() {
        precondition(
            state == .loading || state == .committing,
            "expected to be loading or committing, got: \(state)"
        )
        state = .failed
    }

    private mutating func transition(from expected: State, to next: State) {
        precondition(state == expected, "expected to be \(expected), got: \(state)")
        state = next
    }
}
