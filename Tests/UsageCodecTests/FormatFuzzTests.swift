import Credits
import SwiftProtobuf
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
        _ seeds: [[UInt8]],
        _ headers: [(String, String)],
        _ state: UInt64
    ) -> Int {
        var generator = SplitMix(state: state)
        var decoder = Samples.decoder()
        var batch = Samples.batch()
        let key = Array("acme".utf8)
        for round in 1...10_000 {
            let seed = seeds[Int(generator.next() % UInt64(seeds.count))]
            let bytes = mutate(seed, &generator)
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
                key: key.span,
                value: bytes.span,
                headers: changed,
                timestamp: Samples.recorded,
                origin: .time,
                into: &batch
            )
            guard batch.count == round else { return -1 }
        }
        return batch.usage.count + batch.commands.count
    }

    private static func run(
        _ role: MessageRole,
        _ seeds: [String],
        _ headers: [(String, String)],
        _ state: UInt64
    ) -> Int {
        run(role, seeds.map { Array($0.utf8) }, headers, state)
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

    @Test func eventsInProtocolBuffersEndInExactlyOneList() throws {
        let small = ProtobufSamples.event {
            $0.usageID = "u"
            $0.action = "chat.request"
            $0.dimensions = ["n": ProtobufSamples.number("1.5")]
        }
        let seeds: [[UInt8]] = [
            try ProtobufSamples.whole().serializedBytes(), try small.serializedBytes(),
        ]
        let headers = [("content-type", "application/x-protobuf")]
        #expect((1..<10_000).contains(Self.run(.usage, seeds, headers, 4)))
    }

    @Test func commandsEndInExactlyOneList() {
        let settings = [
            #""auto_top_up":{"threshold":10,"credits":"5","answer_within":"PT1H","#
                + #""max_per":{"period":"P30D","count":5,"credits":"50000"}}"#,
            #""auto_top_up":null,"recurring":[{"schedule_id":"s","credits":1,"every":"P1M","#
                + #""anchor":"2026-01-31T00:00:00Z","expires":"period_end","#
                + #""rollover":{"max_credits":5,"max_percent":"12.5"}},"#
                + #"{"schedule_id":"\u0074","credits":1.5e3,"every":"PT1S","expires":null}]"#,
        ]
        let seeds =
            settings.map { #"{"command_id":"c","type":"configure",\#($0)}"# } + [
                #"{"command_id":"c","type":"reverse_usage","usage_id":"u","source":"eu","credits":1}"#
            ]
        #expect((1..<10_000).contains(Self.run(.command, seeds, [], 5)))
    }
}
