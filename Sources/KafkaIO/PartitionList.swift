import CRdKafka
import Glibc

/// Owns one of the library's lists of partitions.
@safe
struct PartitionList: ~Copyable {
    typealias Pointer = UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    let pointer: Pointer

    init(capacity: Int) {
        unsafe pointer = rd_kafka_topic_partition_list_new(Int32(clamping: capacity))
    }

    init(_ partitions: [TopicPartition]) {
        self.init(capacity: partitions.count)
        for partition in partitions { append(partition) }
    }

    init(_ starts: [(partition: TopicPartition, offset: Int64)]) {
        self.init(capacity: starts.count)
        for start in starts { append(start.partition, offset: start.offset) }
    }

    deinit {
        unsafe rd_kafka_topic_partition_list_destroy(pointer)
    }

    borrowing func append(
        _ partition: TopicPartition,
        offset: Int64? = nil,
        metadata: String? = nil
    ) {
        let element = unsafe rd_kafka_topic_partition_list_add(
            pointer,
            partition.topic,
            partition.partition
        )
        if let offset { unsafe element?.pointee.offset = offset }
        guard let metadata else { return }
        // The list frees it with free(), so it must come from malloc().
        unsafe element?.pointee.metadata = UnsafeMutableRawPointer(strdup(metadata))
        unsafe element?.pointee.metadata_size = metadata.utf8.count
    }

    /// Copies what a call has filled in; throws the first error that one partition met.
    borrowing func elements() throws(KafkaError) -> [AcknowledgedOffset] {
        var result: [AcknowledgedOffset] = []
        for index in unsafe 0..<Int(pointer.pointee.cnt) {
            let element = unsafe pointer.pointee.elems[index]
            let partition = unsafe TopicPartition(
                topic: string(element.topic),
                partition: element.partition
            )
            try unsafe KafkaError.check(
                element.err,
                "\(partition): \(string(rd_kafka_err2str(element.err)))"
            )
            let metadata = unsafe element.metadata.map { address in
                unsafe String(
                    decoding: UnsafeRawBufferPointer(start: address, count: element.metadata_size),
                    as: UTF8.self
                )
            }
            let offset = unsafe element.offset < 0 ? nil : element.offset
            result.append(.init(partition: partition, offset: offset, metadata: metadata))
        }
        return result
    }

    /// Copies the partitions of a list that belongs to the library.
    static func partitions(of pointer: Pointer?) -> [TopicPartition] {
        guard let pointer = unsafe pointer else { return [] }
        return unsafe (0..<Int(pointer.pointee.cnt)).map { index in
            let element = unsafe pointer.pointee.elems[index]
            return unsafe TopicPartition(topic: string(element.topic), partition: element.partition)
        }
    }
}
