import Credits
import SwiftProtobuf

@testable import UsageCodec

/// Usage events in Protocol Buffers, as the tests want to write them.
enum ProtobufSamples {
    typealias Event = Drawdown_V1_UsageEvent

    static let contentType = MessageHeader(
        name: "content-type",
        value: Array("application/x-protobuf".utf8)
    )

    /// An event with every field.
    static func whole() -> Event {
        event {
            $0.usageID = "u1"
            $0.source = "/eu"
            $0.customerID = "globex"
            $0.creditType = "gpu"
            $0.action = "image.generate"
            $0.quantity = "2.50"
            $0.credits = "30.5"
            $0.occurredAt = .init(seconds: 1_795_338_000, nanos: 123_456_789)
            $0.dimensions = [
                "steps": number("50.0"), "model": text("sdxl"), "é": text(""), "a": number("-1"),
            ]
            $0.holdID = "h1"
        }
    }

    static func event(_ fill: (inout Event) -> Void) -> Event {
        var event = Event()
        fill(&event)
        return event
    }

    static func text(_ text: String) -> Drawdown_V1_DimensionValue {
        var value = Drawdown_V1_DimensionValue()
        value.text = text
        return value
    }

    static func number(_ text: String) -> Drawdown_V1_DimensionValue {
        var value = Drawdown_V1_DimensionValue()
        value.number = text
        return value
    }

    static func decode(
        _ event: Event,
        key: String? = "acme",
        headers: [MessageHeader] = [contentType]
    ) throws -> InputBatch {
        try Samples.decode(
            .usage,
            bytes: event.serializedBytes(),
            key: key.map { Array($0.utf8) },
            headers: headers
        )
    }

    static func refusal(_ event: Event, key: String? = "acme") throws -> Refusal? {
        try decode(event, key: key).invalid.first?.refusal
    }
}
