import ArgumentParser

/// The program's exit codes, after BSD's sysexits (contract §5).
enum ExitCodes: Int32, Sendable {
    case success = 0
    /// The command line was wrong; the argument parser's own code.
    case usage = 64
    /// What was asked for is not there, or what was checked is wrong.
    case data = 65
    /// A service, such as the API or the broker, cannot be reached or is not ready.
    case unavailable = 69
    /// An invariant is broken: a bug of ours.
    case software = 70
    /// Storage failed; what the last write did is unknown.
    case storage = 74
    /// Another worker has taken over, or holds the store.
    case fenced = 75
    /// The topic has a gap or was truncated, or the store went back.
    case history = 76
    /// The configuration is wrong.
    case configuration = 78

    /// The same, as the argument parser takes it.
    var parserCode: ExitCode { ExitCode(rawValue) }
}
