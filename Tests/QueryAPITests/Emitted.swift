import Foundation
import Synchronization
import Testing

@testable import QueryAPI

/// Every JSON answer of the tests, for a validator outside to hold against `schemas/openapi.yaml`.
///
/// Where `DRAWDOWN_EMITTED` names a file, answers go to that name with `.answers` behind it, one
/// `{"schema": …, "value": …}` per line.
enum Emitted {
    private static let file = Mutex(open())

    static func note(_ answer: Answer, to target: String) {
        guard answer.type.hasSuffix("json") else { return }
        let line =
            "{\"schema\":\"openapi.yaml#/components/schemas/\(schema(of: answer, target))\","
            + "\"value\":\(answer.text)}\n"
        file.withLock { $0?.write(Data(line.utf8)) }
    }

    /// A command that is taken.
    static func note(command: String) {
        let line =
            "{\"schema\":\"openapi.yaml#/components/schemas/Command\",\"value\":\(command)}\n"
        file.withLock { $0?.write(Data(line.utf8)) }
    }

    private static func schema(of answer: Answer, _ target: String) -> String {
        guard answer.status < 400 else { return "Problem" }
        guard answer.status != 202 else { return "PendingCommand" }
        let path = String(target.prefix { $0 != "?" })
        let names = [
            ("/healthz", "Health"), ("/readyz", "Readiness"), ("/v1/customers", "CustomerList"),
            ("/balance", "CurrentBalance"), ("/entries", "EntryList"), ("/grants", "GrantList"),
            ("/entitlement", "Entitlement"), ("/usage", "UsageRollup"),
            ("/dead-letters", "DeadLetterList"), ("/commands", "CommandOutcome"),
        ]
        return names.first { path.hasSuffix($0.0) }?.1
            ?? (path.contains("/usage/") ? "Entry" : "Health")
    }

    private static func open() -> FileHandle? {
        guard let name = ProcessInfo.processInfo.environment["DRAWDOWN_EMITTED"] else { return nil }
        let path = name + ".answers"
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            Issue.record(
                "expected DRAWDOWN_EMITTED to name a file that can be written, got: \(name)"
            )
            return nil
        }
        return FileHandle(forWritingAtPath: path)
    }
}
