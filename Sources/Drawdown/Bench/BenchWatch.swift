import Credits
import Foundation
import LedgerStore
import UsagePipeline

/// Watches a worker until everything that was sent is applied and published, then stops it.
struct BenchWatch: Sendable {
    /// What was seen from the first batch to the end.
    struct Result: Sendable {
        var events = 0
        var duration = Duration.zero
        var cpu = Duration.zero
        var anonymousBytes = 0
    }

    let control: Worker.Control
    let reader: any LedgerReader
    /// Inputs since the store was made.
    let total: Int
    /// When the child that sends is done, and cannot be waited for in vain.
    let patience: Duration
    /// Each look takes the ledger's lock: more often, it took a thirtieth of what was measured.
    private static let pause = Duration.milliseconds(20)

    init(_ assembly: WorkerAssembly, total: Int, patience: Duration = .seconds(60)) {
        control = assembly.worker.control
        reader = assembly.reader
        self.total = total
        self.patience = patience
    }

    /// Lets a worker work until it has everything that was sent.
    static func work(_ assembly: WorkerAssembly, total: Int) async throws -> Result {
        let watch = BenchWatch(assembly, total: total)
        let watching = Task { await watch.untilDone() }
        do {
            try await assembly.work()
        } catch {
            watching.cancel()
            throw error
        }
        return await watching.value
    }

    /// Returns when it is done, or when nothing has changed for so long that it never will be: the
    /// sums then say what is missing.
    func untilDone() async -> Result {
        var result = Result()
        let before = Int(reader.outcomes.total)
        var first: (count: Int, at: ContinuousClock.Instant, cpu: Duration)?
        var last = (count: before, at: ContinuousClock.now)
        while true {
            let count = Int(reader.outcomes.total)
            let now = ContinuousClock.now
            if count != last.count { last = (count, now) }
            if count > before, first == nil { first = (count, now, BenchProcess.cpu) }
            result.anonymousBytes = max(result.anonymousBytes, BenchProcess.anonymousBytes)
            let isPublished = control.publishedThrough >= reader.head.number
            if count >= total && isPublished || now - last.at > patience { break }
            try? await Task.sleep(for: Self.pause)
        }
        if let first {
            result.events = last.count - first.count
            result.duration = ContinuousClock.now - first.at
            result.cpu = BenchProcess.cpu - first.cpu
        }
        control.stop()
        return result
    }
}

/// What the system says about this process.
enum BenchProcess {
    /// Of all threads, in user and system mode.
    static var cpu: Duration {
        var usage = rusage()
        _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return .seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + .microseconds(Int64(usage.ru_utime.tv_usec) + Int64(usage.ru_stime.tv_usec))
    }

    /// Memory that no file stands behind; what is mapped of the store is the system's cache.
    static var anonymousBytes: Int {
        // Not /proc/self/status: reading that costs more, which is counted as ours.
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .ascii) else {
            return 0
        }
        let pages = text.split(separator: " ").prefix(3).compactMap { Int($0) }
        return pages.count == 3 ? (pages[1] - pages[2]) * sysconf(Int32(_SC_PAGESIZE)) : 0
    }

    static func sleep(_ duration: Duration) {
        Thread.sleep(forTimeInterval: duration / .seconds(1))
    }
}
