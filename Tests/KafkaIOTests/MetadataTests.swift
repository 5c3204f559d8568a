import Testing

@testable import KafkaIO

/// What the cluster says about itself.
struct MetadataTests {
    @Test func partitionsAreListedInOrder() throws {
        let fixture = try Fixture(partitions: 12)
        let partitions = try fixture.consumer().partitions(
            of: [Fixture.topic],
            timeout: .seconds(10)
        )
        #expect(partitions == (0..<12).map { partition($0) })
    }

    @Test func anUnknownTopicIsNamedAndNotCreated() throws {
        let consumer = try Fixture().consumer()
        for _ in 1...2 {
            let error = #expect(throws: KafkaError.self) {
                _ = try consumer.partitions(
                    of: [Fixture.topic, "no.such.topic"],
                    timeout: .seconds(10)
                )
            }
            #expect(error?.code == .unknownTopic)
            #expect(error?.reason.contains("no.such.topic") == true)
            #expect(error?.reason.contains(Fixture.topic) == false)
        }
    }

    @Test func aTopicThatMayNotBeReadIsAnAuthenticationError() throws {
        let fixture = try Fixture()
        fixture.cluster.setTopicFailure(Fixture.topic, .topicAuthorizationFailed)
        let consumer = try fixture.consumer()
        let error = #expect(throws: KafkaError.self) {
            _ = try consumer.partitions(of: [Fixture.topic], timeout: .seconds(10))
        }
        #expect(error?.code == .authentication)
    }

    @Test func twoClustersHaveTwoIds() throws {
        let first = try Fixture()
        let second = try Fixture()
        let id = try first.consumer().clusterID(timeout: .seconds(10))
        #expect(!id.isEmpty)
        #expect(try first.consumer().clusterID(timeout: .seconds(10)) == id)
        #expect(try second.consumer().clusterID(timeout: .seconds(10)) != id)
    }

    @Test func watermarksAreTheEndsOfTheLog() throws {
        let fixture = try Fixture(partitions: 2)
        try fixture.produce(7, partition: 1)
        let ends = try fixture.consumer().watermarks(
            of: [partition(0), partition(1)],
            timeout: .seconds(10)
        )
        #expect(
            ends == [
                partition(0): Watermarks(low: 0, high: 0),
                partition(1): Watermarks(low: 0, high: 7),
            ]
        )
    }

    @Test func watermarksOfAnUnknownPartitionAreAnError() throws {
        let consumer = try Fixture().consumer()
        #expect(throws: KafkaError.self) {
            _ = try consumer.watermarks(of: [partition(99)], timeout: .seconds(2))
        }
    }
}
