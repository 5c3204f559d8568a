import Foundation

/// A process beside this one, so that its work is not counted as ours.
///
/// It ends with this process, however that ends: its standard input is a pipe from here.
final class BenchChild {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread: [UInt8] = []

    /// - Parameters:
    ///   - program: stands beside this program; nil for this program itself.
    ///   - arguments: of its command line.
    /// - Throws: ``CommandFailure`` where it is not there or does not start.
    init(_ program: String? = nil, _ arguments: [String]) throws(CommandFailure) {
        let own = Bundle.main.executableURL
        let url = program.map { own?.deletingLastPathComponent().appendingPathComponent($0) } ?? own
        guard let url, FileManager.default.isExecutableFile(atPath: url.path) else {
            throw CommandFailure(
                .unavailable,
                "expected \(program ?? "drawdown") beside this program; build it with: "
                    + "swift build -c release"
            )
        }
        process.executableURL = url
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw CommandFailure(.unavailable, "\(url.path) does not start: \(error)")
        }
    }

    /// Waits for the next line; nil: there are no more.
    func nextLine() -> String? {
        while true {
            if let end = unread.firstIndex(of: 0x0a) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread.removeFirst(end + 1)
                return line
            }
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { return nil }
            unread.append(contentsOf: more)
        }
    }

    /// Waits until it has ended by itself.
    ///
    /// - Throws: ``CommandFailure`` where it failed; what it said stands on standard error.
    func wait() throws(CommandFailure) {
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw CommandFailure(
                .unavailable,
                "a process of the benchmark failed: \(process.arguments?.first ?? "")"
            )
        }
    }

    /// Lets it end.
    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// Ends it as a loss of power would.
    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Ends the calling process once its parent is gone; for the child's side.
    static func endWithParent() {
        Thread.detachNewThread {
            while let data = try? FileHandle.standardInput.read(upToCount: 4096), !data.isEmpty {}
            exit(ExitCodes.unavailable.rawValue)
        }
    }
}
