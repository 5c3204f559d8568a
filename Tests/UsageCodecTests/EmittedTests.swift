@testable import Credits
import Foundation
import Testing
import UsageCodec

/// Every kind of message that is written or read, for the schemas to be held against.
///
/// `Tests/validate-schemas.py` validates them: where `DRAWDOWN_EMITTED` names a file, they are
/// written to it, one `{"schema", "valid", "value"}` to a line.
@Suite struct EmittedTests {
    private struct Sample {
        let schema: String
        let isValid: Bool
        let json: String
    }

    @Test func everyMessageIsJSONAndIsGivenToTheSchemas() throws {
        let samples =
            Self.triggers() + Self.triggerHeaders() + Self.entries() + Self.deadLetters()
            + Self.inputs()
        let schemas = [
            "trigger", "trigger_headers", "entry", "dead_letter_headers", "usage_event", "command",
        ]
        for schema in schemas {
            #expect(samples.contains { $0.schema == schema && $0.isValid }, "\(schema)")
        }
        let lines = samples.map { sample in
            #"{"schema":"\#(sample.schema)","valid":\#(sample.isValid),"value":\#(sample.json)}"#
        }
        for line in lines {
            #expect(Samples.refusal(.usage, line)?.field == "usage_id", "\(line)")
        }
        if let path = ProcessInfo.processInfo.environment["DRAWDOWN_EMITTED"] {
            let text = lines.joined(separator: "\n") + "\n"
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    /// Triggers of every type, and those that leave parts of their entry out.
    private static func triggers() -> [Sample] {
        let commits = [
            SampleCommit.whole(), SampleCommit.withDimensions(50),
            SampleCommit.withAllocations(2000),
        ]
        return commits.flatMap { commit in
            SampleCommit.messages(of: commit).map {
                Sample(schema: "trigger", isValid: true, json: $0.text)
            }
        }
    }

    private static func triggerHeaders() -> [Sample] {
        SampleCommit.messages(of: SampleCommit.whole()).map {
            Sample(schema: "trigger_headers", isValid: true, json: json(of: $0.headers))
        }
    }

    private static func json(of headers: [MessageHeader]) -> String {
        var writer = JSONWriter()
        writer.object {
            for header in headers {
                let text = header.value.map { String(decoding: $0, as: UTF8.self) }
                $0.key(named: header.name)
                if let text { $0.string(text) } else { $0.null() }
            }
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func entries() -> [Sample] {
        let commit = SampleCommit.whole()
        return commit.entries.flatMap { entry in
            let whole = text(of: entry, in: commit, .all)
            // Without dimensions but with allocations is a shape; the other way round is none.
            return [
                Sample(schema: "entry", isValid: true, json: whole),
                Sample(
                    schema: "entry",
                    isValid: true,
                    json: text(of: entry, in: commit, .allocations)
                ),
                Sample(
                    schema: "entry",
                    isValid: false,
                    json: text(of: entry, in: commit, .dimensions)
                ),
                // A field that is left out, and one of usage beside one of a command, which only
                // a reversal has, and must have.
                Sample(
                    schema: "entry",
                    isValid: false,
                    json: whole.replacing(#""actor":null,"#, with: "")
                        .replacing(#""actor":{"type":"admin","id":"eve"},"#, with: "")
                ),
                Sample(
                    schema: "entry",
                    isValid: false,
                    json: whole.replacing(#""command_id":null"#, with: #""command_id":"c""#)
                        .replacing(#""usage_id":null"#, with: #""usage_id":"u""#)
                        .replacing(#""command_id":"cmd_4""#, with: #""command_id":null"#)
                ),
            ]
        }
    }

    private static func text(of entry: Entry, in commit: Commit, _ parts: EntryParts) -> String {
        var writer = JSONWriter()
        writer.writeEntry(
            entry,
            of: commit,
            hash: SampleCommit.hash,
            names: EntryNames { _, _ in nil },
            parts: parts
        )
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func deadLetters() -> [Sample] {
        [#"{"usage_id":"u","credits":-1}"#, "{"].map { value in
            let batch = Samples.decode(.usage, value)
            var commit = Commit(number: 1, recordedAt: Samples.recorded, cluster: "test")
            commit.partitions = batch.partitions
            commit.bytes = batch.bytes
            commit.deadLetters = batch.invalid.map {
                DeadLetter(message: $0.message, refusal: $0.refusal)
            }
            let messages = SampleCommit.messages(of: commit)
            return Sample(
                schema: "dead_letter_headers",
                isValid: true,
                json: json(of: messages.flatMap(\.headers))
            )
        }
    }

    /// Inputs with what the decoder says of them, so that schema and decoder cannot differ.
    private static func inputs() -> [Sample] {
        let usage = [
            #"{"usage_id":"img_12345","credits":50}"#,
            #"{"usage_id":"u","action":"a","quantity":"2.5","source":"","customer_id":null}"#,
            #"{"usage_id":"u","credits":"1e3","dimensions":{"a":1,"b":"x","c":null},"more":[{}]}"#,
            #"{"usage_id":"u","credits":1,"hold_id":"h","#
                + #""occurred_at":"2026-11-22T10:00:00+01:00"}"#,
            #"{"credits":50}"#, #"{"usage_id":"u"}"#, #"{"usage_id":"","credits":1}"#,
            #"{"usage_id":"a\u0085","credits":1}"#, #"{"usage_id":"u","credits":-1}"#,
            #"{"usage_id":"u","credits":"NaN"}"#, #"{"usage_id":"u","credits":null}"#,
            #"{"usage_id":"u","credits":1,"dimensions":{"a":true}}"#,
            #"{"usage_id":"u","credits":1,"occurred_at":5}"#,
            #"{"usage_id":"u","credits":1,"occurred_at":"10000-01-01T00:00:00Z"}"#,
        ]
        let commands = [
            #"{"command_id":"c","type":"grant","credits":1}"#,
            #"{"command_id":"c","type":"grant","credits":"1.5","grant_id":"g","source":"top_up","#
                + #""category":"paid","priority":0,"effective_at":"2026-12-01T00:00:00Z","#
                + #""expires_after":"P1M","cost_basis":0,"reference":"r","request_id":"q","#
                + #""actor":{"type":"admin","id":"eve"},"reason":"x","expires_at":null}"#,
            #"{"command_id":"c","type":"configure","overdraft":{"limit":"10"}}"#,
            #"{"command_id":"c","type":"configure","overdraft":"refuse","thresholds":[]}"#,
            #"{"command_id":"c","type":"configure","thresholds":[{"type":"percent","value":20}]}"#,
            #"{"type":"grant","credits":1}"#, #"{"command_id":"c","type":"grant"}"#,
            #"{"command_id":"c","type":"gift"}"#,
            #"{"command_id":"c","type":"grant","credits":-1}"#,
            #"{"command_id":"c","type":"grant","credits":1,"priority":1.5}"#,
            #"{"command_id":"c","type":"grant","credits":1,"source":"gift"}"#,
            #"{"command_id":"c","type":"grant","credits":1,"expires_after":"30 days"}"#,
            #"{"command_id":"c","type":"grant","credits":1,"expires_after":"P1D","#
                + #""expires_at":"2030-01-01T00:00:00Z"}"#,
            #"{"command_id":"c","type":"configure"}"#,
            #"{"command_id":"c","type":"configure","overdraft":"allow"}"#,
            #"{"command_id":"c","type":"configure","overdraft":{}}"#,
            #"{"command_id":"c","type":"configure","thresholds":[{"type":"low","value":1}]}"#,
            #"{"command_id":"c","type":"configure","thresholds":[{"type":"percent","value":101}]}"#,
        ]
        return usage.map { sample("usage_event", .usage, $0) }
            + (commands + CommandSamples.all).map { sample("command", .command, $0) }
    }

    private static func sample(_ schema: String, _ role: MessageRole, _ json: String) -> Sample {
        Sample(schema: schema, isValid: Samples.refusal(role, json) == nil, json: json)
    }
}
