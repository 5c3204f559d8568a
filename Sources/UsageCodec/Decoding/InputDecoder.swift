public import Credits

/// Which topic a message was read from, and so what it is expected to hold.
public enum MessageRole: Hashable, Sendable {
    /// A usage event (contract §2.1): plain JSON, a CloudEvent or Protobuf, told apart by headers
    /// and content.
    case usage
    /// JSON of any shape that holds a usage event where the mapping says (contract §8).
    ///
    /// The topic's owner decided, so neither headers nor content are asked.
    case mappedUsage(UsageMapping)
    /// A command (contract §2.2).
    case command
}

/// What a message may cost before it is looked at.
public struct DecodeLimits: Sendable {
    /// A longer value is `too_large` and is not parsed.
    public var maximumBytes: Int

    /// - Parameter maximumBytes: at least 1; 1 MiB by default.
    public init(maximumBytes: Int = 1 << 20) {
        self.maximumBytes = maximumBytes
    }
}

/// Turns messages into a batch of input; one per intake thread, for it owns a parser.
///
/// A message's bytes are copied once, into the batch's arena, and everything decoded from them are
/// positions there: a usage event costs no allocation of its own.
public struct InputDecoder: ~Copyable {
    private let limits: DecodeLimits
    var parser = JSONParser()
    private var accounts: AccountDirectory
    private var plainUsage = PlainUsageReader()
    private var usage: UsageReader
    private let commands: CommandReader
    /// False: every message is parsed, which must come to the same.
    private let readsPlainUsage: Bool
    private let cloudEvents = CloudEventReader()
    private let protobuf = ProtobufReader()

    /// - Parameters:
    ///   - hashKey: the store's secret, under which ids and accounts are hashed.
    ///   - rates: what prices events that bring no price.
    ///   - limits: what a message may cost.
    public init(hashKey: HashKey, rates: RateBook, limits: DecodeLimits) {
        self.init(hashKey: hashKey, rates: rates, limits: limits, readsPlainUsage: true)
    }

    init(hashKey: HashKey, rates: RateBook, limits: DecodeLimits, readsPlainUsage: Bool) {
        self.limits = limits
        self.readsPlainUsage = readsPlainUsage
        accounts = AccountDirectory(hashKey: hashKey)
        usage = UsageReader(hashKey: hashKey, rates: rates)
        commands = CommandReader(hashKey: hashKey, rates: rates)
    }

    /// Forgets the accounts that the previous batch named; to be called when a new one begins.
    public mutating func beginBatch() {
        accounts.removeAll()
    }

    /// Decodes one message: exactly one of the batch's usage, commands and invalid inputs grows.
    ///
    /// Nothing that a message holds is an error here: what cannot be understood becomes an
    /// ``InvalidInput`` with the message as it was. An arena holds 4 GiB, so the caller ends a
    /// batch well before.
    /// - Parameters:
    ///   - role: what the topic is for.
    ///   - key: the record's key, which stands in for `customer_id`.
    ///   - value: the record's value; nil for a tombstone.
    ///   - headers: kept for a dead letter.
    ///   - timestamp: the record's timestamp, which stands in for `occurred_at` and `effective_at`.
    ///   - origin: its `partition` is an index into the batch's partitions.
    ///   - batch: what grows.
    public mutating func decode(
        _ role: MessageRole,
        key: Span<UInt8>?,
        value: Span<UInt8>?,
        headers: [MessageHeader],
        timestamp: Timestamp,
        origin: Origin,
        into batch: inout InputBatch
    ) {
        // Positions from another batch's arena would name somebody else's account.
        if batch.isEmpty { beginBatch() }
        let kept = keep(role, key: key, value: value, into: &batch)
        let message = ReceivedMessage(
            origin: origin,
            timestamp: timestamp,
            key: kept.key,
            value: kept.value,
            headers: batch.keep(headers)
        )
        do throws(Refusal) {
            switch role {
            case .usage: try decodeUsage(message, headers, into: &batch)
            case .mappedUsage(let mapping): try decode(mapping, message, into: &batch)
            case .command: try decodeCommand(message, into: &batch)
            }
        } catch {
            batch.invalid.append(InvalidInput(message: message, refusal: error))
        }
    }

    /// Copies a record's key and value into the arena.
    private mutating func keep(
        _ role: MessageRole,
        key: Span<UInt8>?,
        value: Span<UInt8>?,
        into batch: inout InputBatch
    ) -> (key: ByteSlice?, value: ByteSlice?) {
        if readsPlainUsage, case .usage = role {
            return plainUsage.keep(key: key, value: value, in: &batch.bytes)
        }
        return (batch.bytes.keep(key), batch.bytes.keep(value))
    }

    // Static, for the decoder itself would be copied for the call.
    private static func checkSize(
        of message: ReceivedMessage,
        _ limits: DecodeLimits,
        mayBeEmpty: Bool = false
    ) throws(Refusal) {
        guard message.value.count <= limits.maximumBytes else {
            throw .expectedMessage(
                .tooLarge,
                "at most \(limits.maximumBytes) bytes",
                got: "\(message.value.count) bytes"
            )
        }
        guard message.value.isEmpty, !mayBeEmpty else { return }
        let value = message.hasValue ? "0 bytes" : "nothing (a tombstone)"
        throw .expectedMessage(.invalidJSON, "a JSON object", got: value)
    }

    private mutating func decodeCommand(
        _ message: ReceivedMessage,
        into batch: inout InputBatch
    ) throws(Refusal) {
        try Self.checkSize(of: message, limits)
        try parseObject(message.value.range, of: &batch.bytes)
        try commands.read(parser.document, message, accounts: &accounts, into: &batch)
    }

    /// The one place that decides how a usage event is written.
    private mutating func decodeUsage(
        _ message: ReceivedMessage,
        _ headers: [MessageHeader],
        into batch: inout InputBatch
    ) throws(Refusal) {
        // Most messages have none.
        switch headers.isEmpty ? .json : try UsageFormat(headers: headers) {
        case .json:
            try Self.checkSize(of: message, limits)
            if readsPlainUsage, let fields = plainUsage.fields(of: message, in: batch.bytes) {
                return usage.appendInline(fields, message, accounts: &accounts, into: &batch)
            }
            try parseObject(message.value.range, of: &batch.bytes)
            let nodes = usage.nodes(of: 0, in: parser.document)
            // Only what is no plain event is looked at a second time.
            guard nodes[UsageField.usageID.rawValue] == nil,
                cloudEvents.isCloudEvent(parser.document)
            else { return try read(nodes, as: .plain, message, into: &batch) }
            try decodeCloudEvent(message, into: &batch)
        case .cloudEvent:
            try Self.checkSize(of: message, limits)
            try parseObject(message.value.range, of: &batch.bytes)
            try decodeCloudEvent(message, into: &batch)
        case .cloudEventData:
            try Self.checkSize(of: message, limits, mayBeEmpty: true)
            try decodeCloudEventData(message, headers, into: &batch)
        case .protobuf:
            // No bytes are a message too, one without fields.
            try Self.checkSize(of: message, limits, mayBeEmpty: true)
            let fields = try protobuf.fields(of: message, in: &batch.bytes)
            usage.append(fields, message, accounts: &accounts, into: &batch)
        }
    }

    private mutating func read(
        _ nodes: borrowing FieldNodes,
        as shape: borrowing UsageShape,
        _ message: ReceivedMessage,
        into batch: inout InputBatch
    ) throws(Refusal) {
        try usage.read(
            parser.document,
            nodes,
            as: shape,
            message,
            accounts: &accounts,
            into: &batch
        )
    }

    mutating func parseObject(
        _ range: Range<Int>,
        of arena: inout [UInt8]
    ) throws(Refusal) {
        try parse(range, of: &arena)
        let document = parser.document
        guard document.root.kind == .object else {
            let excerpt = document.excerpt(of: document.root, in: &arena)
            throw .expectedMessage(.invalidJSON, "a JSON object", got: excerpt)
        }
    }

    private mutating func parse(
        _ range: Range<Int>,
        of arena: inout [UInt8]
    ) throws(Refusal) {
        // What follows in the arena takes the padding's place.
        let padding = InlineArray<64, UInt8>(repeating: 0)
        assert(padding.count >= JSONParser.padding, "expected as much padding as simdjson needs")
        arena.append(padding.span)
        defer { arena.removeLast(padding.count) }
        do throws(JSONFault) {
            try parser.parse(range, of: arena)
        } catch {
            throw Self.refusal(for: error, of: arena.span.extracting(range))
        }
    }

    private static func refusal(for fault: JSONFault, of bytes: Span<UInt8>) -> Refusal {
        let constraint =
            switch fault {
            case .notJSON: "JSON"
            case .duplicateKey: "JSON without a key twice in one object"
            case .tooDeep: "JSON of at most 64 objects and arrays inside one another"
            case .outOfMemory: "JSON that fits into memory"
            }
        return .expectedMessage(.invalidJSON, constraint, got: Excerpt.text(bytes))
    }
}

// Messages that were not written for us.
extension InputDecoder {
    /// Reads the CloudEvent in structured mode that was parsed.
    private mutating func decodeCloudEvent(
        _ message: ReceivedMessage,
        into batch: inout InputBatch
    ) throws(Refusal) {
        do throws(Refusal) {
            switch try cloudEvents.structured(parser.document, in: &batch.bytes) {
            case .whole(let nodes, let data):
                let shape = UsageShape.cloudEvent(data: data, attributes: nil)
                try read(nodes, as: shape, message, into: &batch)
            case .encoded(let attributes, let data):
                try decode(data, of: attributes, message, into: &batch)
            }
        } catch {
            throw error.spelt(CloudEventReader.spelling)
        }
    }

    /// Reads a CloudEvent in binary mode; without a value it has no data.
    private mutating func decodeCloudEventData(
        _ message: ReceivedMessage,
        _ headers: [MessageHeader],
        into batch: inout InputBatch
    ) throws(Refusal) {
        do throws(Refusal) {
            let attributes = try CloudEventHeaders.attributes(in: headers, &batch.bytes)
            try decode(message.value, of: attributes, message, into: &batch)
        } catch {
            throw error.spelt(CloudEventHeaders.spelling)
        }
    }

    private mutating func decode(
        _ data: ByteSlice,
        of attributes: CloudEventAttributes,
        _ message: ReceivedMessage,
        into batch: inout InputBatch
    ) throws(Refusal) {
        let data = data.isEmpty ? batch.bytes.appendSlice("null".utf8) : data
        try parse(data.range, of: &batch.bytes)
        let index = try cloudEvents.dataIndex(of: parser.document, in: &batch.bytes)
        let nodes = cloudEvents.dataNodes(at: index, of: parser.document)
        let shape = UsageShape.cloudEvent(data: index, attributes: attributes)
        try read(nodes, as: shape, message, into: &batch)
    }

    private mutating func decode(
        _ mapping: UsageMapping,
        _ message: ReceivedMessage,
        into batch: inout InputBatch
    ) throws(Refusal) {
        try Self.checkSize(of: message, limits)
        do throws(Refusal) {
            try parseObject(message.value.range, of: &batch.bytes)
            let nodes = mapping.nodes(of: parser.document, in: batch.bytes)
            try read(nodes, as: .mapped, message, into: &batch)
        } catch {
            throw error.spelt { mapping[$0]?.text }
        }
    }
}

extension InputBatch {
    /// Keeps headers where there are any; −1 where not.
    fileprivate mutating func keep(_ headers: [MessageHeader]) -> Int32 {
        guard !headers.isEmpty else { return -1 }
        self.headers.append(headers)
        return Int32(self.headers.count - 1)
    }
}
