import Testing

@testable import KafkaIO

/// Closing ends within its budget, whatever is still out.
struct CloseTests {
    @Test func aConsumerClosesWithinItsBudget() throws {
        let fixture = try Fixture()
        try fixture.produce(10)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(try consumer.receive(10).count == 10)
        #expect(consumer.close(timeout: .seconds(10)))
        let error = #expect(throws: KafkaError.self) {
            _ = try consumer.poll(maximum: 1, timeout: .zero)
        }
        #expect(error?.code == .stateChanged)
    }

    @Test func aBatchThatIsStillOutHoldsTheCloseUpAndNoLonger() throws {
        let fixture = try Fixture()
        try fixture.produce(10)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        do {
            let batch = try consumer.poll(maximum: 10, timeout: .seconds(10))
            #expect(!consumer.close(timeout: .milliseconds(50)))
            var bytes = 0
            batch.forEach { bytes += unsafe $0.value?.count ?? 0 }
            #expect(bytes == batch.count)
        }
        #expect(consumer.close(timeout: .seconds(10)))
    }

    @Test func aConsumerClosesWhileItsBrokersAreGone() throws {
        let fixture = try Fixture()
        try fixture.produce(10)
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        #expect(try consumer.receive(10).count == 10)
        try fixture.cluster.setBroker(nil, isUp: false)
        #expect(consumer.close(timeout: .seconds(10)))
    }
}
