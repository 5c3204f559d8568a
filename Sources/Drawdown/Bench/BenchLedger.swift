import Credits
import EmbeddedLedgerStore
import LedgerStore
import UsageCodec
import UsagePipeline

/// A ledger that is written to directly, without Kafka: what the worker does between the two.
struct BenchLedger: ~Copyable {
    let store: EmbeddedLedgerStore
    let ledger: Ledger
    private var decoder: InputDecoder
    private var key: [UInt8] = []
    private var value: [UInt8] = []
    private var next: Int64 = 0
    private let clock = UsagePipeline.SystemClock()

    static let batchSize = 10_000
    /// Of its own, so that the offsets mean nothing to a worker that reads from a broker.
    private static let cluster = "bench-seed"
    private static let topic = "usage.seed"

    init(storeAt path: String) throws(CommandFailure) {
        let configuration = BenchWorker.configuration(storeAt: path)
        let policies = configuration.policies
        store = try BenchWorker.whenFree { () throws(CommandFailure) in
            try WorkerAssembly.openStore(configuration, policies: policies)
        }
        ledger = Ledger(policies: policies)
        decoder = InputDecoder(
            hashKey: store.identity.hashKey,
            rates: policies.rates,
            limits: DecodeLimits(maximumBytes: configuration.events.maxBytes.bytes)
        )
        next = store.offsets(cluster: Self.cluster).values.first ?? 0
    }

    /// Gives every customer credits, as the topic of commands would.
    mutating func grant(customers: Int) throws(StoreError) {
        for start in stride(from: 0, to: customers, by: Self.batchSize) {
            let accounts = start..<min(start + Self.batchSize, customers)
            let batch = batch(of: accounts.count, as: .command) { index, key, value in
                let name = BenchLoad.customerID(accounts.lowerBound + index)
                BenchGrant.write(to: name, number: accounts.lowerBound + index, into: &value)
                key = Array(name.utf8)
            }
            try apply(batch)
        }
    }

    /// Applies a whole load, as if it had been read, with everything that it owes published.
    mutating func apply(
        _ settings: BenchLoad.Settings,
        progress: (Int) -> Void
    ) throws(StoreError) {
        var load = BenchLoad(settings)
        var applied = 0
        while applied < settings.events {
            let count = min(Self.batchSize, settings.events - applied)
            try apply(nextBatch(of: count, from: &load))
            applied += count
            if applied % 1_000_000 == 0 { progress(applied) }
        }
        try settle()
    }

    /// Decodes the next events of a load.
    mutating func nextBatch(of count: Int, from load: inout BenchLoad) -> InputBatch {
        batch(of: count, as: .usage) { _, key, value in
            let event = load.next()
            load.write(event, into: &value)
            BenchLoad.writeKey(of: event.customer, into: &key)
        }
    }

    private mutating func batch(
        of count: Int,
        as role: MessageRole,
        _ write: (Int, inout [UInt8], inout [UInt8]) -> Void
    ) -> InputBatch {
        var batch = newBatch(of: count)
        for index in 0..<count {
            write(index, &key, &value)
            decode(key, value, as: role, into: &batch)
        }
        return batch
    }

    /// A batch that continues the one before it.
    mutating func newBatch(of count: Int) -> InputBatch {
        var batch = InputBatch(cluster: Self.cluster)
        let end = next + Int64(count)
        batch.partitions = [
            PartitionProgress(
                topic: Self.topic,
                partition: 0,
                from: next == 0 ? nil : next,
                next: end
            )
        ]
        next = end
        decoder.beginBatch()
        return batch
    }

    mutating func decode(
        _ key: [UInt8],
        _ value: [UInt8],
        as role: MessageRole,
        into batch: inout InputBatch
    ) {
        decoder.decode(
            role,
            key: key.span,
            value: value.span,
            headers: [],
            timestamp: clock.now,
            origin: Origin(partition: 0, offset: 0),
            into: &batch
        )
    }

    func load(_ batch: borrowing InputBatch) throws(StoreError) -> Loaded {
        try store.load(batch, dueAt: clock.now, maximumDue: 5000)
    }

    func transition(_ batch: consuming InputBatch, to loaded: consuming Loaded) -> Transition {
        ledger.apply(batch, to: consume loaded, now: clock.now)
    }

    private func apply(_ batch: InputBatch) throws(StoreError) {
        let head = try store.commit(transition(batch, to: try load(batch)))
        store.notePublished(through: head.number)
    }

    /// Makes the announcements that were held back, for the next worker would begin with them.
    mutating func settle() throws(StoreError) {
        while let next = store.nextAnnouncement {
            let left = next.microseconds - clock.now.microseconds
            guard left <= 0 else {
                BenchProcess.sleep(.microseconds(left))
                continue
            }
            var nothing = InputBatch(cluster: Self.cluster)
            nothing.readThrough = .earliest
            try apply(nothing)
        }
    }

    func close() throws(StoreError) { try store.close() }
}
