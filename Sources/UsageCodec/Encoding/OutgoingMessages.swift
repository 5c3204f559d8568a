import Credits

/// The messages that a commit owes, in the order in which they are to be produced.
///
/// Their bytes stand in one array, and what refers to them is numbers: a message costs neither an
/// allocation nor a reference of its own, and the memory serves one commit after the other.
public struct OutgoingMessages: Sendable {
    /// Where bytes are in the one array.
    ///
    /// Not a ``ByteSlice``: the messages of one commit may have more than 4 GiB.
    struct Place: BitwiseCopyable {
        let start: Int
        private let count: Int32

        init(_ range: Range<Int>) {
            start = range.lowerBound
            count = Int32(range.count)
        }

        private init(start: Int, count: Int32) {
            self.start = start
            self.count = count
        }

        /// No bytes, which is not the same as empty ones.
        static let null = Place(start: 0, count: -1)
        var isNull: Bool { count < 0 }
        var range: Range<Int> { start..<start + Int(max(count, 0)) }
    }

    struct Header: BitwiseCopyable {
        let name: Place
        let value: Place
    }

    struct Message: BitwiseCopyable {
        let kind: OutgoingMessage.Kind
        let key: Place
        let value: Place
        /// Its headers are those from here to ``endOfHeaders``.
        let firstHeader: Int
        let endOfHeaders: Int
    }

    /// Writes the bytes, values as well as what is no JSON.
    var json = JSONWriter()
    private var messages: [Message] = []
    private var headers: [Header] = []
    /// Bytes that are kept for the next commit; a rare larger one gives back what it took.
    private static let keptCapacity = 16 << 20

    public init() {}

    public var count: Int { messages.count }
    public var isEmpty: Bool { messages.isEmpty }

    /// A message, borrowed.
    public subscript(index: Int) -> LentMessage {
        @_lifetime(borrow self)
        get { LentMessage(messages[index], bytes: json.bytes.span, headers: headers.span) }
    }

    /// All messages in memory of their own.
    public var copies: [OutgoingMessage] { (0..<count).map { self[$0].copy() } }

    /// Forgets all messages, and keeps the memory.
    public mutating func removeAll() {
        if json.bytes.capacity > Self.keptCapacity {
            self = OutgoingMessages()
        } else {
            json.restart(at: 0)
            messages.removeAll(keepingCapacity: true)
            headers.removeAll(keepingCapacity: true)
        }
    }

    /// Appends a copy of a message.
    public mutating func append(_ message: OutgoingMessage) {
        for header in message.headers { append(header) }
        append(
            message.kind,
            key: message.key.map { place(of: $0.span) } ?? .null,
            value: message.value.map { place(of: $0.span) } ?? .null,
            headers: message.headers.count
        )
    }

    /// Appends a message whose bytes are there, and whose headers were appended last.
    mutating func append(
        _ kind: OutgoingMessage.Kind,
        key: Place,
        value: Place,
        headers count: Int
    ) {
        messages.append(
            Message(
                kind: kind,
                key: key,
                value: value,
                firstHeader: headers.count - count,
                endOfHeaders: headers.count
            )
        )
    }

    /// Appends a header of the next message.
    mutating func append(_ header: Header) { headers.append(header) }

    /// Appends a header of the next message.
    mutating func append(_ header: MessageHeader) {
        let name = place(of: header.name.utf8.span)
        append(Header(name: name, value: header.value.map { place(of: $0.span) } ?? .null))
    }

    /// Appends bytes and says where they are.
    mutating func place(of bytes: Span<UInt8>) -> Place {
        let start = json.bytes.count
        json.append(bytes)
        return Place(start..<start + bytes.count)
    }

    /// Makes room for so many more triggers.
    mutating func reserve(triggers count: Int) {
        messages.reserveCapacity(messages.count + count)
        headers.reserveCapacity(headers.count + TriggerEncoder.headerCount * count)
        json.reserve(TriggerEncoder.usualBytes * count)
    }
}

extension Span<UInt8> {
    /// The bytes of a place, borrowed; nil for null.
    @_lifetime(copy self)
    func extracting(_ place: OutgoingMessages.Place) -> Span<UInt8>? {
        place.isNull ? nil : extracting(place.range)
    }
}
