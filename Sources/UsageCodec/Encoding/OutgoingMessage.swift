public import Credits

/// A message owed to the world, ready to be produced.
public struct OutgoingMessage: Sendable, Equatable {
    /// Which topic it goes to.
    public enum Kind: Sendable, Equatable {
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
