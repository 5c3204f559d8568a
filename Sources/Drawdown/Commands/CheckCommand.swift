import ArgumentParser
import Foundation

/// The command `drawdown check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a configuration file; start nothing.",
        discussion: """
            Names every fault with file, line, column and key, and exits with 78 if there is one. \
            Environment variables count as they would for `run`.

            Example:
              drawdown check --config drawdown.yaml
            """
    )

    @OptionGroup var file: ConfigurationOption

    @Flag(help: "Print the faults as JSON to standard output.")
    var json = false

    func run() async throws {
        do {
            let loaded = try file.read()
            report(loaded.warnings, isUsable: true)
        } catch {
            report(error.faults, isUsable: false)
            throw CommandFailure(.configuration, "")
        }
    }

    private func report(_ faults: [ConfigurationFault], isUsable: Bool) {
        let path = file.config
        guard !json else {
            StandardStreams.write(CheckReport(file: path, isUsable: isUsable, faults: faults).json)
            return
        }
        for fault in faults { StandardStreams.writeError(fault.line(in: path) + "\n") }
        if isUsable { StandardStreams.write("\(path): ok\n") }
    }
}

/// What `check --json` prints.
struct CheckReport: Encodable {
    struct Fault: Encodable {
        let severity: String
        let line: Int?
        let column: Int?
        let variable: String?
        let key: String
        let message: String

        init(_ fault: ConfigurationFault) {
            severity = fault.severity.rawValue
            key = fault.key
            message = fault.message
            switch fault.place {
            case .file(let line, let column):
                self.line = line
                self.column = column
                variable = nil
            case .environment(let name):
                line = nil
                column = nil
                variable = name
            case .wholeFile:
                line = nil
                column = nil
                variable = nil
            }
        }
    }

    let file: String
    let ok: Bool
    let faults: [Fault]

    init(file: String, isUsable: Bool, faults: [ConfigurationFault]) {
        self.file = file
        ok = isUsable
        self.faults = faults.map(Fault.init)
    }

    /// One object, with a line end.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(self)) ?? Data("{}".utf8)
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
