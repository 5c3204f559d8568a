@testable import Credits
import Testing
import UsageCodec

/// Usage events as contract §2.1 reads them.
@Suite struct UsageEventTests {
    private func event(
        _ json: String,
        key: String? = "acme"
    ) throws -> (UsageEvent, InputBatch) {
        let batch = Samples.decode(.usage, json, key: key)
        #expect(batch.invalid.map(\.refusal) == [])
        return (try #require(batch.usage.first), batch)
    }

    @Test func theKeyIsTheCustomerWhereNoFieldNamesOne() throws {
        let (event, batch) = try event(#"{"usage_id": "img_12345", "credits": 50}"#)
        #expect(batch.text(event.usageID) == "img_12345")
        #expect(batch.text(event.source) == "")
        #expect(batch.accountNames(event.account) == ["acme", "credits"])
        #expect(event.credits == Amount(whole: 50))
        #expect(event.quantity == Amount(whole: 1))
        #expect(event.rate == .explicit)
        #expect(event.pricingRefusal == -1)
        #expect(event.occurredAt == Samples.recorded)
        #expect(event.action.isEmpty && event.holdID.isEmpty && event.dimensions.isEmpty)
    }

    @Test func everyFieldIsRead() throws {
        let (event, batch) = try event(
            #"""
            {"usage_id":"u\u00e9","source":"eu","customer_id":"globex","credit_type":"gpu",
             "action":"image.generate","quantity":"2.50","credits":30.5,
             "occurred_at":"2026-11-22T11:00:00.5+02:00","hold_id":"h1","unknown":{"a":[1]},
             "dimensions":{"steps":50,"model":"sdxl"}}
            """#
        )
        #expect(batch.text(event.usageID) == "ué")
        #expect(batch.text(event.source) == "eu")
        #expect(batch.accountNames(event.account) == ["globex", "gpu"])
        #expect(batch.text(event.action) == "image.generate")
        #expect(event.quantity == Samples.amount("2.5"))
        #expect(event.credits == Samples.amount("30.5"))
        #expect(event.rate == .explicit)
        #expect(event.occurredAt == Samples.moment("2026-11-22T09:00:00.5Z"))
        #expect(batch.text(event.holdID) == "h1")
        #expect(batch.dimensionTexts(event) == ["model=\"sdxl\"", "steps=50"])
    }

    @Test func nullIsAbsent() throws {
        let (event, batch) = try event(
            #"""
            {"usage_id":"u","source":null,"customer_id":null,"credit_type":null,"action":null,
             "quantity":null,"credits":1,"occurred_at":null,"dimensions":null,"hold_id":null}
            """#
        )
        #expect(batch.accountNames(event.account) == ["acme", "credits"])
        #expect(event.quantity == Amount(whole: 1))
    }

    @Test func theRateOfTheActionGivesPriceAndCreditType() throws {
        let (event, batch) = try event(
            #"{"usage_id":"u","action":"image.generate","quantity":3}"#
        )
        #expect(event.credits == Amount(whole: 30))
        #expect(event.rate == RateReference(card: 0, rate: 1))
        #expect(batch.accountNames(event.account) == ["acme", "images"])
    }

    @Test func theFieldNamesTheCreditTypeBeforeTheRate() throws {
        let (event, batch) = try event(
            #"{"usage_id":"u","action":"image.generate","credit_type":"gpu"}"#
        )
        #expect(batch.accountNames(event.account) == ["acme", "gpu"])
    }

    @Test func anEventWithoutARateIsDecodedWithItsRefusal() throws {
        let (event, batch) = try event(#"{"usage_id":"u","action":"who.knows"}"#)
        let refusal = batch.pricingRefusals[Int(event.pricingRefusal)]
        #expect(refusal.code == .noRate)
        #expect(refusal.field == "action")
        #expect(
            refusal.message
                == #"expected action to be priced by the rate card, got: "who.knows""#
        )
        #expect(batch.accountNames(event.account) == ["acme", "credits"])
    }

    @Test func anEventFromBeforeTheFirstCardHasNoRate() throws {
        let (event, batch) = try event(
            #"{"usage_id":"u","action":"chat.request","occurred_at":"2026-10-31T23:59:59Z"}"#
        )
        #expect(batch.pricingRefusals[Int(event.pricingRefusal)].code == .noRate)
    }

    @Test func aPriceBeyondTheLimitsIsRefusedAsSuch() throws {
        let (event, batch) = try event(
            #"{"usage_id":"u","action":"moon.landing","quantity":2}"#
        )
        let refusal = batch.pricingRefusals[Int(event.pricingRefusal)]
        #expect(refusal.code == .outOfRange)
        #expect(refusal.field == "quantity")
    }

    @Test func accountsAreListedOnceAndForgottenWithTheirBatch() {
        var decoder = Samples.decoder()
        var batch = Samples.batch()
        func decode(_ customer: String, into batch: inout InputBatch) {
            let json = Array(#"{"usage_id":"u","credits":1,"customer_id":"\#(customer)"}"#.utf8)
            decoder.decode(
                .usage,
                key: nil,
                value: json.span,
                headers: [],
                timestamp: Samples.recorded,
                origin: .time,
                into: &batch
            )
        }
        for round in 0..<3 {
            for number in 0..<2000 { decode("customer-\(number)", into: &batch) }
            #expect(batch.accounts.count == 2000, "round \(round)")
        }
        for (index, event) in batch.usage.enumerated() {
            #expect(
                batch.accountNames(event.account) == ["customer-\(index % 2000)", "credits"]
            )
        }
        decoder.beginBatch()
        var next = Samples.batch()
        decode("customer-7", into: &next)
        #expect(next.accountNames(next.usage[0].account) == ["customer-7", "credits"])
    }

    @Test func aBatchThatWasNotAnnouncedNamesItsOwnAccounts() {
        var decoder = Samples.decoder()
        for customer in ["first", "second"] {
            var batch = Samples.batch()
            let json = Array(#"{"usage_id":"u","credits":1,"customer_id":"\#(customer)"}"#.utf8)
            decoder.decode(
                .usage,
                key: nil,
                value: json.span,
                headers: [],
                timestamp: Samples.recorded,
                origin: .time,
                into: &batch
            )
            #expect(batch.accountNames(batch.usage[0].account) == [customer, "credits"])
        }
    }

    @Test func theMessageIsKeptWholeWithKeyValueAndHeaders() throws {
        let json = #" {"usage_id":"\u0061","credits":1} "#
        let headers = [
            MessageHeader(name: "trace", value: [0xFF, 0]), MessageHeader(name: "t", value: nil),
        ]
        let batch = Samples.decode(
            .usage,
            bytes: Array(json.utf8),
            key: Array("k".utf8),
            headers: headers
        )
        let message = try #require(batch.usage.first).message
        #expect(batch.text(message.key) == "k")
        #expect(batch.text(message.value) == json)
        #expect(batch.headers[Int(message.headers)] == headers)
        #expect(message.timestamp == Samples.recorded)
        #expect(message.origin == Origin(partition: 0, offset: 7))
    }

    @Test func sourceAndIDAreKeptApart() throws {
        let (first, _) = try event(#"{"usage_id":"bc","source":"a","credits":1}"#)
        let (second, _) = try event(#"{"usage_id":"c","source":"ab","credits":1}"#)
        let (bare, _) = try event(#"{"usage_id":"bc","credits":1}"#)
        #expect(Set([first.key, second.key, bare.key]).count == 3)
    }

    @Test func boundsOfIDsAreBytesAndInclusive() {
        func refusal(_ field: String, _ count: Int) -> Refusal? {
            let text = String(repeating: "x", count: count)
            let id = field == "usage_id" ? "" : #""usage_id":"u","#
            return Samples.refusal(.usage, "{\(id)\"credits\":1,\"\(field)\":\"\(text)\"}")
        }
        let bounds = [
            ("usage_id", 256), ("source", 256), ("customer_id", 128), ("credit_type", 64),
            ("action", 256), ("hold_id", 256),
        ]
        for (field, most) in bounds {
            #expect(refusal(field, most) == nil, "\(field)")
            #expect(refusal(field, most + 1)?.field == field)
            #expect(refusal(field, most + 1)?.code == .invalidField)
            #expect((refusal(field, 0) == nil) == (field == "source"))
        }
    }
}
