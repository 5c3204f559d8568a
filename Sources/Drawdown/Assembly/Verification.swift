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
            throw CommandFailure(reading: error)
        }
        let progress = ProgressLine()
        defer { progress.clear() }
        return journal.verify { commit in
            progress.show { ProgressLine.commits("verifying", commit, of: journal.head.number) }
        }
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
