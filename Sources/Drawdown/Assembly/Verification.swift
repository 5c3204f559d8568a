import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore

/// `drawdown verify`: reads a journal from its first commit to its last and proves it.
struct Verification {
    let path: String

    func run(asJSON: Bool) throws {
        let report = try report()
        StandardStreams.write(asJSON ? try Self.json(report) : Self.text(report, path: path))
        guard report.isSound else { throw CommandFailure(.data, "") }
    }

    private func report() throws(CommandFailure) -> VerificationReport {
        let journal: EmbeddedJournal
        do {
            journal = try EmbeddedJournal(readOnly: path)
        } catch {
            // What is not there, or not what was written, is wrong data; a lock is not.
            let code: ExitCodes =
                switch error.code {
                case .damaged, .unusable: .data
                case .inUse, .fenced, .diskFull, .failed: .storage
                }
            throw CommandFailure(code, error.message)
        }
        let progress = VerificationProgress(commits: journal.head.number)
        defer { progress.clear() }
        return journal.verify { progress.note(commit: $0) }
    }

    static func text(_ report: VerificationReport, path: String) -> String {
        let counts =
            "\(LiveFormat.count(Int(report.commits))) commits, "
            + "\(LiveFormat.count(Int(report.entries))) entries, "
            + "\(LiveFormat.count(report.accounts)) accounts, "
            + "\(LiveFormat.count(report.ids)) ids"
        guard !report.isSound else {
            return "\(path): ok\n  \(counts)\n  every balance, hash and id is as it was written\n"
        }
        let faults = report.faults.map { "  \($0.line)\n" }.joined()
        let kinds =
            report.faults.count == 1 ? "1 kind of fault" : "\(report.faults.count) kinds of fault"
        return "\(path): \(kinds)\n  \(counts) up to there\n\(faults)"
    }

    static func json(_ report: VerificationReport) throws -> String {
        let faults = report.faults.map { fault -> [String: Any] in
            var object: [String: Any] = [
                "kind": fault.kind.rawValue, "commit": fault.commit, "message": fault.message,
            ]
            object["account"] = fault.account
            return object
        }
        let object: [String: Any] = [
            "ok": report.isSound, "commits": report.commits, "entries": report.entries,
            "accounts": report.accounts, "ids": report.ids, "faults": faults,
        ]
        let data = try JSONSerialization.data(
            withJSONObject: object,
            options: [.sortedKeys, .withoutEscapingSlashes]
        )
        return String(decoding: data, as: UTF8.self) + "\n"
    }
}

extension VerificationFault {
    /// The fault as a line for people.
    var line: String { "\(kind.rawValue) in commit \(commit): \(message)" }
}

/// Says how far a long verification is, where somebody watches.
private final class VerificationProgress {
    private let commits: UInt64
    private let isWatched = isatty(STDERR_FILENO) == 1
    private var shownAt = ContinuousClock.now
    private var wasShown = false

    init(commits: UInt64) {
        self.commits = commits
    }

    func note(commit: UInt64) {
        guard isWatched, commit % 64 == 0, ContinuousClock.now - shownAt > .milliseconds(500) else {
            return
        }
        shownAt = .now
        wasShown = true
        StandardStreams.writeError(
            "\r\u{1B}[Kverifying: \(commit * 100 / max(commits, 1)) %, commit "
                + "\(LiveFormat.count(Int(commit))) of \(LiveFormat.count(Int(commits)))"
        )
    }

    func clear() {
        if wasShown { StandardStreams.writeError("\r\u{1B}[K") }
    }
}
