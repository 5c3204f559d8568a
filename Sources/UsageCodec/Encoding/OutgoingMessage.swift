public import Credits

/// A message owed to the world, in memory of its own.
public struct OutgoingMessage: Sendable, Equatable {
    /// Which topic it goes to.
    public enum Kind: Sendable, BitwiseCopyable {
        case trigger
        case deadLetter
    }

    public var kind: Kind
    public var key: [UInt8]?
    public var value: [UInt8]?
    public var headers: [MessageHeader]

    public init(kind: Kind, key: [UInt8]?, value: [UInt8]?, headers: [MessageHeader]) {
        self.kind = kind
        self.key = key
        self.value = value
        self.headers = headers
    }
}

/// A message owed to the world, borrowed from ``OutgoingMessages`` while it is produced.
public struct LentMessage: ~Escapable {
    public let kind: OutgoingMessage.Kind
    /// Nil: the message has no key.
    public let key: Span<UInt8>?
    /// Nil: a tombstone.
    public let value: Span<UInt8>?
    private let bytes: Span<UInt8>
    private let headers: Span<OutgoingMessages.Header>

    @_lifetime(copy bytes, copy headers)
    init(
        _ message: OutgoingMessages.Message,
        bytes: Span<UInt8>,
        headers: Span<OutgoingMessages.Header>
    ) {
        kind = message.kind
        key = bytes.extracting(message.key)
        value = bytes.extracting(message.value)
        self.bytes = bytes
        self.headers = headers.extracting(message.firstHeader..<message.endOfHeaders)
    }

    public var headerCount: Int { headers.count }

    /// The name of a header, by its place in their order.
    @_lifetime(copy self)
    public func headerName(_ index: Int) -> Span<UInt8> {
        bytes.extracting(headers[index].name.range)
    }

    /// The value of a header, by its place in their order; nil where it has none.
    @_lifetime(copy self)
    public func headerValue(_ index: Int) -> Span<UInt8>? {
        bytes.extracting(headers[index].value)
    }

    /// The message in memory of its own, to be kept.
    public func copy() -> OutgoingMessage {
        OutgoingMessage(
            kind: kind,
            key: key?.copy(),
            value: value?.copy(),
            headers: headers.indices.map { index in
                MessageHeader(
                    name: String(span: headerName(index)),
                    value: headerValue(index)?.copy()
                )
            }
        )
    }
}
