import Foundation

/// Why a command ends without success: a sentence for people, a code for programs.
struct CommandFailure: Error, Equatable {
    let exitCode: ExitCodes
    /// What, where, and what can be done, in one or more lines; empty where all is said already.
    let message: String
    /// Whether the same would fail again, whatever its exit code says.
    let isFinal: Bool

    init(_ exitCode: ExitCodes, _ message: String, isFinal: Bool = false) {
        self.exitCode = exitCode
        self.message = message
        self.isFinal = isFinal
    }

    /// All faults of a configuration, one a line.
    init(_ faults: ConfigurationFaults) {
        self.init(.configuration, faults.description)
    }

    func report() {
        guard !message.isEmpty else { return }
        StandardStreams.writeError("\(message)\n")
    }
}

/// The process's output and error streams, without the buffering of `print`.
enum StandardStreams {
    /// Writes data that was asked for; a reader that went away is no failure.
    static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }

    static func writeError(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }
}
