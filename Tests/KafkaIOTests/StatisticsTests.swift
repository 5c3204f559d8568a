import Synchronization
import Testing

@testable import KafkaIO

/// What the library says about itself: figures and log lines.
struct StatisticsTests {
    @Test func aConsumerPublishesItsLag() throws {
        let fixture = try Fixture(partitions: 2)
        try fixture.produce(30)
        let consumer = try fixture.consumer(["statistics.interval.ms": "50"])
        #expect(consumer.statistics == nil)
        try consumer.assign([PartitionStart(partition: partition(), offset: .at(0))])
        var received = 0
        _ = try consumer.poll { messages, _ in
            received = messages.count
            let figures = consumer.statistics?.partitions[partition()]
            return received == 30 && figures?.endOffset == 30
        }
        let statistics = try #require(consumer.statistics)
        #expect(statistics.receivedMessages >= 30)
        #expect(statistics.brokers.values.contains { $0.state == "UP" })
        #expect(consumer.statistics == statistics)
    }

    @Test func unknownFiguresAreNilAndPartitionsWithoutNumberAreLeftOut() throws {
        let json = """
            {"replyq": 3, "topics": {"t": {"partitions": {
              "0": {"partition": 0, "consumer_lag": 12, "fetchq_cnt": 4, "committed_offset": -1001},
              "1": {"partition": 1, "consumer_lag": -1, "hi_offset": 9},
              "-1": {"partition": -1, "consumer_lag": -1}}}},
             "cgrp": {"rebalance_cnt": 2}, "txmsgs": 8}
            """
        let statistics = try #require(KafkaStatistics(json: Array(json.utf8)))
        let zero = try #require(statistics.partitions[TopicPartition(topic: "t", partition: 0)])
        let one = try #require(statistics.partitions[TopicPartition(topic: "t", partition: 1)])
        #expect(statistics.partitions.count == 2)
        #expect(zero.lag == 12)
        #expect(zero.fetchQueueMessages == 4)
        #expect(zero.acknowledgedOffset == nil)
        #expect(one.lag == nil)
        #expect(one.endOffset == 9)
        #expect(statistics.rebalances == 2)
        #expect(statistics.sentMessages == 8)
        #expect(statistics.replyQueue == 3)
    }

    @Test(arguments: ["", "{", "[]", #"{"topics": 3}"#])
    func whatIsNotStatisticsIsNil(_ json: String) {
        #expect(KafkaStatistics(json: Array(json.utf8)) == nil)
    }

    @Test func logLinesGoToTheCallerExceptTheExpected() throws {
        let lines = Mutex<[KafkaLogLine]>([])
        let consumer = try Consumer(
            properties: ["bootstrap.servers": "127.0.0.1:1", "linger.ms": "5"],
            clientID: "test",
            log: { line in lines.withLock { $0.append(line) } }
        )
        _ = try consumer.poll { _, errors in !errors.isEmpty }
        let seen = lines.withLock { $0 }
        #expect(seen.contains { $0.facility == "FAIL" && $0.level == .error })
        #expect(!seen.contains { $0.message.contains("linger.ms") })
    }

    @Test func durationsBecomeMillisecondsRoundedUp() {
        #expect(Duration.zero.timeoutMs == 0)
        #expect(Duration.seconds(-1).timeoutMs == 0)
        #expect(Duration.nanoseconds(1).timeoutMs == 1)
        #expect(Duration.milliseconds(1_500).timeoutMs == 1_500)
        #expect(Duration.seconds(Int64.max / 2).timeoutMs == Int32.max)
    }
}
