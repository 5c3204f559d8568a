import Credits
import Testing
import UsageCodec

/// Holds and their release as contract §2.2 reads them.
@Suite struct HoldCommandTests {
    private static let hold = #""type":"hold","hold_id":"h""#

    private func decode(_ members: String) throws -> (command: Command, batch: InputBatch) {
        let batch = Samples.decode(.command, "{\"command_id\":\"c1\",\(members)}")
        return (try #require(batch.commands.first, "\(batch.invalid)"), batch)
    }

    private func request(_ members: String) throws -> HoldRequest {
        let action = try decode("\(Self.hold),\(members)").command.action
        guard case .hold(let request) = action else {
            preconditionFailure("expected a hold, got: \(action)")
        }
        return request
    }

    @Test func aHoldOfCreditsLastsAQuarterOfAnHour() throws {
        let request = try request(#""credits":"12.5""#)
        #expect(request.holdID == "h")
        #expect(request.credits == Samples.amount("12.5"))
        #expect(request.expiresAfter == CalendarDuration("PT15M"))
    }

    @Test func aHoldLastsAsLongAsItSays() throws {
        let request = try request(#""credits":1,"expires_after":"P1M""#)
        #expect(request.expiresAfter == CalendarDuration("P1M"))
    }

    @Test(arguments: [
        (#""action":"chat.request""#, "0.25", "credits"),
        (#""action":"chat.request","quantity":"8""#, "2", "credits"),
        (#""action":"image.generate","quantity":2,"dimensions":{"model":"sdxl"}"#, "20", "images"),
        (#""action":"image.generate","credit_type":"gpu""#, "10", "gpu"),
        // An explicit price wins, and brings no credit type.
        (#""action":"image.generate","credits":3"#, "3", "credits"),
        (#""action":"who.knows","credits":3"#, "3", "credits"),
    ])
    func aHoldIsPricedAsUsageIs(_ members: String, credits: String, type: String) throws {
        let (command, batch) = try decode("\(Self.hold),\(members)")
        #expect(try request(members).credits == Samples.amount(credits))
        #expect(command.deferredRefusal == nil)
        #expect(batch.accountNames(command.account) == ["acme", type])
    }

    @Test(arguments: [
        (#""action":"who.knows""#, "no_rate", "action"),
        (#""action":"moon.landing","quantity":2"#, "out_of_range", "quantity"),
        (#""action":"chat.request","quantity":0"#, "invalid_field", "credits"),
    ])
    func whatHasNoPriceIsDecidedAfterItsID(_ members: String, code: String, field: String) throws {
        let refusal = try #require(try decode("\(Self.hold),\(members)").command.deferredRefusal)
        #expect(refusal.code.name == code)
        #expect(refusal.field == field)
        #expect(refusal.message.hasPrefix("expected \(field) to be "))
        #expect(try request(members).credits == .zero)
    }

    @Test func aHoldIsPricedByTheCardOfItsRecord() throws {
        let commands = Samples.commands(
            "{\"command_id\":\"c\",\(Self.hold),\"action\":\"chat.request\"}",
            at: ["2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z"]
        )
        #expect(commands.map { $0.deferredRefusal?.code } == [.noRate, nil])
        #expect(commands.first?.fingerprint == commands.last?.fingerprint)
    }

    @Test(arguments: [
        (#"{"tokens":"3000"}"#, "1.5", nil), (#"{"tokens":0}"#, "0", "credits"),
        (#"{}"#, "0", "dimensions.tokens"), (#"{"tokens":"many"}"#, "0", "dimensions.tokens"),
    ])
    func aHoldIsPricedByItsDimensions(
        _ dimensions: String,
        credits: String,
        refused field: String?
    ) throws {
        let price = RatePrice.components([
            RateComponent(
                of: "tokens",
                per: Amount(whole: 1000),
                credits: Samples.amount("0.5")
            )
        ])
        let card = RateCard(
            version: "1",
            effectiveFrom: .earliest,
            rates: [Rate(id: "llm", action: "llm.completion", price: price)]
        )
        var decoder = InputDecoder(
            hashKey: Samples.hashKey,
            rates: RateBook(cards: [card]),
            limits: DecodeLimits()
        )
        var batch = Samples.batch()
        let members =
            #""command_id":"c","customer_id":"x","action":"llm.completion","dimensions":"#
            + dimensions
        let json = Array("{\(Self.hold),\(members)}".utf8)
        decoder.decode(
            .command,
            key: nil,
            value: json.span,
            headers: [],
            timestamp: Samples.recorded,
            origin: .time,
            into: &batch
        )
        let command = try #require(batch.commands.first)
        guard case .hold(let request) = command.action else {
            preconditionFailure("expected a hold, got: \(command.action)")
        }
        #expect(request.credits == Samples.amount(credits))
        #expect(command.deferredRefusal?.field == field)
    }

    @Test func aHoldTakesItsIDForItsAccountAloneAndNoGrants() throws {
        func claim(_ members: String) throws -> IDKey? { try decode(members).command.claim }
        let first = try claim("\(Self.hold),\"credits\":1")
        #expect(first != nil)
        #expect(try claim("\(Self.hold),\"credits\":2,\"credit_type\":\"credits\"") == first)
        #expect(try claim(#""type":"hold","hold_id":"i","credits":1"#) != first)
        #expect(try claim("\(Self.hold),\"credits\":1,\"credit_type\":\"gpu\"") != first)
        #expect(try claim("\(Self.hold),\"credits\":1,\"customer_id\":\"globex\"") != first)
        #expect(try claim(#""type":"grant","grant_id":"h","credits":1"#) != first)
        // The account is that of the rate.
        #expect(
            try claim("\(Self.hold),\"action\":\"image.generate\"")
                == claim("\(Self.hold),\"credits\":1,\"credit_type\":\"images\"")
        )
    }

    @Test func aReleaseNamesItsHoldAndTakesNoID() throws {
        let command = try decode(#""type":"release","hold_id":"h""#).command
        #expect(command.action == .release(holdID: "h"))
        #expect(command.claim == nil)
    }

    @Test(arguments: [
        (#""credits":1"#, #""credits":"1.0","quantity":1,"expires_after":"PT900S""#),
        (
            #""credits":1"#,
            #""credits":1,"reason":"r","reference":"f","actor":{"type":"a","id":"b"}"#
        ),
        (#""action":"image.generate""#, #""action":"image.generate","credit_type":"images""#),
        (
            #""credits":1,"dimensions":{"a":1,"b":"x"}"#,
            #""credits":1,"dimensions":{"b":"x","a":1.0,"c":null}"#
        ),
    ])
    func theSameHoldHasTheSameFingerprint(_ first: String, _ second: String) throws {
        #expect(
            try decode("\(Self.hold),\(first)").command.fingerprint
                == decode("\(Self.hold),\(second)").command.fingerprint
        )
    }

    @Test func anotherHoldHasAnotherFingerprint() throws {
        let all = [
            "\(Self.hold),\"credits\":0.25", "\(Self.hold),\"action\":\"chat.request\"",
            "\(Self.hold),\"credits\":0.25,\"action\":\"chat.request\"",
            "\(Self.hold),\"credits\":0.25,\"quantity\":2",
            "\(Self.hold),\"credits\":0.25,\"dimensions\":{\"a\":1}",
            "\(Self.hold),\"credits\":0.25,\"dimensions\":{\"a\":\"1\"}",
            "\(Self.hold),\"credits\":0.25,\"expires_after\":\"PT16M\"",
            "\(Self.hold),\"credits\":0.25,\"expires_after\":\"P1M\"",
            "\(Self.hold),\"credits\":0.25,\"credit_type\":\"gpu\"",
            #""type":"hold","hold_id":"i","credits":0.25"#, #""type":"release","hold_id":"h""#,
            #""type":"release","hold_id":"i""#,
        ]
        let fingerprints = try all.map { try decode($0).command.fingerprint }
        #expect(Set(fingerprints).count == all.count)
    }

    @Test(arguments: [
        (#""type":"hold","credits":1"#, "missing_field", "hold_id"),
        (#""type":"hold","credits":1,"hold_id":"\u0000""#, "invalid_field", "hold_id"),
        (hold, "missing_field", "credits"),
        ("\(hold),\"quantity\":1", "missing_field", "credits"),
        ("\(hold),\"credits\":0", "invalid_field", "credits"),
        ("\(hold),\"credits\":-1", "invalid_field", "credits"),
        ("\(hold),\"credits\":0,\"action\":\"chat.request\"", "invalid_field", "credits"),
        ("\(hold),\"credits\":1e26", "out_of_range", "credits"),
        ("\(hold),\"action\":\"\"", "invalid_field", "action"),
        ("\(hold),\"action\":\"a\",\"quantity\":-1", "invalid_field", "quantity"),
        ("\(hold),\"credits\":1,\"quantity\":\"many\"", "invalid_field", "quantity"),
        ("\(hold),\"credits\":1,\"dimensions\":{\"a\":[]}", "invalid_field", "dimensions.a"),
        ("\(hold),\"credits\":1,\"expires_after\":\"PT0S\"", "invalid_field", "expires_after"),
        ("\(hold),\"credits\":1,\"expires_after\":\"soon\"", "invalid_field", "expires_after"),
        ("\(hold),\"credits\":1,\"expires_after\":900", "invalid_field", "expires_after"),
        (#""type":"release""#, "missing_field", "hold_id"),
        (#""type":"release","hold_id":"""#, "invalid_field", "hold_id"),
    ])
    func aWrongHoldIsInvalid(_ members: String, code: String, field: String) throws {
        let refusal = try #require(Samples.refusal(.command, "{\"command_id\":\"c\",\(members)}"))
        #expect(refusal.code.name == code)
        #expect(refusal.field == field)
        #expect(refusal.message.hasPrefix("expected \(field) to be "))
    }

    @Test func anIDOf256BytesIsTheLongest() {
        for type in ["hold", "release"] {
            func refusal(_ count: Int) -> Refusal? {
                let id = String(repeating: "h", count: count)
                return Samples.refusal(
                    .command,
                    #"{"command_id":"c","type":"\#(type)","hold_id":"\#(id)","credits":1}"#
                )
            }
            #expect(refusal(256) == nil)
            #expect(refusal(257)?.field == "hold_id")
        }
    }
}
