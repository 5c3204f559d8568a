import Foundation
import KafkaIO
import Yams

extension Configuration {
    /// A configuration without errors.
    struct Loaded: Sendable {
        let configuration: Configuration
        let warnings: [ConfigurationFault]
        /// Where the section `kafka` was given, for what librdkafka has against it as a whole.
        var kafkaPlace = ConfigurationFault.Place.wholeFile
    }

    /// Reads and validates a configuration file.
    ///
    /// - Parameters:
    ///   - path: relative to the working directory, as every path in the file is.
    ///   - environment: what `${NAME}` and overrides are taken from.
    /// - Returns: a configuration without errors, and what is odd about it.
    /// - Throws: every fault that can be found, not only the first.
    static func load(
        file path: String,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationFaults) -> Loaded {
        let text: String
        do {
            text = try readFile(path)
        } catch {
            throw ConfigurationFaults(file: path, faults: [.unreadable(error)])
        }
        return try parse(text, file: path, environment: environment, readFile: readFile)
    }

    /// Validates the text of a configuration.
    ///
    /// Files that hold single values are read only once everything else is found to be right.
    static func parse(
        _ text: String,
        file: String = "drawdown.yaml",
        environment: [String: String] = [:],
        readFile: (String) throws(UnreadableFile) -> String = Configuration.readFile
    ) throws(ConfigurationFaults) -> Loaded {
        let reading = ConfigurationReading(environment: environment)
        var configuration = read(text, reading)
        if reading.hasErrors { throw reading.failure(file: file) }
        for pending in reading.pendingFiles {
            guard let content = read(pending, reading, readFile) else { continue }
            configuration.kafka[pending.property] = content.trimmingSuffix { $0.isNewline }
        }
        var contents: [String: String] = [:]
        for pending in reading.pendingAccess {
            contents[pending.property] = read(pending, reading, readFile)
        }
        configuration.http.take(contents, reading)
        KafkaSection.validateContents(of: reading.pendingFiles, in: configuration.kafka, reading)
        if reading.hasErrors { throw reading.failure(file: file) }
        return Loaded(
            configuration: configuration,
            warnings: reading.faults.inReadingOrder(),
            kafkaPlace: reading.kafkaPlace
        )
    }

    private static func read(
        _ pending: ConfigurationReading.PendingFile,
        _ reading: ConfigurationReading,
        _ readFile: (String) throws(UnreadableFile) -> String
    ) -> String? {
        do {
            return try readFile(pending.path)
        } catch {
            reading.fail(
                pending.place,
                key: pending.key,
                "expected \(pending.key) to name a readable file, got: \(pending.path) "
                    + "(\(error.reason))"
            )
            return nil
        }
    }

    /// The first half of reading: without IO.
    static func read(_ text: String, _ reading: ConfigurationReading) -> Configuration {
        let start = ConfigurationFault.Place.file(line: 1, column: 1)
        let root: Node?
        do {
            root = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch {
            reading.note(syntaxError: error)
            return Configuration()
        }
        var reader: YAMLReader
        switch root {
        case .mapping(let mapping):
            reader = YAMLReader(mapping, path: "", place: start, reading: reading)
        case nil:
            reader = YAMLReader(path: "", place: start, reading: reading)
        case .some:
            reading.fail(start, key: "", "expected the file to be a mapping of keys to values")
            return Configuration()
        }
        let configuration = Configuration(&reader)
        reader.finish()
        reading.warnOfUnknownVariables()
        return configuration
    }
}

/// A file that cannot be read, and why.
struct UnreadableFile: Error {
    let reason: String
}

extension Configuration {
    /// Larger files are a mistake, such as a path that leads to a disk image.
    private static let maximumFileSize = 4 << 20

    /// Reads a small text file.
    static func readFile(_ path: String) throws(UnreadableFile) -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            let exists = FileManager.default.fileExists(atPath: path)
            throw UnreadableFile(reason: exists ? "it cannot be opened" : "there is no such file")
        }
        defer { try? file.close() }
        guard let data = try? file.read(upToCount: maximumFileSize + 1) ?? Data() else {
            throw UnreadableFile(reason: "it cannot be read")
        }
        guard data.count <= maximumFileSize else {
            throw UnreadableFile(reason: "it is larger than 4 MiB")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw UnreadableFile(reason: "it is not UTF-8")
        }
        return text
    }
}

extension ConfigurationReading {
    var hasErrors: Bool { faults.contains { $0.severity == .error } }

    func failure(file: String) -> ConfigurationFaults {
        ConfigurationFaults(file: file, faults: faults.inReadingOrder())
    }

    /// Notes what the YAML parser says, with its line where it has one.
    fileprivate func note(syntaxError error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            fail(.file(line: mark.line, column: mark.column), key: "", "not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            for key in keys {
                fail(
                    .file(line: context.mark.line, column: context.mark.column),
                    key: key,
                    "expected key \"\(key)\" to be given once, got: more than once"
                )
            }
        case .reader(let problem, _, _, _):
            fail(.file(line: 1, column: 1), key: "", "not YAML: \(problem)")
        default:
            fail(.file(line: 1, column: 1), key: "", "not YAML")
        }
    }
}

extension ConfigurationFault {
    fileprivate static func unreadable(_ file: UnreadableFile) -> ConfigurationFault {
        ConfigurationFault(
            .wholeFile,
            key: "",
            message: "the file cannot be used: \(file.reason)"
        )
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> String {
        var text = Substring(self)
        while let last = text.last, isTrimmed(last) { text.removeLast() }
        return String(text)
    }
}
