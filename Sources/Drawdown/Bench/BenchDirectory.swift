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
        var figures = statfs()
        guard unsafe statfs(path, &figures) == 0 else { return false }
        let tmpfs = 0x0102_1994
        return Int(figures.f_type) == tmpfs
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Sealed files and pages in use; not what is only set aside.
    ///
    /// Files are counted by what they take on the disk, for a data file may have holes.
    var storeBytes: Int {
        let reserve = URL(filePath: path).appending(path: "reserve").path
        let taken = FileManager.default.enumerator(atPath: path)?.compactMap { name -> Int? in
            let file = "\(path)/\(name)"
            var figures = stat()
            guard file != reserve, unsafe lstat(file, &figures) == 0,
                figures.st_mode & S_IFMT == S_IFREG
            else { return nil }
            return Int(figures.st_blocks) * 512
        }
        return taken?.reduce(0, +) ?? 0
    }

    /// From the start of a process to its open store, after the one before it was killed.
    func restart() throws -> Duration {
        let arguments = ["bench-open", "--data", path]
        let first = try BenchChild(nil, arguments)
        guard first.nextLine() == BenchOpenCommand.ready else {
            throw CommandFailure(.storage, "the store did not open again")
        }
        first.kill()
        let began = ContinuousClock.now
        let second = try BenchChild(nil, arguments)
        guard second.nextLine() == BenchOpenCommand.ready else {
            throw CommandFailure(.storage, "the store did not open again after a SIGKILL")
        }
        let duration = ContinuousClock.now - began
        second.kill()
        return duration
    }
}
