@testable import Credits
import UsageCodec

/// Decodes single messages, as the tests want to write them.
enum Samples {
    static let hashKey = HashKey(first: 0x0123_4567_89ab_cdef, second: 0xfedc_ba98_7654_3210)
    static let recorded = moment("2026-11-22T10:00:00Z")

    static let rates = RateBook(cards: [
        RateCard(
            version: "2026-11",
            effectiveFrom: moment("2026-11-01T00:00:00Z"),
            rates: [
                Rate(id: "chat", action: "chat.request", credits: amount("0.25")),
                Rate(
                    id: "sdxl",
                    action: "image.generate",
                    credits: amount("10"),
                    creditType: "images"
                ),
                Rate(
                    id: "dear",
                    action: "moon.landing",
                    credits: amount("99999999999999999999999999")
                ),
            ]
        )
    ])

    static func moment(_ text: String) -> Timestamp {
        guard let timestamp = Timestamp(text) else {
            preconditionFailure("expected \(text) to be a time")
        }
        return timestamp
    }

    static func amount(_ text: String) -> Amount {
        do {
            return try Amount(text)
        } catch {
            preconditionFailure("expected \(text) to be an amount, got: \(error)")
        }
    }

    static func batch() -> InputBatch {
        var batch = InputBatch(cluster: "test")
        batch.partitions = [
            PartitionProgress(topic: "usage.events", partition: 3, from: nil, next: 0)
        ]
        return batch
    }

    static func decoder(limit: Int = 1 << 20) -> InputDecoder {
        InputDecoder(hashKey: hashKey, rates: rates, limits: DecodeLimits(maximumBytes: limit))
    }

    /// What a command of the customer `acme` is, sent again and again at these moments.
    static func commands(_ json: String, at moments: [String]) -> [Command] {
        var decoder = decoder()
        var batch = batch()
        let (key, value) = (Array("acme".utf8), Array(json.utf8))
        for text in moments {
            decoder.decode(
                .command,
                key: key.span,
                value: value.span,
                headers: [],
                timestamp: moment(text),
                origin: .time,
                into: &batch
            )
        }
        return batch.commands
    }

    /// A batch with one message of these bytes.
    static func decode(
        _ role: MessageRole,
        bytes: [UInt8]?,
        key: [UInt8]? = Array("acme".utf8),
        headers: [MessageHeader] = [],
        limit: Int = 1 << 20
    ) -> InputBatch {
        var decoder = decoder(limit: limit)
        var batch = batch()
        decoder.decode(
            role,
            key: key?.span,
            value: bytes?.span,
            headers: headers,
            timestamp: recorded,
            origin: Origin(partition: 0, offset: 7),
            into: &batch
        )
        return batch
    }

    static func decode(
        _ role: MessageRole,
        _ json: String,
        key: String? = "acme"
    ) -> InputBatch {
        decode(role, bytes: Array(json.utf8), key: key.map { Array($0.utf8) })
    }

    /// Why a message is invalid; nil where it is not.
    static func refusal(
        _ role: MessageRole,
        _ json: String,
        key: String? = "acme"
    ) -> Refusal? {
        let batch = decode(role, json, key: key)
        return batch.count == 1 ? batch.invalid.first?.refusal : nil
    }
}

extension InputBatch {
    func text(_ slice: ByteSlice) -> String { bytes.string(of: slice) }

    /// The customer and credit type that an input's account index stands for.
    func accountNames(_ index: Int32) -> [String] {
        let account = accounts[Int(index)]
        return [text(account.customerID), text(account.creditType)]
    }

    func dimensionTexts(_ event: UsageEvent) -> [String] {
        Dimensions.list(in: bytes.span(of: event.dimensions)).map { name, value in
            switch value {
            case .text(let text): "\(name)=\"\(text)\""
            case .number(let text): "\(name)=\(text)"
            }
        }
    }
}
