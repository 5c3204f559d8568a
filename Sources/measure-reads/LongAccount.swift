import Credits
import EmbeddedLedgerStore
import LedgerStore

/// A store with one account that used something very often.
struct LongAccount {
    static let customerID = "long"

    let store: EmbeddedLedgerStore
    private let ledger = Ledger(policies: Policies())
    private static let batchSize = 10_000
    private static let cluster = "measure-reads"
    private static let partition = PartitionKey(topic: "usage.events", partition: 0)
    private static let actions = ["chat.request", "image.generate", "llm.completion", "video.cut"]
    private static let start = Timestamp(microseconds: 1_793_000_000_000_000) ?? .earliest

    init(in directory: String, entries: Int) throws {
        store = try EmbeddedLedgerStore(
            path: directory,
            policies: Policies(),
            options: EmbeddedLedgerStore.Options(
                reserve: 0,
                sealing: SealingOptions(segmentBytes: 16 << 20)
            )
        )
        while count < entries { try extend(by: min(Self.batchSize, entries - count)) }
    }

    var account: Account {
        get throws(StoreError) {
            let found = store.reader.account(customerID: Self.customerID, creditType: "credits")
            guard let found else { throw StoreError(.unusable, "expected the account to be there") }
            return found
        }
    }

    private var count: Int { Int((try? account.sequence) ?? 0) }

    private func extend(by count: Int) throws(StoreError) {
        let from = store.offsets(cluster: Self.cluster)[Self.partition]
        var batch = InputBatch(cluster: Self.cluster)
        let next = (from ?? 0) + Int64(count)
        batch.partitions = [
            PartitionProgress(
                topic: Self.partition.topic,
                partition: Self.partition.partition,
                from: from,
                next: next
            )
        ]
        addAccount(to: &batch)
        for offset in (from ?? 0)..<next { addUsage(Int(offset), to: &batch) }
        let now = Self.moment(Int(next))
        let loaded = try store.load(batch, dueAt: now, maximumDue: 100)
        let head = try store.commit(ledger.apply(batch, to: loaded, now: now))
        store.notePublished(through: head.number)
    }

    private func addAccount(to batch: inout InputBatch) {
        let customerID = batch.bytes.appendSlice(Self.customerID.utf8)
        let creditType = batch.bytes.appendSlice("credits".utf8)
        let hash = AccountKey.hash(
            customerID: batch.bytes.span(of: customerID),
            creditType: batch.bytes.span(of: creditType),
            key: store.identity.hashKey
        )
        batch.accounts = [AccountKey(customerID: customerID, creditType: creditType, hash: hash)]
    }

    /// Nine seconds apart, so that a million of them fill some hundred days.
    private static func moment(_ number: Int) -> Timestamp {
        start.advanced(byMicroseconds: Int64(number) * 9_000_000)
    }

    private func addUsage(_ number: Int, to batch: inout InputBatch) {
        let usageID = batch.bytes.appendSlice("usage_\(number)_0123456789".utf8)
        let action = batch.bytes.appendSlice(Self.actions[number % Self.actions.count].utf8)
        var dimensions: [UInt8] = []
        // Of their own for many an event, as tokens are.
        Dimensions.append(
            name: "input_tokens".utf8,
            kind: .number,
            value: "\(number % 4096)".utf8,
            to: &dimensions
        )
        let key = IDSpace.usage.key(
            scope: [UInt8]().span,
            id: batch.bytes.span(of: usageID),
            under: store.identity.hashKey
        )
        batch.usage.append(
            UsageEvent(
                key: key,
                fingerprint: UInt64(number),
                account: 0,
                usageID: usageID,
                source: .empty,
                action: action,
                dimensions: batch.bytes.appendSlice(dimensions),
                holdID: .empty,
                quantity: Amount(whole: Int64(number % 7 + 1)),
                credits: Amount(whole: Int64(number % 11 + 1)),
                rate: .explicit,
                occurredAt: Self.moment(number),
                message: ReceivedMessage(
                    origin: Origin(partition: 0, offset: Int64(number)),
                    timestamp: Self.moment(number),
                    key: nil,
                    value: nil,
                    headers: -1
                )
            )
        )
    }
}
