import CRdKafka
import Glibc
import Synchronization

// The functions that librdkafka calls. Each finds the context and hands on a copy of what it got:
// no pointer of the library outlives its call.

private func context(_ opaque: UnsafeMutableRawPointer?) -> ClientContext? {
    guard let opaque = unsafe opaque else { return nil }
    return unsafe Unmanaged<ClientContext>.fromOpaque(opaque).takeUnretainedValue()
}

/// Called from the library's own threads, at any time until the client is destroyed.
func forwardLog(
    client: OpaquePointer?,
    level: Int32,
    facility: UnsafePointer<CChar>?,
    message: UnsafePointer<CChar>?
) {
    guard let client = unsafe client, let context = unsafe context(rd_kafka_opaque(client)) else {
        return
    }
    let line = unsafe KafkaLogLine(
        level: .init(rawValue: level) ?? .debug,
        facility: string(facility),
        message: string(message)
    )
    context.receive(line)
}

/// Called while a queue is being polled, as are all that follow.
func forwardError(
    client: OpaquePointer?,
    code: Int32,
    reason: UnsafePointer<CChar>?,
    opaque: UnsafeMutableRawPointer?
) {
    let error = rd_kafka_resp_err_t(rawValue: code)
    guard let client = unsafe client, error == RD_KAFKA_RESP_ERR__FATAL else {
        unsafe context(opaque)?.receive(KafkaError(error, reason: string(reason)))
        return
    }
    unsafe context(opaque)?.receive(fatalError(of: client))
}

/// The error that made the client unusable.
func fatalError(of client: OpaquePointer) -> KafkaError {
    var text = [CChar](repeating: 0, count: 512)
    let error = unsafe rd_kafka_fatal_error(client, &text, text.count)
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return KafkaError(error, reason: String(decoding: bytes, as: UTF8.self), isFatal: true)
}

func forwardStatistics(
    client: OpaquePointer?,
    json: UnsafeMutablePointer<CChar>?,
    size: Int,
    opaque: UnsafeMutableRawPointer?
) -> Int32 {
    guard let json = unsafe json, let context = unsafe context(opaque) else { return 0 }
    let bytes = unsafe Array(UnsafeRawBufferPointer(start: json, count: size))
    context.state.withLock { state in
        state.statisticsJSON = bytes
    }
    return 0  // the library keeps and frees its own text
}

func forwardRebalance(
    client: OpaquePointer?,
    error: rd_kafka_resp_err_t,
    partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
    opaque: UnsafeMutableRawPointer?
) {
    guard let client = unsafe client, let rebalancing = unsafe context(opaque)?.rebalancing else {
        return
    }
    unsafe rebalancing.receive(error, PartitionList.partitions(of: partitions), client: client)
}

func forwardAcknowledgement(
    client: OpaquePointer?,
    error: rd_kafka_resp_err_t,
    offsets: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?,
    opaque: UnsafeMutableRawPointer?
) {
    unsafe context(opaque)?.state.withLock { $0.acknowledgements.count(error) }
}

/// Under this name the library knows the two functions that follow.
let niceName = "niceness"

/// Called while a client is made, before any of its threads.
func askToStepBack(
    client: OpaquePointer?,
    configuration: OpaquePointer?,
    niceness: UnsafeMutableRawPointer?,
    reason: UnsafeMutablePointer<CChar>?,
    reasonSize: Int
) -> rd_kafka_resp_err_t {
    unsafe rd_kafka_interceptor_add_on_thread_start(client, niceName, stepBack, niceness)
}

/// Called on each new thread of the library; only a thread itself can set its own niceness, and it
/// cannot fail, for anybody may step back.
private func stepBack(
    client: OpaquePointer?,
    type: rd_kafka_thread_type_t,
    name: UnsafePointer<CChar>?,
    niceness: UnsafeMutableRawPointer?
) -> rd_kafka_resp_err_t {
    let niceness = Int(bitPattern: niceness)
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(niceness))
    return RD_KAFKA_RESP_ERR_NO_ERROR
}
