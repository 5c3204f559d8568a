import Credits
import Testing
@testable import UsageCodec

/// Goal: every input of a batch finds its own account, whatever the batches before it named.
///
/// Method: batches of very different sizes, of customers whose ids are much alike.
@Suite struct AccountDirectoryTests {
    private struct Name: Hashable {
        let customerID: String
        let creditType: String
    }

    private static func draw(_ random: inout SplitMix) -> Name {
        let heads = ["a", "b", "customer-", "c"]
        let tails = ["", "1", "-0000001", "-0000002", "\(random.next() % 5000)"]
        let head = heads[Int(random.next() % 4)]
        let tail = tails[Int(random.next() % 5)]
        return Name(
            customerID: head + tail,
            creditType: random.next() % 3 == 0 ? "images" : "credits"
        )
    }

    private static func decode(
        _ names: [Name],
        by decoder: inout InputDecoder,
        into batch: inout InputBatch
    ) {
        for (index, name) in names.enumerated() {
            let event =
                #"{"usage_id":"u\#(index)","customer_id":"\#(name.customerID)","#
                + #""credit_type":"\#(name.creditType)","credits":1}"#
            decoder.decode(
                .usage,
                key: nil,
                value: Array(event.utf8).span,
                headers: [],
                timestamp: Samples.recorded,
                origin: Origin(partition: 0, offset: Int64(index)),
                into: &batch
            )
        }
    }

    private static func names(_ batch: InputBatch) -> [Name] {
        batch.usage.map { event in
            let account = batch.accounts[Int(event.account)]
            return Name(
                customerID: batch.bytes.string(of: account.customerID),
                creditType: batch.bytes.string(of: account.creditType)
            )
        }
    }

    private static func decoder() -> InputDecoder {
        InputDecoder(hashKey: Samples.hashKey, rates: Samples.rates, limits: DecodeLimits())
    }

    @Test func eachInputFindsItsAccount() {
        var random = SplitMix(state: 3)
        var decoder = Self.decoder()
        for count in [6000, 1, 0, 40, 3, 2, 2, 2, 2, 2, 700, 9000, 5] {
            let names = (0..<count).map { _ in Self.draw(&random) }
            var batch = Samples.batch()
            decoder.beginBatch()
            Self.decode(names, by: &decoder, into: &batch)
            #expect(Self.names(batch) == names)
            #expect(batch.accounts.count == Set(names).count)
        }
    }

    @Test func aBatchThatWasNotAnnouncedGetsItsOwnAccounts() {
        var random = SplitMix(state: 4)
        var decoder = Self.decoder()
        for count in [2000, 10, 3000] {
            let names = (0..<count).map { _ in Self.draw(&random) }
            var batch = Samples.batch()
            Self.decode(names, by: &decoder, into: &batch)
            #expect(Self.names(batch) == names)
            #expect(batch.accounts.count == Set(names).count)
        }
    }
}
