import Testing

@testable import KafkaIO

/// What cannot be read is told apart from what the library mends by itself: it goes on behind it.
struct CorruptionTests {
    @Test(arguments: [
        MockCluster.Failure.badMessage, .badCompression, .notImplemented, .invalidMessage,
    ])
    func whatCannotBeReadIsCorrupt(_ failure: MockCluster.Failure) throws {
        let fixture = try Fixture()
        try fixture.produce(1)
        fixture.cluster.pushErrors(.fetch, [failure])
        let consumer = try fixture.consumer()
        try consumer.assign([PartitionStart(partition: partition(), offset: .earliest)])
        let errors = try consumer.poll { _, errors in !errors.isEmpty }.errors
        #expect(errors.map(\.partition) == [partition()])
        #expect(errors.map(\.error.code) == [.corrupt])
    }
}
