import Foundation
import Glibc

/// Where the benchmark's store is, and what may be said of it from outside.
struct BenchDirectory {
    let path: String

    /// A new one for temporary files; in the working directory where those are in memory only, for
    /// there a commit costs nothing.
    init() {
        let temporary = FileManager.default.temporaryDirectory.path
        let parent = Self.isInMemory(temporary) ? "." : temporary
        path = "\(parent)/drawdown-bench-\(UUID().uuidString)"
    }

    private static func isInMemory(_ path: String) -> Bool {
        let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8)) ?? ""
        return isInMemory(URL(filePath: path).resolvingSymlinksInPath().path, mounts: mounts)
    }

    /// Whether a path is on a file system in memory.
    ///
    /// - Parameters:
    ///   - path: absolute.
    ///   - mounts: as in `/proc/mounts`; of those that hold the path, the deepest counts.
    /// - Returns: whether it is a tmpfs.
    static func isInMemory(_ path: String, mounts: String) -> Bool {
        var deepest = (length: 0, type: "")
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 2 else { continue }
            let point = fields[1].hasSuffix("/") ? fields[1] : fields[1] + "/"
            guard (path + "/").hasPrefix(point), point.count >= deepest.length else { continue }
            deepest = (point.count, String(fields[2]))
        }
        return deepest.type == "tmpfs"
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// What opening the store again told.
    struct Reopened {
        /// From the start of a process to its open store, after the one before it was killed.
        var duration = Duration.zero
        /// Sealed files and pages in use.
        var storeBytes = 0
    }

    /// Opens the store, kills who has it open, and opens it again.
    func reopen() throws -> Reopened {
        let arguments = ["bench-open", "--data", path]
        let first = try BenchChild(nil, arguments)
        guard first.nextLine() == BenchOpenCommand.ready,
            let storeBytes = first.nextLine().flatMap({ Int($0) })
        else { throw CommandFailure(.storage, "the store did not open again") }
        first.kill()
        let began = ContinuousClock.now
        let second = try BenchChild(nil, arguments)
        guard second.nextLine() == BenchOpenCommand.ready else {
            throw CommandFailure(.storage, "the store did not open again after a SIGKILL")
        }
        let duration = ContinuousClock.now - began
        second.kill()
        return Reopened(duration: duration, storeBytes: storeBytes)
    }
}
