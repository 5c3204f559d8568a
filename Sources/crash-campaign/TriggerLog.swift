import Foundation
import KafkaIO
import Synchronization

/// Everything that is published to the trigger topic, read as it comes: the broker forgets.
final class TriggerLog: Sendable {
    private let consumer: Consumer
    private let isStopped = Atomic(false)
    private let hasEnded = DispatchSemaphore(value: 0)
    private let identifiers = Mutex<[String]>([])

    init(bootstrapServers: String) throws {
        consumer = try Consumer(
            properties: ["bootstrap.servers": bootstrapServers, "group.id": "trigger-log"],
            clientID: "trigger-log",
            log: { _ in }
        )
        let partitions = try consumer.partitions(
            of: ["webhook.triggers"],
            timeout: .seconds(10)
        )
        try consumer.assign(partitions.map { PartitionStart(partition: $0, offset: .earliest) })
    }

    /// The ids published so far, in the order of arrival, repetitions included.
    var all: [String] { identifiers.withLock { $0 } }

    func start() {
        let thread = Thread { [self] in
            while !isStopped.load(ordering: .acquiring) {
                guard let batch = try? consumer.poll(maximum: 10_000, timeout: .milliseconds(100))
                else { continue }
                var found: [String] = []
                batch.forEach { message in
                    let header = message.headers.first { $0.name == "webhook-id" }
                    found.append(String(decoding: header?.value ?? [], as: UTF8.self))
                }
                identifiers.withLock { $0 += found }
            }
            hasEnded.signal()
        }
        thread.start()
    }

    /// Waits until nothing more comes, then stops reading.
    func stop() throws {
        let partitions = try consumer.partitions(
            of: ["webhook.triggers"],
            timeout: .seconds(10)
        )
        let ends = try consumer.watermarks(of: partitions, timeout: .seconds(10))
        let expected = ends.values.reduce(0) { $0 + Int($1.high) }
        let deadline = ContinuousClock.now + .seconds(20)
        while all.count < expected, ContinuousClock.now < deadline {
            Thread.sleep(forTimeInterval: 0.02)
        }
        isStopped.store(true, ordering: .releasing)
        hasEnded.wait()
    }
}
