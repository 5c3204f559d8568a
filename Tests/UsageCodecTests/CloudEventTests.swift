@testable import Credits
import Foundation
import Testing
import UsageCodec

/// CloudEvents 1.0 as usage events: `id`, `source`, `subject`, `type`, `time`, and what is in `data`.
@Suite struct CloudEventTests {
    private static let structuredType = header("content-type", "application/cloudevents+json")

    private static func header(_ name: String, _ value: String) -> MessageHeader {
        MessageHeader(name: name, value: Array(value.utf8))
    }

    /// The headers of an event in binary mode.
    private static func binary(
        _ more: [String: String] = [:],
        without name: String? = nil
    ) -> [MessageHeader] {
        let usual = [
            "ce_specversion": "1.0", "ce_id": "e1", "ce_source": "/eu", "ce_type": "chat.request",
            "ce_subject": "globex", "ce_time": "2026-11-22T09:00:00Z",
        ]
        return usual.merging(more) { $1 }.filter { $0.key != name }
            .map { header($0.key, $0.value) }
    }

    private func decode(
        _ json: String?,
        key: String? = "acme",
        headers: [MessageHeader] = []
    ) -> InputBatch {
        Samples.decode(
            .usage,
            bytes: json.map { Array($0.utf8) },
            key: key.map { Array($0.utf8) },
            headers: headers
        )
    }

    private func event(
        _ json: String?,
        key: String? = "acme",
        headers: [MessageHeader] = []
    ) throws -> (UsageEvent, InputBatch) {
        let batch = decode(json, key: key, headers: headers)
        #expect(batch.invalid.map(\.refusal) == [])
        return (try #require(batch.usage.first), batch)
    }

    private func refusal(_ json: String?, headers: [MessageHeader] = []) -> Refusal? {
        decode(json, headers: headers).invalid.first?.refusal
    }

    private static let whole = #"""
        {"specversion":"1.0","id":"e1","source":"/eu","subject":"globex","type":"chat.request",
         "time":"2026-11-22T09:00:00Z","datacontenttype":"application/json","region":"ignored",
         "data":{"quantity":"2","credits":30.5,"credit_type":"gpu","hold_id":"h",
                 "dimensions":{"steps":50},"model":"sdxl","tokens":"1234"}}
        """#

    @Test func itsAttributesAndDataAreTheFields() throws {
        let (event, batch) = try event(Self.whole)
        #expect(batch.text(event.usageID) == "e1")
        #expect(batch.text(event.source) == "/eu")
        #expect(batch.accountNames(event.account) == ["globex", "gpu"])
        #expect(batch.text(event.action) == "chat.request")
        #expect(event.quantity == Amount(whole: 2))
        #expect(event.credits == Samples.amount("30.5"))
        #expect(event.occurredAt == Samples.moment("2026-11-22T09:00:00Z"))
        #expect(batch.text(event.holdID) == "h")
        #expect(
            batch.dimensionTexts(event) == ["model=\"sdxl\"", "steps=50", "tokens=\"1234\""]
        )
        #expect(batch.text(event.message.value) == Self.whole)
    }

    @Test func aStreamAsOpenMeterTakesItIsPricedAsItIs() throws {
        let (event, batch) = try event(
            #"""
            {"specversion":"1.0","type":"chat.request","id":"00001","source":"my-app",
             "time":"2026-11-22T09:00:00.001Z","subject":"customer-1",
             "data":{"model":"gpt-4","tokens":"123456","cached":false}}
            """#
        )
        #expect(event.credits == Samples.amount("0.25"))
        #expect(event.pricingRefusal == -1)
        #expect(batch.accountNames(event.account) == ["customer-1", "credits"])
        #expect(
            batch.dimensionTexts(event)
                == ["cached=\"false\"", "model=\"gpt-4\"", "tokens=\"123456\""]
        )
    }

    @Test func onlyScalarsBecomeDimensions() throws {
        let (event, batch) = try event(
            #"""
            {"specversion":"1.0","type":"chat.request","id":"e","source":"s",
             "data":{"b":true,"n":1.50,"null":null,"list":[1],"map":{"x":1},"usage_id":"own",
                     "customer_id":"other","z":""}}
            """#
        )
        #expect(
            batch.dimensionTexts(event)
                == [
                    "b=\"true\"", "customer_id=\"other\"", "n=1.5", "usage_id=\"own\"", "z=\"\"",
                ]
        )
        // The attributes decide, whatever the data calls its members.
        #expect(batch.text(event.usageID) == "e")
        #expect(batch.accountNames(event.account) == ["acme", "credits"])
    }

    @Test func theKeyIsTheCustomerOfAnEventWithoutASubject() throws {
        let json = #"{"specversion":"1.0","id":"e","source":"s","type":"chat.request"}"#
        let (event, batch) = try event(json)
        #expect(batch.accountNames(event.account) == ["acme", "credits"])
        #expect(event.occurredAt == Samples.recorded)
        #expect(event.quantity == Amount(whole: 1))
        let keyless = decode(json, key: nil).invalid.first?.refusal
        #expect(keyless?.code == .missingField)
        #expect(keyless?.field == "customer_id")
        #expect(
            keyless?.message == "expected customer_id (subject) to be present, got: nothing"
        )
    }

    @Test func whatItIsComesFromTheHeaderOrFromItsMembers() {
        let bare = #"{"id":"e","source":"s","type":"chat.request"}"#
        #expect(refusal(bare)?.field == "usage_id")
        #expect(refusal(bare, headers: [Self.structuredType])?.code == .missingField)
        #expect(refusal(bare, headers: [Self.structuredType])?.field == "specversion")
        let parameters = Self.header("Content-Type", "Application/CloudEvents+JSON ; charset=utf-8")
        #expect(refusal(bare, headers: [parameters])?.field == "specversion")
        #expect(refusal(Self.whole, headers: [parameters]) == nil)
    }

    @Test func aPlainEventStaysPlainWhateverElseItHolds() throws {
        let (event, batch) = try event(
            #"""
            {"usage_id":"u","specversion":"1.0","id":"e","source":"s","type":"t","credits":1,
             "data":{"credits":2}}
            """#,
            headers: [Self.header("content-type", "application/json")]
        )
        #expect(batch.text(event.usageID) == "u")
        #expect(event.credits == Amount(whole: 1))
    }

    @Test func inBinaryModeHeadersAreTheAttributesAndTheValueIsTheData() throws {
        let data =
            #"{"quantity":"2","credits":30.5,"credit_type":"gpu","hold_id":"h","#
            + #""dimensions":{"steps":50},"model":"sdxl","tokens":"1234"}"#
        let (event, batch) = try event(data, headers: Self.binary())
        #expect(batch.accountNames(event.account) == ["globex", "gpu"])
        #expect(batch.text(event.action) == "chat.request")
        #expect(event.occurredAt == Samples.moment("2026-11-22T09:00:00Z"))
        #expect(batch.text(event.message.value) == data)
        #expect(batch.headers[Int(event.message.headers)].count == 6)
        let (structured, _) = try self.event(Self.whole)
        #expect(event.key == structured.key)
        #expect(event.fingerprint == structured.fingerprint)
    }

    @Test(arguments: [String?.none, "", "null", "{}"])
    func anEventInBinaryModeMayBeWithoutData(_ value: String?) throws {
        let (event, batch) = try event(value, headers: Self.binary(without: "ce_subject"))
        #expect(batch.accountNames(event.account) == ["acme", "credits"])
        #expect(event.credits == Samples.amount("0.25"))
        #expect(event.dimensions.isEmpty)
        #expect(event.message.hasValue == (value != nil))
    }

    @Test func headersAreTextAsItIs() throws {
        let (event, batch) = try event("{}", headers: Self.binary(["ce_id": "50%25 é"]))
        #expect(batch.text(event.usageID) == "50%25 é")
    }

    @Test(arguments: [
        ("ce_specversion", "0.3", "specversion"), ("ce_specversion", "2.0", "specversion"),
        ("ce_id", "", "usage_id"), ("ce_id", "a\u{7}", "usage_id"),
        ("ce_type", "", "action"), ("ce_subject", "", "customer_id"),
        ("ce_time", "yesterday", "occurred_at"), ("ce_time", "", "occurred_at"),
        ("content-type", "text/plain", "content-type"),
    ])
    func aBadHeaderIsTheFieldThatItIs(_ header: String, _ value: String, _ field: String) {
        let found = refusal("{}", headers: Self.binary([header: value]))
        #expect(found?.code == .invalidField)
        #expect(found?.field == field)
    }

    @Test(arguments: [
        ("ce_id", "usage_id"), ("ce_source", "source"), ("ce_type", "action"),
    ])
    func aMissingHeaderIsAMissingField(_ header: String, _ field: String) {
        let found = refusal("{}", headers: Self.binary(without: header))
        #expect(found?.code == .missingField)
        #expect(found?.field == field)
        #expect(found?.message.hasPrefix("expected \(field) (\(header)) to be present") == true)
    }

    @Test func aHeaderThatIsNoTextIsRefused() {
        let bytes = MessageHeader(name: "ce_id", value: [0xFF])
        #expect(refusal("{}", headers: Self.binary() + [bytes])?.field == "usage_id")
    }

    @Test(arguments: ["application/json", "application/vnd.acme+json; v=1", "TEXT/JSON"])
    func dataOfAnyJSONIsRead(_ type: String) {
        #expect(refusal("{}", headers: Self.binary(["content-type": type])) == nil)
    }

    @Test(arguments: [
        (#""specversion":"0.3","id":"e","source":"s","type":"t""#, "specversion"),
        (#""specversion":1.0,"id":"e","source":"s","type":"t""#, "specversion"),
        (#""specversion":"1.0","id":5,"source":"s","type":"t""#, "usage_id"),
        (#""specversion":"1.0","id":"","source":"s","type":"t""#, "usage_id"),
        (#""specversion":"1.0","id":"e","source":[],"type":"t""#, "source"),
        (#""specversion":"1.0","id":"e","source":"s","type":"""#, "action"),
        (#""specversion":"1.0","id":"e","source":"s","type":"t","subject":"""#, "customer_id"),
        (#""specversion":"1.0","id":"e","source":"s","type":"t","time":5"#, "occurred_at"),
        (#""specversion":"1.0","id":"e","source":"s","type":"t","data":"x""#, "data"),
        (#""specversion":"1.0","id":"e","source":"s","type":"t","data":[]"#, "data"),
        (
            #""specversion":"1.0","id":"e","source":"s","type":"t","data":{"credits":-1}"#,
            "credits"
        ),
        (
            #""specversion":"1.0","id":"e","source":"s","type":"t","data":{"dimensions":"big"}"#,
            "dimensions"
        ),
        (
            #""specversion":"1.0","id":"e","source":"s","type":"t","#
                + #""data":{"dimensions":{"a":true}}"#,
            "dimensions.a"
        ),
        (
            #""specversion":"1.0","id":"e","source":"s","type":"t","#
                + #""data":{"a":1,"dimensions":{"a":1}}"#,
            "dimensions.a"
        ),
        (
            #""specversion":"1.0","id":"e","source":"s","type":"t","data":{"":1}"#,
            "dimensions."
        ),
    ])
    func whatIsWrongIsNamed(_ members: String, _ field: String) {
        let found = refusal("{\(members)}")
        #expect(found?.code == .invalidField)
        #expect(found?.field == field)
    }

    @Test func aRefusalNamesTheMemberForPeople() {
        let found = refusal(
            #"{"specversion":"1.0","id":"e","source":"s","type":"t","data":{"quantity":"x"}}"#
        )
        #expect(found?.field == "quantity")
        #expect(
            found?.message == "expected quantity (data.quantity) to be a decimal number of at most "
                + "12 decimals, got: \"x\""
        )
    }

    @Test func aFormatOfCloudEventsThatIsNotJSONIsNotReadAsAnythingElse() {
        let types = ["application/cloudevents+protobuf", "application/cloudevents-batch+json"]
        for type in types {
            let found = refusal(Self.whole, headers: [Self.header("content-type", type)])
            #expect(found?.code == .invalidField)
            #expect(found?.field == "content-type")
        }
    }

    @Test func dataInBase64IsReadAsDataInJSON() throws {
        let data =
            #"{"quantity":2,"credits":"30.5","credit_type":"gpu","hold_id":"h","#
            + #""dimensions":{"steps":50},"model":"s\u0064xl","tokens":"1234"}"#
        let encoded = Data(data.utf8).base64EncodedString()
        for type in ["", #""datacontenttype":"application/json","#] {
            let (event, batch) = try event(
                #"{"specversion":"1.0","id":"\u00651","source":"/eu","subject":"glo\u0062ex","#
                    + #""type":"chat.request","time":"2026-11-22T09:00:00Z",\#(type)"#
                    + #""data_base64":"\#(encoded)"}"#
            )
            let (plain, _) = try self.event(Self.whole)
            #expect(event.key == plain.key)
            #expect(event.fingerprint == plain.fingerprint)
            #expect(event.occurredAt == plain.occurredAt)
            #expect(batch.text(event.usageID) == "e1")
        }
    }

    @Test(arguments: [
        (#""data_base64":"e30=","datacontenttype":"text/plain""#, "datacontenttype"),
        (#""data_base64":"e30=","data":{}"#, "data_base64"),
        (#""data_base64":"e3 0""#, "data_base64"), (#""data_base64":5"#, "data_base64"),
        (#""data_base64":"W10=""#, "data"), (#""data_base64":"e30=","time":"x""#, "occurred_at"),
    ])
    func base64ThatIsNoJSONDataIsRefused(_ members: String, _ field: String) {
        let found = refusal(
            #"{"specversion":"1.0","id":"e","source":"s","type":"t",\#(members)}"#
        )
        #expect(found?.code == .invalidField)
        #expect(found?.field == field)
    }

    @Test func brokenJSONInBase64IsInvalidJSON() {
        let found = refusal(
            #"{"specversion":"1.0","id":"e","source":"s","type":"t","data_base64":"ew=="}"#
        )
        #expect(found?.code == .invalidJSON)
    }
}
