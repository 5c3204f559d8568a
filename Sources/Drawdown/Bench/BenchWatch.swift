import Credits
import Foundation
import LedgerStore
import Synchronization
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
        let hasFailed = Flag()
        async let result = watch.untilDone(or: hasFailed)
        do {
            try await assembly.work()
        } catch {
            hasFailed.isSet.store(true, ordering: .relaxed)
            throw error
        }
        return await result
    }

    /// Says to another thread that something has happened.
    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    /// Returns when it is done, or when nothing has changed for so long that it never will be: the
    /// sums then say what is missing.
    ///
    /// It looks on a thread of its own, for a task that wakes fifty times a second takes a fiftieth of
    /// what is measured.
    private func untilDone(or hasFailed: Flag) async -> Result {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: look(until: hasFailed)) }
        }
    }

    private func look(until hasFailed: Flag) -> Result {
        var result = Result()
        let memory = BenchMemory()
        let before = Int(reader.outcomes.total)
        var first: (count: Int, at: ContinuousClock.Instant, cpu: Duration)?
        var last = (count: before, at: ContinuousClock.now)
        while !hasFailed.isSet.load(ordering: .relaxed) {
            let count = Int(reader.outcomes.total)
            let now = ContinuousClock.now
            if count != last.count { last = (count, now) }
            if count > before, first == nil { first = (count, now, BenchProcess.cpu) }
            result.anonymousBytes = max(result.anonymousBytes, memory.anonymousBytes)
            let isPublished = control.publishedThrough >= reader.head.number
            if count >= total && isPublished || now - last.at > patience { break }
            BenchProcess.sleep(Self.pause)
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

/// How much memory this process has that no file stands behind; what is mapped of the store is the
/// system's cache.
struct BenchMemory: ~Copyable {
    /// Kept open, and not `status`: opening the one and reading the other cost more, which is counted as
    /// the worker's.
    private let file = unsafe open("/proc/self/statm", O_RDONLY)

    deinit { close(file) }

    /// 0 where the system does not say.
    var anonymousBytes: Int {
        var text = [UInt8](repeating: 0, count: 128)
        let count = unsafe text.withUnsafeMutableBytes { text in
            unsafe pread(file, text.baseAddress, text.count, 0)
        }
        let pages = text.prefix(max(0, count)).split(separator: UInt8(ascii: " ")).prefix(3)
            .compactMap { Int(String(decoding: $0, as: UTF8.self)) }
        return pages.count == 3 ? (pages[1] - pages[2]) * sysconf(Int32(_SC_PAGESIZE)) : 0
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

    static func sleep(_ duration: Duration) {
        Thread.sleep(forTimeInterval: duration / .seconds(1))
    }
}
