import Credits
import SwiftProtobuf
import Testing

@testable import UsageCodec

/// Every way in which a usage event in Protocol Buffers can be wrong: the codes and fields of JSON.
@Suite struct ProtobufRefusalTests {
    private typealias Event = ProtobufSamples.Event
    private typealias Fill = @Sendable (inout Event) -> Void

    /// An event that is right but for what is filled in.
    private static func event(_ fill: Fill) -> Event {
        ProtobufSamples.event {
            $0.usageID = "u"
            $0.credits = "1"
            fill(&$0)
        }
    }

    private static func dimension(_ name: String, _ value: Drawdown_V1_DimensionValue) -> Fill {
        { $0.dimensions[name] = value }
    }

    private static let long = String(repeating: "x", count: 257)

    private static let cases: [(RefusalCode, String, Fill)] = [
        (.missingField, "usage_id", { $0.usageID = "" }),
        (.invalidField, "usage_id", { $0.usageID = long }),
        (.invalidField, "usage_id", { $0.usageID = "a\u{0}b" }),
        (.invalidField, "usage_id", { $0.usageID = "a\u{85}" }),
        (.invalidField, "source", { $0.source = "\n" }),
        (.invalidField, "source", { $0.source = long }),
        (.invalidField, "customer_id", { $0.customerID = String(long.prefix(129)) }),
        (.invalidField, "credit_type", { $0.creditType = String(long.prefix(65)) }),
        (.invalidField, "action", { $0.action = "\t" }),
        (.missingField, "credits", { $0.credits = "" }),
        (.invalidField, "credits", { $0.credits = "-1" }),
        (.invalidField, "credits", { $0.credits = "NaN" }),
        (.invalidField, "credits", { $0.credits = " 1" }),
        (.invalidField, "credits", { $0.credits = "0.0000000000001" }),
        (.outOfRange, "credits", { $0.credits = "1e26" }),
        (.invalidField, "quantity", { $0.quantity = "-0.5" }),
        (.outOfRange, "quantity", { $0.quantity = "1e400" }),
        (.invalidField, "occurred_at", { $0.occurredAt.seconds = 253_402_300_800 }),
        (.invalidField, "occurred_at", { $0.occurredAt.seconds = -62_135_596_801 }),
        (.invalidField, "occurred_at", { $0.occurredAt.seconds = .max }),
        (.invalidField, "occurred_at", { $0.occurredAt.seconds = .min }),
        (.invalidField, "occurred_at", { $0.occurredAt.nanos = -1 }),
        (.invalidField, "occurred_at", { $0.occurredAt.nanos = 1_000_000_000 }),
        (.invalidField, "dimensions.", dimension("", ProtobufSamples.text("x"))),
        (.invalidField, #"dimensions.a\u0001"#, dimension("a\u{1}", ProtobufSamples.text("x"))),
        (.invalidField, "dimensions.n", dimension("n", ProtobufSamples.number(""))),
        (.invalidField, "dimensions.n", dimension("n", ProtobufSamples.number("one"))),
        (.outOfRange, "dimensions.n", dimension("n", ProtobufSamples.number("1e26"))),
        (
            .invalidField, "dimensions.t",
            dimension("t", ProtobufSamples.text(String(repeating: "x", count: 65_536)))
        ),
        (.invalidField, "hold_id", { $0.holdID = "\u{7F}" }),
    ]

    @Test(arguments: cases.indices)
    func aWrongEventIsInvalidAndKept(_ index: Int) throws {
        let (code, field, fill) = Self.cases[index]
        let event = Self.event(fill)
        let batch = try ProtobufSamples.decode(event)
        let invalid = try #require(batch.invalid.first)
        #expect(batch.count == 1)
        #expect(invalid.refusal.code == code)
        #expect(invalid.refusal.field == field)
        #expect(invalid.refusal.message.hasPrefix("expected \(field) to be "))
        let bytes: [UInt8] = try event.serializedBytes()
        #expect(Array(batch.bytes[invalid.message.value.range]) == bytes)
    }

    @Test func theFirstFaultInTheContractsOrderIsNamed() throws {
        let event = Self.event {
            $0.source = "\n"
            $0.credits = "-1"
            $0.dimensions = [:]
            $0.holdID = "\n"
        }
        #expect(try ProtobufSamples.refusal(event)?.field == "source")
    }

    @Test(
        arguments: [
            [0xFF], [0x0A], [0x0A, 0x05, 0x61], [0x0A, 0x01, 0xFF], Array("{}".utf8),
            Array(#"{"usage_id":"u","credits":1}"#.utf8),
        ] as [[UInt8]]
    )
    func whatIsNoMessageIsInvalidAsAWhole(_ bytes: [UInt8]) throws {
        let batch = Samples.decode(
            .usage,
            bytes: bytes,
            headers: [ProtobufSamples.contentType]
        )
        let invalid = try #require(batch.invalid.first)
        #expect(invalid.refusal.code == .invalidField)
        #expect(invalid.refusal.field == nil)
        #expect(
            invalid.refusal.message
                == "expected value to be a drawdown.v1.UsageEvent in Protocol Buffers, "
                + "got: \(bytes.count) bytes that are none"
        )
        #expect(Array(batch.bytes[invalid.message.value.range]) == bytes)
    }

    @Test func noBytesAreAMessageWithoutFieldsAndATombstoneIsNone() {
        let empty = Samples.decode(.usage, bytes: [], headers: [ProtobufSamples.contentType])
        #expect(empty.invalid.first?.refusal.code == .missingField)
        #expect(empty.invalid.first?.refusal.field == "usage_id")
        let tombstone = Samples.decode(.usage, bytes: nil, headers: [ProtobufSamples.contentType])
        #expect(tombstone.invalid.first?.refusal.code == .invalidField)
        #expect(
            tombstone.invalid.first?.refusal.message.hasSuffix("got: nothing (a tombstone)") == true
        )
    }

    @Test func aValueBeyondTheLimitIsTooLargeBeforeItIsParsed() {
        let batch = Samples.decode(
            .usage,
            bytes: [UInt8](repeating: 0xFF, count: 101),
            headers: [ProtobufSamples.contentType],
            limit: 100
        )
        #expect(batch.invalid.first?.refusal.code == .tooLarge)
    }

    @Test func aCloudEventIsNotReadFromProtocolBuffers() throws {
        let version = MessageHeader(name: "ce_specversion", value: Array("1.0".utf8))
        let batch = try ProtobufSamples.decode(
            ProtobufSamples.whole(),
            headers: [version, ProtobufSamples.contentType]
        )
        #expect(batch.invalid.first?.refusal.field == "content-type")
    }
}
