import Testing

@testable import KafkaIO

/// How it is known, without asking the library, that a record has no headers.
struct RecordFramingTests {
    /// What a broker sends between the value of one record and the key of the next.
    private struct Between {
        var headerCount: [UInt8] = [0]
        /// Of what follows it: the fields here, a key of 3 bytes, a value of 4 and two counts.
        var length = 13
        var attributes: UInt8 = 0
        var timestampDelta = 2
        var offsetDelta = 1
        var keyCount = 3

        var bytes: [UInt8] {
            headerCount + [zigzag(length), attributes]
                + [zigzag(timestampDelta), zigzag(offsetDelta), zigzag(keyCount)]
        }

        private func zigzag(_ number: Int) -> UInt8 { UInt8((number << 1) ^ (number >> 63)) }
    }

    private func shows(_ bytes: [UInt8], keyCount: Int? = 3, valueCount: Int = 4) -> Bool {
        RecordFraming.isBetween(bytes.span, keyCount: keyCount, valueCount: valueCount)
    }

    @Test func aRecordThatEndsWithACountOfZeroHasNoHeaders() {
        #expect(shows(Between().bytes))
    }

    @Test func withoutAKeyTheValueFollows() {
        let bytes = Between(length: 10, keyCount: -1).bytes + [8]
        #expect(shows(bytes, keyCount: nil))
        #expect(!shows(bytes, keyCount: nil, valueCount: 3))
        #expect(!shows(bytes, keyCount: 3))
    }

    @Test func numbersOfSeveralBytesAreRead() {
        // A length of 300, a timestamp delta of 100,000 and an offset delta of 9,999.
        let bytes: [UInt8] = [0, 0xd8, 0x04, 0, 0xc0, 0x9a, 0x0c, 0x9e, 0x9c, 0x01, 6]
        #expect(shows(bytes, valueCount: 280))
    }

    @Test func aRecordWithHeadersDoesNotShowThatItHasNone() {
        #expect(!shows(Between(headerCount: [2]).bytes))
        #expect(!shows(Between(headerCount: [2, 2, 0x61, 2, 0x62]).bytes))
    }

    @Test func whatDoesNotFitTheNextRecordShowsNothing() {
        #expect(!shows(Between(attributes: 1).bytes), "attributes that the format does not have")
        #expect(!shows(Between(keyCount: 4).bytes), "a key of another length")
        #expect(!shows(Between(length: 12).bytes), "a record too short for its key and value")
        #expect(!shows(Between().bytes + [0]), "bytes between the framing and the key")
        #expect(!shows(Array(Between().bytes.dropLast())), "less than the framing")
        #expect(!shows([]))
    }

    @Test func aNumberThatDoesNotEndShowsNothing() {
        #expect(!shows([0] + [UInt8](repeating: 0xff, count: 30)))
        #expect(!shows([UInt8](repeating: 0, count: 30)))
    }

    /// A poll of everything that was produced, and of each message whether it showed no headers.
    private func shown(
        _ properties: [String: String] = [:],
        _ produce: (Producer) throws -> Void
    ) throws -> (messages: [Received], shown: [Bool]) {
        let fixture = try Fixture()
        // One batch: what comes within that time is sent together.
        let producer = try fixture.producer(["linger.ms": "200"].merging(properties) { $1 })
        try produce(producer)
        try #require(producer.flush(timeout: .seconds(10)))
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        let batch = try consumer.poll(
            maximum: 100,
            timeout: .seconds(10),
            gathering: .seconds(1)
        )
        var messages: [Received] = []
        var shown: [Bool] = []
        batch.forEach {
            shown.append($0.showsNoHeaders)
            messages.append(Received($0))
        }
        return (messages, shown)
    }

    @Test(arguments: ["none", "lz4", "zstd"])
    func theLibraryIsAskedForTheLastOfABatchAlone(compression: String) throws {
        let (messages, shown) = try shown(["compression.type": compression]) { producer in
            for number in 0..<20 {
                let key = number % 2 == 0 ? "customer-\(number)" : nil
                let value = String(repeating: "v", count: 1 + 40 * number)
                try producer.send(topic: Fixture.topic, key: key, value: value, tag: 1)
            }
        }
        try #require(messages.count == 20)
        #expect(messages.allSatisfy { $0.headers.isEmpty })
        #expect(shown == [Bool](repeating: true, count: 19) + [false])
    }

    @Test func headersAmongMessagesWithoutAnyAreFound() throws {
        let headers = [Header(name: "ce_id", value: [1]), Header(name: "", value: nil)]
        let (messages, shown) = try shown { producer in
            for number in 0..<12 {
                try producer.send(
                    topic: Fixture.topic,
                    key: number % 4 == 1 ? nil : [1],
                    // A tombstone, an empty value, and zeros, which all else that is looked for may be.
                    value: [nil, [], [0, 0, 0], [UInt8](repeating: 0, count: 200)][number % 4],
                    headers: number % 3 == 0 ? headers : [],
                    tag: 1
                )
            }
        }
        try #require(messages.count == 12)
        for number in 0..<12 {
            #expect(messages[number].headers == (number % 3 == 0 ? headers : []))
            #expect(!shown[number] || number % 3 != 0)
        }
    }
}
