import CRdKafka

/// What went wrong between this process and Kafka.
///
/// Callers decide by `code`, `isFatal` and `isRetriable`; `reason` is for people.
public struct KafkaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kinds of failure that a caller may treat differently.
    public enum Code: String, Sendable, CaseIterable {
        /// A property was refused, or properties contradict each other.
        case configuration
        /// A connection failed or broke; the client reconnects by itself.
        case transport
        /// No broker can be reached at the moment.
        case allBrokersDown
        /// Who we are, or what we may do, was refused; also failures of TLS.
        case authentication
        /// The topic or the partition does not exist.
        case unknownTopic
        /// The offset asked for is not in the log (any more): a gap. Reading has stopped.
        case offsetOutOfRange
        /// Another instance has taken our place.
        case fenced
        /// No answer within the time allowed; what was asked for may have happened.
        case timedOut
        /// The producer's queue is full: read deliveries, then send again.
        case queueFull
        /// The message is larger than client or broker accept.
        case messageTooLarge
        /// The request was withdrawn before it was sent.
        case cancelled
        /// The client is closed, or not in the state that the call needs; also group membership
        /// that has moved on.
        case stateChanged
        /// What was fetched cannot be read: its checksum is wrong, or it is packed or laid out in an
        /// unknown way.
        ///
        /// The library goes on behind it, so that messages are missing.
        case corrupt
        /// Anything else; see `underlyingName`.
        case other
    }

    /// What kind of failure this is.
    public let code: Code
    /// librdkafka's number: negative for its own errors, positive for the broker's.
    public let underlyingCode: Int32
    /// librdkafka's name for it, such as `_TRANSPORT`.
    public let underlyingName: String
    /// Whether the client is of no further use and must be replaced.
    public let isFatal: Bool
    /// Whether the same call may succeed later, without any change to it.
    public let isRetriable: Bool
    /// The explanation, for people; never contains message contents.
    public let reason: String

    /// Such as `KafkaError(code: transport, underlying: _TRANSPORT (-195), isFatal: false): …`.
    public var description: String {
        "KafkaError(code: \(code.rawValue), underlying: \(underlyingName) (\(underlyingCode)), "
            + "isFatal: \(isFatal)): \(reason)"
    }
}

extension KafkaError {
    init(_ error: rd_kafka_resp_err_t, reason: String? = nil, isFatal: Bool = false) {
        code = Code(error)
        underlyingCode = error.rawValue
        underlyingName = unsafe string(rd_kafka_err2name(error))
        self.isFatal = isFatal
        isRetriable = !isFatal && Code.retriable.contains(code) || error.isCoordinatorMoving
        self.reason = unsafe reason ?? string(rd_kafka_err2str(error))
    }

    /// Takes over an error object of the library and frees it.
    init(consuming error: OpaquePointer) {
        defer { unsafe rd_kafka_error_destroy(error) }
        unsafe self.init(
            rd_kafka_error_code(error),
            reason: string(rd_kafka_error_string(error)),
            isFatal: rd_kafka_error_is_fatal(error) != 0
        )
    }

    /// Throws unless the library reported success.
    static func check(
        _ error: rd_kafka_resp_err_t,
        _ reason: @autoclosure () -> String? = nil
    ) throws(KafkaError) {
        guard error == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw KafkaError(error, reason: reason())
        }
    }

    static func configuration(_ reason: String) -> KafkaError {
        KafkaError(RD_KAFKA_RESP_ERR__INVALID_ARG, reason: reason)
    }

    static let closed = KafkaError(RD_KAFKA_RESP_ERR__STATE, reason: "the client is closed")
}

/// Copies a C string of the library; bytes that are not UTF-8 are repaired, null is empty.
func string(_ pointer: UnsafePointer<CChar>?) -> String {
    guard let pointer = unsafe pointer else { return "" }
    return unsafe String(cString: pointer)
}
