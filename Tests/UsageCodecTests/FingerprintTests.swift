import Credits
import Testing
import UsageCodec

/// What makes two events with one id the same event, and what a conflict (contract §2.1).
@Suite struct FingerprintTests {
    private func fingerprint(_ members: String) throws -> UInt64 {
        let batch = Samples.decode(.usage, "{\"usage_id\":\"u\",\(members)}")
        return try #require(batch.usage.first, "\(batch.invalid)").fingerprint
    }

    @Test(arguments: [
        (#""credits":30.5"#, #""credits":"30.50""#),
        (#""credits":30.5"#, #""credits":3050e-2"#),
        (#""credits":1"#, #""credits":1,"quantity":1"#),
        (#""credits":1"#, #""credits":1,"quantity":"1.000""#),
        (#""credits":1"#, #""credits":1,"customer_id":"acme""#),
        (#""credits":1"#, #""credits":1,"credit_type":"credits""#),
        (#""credits":1"#, #""credits":1,"occurred_at":"2020-01-01T00:00:00Z""#),
        (#""credits":1"#, #""credits":1,"unknown":"field","other":[{}]"#),
        (#""credits":1"#, #""credits":1,"dimensions":{}"#),
        (#""credits":1"#, #""credits":1,"dimensions":{"a":null}"#),
        (#""action":"image.generate""#, #""action":"image.generate","credit_type":"images""#),
        (#""credits":1,"action":"a""#, #""action":"\u0061","credits":1.0"#),
        (
            #""credits":1,"dimensions":{"a":1,"b":"x","c":3}"#,
            #""credits":1,"dimensions":{"c":3.0,"b":"\u0078","a":1e0}"#
        ),
    ])
    func theSameContentHasTheSameFingerprint(_ first: String, _ second: String) throws {
        #expect(try fingerprint(first) == fingerprint(second))
    }

    @Test(arguments: [
        (#""credits":30.5"#, #""credits":30.51"#),
        (#""credits":1"#, #""credits":1,"quantity":2"#),
        (#""credits":1"#, #""credits":1,"customer_id":"globex""#),
        (#""credits":1"#, #""credits":1,"credit_type":"gpu""#),
        (#""credits":1"#, #""credits":1,"hold_id":"h""#),
        (#""credits":1"#, #""credits":1,"action":"a""#),
        (#""credits":0.25,"action":"chat.request""#, #""action":"chat.request""#),
        (#""credits":0,"action":"who.knows""#, #""action":"who.knows""#),
        (#""credits":1,"dimensions":{"a":1}"#, #""credits":1,"dimensions":{"a":"1"}"#),
        (#""credits":1,"dimensions":{"a":"bc"}"#, #""credits":1,"dimensions":{"ab":"c"}"#),
        (#""credits":1,"dimensions":{"a":"1"}"#, #""credits":1,"dimensions":{"a":"1","b":"1"}"#),
        (
            #""credits":1,"customer_id":"ab","credit_type":"c""#,
            #""credits":1,"customer_id":"a","credit_type":"bc""#
        ),
    ])
    func otherContentHasAnotherFingerprint(_ first: String, _ second: String) throws {
        #expect(try fingerprint(first) != fingerprint(second))
    }

    @Test func neitherKeyNorPositionCounts() throws {
        let json = Array(#"{"usage_id":"u","credits":1,"customer_id":"c"}"#.utf8)
        let one = Samples.decode(.usage, bytes: json, key: nil)
        let other = Samples.decode(.usage, bytes: json, key: [1, 2, 3])
        #expect(one.usage.first?.fingerprint == other.usage.first?.fingerprint)
    }

    @Test func fingerprintsStayTheSameFromReleaseToRelease() throws {
        // They are in every journal: another value would turn all repeats into conflicts.
        let found = try fingerprint(#""credits":30.5,"dimensions":{"model":"sdxl","n":2}"#)
        #expect(found == 0xaef1_a17f_692d_5169)
    }
}
