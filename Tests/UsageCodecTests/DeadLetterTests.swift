import Credits
import Testing
import UsageCodec

/// Dead letters: the input byte for byte, and why it is one (contract §2.6).
@Suite struct DeadLetterTests {
    /// What a message is turned into when it is invalid.
    private func letter(
        bytes: [UInt8]?,
        key: [UInt8]?,
        headers: [MessageHeader] = []
    ) throws -> OutgoingMessage {
        let batch = Samples.decode(.usage, bytes: bytes, key: key, headers: headers)
        let invalid = try #require(batch.invalid.first)
        var commit = Commit(number: 1, recordedAt: Samples.recorded, cluster: "test")
        commit.partitions = batch.partitions
        commit.bytes = batch.bytes
        commit.headers = batch.headers
        commit.deadLetters = [DeadLetter(message: invalid.message, refusal: invalid.refusal)]
        let messages = SampleCommit.messages(of: commit)
        #expect(messages.count == 1)
        return try #require(messages.first)
    }

    @Test func bytesAndHeadersAreKeptAndTheReasonIsAppended() throws {
        let value: [UInt8] = [0xFF, 0x00, 0x7B]
        let headers = [
            MessageHeader(name: "trace", value: [1, 2]), MessageHeader(name: "none", value: nil),
            MessageHeader(name: "drawdown.error.code", value: Array("older".utf8)),
        ]
        let message = try letter(bytes: value, key: [0xC3, 0x28], headers: headers)
        #expect(message.kind == .deadLetter)
        #expect(message.value == value)
        #expect(message.key == [0xC3, 0x28])
        #expect(Array(message.headers.prefix(3)) == headers)
        #expect(
            message.headers.dropFirst(3).map { header in
                "\(header.name): \(String(decoding: header.value ?? [], as: UTF8.self))"
            } == [
                "__connect.errors.topic: usage.events", "__connect.errors.partition: 3",
                "__connect.errors.offset: 7",
                "__connect.errors.exception.message: "
                    + "expected value to be JSON, got: \u{FFFD}\\u0000{",
                "drawdown.error.code: invalid_json",
            ]
        )
    }

    @Test func theFieldAtFaultHasAHeader() throws {
        let json = #"{"usage_id":"u","credits":-1}"#
        let message = try letter(bytes: Array(json.utf8), key: nil)
        #expect(message.header("drawdown.error.field") == "customer_id")
        let named = try letter(bytes: Array(json.utf8), key: Array("acme".utf8))
        #expect(named.header("drawdown.error.field") == "credits")
        #expect(named.header("drawdown.error.code") == "invalid_field")
        #expect(
            named.header("__connect.errors.exception.message")
                == "expected credits to be 0 or more, got: -1"
        )
    }

    @Test func aTombstoneAndAnEmptyMessageStayApart() throws {
        let tombstone = try letter(bytes: nil, key: nil)
        #expect(tombstone.value == nil && tombstone.key == nil)
        let empty = try letter(bytes: [], key: [])
        #expect(empty.value == [] && empty.key == [])
    }
}
