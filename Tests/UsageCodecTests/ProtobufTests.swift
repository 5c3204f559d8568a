import Credits
import SwiftProtobuf
import Testing

@testable import UsageCodec

/// Usage events in Protocol Buffers: the same events as in JSON.
@Suite struct ProtobufTests {
    private typealias Event = ProtobufSamples.Event

    private static func event(_ fill: (inout Event) -> Void) -> Event {
        ProtobufSamples.event(fill)
    }

    /// What tells whether two messages are the same event of the same account.
    private struct Identity: Equatable {
        let key: IDKey
        let fingerprint: UInt64
        let account: [String]
        let credits: Amount
        let quantity: Amount
        let rate: RateReference
        let occurredAt: Timestamp
        let texts: [String]

        init(_ batch: InputBatch) throws {
            let event = try #require(batch.usage.first, "\(batch.invalid)")
            key = event.key
            fingerprint = event.fingerprint
            account = batch.accountNames(event.account)
            credits = event.credits
            quantity = event.quantity
            rate = event.rate
            occurredAt = event.occurredAt
            let slices = [event.usageID, event.source, event.action, event.holdID]
            texts = slices.map(batch.text) + batch.dimensionTexts(event)
        }
    }

    private static let pairs: [(Event, String)] = [
        (
            ProtobufSamples.whole(),
            #"""
            {"usage_id":"u1","source":"/eu","customer_id":"globex","credit_type":"gpu",
             "action":"image.generate","quantity":2.5,"credits":"30.50","hold_id":"h1",
             "occurred_at":"2026-11-22T09:00:00.123456Z",
             "dimensions":{"a":-1,"é":"","model":"sdxl","steps":50}}
            """#
        ),
        (
            event {
                $0.usageID = "img_12345"
                $0.credits = "50"
            },
            #"{"usage_id":"img_12345","credits":50}"#
        ),
        (
            event {
                $0.usageID = "u"
                $0.action = "image.generate"
                $0.quantity = "1e1"
            },
            #"{"usage_id":"u","action":"image.generate","quantity":10,"dimensions":{}}"#
        ),
        (
            event {
                $0.usageID = "u"
                $0.action = "nobody.knows"
                $0.dimensions = ["n": ProtobufSamples.number("1.50"), "absent": .init()]
            },
            #"{"usage_id":"u","action":"nobody.knows","dimensions":{"n":1.5,"absent":null}}"#
        ),
        (
            event {
                $0.usageID = "u"
                $0.credits = "0"
                $0.occurredAt = .init()
            },
            #"{"usage_id":"u","credits":0,"occurred_at":"1970-01-01T00:00:00Z"}"#
        ),
    ]

    @Test(arguments: pairs.indices)
    func anEventIsTheSameInBothEncodings(_ index: Int) throws {
        let (event, json) = Self.pairs[index]
        let ours = try Identity(ProtobufSamples.decode(event))
        #expect(try ours == Identity(Samples.decode(.usage, json)))
    }

    @Test func theTextOneAndTheNumberOneAreDifferent() throws {
        func fingerprint(_ value: Drawdown_V1_DimensionValue) throws -> UInt64 {
            try Identity(
                ProtobufSamples.decode(
                    Self.event {
                        $0.usageID = "u"
                        $0.credits = "1"
                        $0.dimensions = ["n": value]
                    }
                )
            ).fingerprint
        }
        #expect(
            try fingerprint(ProtobufSamples.text("1")) != fingerprint(ProtobufSamples.number("1"))
        )
    }

    @Test(arguments: [
        ("content-type", "application/x-protobuf", true),
        ("Content-Type", "Application/X-Protobuf; messageType=drawdown.v1.UsageEvent", true),
        ("content-type", "application/json", false), ("content-type", "text/plain", false),
        ("accept", "application/x-protobuf", false),
    ])
    func theMediaTypeTells(_ name: String, _ value: String, isRead: Bool) throws {
        let header = MessageHeader(name: name, value: Array(value.utf8))
        let batch = try ProtobufSamples.decode(ProtobufSamples.whole(), headers: [header])
        #expect(batch.usage.count == (isRead ? 1 : 0))
        #expect(batch.count == 1)
    }

    @Test func aMappedTopicIsReadAsItsOwnerSays() throws {
        let mapping = UsageMapping([.usageID: try #require(JSONPointer("/id"))])
        let batch = Samples.decode(
            .mappedUsage(mapping),
            bytes: try ProtobufSamples.whole().serializedBytes(),
            headers: [ProtobufSamples.contentType]
        )
        #expect(batch.invalid.first?.refusal.code == .invalidJSON)
    }

    @Test func theRecordsKeyIsTheCustomerWhereThereIsNone() throws {
        var event = ProtobufSamples.whole()
        event.customerID = ""
        #expect(
            try Identity(ProtobufSamples.decode(event, key: "acme")).account == ["acme", "gpu"]
        )
        #expect(try ProtobufSamples.refusal(event, key: nil)?.field == "customer_id")
    }

    @Test func fieldsThatAreNotKnownAreIgnored() throws {
        let bytes: [UInt8] = try ProtobufSamples.whole().serializedBytes()
        // Field 99, length-delimited, two bytes; field 98, a varint.
        let batch = Samples.decode(
            .usage,
            bytes: bytes + [0x9A, 0x06, 0x02, 0x68, 0x69, 0x90, 0x06, 0x05],
            headers: [ProtobufSamples.contentType]
        )
        #expect(try Identity(batch) == Identity(ProtobufSamples.decode(ProtobufSamples.whole())))
    }

    @Test func theValueIsKeptAsItCame() throws {
        let bytes: [UInt8] = try ProtobufSamples.whole().serializedBytes()
        let batch = try ProtobufSamples.decode(ProtobufSamples.whole())
        let message = try #require(batch.usage.first).message
        #expect(Array(batch.bytes[message.value.range]) == bytes)
        #expect(batch.headers == [[ProtobufSamples.contentType]])
    }

    @Test(arguments: [
        (-62_135_596_800, 0, "0001-01-01T00:00:00Z"),
        (253_402_300_799, 999_999_999, "9999-12-31T23:59:59.999999Z"),
        (-1, 1000, "1969-12-31T23:59:59.000001Z"), (0, 999, "1970-01-01T00:00:00Z"),
    ])
    func aMomentIsExactToTheMicrosecond(_ seconds: Int64, _ nanos: Int32, text: String) throws {
        let event = Self.event {
            $0.usageID = "u"
            $0.credits = "1"
            $0.occurredAt = .init(seconds: seconds, nanos: nanos)
        }
        #expect(try Identity(ProtobufSamples.decode(event)).occurredAt == Samples.moment(text))
    }
}
