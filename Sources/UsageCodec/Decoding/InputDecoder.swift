public import Credits

/// Which topic a message was read from, and so what it is expected to hold.
public enum MessageRole: Sendable {
    /// A usage event (contract §2.1).
    case usage
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
    private var parser = JSONParser()
    private var accounts: AccountDirectory
    private var usage: UsageReader
    private let commands: CommandReader

    /// - Parameters:
    ///   - hashKey: the store's secret, under which ids and accounts are hashed.
    ///   - rates: what prices events that bring no price.
    ///   - limits: what a message may cost.
    public init(hashKey: HashKey, rates: RateBook, limits: DecodeLimits) {
        self.limits = limits
        accounts = AccountDirectory(hashKey: hashKey)
        usage = UsageReader(hashKey: hashKey, rates: rates)
        commands = CommandReader(hashKey: hashKey)
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
        let keySlice = batch.keep(key)
        let message = ReceivedMessage(
            origin: origin,
            timestamp: timestamp,
            key: keySlice,
            value: batch.keep(value),
            headers: batch.keep(headers)
        )
        do throws(Refusal) {
            try checkSize(of: message)
            try decode(role, message, into: &batch)
        } catch {
            batch.invalid.append(InvalidInput(message: message, refusal: error))
        }
    }

    private func checkSize(of message: ReceivedMessage) throws(Refusal) {
        guard message.hasValue else {
            throw .expectedMessage(.invalidJSON, "a JSON object", got: "nothing (a tombstone)")
        }
        guard !message.value.isEmpty else {
            throw .expectedMessage(.invalidJSON, "a JSON object", got: "0 bytes")
        }
        guard message.value.count <= limits.maximumBytes else {
            throw .expectedMessage(
                .tooLarge,
                "at most \(limits.maximumBytes) bytes",
                got: "\(message.value.count) bytes"
            )
        }
    }

    /// The one place that decides how a message is written; so far all are plain JSON.
    private mutating func decode(
        _ role: MessageRole,
        _ message: ReceivedMessage,
        into batch: inout InputBatch
    ) throws(Refusal) {
        try parse(message.value.range, of: &batch.bytes)
        let document = parser.document
        guard document.root.kind == .object else {
            let excerpt = document.excerpt(of: document.root, in: &batch.bytes)
            throw .expectedMessage(.invalidJSON, "a JSON object", got: excerpt)
        }
        switch role {
        case .usage: try usage.read(document, message, accounts: &accounts, into: &batch)
        case .command: try commands.read(document, message, accounts: &accounts, into: &batch)
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

extension InputBatch {
    /// Copies borrowed bytes into the arena.
    fileprivate mutating func keep(_ bytes: Span<UInt8>?) -> ByteSlice? {
        guard let bytes else { return nil }
        return self.bytes.appendSlice(bytes)
    }

    /// Keeps headers where there are any; −1 where not.
    fileprivate mutating func keep(_ headers: [MessageHeader]) -> Int32 {
        guard !headers.isEmpty else { return -1 }
        self.headers.append(headers)
        return Int32(self.headers.count - 1)
    }
}
