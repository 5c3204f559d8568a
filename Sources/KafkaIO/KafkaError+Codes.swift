import CRdKafka

extension KafkaError.Code {
    static let retriable: Set<KafkaError.Code> = [
        .transport, .allBrokersDown, .timedOut, .queueFull,
    ]

    /// Sorts the library's some 150 codes into ours.
    init(_ error: rd_kafka_resp_err_t) {
        self =
            switch error {
            case RD_KAFKA_RESP_ERR__INVALID_ARG, RD_KAFKA_RESP_ERR__NOT_CONFIGURED,
                RD_KAFKA_RESP_ERR__UNKNOWN_GROUP, RD_KAFKA_RESP_ERR__CONFLICT,
                RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
                .configuration
            case RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__RESOLVE,
                RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
                .transport
            case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
                .allBrokersDown
            case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR__SSL,
                RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
                RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
                RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
                RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
                .authentication
            case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
                .unknownTopic
            case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
                .offsetOutOfRange
            case RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
                RD_KAFKA_RESP_ERR_PRODUCER_FENCED, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
                .fenced
            default:
                Self.ofRequest(error)
            }
    }

    /// The codes that concern one request rather than the client as a whole.
    private static func ofRequest(_ error: rd_kafka_resp_err_t) -> Self {
        switch error {
        case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
            RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
            .timedOut
        case RD_KAFKA_RESP_ERR__QUEUE_FULL:
            .queueFull
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
            .messageTooLarge
        // "Not implemented" is what a fetch says of a record set in an unknown format.
        case RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR__BAD_COMPRESSION,
            RD_KAFKA_RESP_ERR_INVALID_MSG, RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
            .corrupt
        case RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR__PURGE_INFLIGHT,
            RD_KAFKA_RESP_ERR__INTR:
            .cancelled
        case RD_KAFKA_RESP_ERR__STATE, RD_KAFKA_RESP_ERR__DESTROY,
            RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
            .stateChanged
        case let error where error.isGroupMovedOn:
            .stateChanged
        default:
            .other
        }
    }
}

extension rd_kafka_resp_err_t {
    /// The group has gone on without us: whoever owns the partition now decides about its offset.
    var isGroupMovedOn: Bool {
        self == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION
            || self == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID
            || self == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS
    }

    /// A refused acknowledgement that loses nothing: Kafka's offsets are a hint, not the truth.
    var isBenignForAcknowledgement: Bool {
        isGroupMovedOn || self == RD_KAFKA_RESP_ERR__STATE || self == RD_KAFKA_RESP_ERR__NO_OFFSET
    }

    var isCoordinatorMoving: Bool {
        self == RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS
            || self == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE
            || self == RD_KAFKA_RESP_ERR_NOT_COORDINATOR
            || self == RD_KAFKA_RESP_ERR__WAIT_COORD
    }
}
