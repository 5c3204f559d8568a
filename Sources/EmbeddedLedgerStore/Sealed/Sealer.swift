internal import Foundation
internal import Glibc
internal import LedgerStore

/// The thread that writes and merges sealed files.
///
/// It never writes to the data file: what it finished waits here until the thread that commits takes
/// it along. Ids and commits come before merging, which is done in steps for that reason.
///
/// What it writes it spreads: all at once, a file would take a processor and the disk from the commits
/// for a tenth of a second and more, just while they have the most to do.
final class Sealer: @unchecked Sendable {
    // `@unchecked Sendable`: all mutable state is used under `condition`'s lock.
    private let condition = NSCondition()
    private var work = SealerWork()
    private var isStopping = false
    private var hasEnded = true
    private var hands: SealerHands?
    private var hasMerged = true
    /// What is being written now of that for which room is claimed; used by the sealing thread alone.
    private var writing: SealerClaim?
    private let bytesPerSecond: Int

    private static let niceness: Int32 = 10

    /// - Parameter bytesPerSecond: what is written at most while nothing waits.
    init(bytesPerSecond: Int) {
        self.bytesPerSecond = bytesPerSecond
    }

    /// Starts the thread, which works until ``stop()``.
    func start(_ hands: SealerHands) {
        condition.lock()
        hasEnded = false
        self.hands = hands
        condition.unlock()
        let thread = Thread { [self] in
            // Set from within, for Foundation tells the system only about the current thread.
            Thread.current.name = "drawdown-sealer"
            // Below the worker's own threads, which step back by 5: sealing may fall behind, applying
            // may not.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            run()
            condition.lock()
            hasEnded = true
            condition.broadcast()
            condition.unlock()
        }
        thread.start()
    }

    /// Ends the thread at the next step, and waits for that.
    func stop() {
        condition.lock()
        isStopping = true
        condition.broadcast()
        while !hasEnded { condition.wait() }
        condition.unlock()
    }

    // MARK: The thread that commits

    func seal(_ batch: IDBatch) { change { $0.batches.append(batch) } }
    func seal(_ segment: SegmentWork) {
        change { work in
            work.segment = segment
            work.claims[.segment] = segment.byteCount
        }
    }

    /// What is finished, in the order in which it was; the taker makes it count.
    func takeFinished() -> [SealedChange] {
        condition.lock()
        defer { condition.unlock() }
        defer { work.finished = [] }
        return work.finished
    }

    /// Files that count no more.
    func remove(_ paths: [String]) {
        guard !paths.isEmpty else { return }
        change { $0.obsolete += paths }
    }

    /// What was to be removed and is not yet.
    func takeObsolete() -> [String] {
        var obsolete: [String] = []
        change {
            obsolete = $0.obsolete
            $0.obsolete = []
        }
        return obsolete
    }

    /// Bytes that a segment and merges have still to write.
    var outstandingByteCount: Int {
        condition.lock()
        defer { condition.unlock() }
        return work.outstandingByteCount
    }

    /// - Throws: why sealing failed.
    func checkSound() throws(StoreError) {
        condition.lock()
        defer { condition.unlock() }
        if let failure = work.failure { throw failure }
    }

    /// Waits until something is finished.
    ///
    /// - Throws: why sealing failed.
    func waitForFinished() throws(StoreError) {
        condition.lock()
        defer { condition.unlock() }
        work.isAwaited = true
        defer { work.isAwaited = false }
        condition.broadcast()
        while work.finished.isEmpty, work.failure == nil, !hasEnded { condition.wait() }
        if let failure = work.failure { throw failure }
    }

    private func change(_ body: (inout SealerWork) -> Void) {
        condition.lock()
        body(&work)
        condition.broadcast()
        condition.unlock()
    }

    // MARK: The thread that seals

    /// Lets go of everything before it returns: the directory must be free once the thread ended.
    private func run() {
        condition.lock()
        let taken = hands
        hands = nil
        condition.unlock()
        guard let hands = taken else { return }
        hands.rest = { [unowned self, unowned hands] byteCount in
            noteWritten(byteCount)
            rest(after: byteCount, hands.isBehind)
        }
        hands.claimedByteCount = { [unowned self] in outstandingByteCount }
        do throws(StoreError) {
            while let next = next(hands) { try perform(next, hands) }
            try hands.discard()
        } catch {
            // What took the room gives it back. Other leavings are swept by a start, as after a crash.
            if error.code == .diskFull { try? hands.discard() }
            change { $0.failure = error }
        }
    }

    private enum Step {
        case ids(IDBatch)
        case segment(SegmentWork)
        case removal([String])
        case merge

        /// What it writes into; nil: nothing that is claimed.
        var claim: SealerClaim? {
            switch self {
            case .segment: .segment
            case .merge: .merge
            case .ids, .removal: nil
            }
        }
    }

    /// The next thing to do, waited for; nil: the thread is to end.
    private func next(_ hands: SealerHands) -> Step? {
        condition.lock()
        defer { condition.unlock() }
        while !isStopping {
            // Turn by turn where merging is behind: a steady flow of ids must not keep it waiting.
            if !hasMerged, hands.isBehind, hands.nextMerge.map({ $0 <= Date() }) == true {
                hasMerged = true
                return .merge
            }
            hasMerged = false
            if !work.batches.isEmpty { return .ids(work.batches.removeFirst()) }
            if let segment = work.segment {
                work.segment = nil
                return .segment(segment)
            }
            if !work.obsolete.isEmpty {
                defer { work.obsolete = [] }
                return .removal(work.obsolete)
            }
            guard let due = hands.nextMerge else {
                condition.wait()
                continue
            }
            guard due > Date() else { return .merge }
            _ = condition.wait(until: due)
        }
        return nil
    }

    private func perform(_ step: Step, _ hands: SealerHands) throws(StoreError) {
        var finished: SealedChange?
        writing = step.claim
        switch step {
        case .ids(let batch): finished = try hands.seal(batch)
        case .segment(let segment): finished = try hands.seal(segment) { isStopped }
        case .removal(let paths): try hands.remove(paths)
        case .merge: finished = try hands.merge()
        }
        let isSegment = step.claim == .segment
        let merges = hands.remainingOfMerges
        change { work in
            if isSegment { work.claims[.segment] = nil }
            work.claims[.merge] = merges
            if let finished { work.finished.append(finished) }
        }
    }

    /// Bytes that were written take room already: they are not claimed any longer, or they would
    /// count twice until the step ends.
    private func noteWritten(_ byteCount: Int) {
        guard let writing else { return }
        change { work in
            work.claims[writing] = max(0, work.claims[writing, default: 0] - byteCount)
        }
    }

    /// Gives the time that so many bytes are to take to others, unless something or somebody waits.
    private func rest(after byteCount: Int, _ isBehind: Bool) {
        guard !isBehind else { return }
        let end = Date(timeIntervalSinceNow: Double(byteCount) / Double(bytesPerSecond))
        condition.lock()
        defer { condition.unlock() }
        while !isStopping, !work.isUrgent, condition.wait(until: end) {}
    }

    private var isStopped: Bool {
        condition.lock()
        defer { condition.unlock() }
        return isStopping
    }
}

/// What room on the disk is claimed for.
private enum SealerClaim {
    case segment, merge
}

/// What waits to be sealed, and what was.
private struct SealerWork {
    var batches: [IDBatch] = []
    var segment: SegmentWork?
    var obsolete: [String] = []
    var finished: [SealedChange] = []
    /// Bytes that are still to be written.
    var claims: [SealerClaim: Int] = [:]
    var failure: StoreError?
    /// The thread that commits waits for what is finished next.
    var isAwaited = false

    var outstandingByteCount: Int { claims.values.reduce(0, +) }
    var isUrgent: Bool { isAwaited || !batches.isEmpty || segment != nil }
}

/// Commits to be sealed, as the thread that commits knows them.
struct SegmentWork: Sendable {
    var commits: ClosedRange<UInt64>
    /// Those that hold dead letters.
    var letters: [UInt64]
    var totals: LedgerTotals
    var hash: [UInt8]
    /// Of the file, at most.
    var byteCount: Int
}

/// A file that is finished, and counts once a commit has named it.
enum SealedChange: Sendable {
    case run(FilteredRun, RunRow)
    /// Where its ids are looked for already, instead of in those that it replaces.
    case mergedRun(RunRow, replacing: [IDRun])
    case segment(SegmentRow)
}
