import Credits
import Testing
@testable import UsageCodec

/// Goal: no bytes and no headers bring the decoder down, whatever format they claim.
///
/// Method: good messages of every shape, a few of their bytes changed.
@Suite struct FormatFuzzTests {
    private static let structured = [
        #"{"specversion":"1.0","id":"e","source":"/s","subject":"c","type":"chat.request","#
            + #""time":"2026-11-22T09:00:00Z","data":{"b":true,"dimensions":{"a":-1},"n":[1]}}"#,
        #"{"specversion":"1.0","id":"\u0065","source":"/s","type":"chat.request","#
            + #""data_base64":"eyJjcmVkaXRzIjoxfQ=="}"#,
    ]
    private static let mapped =
        #"{"transaction_id":"t","code":"chat.request","timestamp":-17.25e3,"a":[{"b\u002f":"x"}],"#
        + #""properties":{"a":1,"b":false,"c":null,"d":{"e":[]}}}"#
    private static let headers = [
        ("ce_specversion", "1.0"), ("ce_id", "e"), ("ce_source", "s"), ("ce_type", "chat.request"),
        ("ce_time", "2026-11-22T09:00:00Z"), ("content-type", "application/json; charset=utf-8"),
    ]

    private static func mutate(_ bytes: [UInt8], _ generator: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int(generator.next() % 4) where !bytes.isEmpty {
            let position = Int(generator.next() % UInt64(bytes.count))
            if generator.next() % 4 == 0 {
                bytes.removeSubrange(position...)
            } else {
                bytes[position] = UInt8(truncatingIfNeeded: generator.next())
            }
        }
        return bytes
    }

    /// Decodes many variants and says how many were accepted.
    private static func run(
        _ role: MessageRole,
        _ seeds: [String],
        _ headers: [(String, String)],
        _ state: UInt64
    ) -> Int {
        var generator = SplitMix(state: state)
        var decoder = Samples.decoder()
        var batch = Samples.batch()
        for round in 1...10_000 {
            let seed = seeds[Int(generator.next() % UInt64(seeds.count))]
            let bytes = mutate(Array(seed.utf8), &generator)
            let changed = headers.map { name, value in
                let isChanged = generator.next() % 8 == 0
                let value = Array(value.utf8)
                return MessageHeader(
                    name: name,
                    value: isChanged ? mutate(value, &generator) : value
                )
            }
            decoder.decode(
                role,
                key: nil,
                value: bytes.span,
                headers: changed,
                timestamp: Samples.recorded,
                origin: .time,
                into: &batch
            )
            guard batch.count == round else { return -1 }
        }
        return batch.usage.count
    }

    @Test func structuredEventsEndInExactlyOneList() {
        for headers in [[], [("content-type", "application/cloudevents+json")]] {
            #expect((1..<10_000).contains(Self.run(.usage, Self.structured, headers, 1)))
        }
    }

    @Test func eventsInBinaryModeEndInExactlyOneList() {
        let data = [#"{"credits":1,"customer":"x","dimensions":{"a":1}}"#, "null", ""]
        let headers = Self.headers + [("ce_subject", "globex")]
        #expect((1..<10_000).contains(Self.run(.usage, data, headers, 2)))
    }

    @Test func mappedMessagesEndInExactlyOneList() {
        let pointers: [UsageField: String] = [
            .usageID: "/transaction_id", .customerID: "/a/0/b~1", .action: "/code",
            .occurredAt: "/timestamp", .dimensions: "/properties",
        ]
        let mapping = UsageMapping(pointers.compactMapValues { JSONPointer($0) })
        #expect((1..<10_000).contains(Self.run(.mappedUsage(mapping), [Self.mapped], [], 3)))
    }
}
