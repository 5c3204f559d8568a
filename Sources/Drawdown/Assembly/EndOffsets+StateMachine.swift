import KafkaIO
import LedgerStore

extension EndOffsets {
    /// What is known about the ends, when to ask for them again, and who has to wait for that.
    struct StateMachine {
        typealias Instant = ContinuousClock.Instant

        /// What somebody who wants to know the ends is told.
        enum Answer: Equatable {
            case known([PartitionKey: Watermarks])
            /// A question is open or about to be: look again.
            case wait
            /// The brokers do not answer; looking again soon is of no use.
            case silent
        }

        /// From one question to the next while somebody wants to know.
        ///
        /// The answer that is known gets older by the time that the next one takes: below 60 ms it is
        /// replaced before it is too old, so that nobody waits.
        static let pace = Duration.milliseconds(40)
        /// The same while nobody wants to know.
        static let idlePace = Duration.seconds(2)
        /// Somebody wants to know as long after the last look.
        static let interest = Duration.seconds(2)
        /// How long brokers may owe an answer before nobody waits for it any more.
        static let patience = Duration.milliseconds(500)

        private var known: (at: Instant, ends: [PartitionKey: Watermarks])?
        private var lookedAt: Instant?
        private var askedAt: Instant?
        /// When the first question about the assigned partitions was asked that has not been followed by
        /// an answer.
        private var unansweredSince: Instant?
        /// The same of the question about all partitions, which needs more brokers and requests: that the
        /// others are answered does not answer it.
        private var allUnansweredSince: Instant?

        /// How long brokers have owed an answer; nothing while nobody asks them.
        func silence(at now: Instant) -> Duration {
            guard let first = [unansweredSince, allUnansweredSince].compactMap({ $0 }).min() else {
                return .zero
            }
            return now - first
        }

        /// The ends of exactly these partitions, asked for no longer than `maximumAge` ago.
        mutating func look(
            for partitions: Set<PartitionKey>,
            maximumAge: Duration,
            at now: Instant
        ) -> Answer {
            lookedAt = now
            if let known, now - known.at <= maximumAge, known.ends.count == partitions.count,
                partitions.allSatisfy({ known.ends[$0] != nil })
            {
                return .known(known.ends)
            }
            if let unansweredSince, now - unansweredSince > Self.patience { return .silent }
            return .wait
        }

        /// Whether somebody wanted to know a short while ago.
        func isLookedAt(at now: Instant) -> Bool {
            lookedAt.map { now - $0 < Self.interest } ?? false
        }

        /// How long to rest until the next turn; counted from the begin of the last one and not from
        /// its answer, which would make the ends as old as both together.
        func pause(since turn: Instant, at now: Instant) -> Duration {
            let pace = isLookedAt(at: now) ? Self.pace : Self.idlePace
            return max(.zero, turn + pace - now)
        }

        mutating func asks(at now: Instant) {
            askedAt = now
            if unansweredSince == nil { unansweredSince = now }
        }

        /// There is nothing to ask for: nobody owes an answer.
        mutating func nobodyIsAsked() { unansweredSince = nil }

        /// All partitions are asked for, perhaps once more.
        mutating func asksForAll(at now: Instant) {
            if allUnansweredSince == nil { allUnansweredSince = now }
        }

        /// The question about all partitions was answered.
        mutating func answeredForAll() { allUnansweredSince = nil }

        /// The answer to the latest question.
        ///
        /// It is as old as the question: it may have been long on its way.
        mutating func answered(_ ends: [PartitionKey: Watermarks]) {
            guard let askedAt else { preconditionFailure("expected a question before its answer") }
            unansweredSince = nil
            known = (askedAt, ends)
        }
    }
}
