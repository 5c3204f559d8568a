import Credits
import Testing
@testable import UsageCodec

/// Goal: reading an event in one pass comes to what parsing it comes to, refusals included.
///
/// Method: events written in many ways, some with a byte changed, decoded by both.
@Suite struct PlainUsageTests {
    private static let texts = [
        "img_12345", "a", "", "line\\nbreak", "caf\u{e9}", "\u{7f}", "tab\\t", "it's {[,:]}",
        String(repeating: "x", count: 129), String(repeating: "y", count: 257),
    ]
    private static let numbers = [
        "0", "1", "50", "30.5", "\"30.50\"", "0.000000000001", "0.0000000000001", "-1", "1e3", "01",
        "1.", "\"7", "99999999999999999999999999", "123456789012345678", "1234567890123456.789",
        "null", "true", "\" 5\"", "[1]",
    ]
    private static let times = [
        "\"2026-11-22T09:00:00Z\"", "\"2026-11-22t09:00:00.123456789+01:00\"", "\"yesterday\"", "5",
    ]

    private static func member(_ field: Int, _ draw: inout SplitMix) -> String {
        func one(_ list: [String]) -> String { list[Int(draw.next() % UInt64(list.count))] }
        let isOrdinary = draw.next() % 4 > 0
        switch field {
        case 0: return "\"usage_id\":\"\(isOrdinary ? "u-\(draw.next())" : one(texts))\""
        case 1: return "\"source\" : \"\(isOrdinary ? "eu" : one(texts))\""
        case 2: return "\"customer_id\":\"\(isOrdinary ? "cus_1" : one(texts))\""
        case 3: return "\"credit_type\":\"\(isOrdinary ? "images" : one(texts))\""
        case 4: return "\"action\":\"\(isOrdinary ? "chat.request" : one(texts))\""
        case 5: return "\"quantity\":\(isOrdinary ? "3" : one(numbers))"
        case 6: return "\"credits\": \(isOrdinary ? "12.25" : one(numbers))"
        case 7: return "\"occurred_at\":\(isOrdinary ? times[0] : one(times))"
        case 8: return "\"dimensions\":\(isOrdinary ? dimensions(&draw) : one(numbers))"
        case 9: return "\"hold_id\":\"\(isOrdinary ? "h1" : one(texts))\""
        case 10: return "\"trace\":{\"id\":\"\(draw.next())\"}"
        default: return "\"usage_id\":\"twice\""
        }
    }

    private static func dimensions(_ draw: inout SplitMix) -> String {
        let names = ["model", "region", "model_name_that_is_long", "input_tokens", "a", "model"]
        var members: [String] = []
        for _ in 0..<Int(draw.next() % 5) {
            let name = names[Int(draw.next() % 6)]
            let isText = draw.next() % 2 == 0
            let value = isText ? "\"v\(draw.next() % 3)\"" : numbers[Int(draw.next() % 5)]
            members.append("\"\(name)\":\(value)")
        }
        return "{\(members.joined(separator: ", "))}"
    }

    private static func event(_ draw: inout SplitMix) -> [UInt8] {
        var fields = [0, 4, 6]
        for _ in 0..<Int(draw.next() % 6) {
            let field = Int(draw.next() % 8 == 0 ? draw.next() % 12 : draw.next() % 10)
            let isThere = fields.contains(field) && draw.next() % 16 > 0
            if !isThere { fields.insert(field, at: Int(draw.next() % UInt64(fields.count))) }
        }
        let separator = draw.next() % 2 == 0 ? "," : " ,\n"
        let text = fields.map { member($0, &draw) }.joined(separator: separator)
        var bytes = Array("{\(text)}".utf8)
        if draw.next() % 4 == 0 {
            bytes[Int(draw.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: draw.next())
        }
        return bytes
    }

    private static func decode(_ events: [[UInt8]], readsPlainUsage: Bool) -> InputBatch {
        var decoder = InputDecoder(
            hashKey: Samples.hashKey,
            rates: Samples.rates,
            limits: DecodeLimits(),
            readsPlainUsage: readsPlainUsage
        )
        var batch = Samples.batch()
        for (index, event) in events.enumerated() {
            let key = index % 3 == 0 ? nil : Array("acme".utf8)
            decoder.decode(
                .usage,
                key: key?.span,
                value: event.span,
                headers: [],
                timestamp: Samples.recorded,
                origin: Origin(partition: 0, offset: Int64(index)),
                into: &batch
            )
        }
        return batch
    }

    /// What an event says, with its texts.
    private static func lines(of batch: InputBatch) -> [String] {
        batch.usage.map { event in
            let account = batch.accounts[Int(event.account)]
            let slices = [
                event.usageID, event.source, event.action, event.dimensions, event.holdID,
                account.customerID, account.creditType,
            ]
            let texts = slices.map { Array(batch.bytes[$0.range]) }
            return "\(event.message.origin.offset) \(event.key) \(event.fingerprint) \(texts) "
                + "\(event.quantity) \(event.credits) \(event.occurredAt) \(event.pricingRefusal)"
        }
    }

    @Test func onePassReadsWhatTheParserReads() {
        var draw = SplitMix(state: 11)
        let events = (0..<20_000).map { _ in Self.event(&draw) }
        let (plain, parsed) = (
            Self.decode(events, readsPlainUsage: true), Self.decode(events, readsPlainUsage: false)
        )
        #expect(Self.lines(of: plain) == Self.lines(of: parsed))
        #expect(plain.invalid.map(\.refusal) == parsed.invalid.map(\.refusal))
        #expect(plain.usage.count > 5_000)
        #expect(plain.invalid.count > 1_000)
    }

    @Test func everyLengthReadsAlike() {
        // A text at every place of the windows in which bytes are looked at; some beyond what is
        // read in one pass.
        let lengths = Array(0...256) + [4000, 8000, 8100, 8192, 9000]
        let events = lengths.map { length in
            let text = String(repeating: "x", count: length)
            return Array(
                #"{"usage_id":"u","customer_id":"c","credits":1,"dimensions":{"m":"\#(text)","n":1}}"#
                    .utf8
            )
        }
        let spaced = events.map { $0.dropLast() + [0x20, 0x7D] + Array(repeating: 0x20, count: 9) }
        let all = events + spaced
        let (plain, parsed) = (
            Self.decode(all, readsPlainUsage: true), Self.decode(all, readsPlainUsage: false)
        )
        #expect(plain.usage.count == all.count)
        #expect(Self.lines(of: plain) == Self.lines(of: parsed))
    }

    @Test(arguments: [
        (#"{"usage_id":"u","customer_id":"c","credits":1}"#, true),
        (#" { "usage_id" : "u" , "customer_id" : "c" , "credits" : "1.5" } "#, true),
        (#"{"usage_id":"u","customer_id":"c","action":"a","dimensions":{"m":"x","n":12}}"#, true),
        (#"{"usage_id":"u","customer_id":"c","credits":1,"dimensions":{}}"#, true),
        (#"{"usage_id":"u","customer_id":"c","credits":1,"trace":"t"}"#, false),
        (#"{"usage_id":"\u0075","customer_id":"c","credits":1}"#, false),
        (#"{"usage_id":"ü","customer_id":"c","credits":1}"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1,"credits":1}"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1,"dimensions":{"a":1,"a":1}}"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1e2}"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":null,"action":"a"}"#, false),
        (#"{"usage_id":"u","customer_id":"c"}"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1}x"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1,"dimensions":{}"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1,"dimensions":{}  "#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":"1}"#, false),
        (#"{"usage_id":"u","customer_id":"c","credits":1,}"#, false),
        (#"{"usage_id":"u"}"#, false),
        (#"{}"#, false),
    ])
    func onlyOrdinaryEventsAreReadInOnePass(_ text: String, _ isRead: Bool) {
        var arena: [UInt8] = []
        var reader = PlainUsageReader()
        let kept = reader.keep(key: nil, value: Array(text.utf8).span, in: &arena)
        let message = ReceivedMessage(
            origin: .time,
            timestamp: Samples.recorded,
            key: kept.key,
            value: kept.value,
            headers: -1
        )
        #expect((reader.fields(of: message, in: arena) != nil) == isRead)
    }
}
