import Testing

@testable import KafkaIO

/// Offsets on record with the group: a hint, carried with what proves whose hint it is.
struct AcknowledgementTests {
    private func reading(_ fixture: Fixture) throws -> Consumer {
        let consumer = try fixture.consumer(["group.id": "g"])
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        return consumer
    }

    @Test func offsetAndMetadataComeBack() throws {
        let fixture = try Fixture(partitions: 2)
        let consumer = try reading(fixture)
        let isStored = try consumer.acknowledgeAndWait(
            [(partition(), 42)],
            metadata: "store=é;epoch=7",
            timeout: .seconds(10)
        )
        #expect(isStored)
        let onRecord = try fixture.consumer(["group.id": "g"])
            .acknowledged([partition(0), partition(1)], timeout: .seconds(10))
        #expect(
            onRecord == [
                AcknowledgedOffset(
                    partition: partition(0),
                    offset: 42,
                    metadata: "store=é;epoch=7"
                ),
                AcknowledgedOffset(partition: partition(1), offset: nil, metadata: nil),
            ]
        )
    }

    @Test func withoutWaitingTheOutcomeIsCounted() throws {
        let consumer = try reading(Fixture())
        try consumer.acknowledge([(partition(), 5)], metadata: "m")
        _ = try consumer.poll { _, _ in consumer.acknowledgements.stored == 1 }
        let onRecord = try consumer.acknowledged([partition()], timeout: .seconds(10))
        #expect(onRecord.map(\.offset) == [5])
        #expect(onRecord.map(\.metadata) == ["m"])
    }

    @Test(arguments: [
        MockCluster.Failure.illegalGeneration, .unknownMember, .rebalanceInProgress,
    ])
    func aGroupThatHasMovedOnIsNoError(_ failure: MockCluster.Failure) throws {
        let fixture = try Fixture()
        let consumer = try reading(fixture)
        fixture.cluster.pushErrors(.offsetCommit, Array(repeating: failure, count: 2))
        let isStored = try consumer.acknowledgeAndWait(
            [(partition(), 1)],
            metadata: "",
            timeout: .seconds(10)
        )
        #expect(!isStored)
        try consumer.acknowledge([(partition(), 1)], metadata: "")
        _ = try consumer.poll { _, _ in consumer.acknowledgements.benign == 2 }
        #expect(consumer.acknowledgements.failed == 0)
    }

    @Test func aRefusalIsAnError() throws {
        let fixture = try Fixture()
        let consumer = try reading(fixture)
        fixture.cluster.pushErrors(.offsetCommit, [.groupAuthorizationFailed])
        let error = #expect(throws: KafkaError.self) {
            try consumer.acknowledgeAndWait(
                [(partition(), 1)],
                metadata: "",
                timeout: .seconds(10)
            )
        }
        #expect(error?.code == .authentication)
    }

    @Test func anAnswerThatDoesNotComeIsATimeOut() throws {
        let fixture = try Fixture()
        let consumer = try reading(fixture)
        _ = try consumer.acknowledged([partition()], timeout: .seconds(10))
        try fixture.cluster.pushErrorDelay(
            broker: 1,
            .offsetCommit,
            .none,
            delay: .seconds(3)
        )
        let error = #expect(throws: KafkaError.self) {
            try consumer.acknowledgeAndWait(
                [(partition(), 1)],
                metadata: "",
                timeout: .milliseconds(100)
            )
        }
        #expect(error?.code == .timedOut)
    }
}
