public import Credits
import Synchronization

/// What the worker did lately, for people who watch it.
///
/// Written per commit, read on any thread.
public final class Telemetry: Sendable {
    /// A trigger as a live view shows it.
    public struct RecentTrigger: Sendable {
        public let at: Timestamp
        public let type: TriggerType
        public let customerID: String
        public let creditType: String
        public let balance: Amount
    }

    public struct Figures: Sendable {
        /// Since the worker started.
        public var outcomes = OutcomeCounts()
        public var commits: UInt64 = 0
        public var triggers: UInt64 = 0
        public var deadLetters: UInt64 = 0
        public var deadLettersByCode: [RefusalCode: UInt64] = [:]
        /// Inputs in a commit; none where only time made it.
        public var batchSizes = Histogram.sizes
        /// Seconds from a batch's begin to its transition.
        public var applySeconds = Histogram.durations
        /// Seconds until a transition was durable.
        public var commitSeconds = Histogram.durations
        /// How long the latest commits took to become durable, at most 1,024, in no order.
        public var commitDurations: [Duration] = []
        /// The latest triggers, newest last, at most 32.
        public var recentTriggers: [RecentTrigger] = []
        /// How long applying and writing took in all.
        public var applying = Duration.zero
        public var writing = Duration.zero

        /// The duration that this share of the latest commits did not exceed; nil without commits.
        public func commitDuration(quantile: Double) -> Duration? {
            guard !commitDurations.isEmpty else { return nil }
            let sorted = commitDurations.sorted()
            let rank = Int((Double(sorted.count) * quantile).rounded(.up)) - 1
            return sorted[min(max(rank, 0), sorted.count - 1)]
        }
    }

    private let state = Mutex(Figures())

    public init() {}

    public var figures: Figures { state.withLock { $0 } }

    func committed(_ commit: borrowing Commit, applying: Duration, writing: Duration) {
        let recent = commit.triggers.suffix(Self.keptTriggers).map { trigger in
            let account = Self.account(of: trigger, in: commit)
            return RecentTrigger(
                at: commit.recordedAt,
                type: trigger.type,
                customerID: account.customerID,
                creditType: account.creditType,
                balance: trigger.balance.ledger
            )
        }
        let (outcomes, number) = (commit.outcomes, Int(commit.number % 1024))
        let triggers = commit.triggers.count
        let codes = commit.deadLetters.map(\.refusal.code)
        let size = outcomes.total
        state.withLock { figures in
            figures.outcomes += outcomes
            figures.commits += 1
            figures.triggers += UInt64(triggers)
            figures.deadLetters += UInt64(codes.count)
            for code in codes { figures.deadLettersByCode[code, default: 0] += 1 }
            figures.batchSizes.add(Double(size))
            figures.applySeconds.add(applying.inSeconds)
            figures.commitSeconds.add(writing.inSeconds)
            figures.applying += applying
            figures.writing += writing
            if figures.commitDurations.count < 1024 {
                figures.commitDurations.append(writing)
            } else {
                figures.commitDurations[number] = writing
            }
            figures.recentTriggers.append(contentsOf: recent)
            let excess = figures.recentTriggers.count - Self.keptTriggers
            if excess > 0 { figures.recentTriggers.removeFirst(excess) }
        }
    }

    private static let keptTriggers = 32

    private static func account(
        of trigger: Trigger,
        in commit: borrowing Commit
    ) -> (customerID: String, creditType: String) {
        switch trigger.payload {
        // These are about no group of the commit: the input was refused and made no entry.
        case .refused(let input), .refusedHold(_, let input):
            return (input.customerID, input.creditType)
        default:
            let group = commit.groups[Int(trigger.group)]
            return (commit.customerID(of: group), commit.creditType(of: group))
        }
    }
}
