import KafkaIO
import LedgerStore
import UsagePipeline

/// How far there is to read, and resting where that is too far ahead.
extension KafkaMessageSource {
    func isAtEnd(_ partition: PartitionKey) -> Bool {
        consumer.isAtEnd(TopicPartition(partition))
    }

    func askForEnds() { ends.ask() }

    func takeEnds() -> Set<PartitionKey>? {
        guard let found = ends.takeAnswer() else { return nil }
        partitions = Set(found.keys)
        let assigned = positions.current ?? []
        let read = found.filter { partition, end in
            assigned.contains(partition)
                && consumer.hasPolled(TopicPartition(partition), upTo: end)
        }
        return Set(read.keys)
    }

    func pause(_ partitions: [PartitionKey]) throws(SourceError) {
        do {
            try consumer.pause(partitions.map { TopicPartition($0) })
        } catch {
            throw SourceError(error)
        }
    }

    func resume(_ partitions: [PartitionKey]) throws(SourceError) {
        do {
            try consumer.resume(partitions.map { TopicPartition($0) })
        } catch {
            throw SourceError(error)
        }
    }
}
