import CRdKafka

/// A header of a message.
public struct Header: Equatable, Sendable {
    /// The name; bytes that were not UTF-8 are replaced by U+FFFD.
    public var name: String
    /// The value, which may be null.
    public var value: [UInt8]?

    public init(name: String, value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}

/// Owns a list of headers until a message takes it over.
@safe
public struct HeaderList: ~Copyable {
    private var pointer: OpaquePointer?

    init(_ headers: [Header]) throws(KafkaError) {
        self.init(count: headers.count)
        for header in headers { try append(name: header.name.utf8, value: header.value) }
    }

    /// - Parameter count: how many headers there will be.
    public init(count: Int) {
        unsafe pointer = count == 0 ? nil : rd_kafka_headers_new(count)
    }

    // The name is lent as it lies: an array for each would be three for each message.
    mutating func append(name: some Collection<UInt8>, value: [UInt8]?) throws(KafkaError) {
        if unsafe pointer == nil { unsafe pointer = rd_kafka_headers_new(4) }
        let lent = name.withContiguousStorageIfAvailable { name in
            unsafe withOptionalBytes(value) { unsafe add(UnsafeRawBufferPointer(name), $0) }
        }
        if let lent { return try KafkaError.check(lent) }
        let copied = Array(name)
        try append(name: copied.span, value: value?.span)
    }

    /// Appends a copy of a header; a value of nil is null.
    public mutating func append(name: Span<UInt8>, value: Span<UInt8>?) throws(KafkaError) {
        if unsafe pointer == nil { unsafe pointer = rd_kafka_headers_new(4) }
        let error = unsafe name.withUnsafeBytes { name in
            unsafe withOptionalBytes(value) { value in unsafe add(name, value) }
        }
        try KafkaError.check(error)
    }

    private func add(
        _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer?
    ) -> rd_kafka_resp_err_t {
        unsafe rd_kafka_header_add(
            pointer,
            (name.baseAddress ?? emptyBytes).assumingMemoryBound(to: CChar.self),
            name.count,
            value?.baseAddress,
            value?.count ?? 0
        )
    }

    /// Lends the list to a call that takes it over only if it succeeds.
    mutating func handOver(_ call: (OpaquePointer?) -> rd_kafka_resp_err_t) -> rd_kafka_resp_err_t {
        let error = unsafe call(pointer)
        if error == RD_KAFKA_RESP_ERR_NO_ERROR { unsafe pointer = nil }
        return error
    }

    deinit {
        if let pointer = unsafe pointer { unsafe rd_kafka_headers_destroy(pointer) }
    }
}

/// Copies the headers of a message; allocates nothing when it has none.
func copyHeaders(of message: UnsafePointer<rd_kafka_message_t>) -> [Header] {
    var list: OpaquePointer?
    guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else {
        return []
    }
    var headers: [Header] = []
    unsafe headers.reserveCapacity(rd_kafka_header_cnt(list))
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var size = 0
    while unsafe rd_kafka_header_get_all(list, headers.count, &name, &value, &size)
        == RD_KAFKA_RESP_ERR_NO_ERROR
    {
        let bytes = unsafe value.map {
            unsafe Array(UnsafeRawBufferPointer(start: $0, count: size))
        }
        unsafe headers.append(Header(name: string(name), value: bytes))
    }
    return headers
}

/// An address for zero bytes: to the library a null pointer means null, which is not empty.
///
/// Never written, and never freed.
nonisolated(unsafe) let emptyBytes = UnsafeRawPointer(
    UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1)
)

/// Lends the bytes with an address even when there are none; nil stays nil.
func withOptionalBytes<Result>(
    _ bytes: [UInt8]?,
    _ body: (UnsafeRawBufferPointer?) -> Result
) -> Result {
    guard let bytes else { return body(nil) }
    return unsafe bytes.withUnsafeBytes { unsafe body($0.withAddress) }
}

/// As above.
func withOptionalBytes<Result>(
    _ bytes: Span<UInt8>?,
    _ body: (UnsafeRawBufferPointer?) -> Result
) -> Result {
    guard let bytes else { return body(nil) }
    return unsafe bytes.withUnsafeBytes { unsafe body($0.withAddress) }
}

extension UnsafeRawBufferPointer {
    var withAddress: UnsafeRawBufferPointer {
        unsafe baseAddress == nil ? UnsafeRawBufferPointer(start: emptyBytes, count: 0) : self
    }
}
