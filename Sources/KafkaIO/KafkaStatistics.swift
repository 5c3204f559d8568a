import Foundation
import Synchronization

/// The figures that librdkafka publishes about a client, as far as somebody watches them.
public struct KafkaStatistics: Equatable, Sendable {
    /// One partition that the client reads or writes.
    public struct Partition: Equatable, Sendable {
        /// Messages between the position and the end of the log; nil while unknown.
        public let lag: Int64?
        /// Messages fetched and not yet polled.
        public let fetchQueueMessages: Int64
        /// Their size in bytes.
        public let fetchQueueBytes: Int64
        /// The group's offset on record; nil while unknown.
        public let acknowledgedOffset: Int64?
        /// The end of the log as last seen; nil while unknown.
        public let endOffset: Int64?
    }

    /// One broker that the client knows.
    public struct Broker: Equatable, Sendable {
        /// Such as `UP`, `INIT` or `DOWN`.
        public let state: String
        public let sendErrors: Int64
        public let receiveErrors: Int64
        /// 99th percentile of the round trip in the last interval, in microseconds.
        public let roundTripP99Us: Int64
    }

    public let partitions: [TopicPartition: Partition]
    /// By name.
    public let brokers: [String: Broker]
    /// Operations waiting to be polled, over all partitions.
    public let replyQueue: Int64
    /// Messages sent and received since the client started.
    public let sentMessages: Int64
    public let receivedMessages: Int64
    /// Rebalances since the client started.
    public let rebalances: Int64
    /// Partitions assigned at present.
    public let assignedPartitions: Int64
}

extension KafkaStatistics {
    /// Reads the library's JSON; nil when it is not what the library documents.
    init?(json: [UInt8]) {
        guard let raw = try? JSONDecoder().decode(Raw.self, from: Data(json)) else { return nil }
        var partitions: [TopicPartition: Partition] = [:]
        for (name, topic) in raw.topics ?? [:] {
            // Partition -1 holds messages that have none yet.
            for figures in topic.partitions.values where figures.partition >= 0 {
                let key = TopicPartition(topic: name, partition: figures.partition)
                partitions[key] = Partition(figures)
            }
        }
        self.partitions = partitions
        brokers = (raw.brokers ?? [:]).mapValues(Broker.init)
        replyQueue = raw.replyq ?? 0
        sentMessages = raw.txmsgs ?? 0
        receivedMessages = raw.rxmsgs ?? 0
        rebalances = raw.cgrp?.rebalance_cnt ?? 0
        assignedPartitions = raw.cgrp?.assignment_size ?? 0
    }
}

extension KafkaStatistics.Partition {
    fileprivate init(_ raw: Raw.Partition) {
        lag = raw.consumer_lag.flatMap { $0 < 0 ? nil : $0 }
        fetchQueueMessages = raw.fetchq_cnt ?? 0
        fetchQueueBytes = raw.fetchq_size ?? 0
        acknowledgedOffset = raw.committed_offset.flatMap { $0 < 0 ? nil : $0 }
        endOffset = raw.hi_offset.flatMap { $0 < 0 ? nil : $0 }
    }
}

extension KafkaStatistics.Broker {
    fileprivate init(_ raw: Raw.Broker) {
        state = raw.state
        sendErrors = raw.txerrs ?? 0
        receiveErrors = raw.rxerrs ?? 0
        roundTripP99Us = raw.rtt?.p99 ?? 0
    }
}

/// The names are the library's.
private struct Raw: Decodable {
    struct Topic: Decodable {
        let partitions: [String: Partition]
    }
    struct Partition: Decodable {
        let partition: Int32
        let consumer_lag: Int64?
        let fetchq_cnt: Int64?
        let fetchq_size: Int64?
        let committed_offset: Int64?
        let hi_offset: Int64?
    }
    struct Broker: Decodable {
        struct Window: Decodable {
            let p99: Int64
        }
        let state: String
        let txerrs: Int64?
        let rxerrs: Int64?
        let rtt: Window?
    }
    struct Group: Decodable {
        let rebalance_cnt: Int64?
        let assignment_size: Int64?
    }
    let topics: [String: Topic]?
    let brokers: [String: Broker]?
    let cgrp: Group?
    let replyq: Int64?
    let txmsgs: Int64?
    let rxmsgs: Int64?
}

extension ClientContext {
    /// Parses outside the lock, since the library's thread may be about to bring the next.
    func currentStatistics() -> KafkaStatistics? {
        let (parsed, json) = state.withLock { ($0.statistics, $0.statisticsJSON) }
        guard let json else { return parsed }
        let statistics = KafkaStatistics(json: json)
        state.withLock { state in
            guard state.statisticsJSON == json else { return }
            state.statistics = statistics
            state.statisticsJSON = nil
        }
        return statistics
    }
}
