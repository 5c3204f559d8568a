import Foundation

/// The benchmark's broker, in a process of its own, so that its work is not counted as ours.
final class BenchBroker {
    let bootstrapServers: String
    private let process: Process
    private let input: Pipe

    /// - Parameter partitions: of the usage topic.
    /// - Throws: ``CommandFailure`` where `mock-broker` is not beside this program or does not start.
    init(partitions: Int) throws {
        let directory = Bundle.main.executableURL?.deletingLastPathComponent()
        let program = directory?.appendingPathComponent("mock-broker")
        guard let program, FileManager.default.isExecutableFile(atPath: program.path) else {
            throw CommandFailure(
                .unavailable,
                "expected mock-broker beside this program; build it with: swift build -c release"
            )
        }
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = program
        process.arguments = [
            "--until-eof", "--topic", "usage.events:\(partitions)",
            "--topic", "credits.commands:4", "--topic", "webhook.triggers:16",
            "--topic", "usage.dead-letters:4",
        ]
        // The broker ends with this process, however that ends.
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        self.process = process
        self.input = input
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        bootstrapServers = line.drop { $0 != "=" }.dropFirst()
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
