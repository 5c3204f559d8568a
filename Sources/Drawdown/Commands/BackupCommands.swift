import ArgumentParser
import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore
import UsagePipeline

/// The command `drawdown backup`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy a store, also while a worker uses it.",
        discussion: """
            The copy is the store as it is after one commit, with the offsets up to which its topics \
            were read. Sealed files are linked where the backup is on the store's file system, and \
            copied elsewhere; links share the disk's faults, so move a backup to another disk. The \
            copy is read whole and proven before it gets its name; nothing is written over what is \
            there.

            Examples:
              drawdown backup --config drawdown.yaml --to /backup/drawdown-monday
              drawdown backup --data ./drawdown-data --to ./copy --json
            """
    )

    @OptionGroup var store: StoreOption

    @Option(help: ArgumentHelp("The directory that the backup becomes.", valueName: "dir"))
    var to: String

    @Flag(help: "Leave the proof to `drawdown verify --data BACKUP`.")
    var withoutVerifying = false

    @Flag(help: "Print what was copied as JSON.")
    var json = false

    func validate() throws {
        guard !to.isEmpty else {
            throw ValidationError("expected --to to be a directory, got: nothing")
        }
    }

    func run() async throws {
        let path = try store.directory()
        guard !FileManager.default.fileExists(atPath: to) else {
            throw CommandFailure(
                .usage,
                "expected --to to be missing, got: \(to), which is there; nothing is written over it"
            )
        }
        let report = try StoreCopying.report { progress throws(StoreError) in
            try StoreBackup(of: path).write(to: to, verifies: !withoutVerifying, progress)
        }
        StandardStreams.write(
            try json ? report.json("backup", to) : report.text("\(to) is a backup of \(path)")
        )
    }
}

/// The command `drawdown restore`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Make a store of a backup.",
        discussion: """
            Proves the backup, and makes a store of it that goes on from its own offsets: what came \
            after the backup is read from Kafka again, which its usage ids make harmless. Stop the \
            worker of the store that is replaced first, and never start that store again. Exits with \
            65 if the backup is damaged.

            Example:
              drawdown restore --from /backup/drawdown-monday --to ./data
            """
    )

    @Option(help: ArgumentHelp("The backup.", valueName: "dir"))
    var from: String

    @Option(
        help: ArgumentHelp("The store's directory; missing or empty.", valueName: "dir")
    )
    var to: String

    @Flag(help: "Print what was restored as JSON.")
    var json = false

    func validate() throws {
        guard !from.isEmpty, !to.isEmpty else {
            throw ValidationError("expected --from and --to to be directories, got: nothing")
        }
    }

    func run() async throws {
        let names = try? FileManager.default.contentsOfDirectory(atPath: to)
        guard names?.isEmpty ?? !FileManager.default.fileExists(atPath: to) else {
            throw CommandFailure(
                .usage,
                "expected --to to be missing or empty, got: \(to), where something is; nothing is "
                    + "written over it"
            )
        }
        let report = try StoreCopying.report { progress throws(StoreError) in
            try StoreRestore(from: from)
                .write(to: to, at: UsagePipeline.SystemClock().now, progress)
        }
        StandardStreams.write(
            try json ? report.json("store", to) : report.text("\(to) is the store of \(from)")
        )
    }
}

/// What backup and restore have in common.
enum StoreCopying {
    /// Copies, and shows how far it is.
    static func report(
        _ copy: ((StoreCopyStep) -> Void) throws(StoreError) -> StoreCopyReport
    ) throws(CommandFailure) -> StoreCopyReport {
        let progress = ProgressLine()
        defer { progress.clear() }
        do {
            return try copy { step in progress.show { words(for: step) } }
        } catch {
            throw CommandFailure(reading: error)
        }
    }

    private static func words(for step: StoreCopyStep) -> String {
        switch step {
        case .data: "copying the data file"
        case .files(let done, let count):
            "copying: \(LiveFormat.count(done)) of \(LiveFormat.count(count)) sealed files"
        case .verifying(let commit, let count):
            ProgressLine.commits("verifying", commit, of: count)
        }
    }
}

extension StoreCopyReport {
    /// For people.
    func text(_ title: String) -> String {
        var text = "\(title)\n  up to commit \(LiveFormat.count(Int(head.number)))"
        if head.number > 0 { text += " of \(head.recordedAt.description)" }
        text += "; \(LiveFormat.count(files)) sealed files, of which "
        text += "\(LiveFormat.count(linkedFiles)) are links; "
        text += "\(LiveFormat.count(byteCount)) bytes, of which "
        text += "\(LiveFormat.count(writtenByteCount)) were written\n"
        guard let verification else { return text + "  not verified\n" }
        return text + "  verified: \(LiveFormat.count(Int(verification.entries))) entries of "
            + "\(LiveFormat.count(verification.accounts)) accounts\n"
    }

    /// For programs.
    func json(_ name: String, _ path: String) throws -> String {
        let object: [String: Any] = [
            name: path, "store_uuid": uuid, "commit": head.number,
            "recorded_at": head.number > 0 ? head.recordedAt.description as Any : NSNull(),
            "files": files, "linked_files": linkedFiles, "bytes": byteCount,
            "written_bytes": writtenByteCount, "verified": verification != nil,
        ]
        let data = try JSONSerialization.data(
            withJSONObject: object,
            options: [.sortedKeys, .withoutEscapingSlashes]
        )
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}
