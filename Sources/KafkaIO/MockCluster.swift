import CRdKafka

/// A Kafka cluster inside this process, for development and tests: librdkafka's own.
///
/// It listens on loopback, keeps some 5 MiB per partition, and forgets everything when it ends.
///
/// `@unchecked` because of the pointers, which never change; the library locks its cluster.
@safe
public final class MockCluster: @unchecked Sendable {
    /// The kinds of request that can be made to fail, by the protocol's numbers.
    public enum Request: Int16, Sendable {
        case produce = 0
        case fetch = 1
        case listOffsets = 2
        case metadata = 3
        case offsetCommit = 8
        case offsetFetch = 9
        case findCoordinator = 10
        case joinGroup = 11
        case heartbeat = 12
        case leaveGroup = 13
        case syncGroup = 14
        case initProducerID = 22
    }

    /// The broker's answers that tests ask for, by the protocol's numbers.
    public enum Failure: Int32, Sendable {
        /// No failure, for a delay alone.
        case none = 0
        /// Closes the connection instead of answering.
        case disconnect = -195
        /// The library's own words for what it cannot read, as if it had found it itself.
        case badMessage = -199
        case badCompression = -198
        case notImplemented = -170
        case offsetOutOfRange = 1
        case invalidMessage = 2
        case unknownTopic = 3
        case notLeader = 6
        case requestTimedOut = 7
        case messageTooLarge = 10
        case coordinatorLoading = 14
        case notCoordinator = 16
        case illegalGeneration = 22
        case unknownMember = 25
        case rebalanceInProgress = 27
        case topicAuthorizationFailed = 29
        case groupAuthorizationFailed = 30
        case outOfOrderSequence = 45
        case fencedInstance = 82
    }

    /// What `bootstrap.servers` must be to reach the cluster.
    public let bootstrapServers: String
    private let client: OpaquePointer
    private let cluster: OpaquePointer

    /// Starts brokers with the ids 1 to `brokers`.
    ///
    /// - Parameter brokers: from 1 to 9.
    /// - Throws: `configuration` outside that range, or when no port can be opened.
    public init(brokers: Int) throws(KafkaError) {
        guard (1...9).contains(brokers) else {
            throw .configuration("expected brokers to be between 1 and 9, got: \(brokers)")
        }
        var configuration = ClientConfiguration()
        try configuration.set("client.id", "mock-cluster")
        try configuration.set("log_level", "0")
        let client = unsafe try configuration.makeClient(RD_KAFKA_PRODUCER)
        guard let cluster = unsafe rd_kafka_mock_cluster_new(client, Int32(brokers)) else {
            unsafe rd_kafka_destroy(client)
            throw .configuration("the mock cluster cannot open its ports")
        }
        unsafe self.client = client
        unsafe self.cluster = cluster
        bootstrapServers = unsafe string(rd_kafka_mock_cluster_bootstraps(cluster))
    }

    deinit {
        unsafe rd_kafka_mock_cluster_destroy(cluster)
        unsafe rd_kafka_destroy(client)
    }

    /// Creates a topic; topics that nobody created come into being with 4 partitions when written.
    public func createTopic(
        _ name: String,
        partitions: Int,
        replication: Int = 1
    ) throws(KafkaError) {
        try unsafe KafkaError.check(
            rd_kafka_mock_topic_create(
                cluster,
                name,
                Int32(clamping: partitions),
                Int32(clamping: replication)
            )
        )
    }

    /// Makes the next requests of this kind fail, one failure each, whichever broker gets them.
    public func pushErrors(_ request: Request, _ failures: [Failure]) {
        let codes = failures.map { rd_kafka_resp_err_t(rawValue: $0.rawValue) }
        unsafe rd_kafka_mock_push_request_errors_array(
            cluster,
            request.rawValue,
            codes.count,
            codes
        )
    }

    /// Forgets the failures that are still waiting for a request of this kind.
    public func clearErrors(_ request: Request) {
        unsafe rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
    }

    /// Makes a broker answer its next request of this kind late, and with this failure.
    ///
    /// `.none` with a delay beyond the client's time-out is "done, but the answer was lost".
    public func pushErrorDelay(
        broker: Int32,
        _ request: Request,
        _ failure: Failure,
        delay: Duration
    ) throws(KafkaError) {
        let code = rd_kafka_resp_err_t(rawValue: failure.rawValue)
        try unsafe KafkaError.check(
            drawdown_mock_push_error_delay(
                cluster,
                broker,
                request.rawValue,
                code,
                delay.timeoutMs
            )
        )
    }

    /// How many failures a broker still has waiting: zero says that the client has met them.
    public func pendingErrors(broker: Int32, _ request: Request) throws(KafkaError) -> Int {
        var count = 0
        try unsafe KafkaError.check(
            rd_kafka_mock_broker_error_stack_cnt(cluster, broker, request.rawValue, &count)
        )
        return count
    }

    /// Makes a topic's metadata carry this failure; `.none` ends it.
    public func setTopicFailure(_ topic: String, _ failure: Failure) {
        let code = rd_kafka_resp_err_t(rawValue: failure.rawValue)
        unsafe rd_kafka_mock_topic_set_error(cluster, topic, code)
    }

    /// Cuts a broker off, or brings it back with all it had; nil for all brokers.
    ///
    /// Leaders stay where they are.
    public func setBroker(_ broker: Int32?, isUp: Bool) throws(KafkaError) {
        let id = broker ?? -1
        try unsafe KafkaError.check(
            isUp
                ? rd_kafka_mock_broker_set_up(cluster, id)
                : rd_kafka_mock_broker_set_down(cluster, id)
        )
    }

    /// Delays every answer of a broker; nil for all brokers.
    public func setRoundTrip(broker: Int32?, _ delay: Duration) throws(KafkaError) {
        try unsafe KafkaError.check(
            rd_kafka_mock_broker_set_rtt(cluster, broker ?? -1, delay.timeoutMs)
        )
    }

    /// Moves a partition to another leader; nil leaves it without one.
    public func setLeader(_ partition: TopicPartition, broker: Int32?) throws(KafkaError) {
        try unsafe KafkaError.check(
            rd_kafka_mock_partition_set_leader(
                cluster,
                partition.topic,
                partition.partition,
                broker ?? -1
            )
        )
    }

    /// Moves a group to another coordinator, which need not exist.
    public func setCoordinator(group: String, broker: Int32) throws(KafkaError) {
        try unsafe KafkaError.check(
            rd_kafka_mock_coordinator_set(cluster, "group", group, broker)
        )
    }
}
