/// One thing that is wrong with a configuration, and where.
struct ConfigurationFault: Hashable, Sendable {
    /// Where a value came from.
    enum Place: Hashable, Sendable {
        /// The file itself, which cannot be read.
        case wholeFile
        /// Line and column of the key, both from 1.
        case file(line: Int, column: Int)
        /// The environment variable that overrides the file.
        case environment(String)
    }

    enum Severity: String, Sendable {
        /// The program does not start.
        case error
        /// The program starts, and says so.
        case warning
    }

    let severity: Severity
    let place: Place
    /// The path of the key, such as `commit.max_events`; empty for the whole file.
    let key: String
    /// Mostly `expected <key> to be <constraint>, got: <value>`.
    let message: String

    init(_ place: Place, key: String, message: String, severity: Severity = .error) {
        self.severity = severity
        self.place = place
        self.key = key
        self.message = message
    }

    /// The fault as a person reads it.
    ///
    /// - Parameter file: the name under which the person at the terminal knows the file.
    /// - Returns: such as
    ///   `drawdown.yaml:12:3: expected commit.max_events to be between 1 and 100000, got: 0`.
    func line(in file: String) -> String {
        let mark = severity == .warning ? "warning: " : ""
        return switch place {
        case .wholeFile: "\(file): \(mark)\(message)"
        case .file(let line, let column): "\(file):\(line):\(column): \(mark)\(message)"
        case .environment(let name): "\(name): \(mark)\(message)"
        }
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
struct ConfigurationFaults: Error, Equatable {
    let file: String
    let faults: [ConfigurationFault]
}

extension ConfigurationFaults: CustomStringConvertible {
    /// One line for each fault.
    var description: String {
        faults.map { $0.line(in: file) }.joined(separator: "\n")
    }
}

extension [ConfigurationFault] {
    /// The file's faults from top to bottom, then those of the environment by name.
    func inReadingOrder() -> [ConfigurationFault] {
        sorted { left, right in
            switch (left.place, right.place) {
            case (.file(let a, let b), .file(let c, let d)): (a, b, left.key) < (c, d, right.key)
            case (.environment(let a), .environment(let b)): (a, left.key) < (b, right.key)
            case (_, .environment): true
            default: false
            }
        }
    }
}
