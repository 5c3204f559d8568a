@testable import Credits

import EmbeddedLedgerStore
import LedgerStore

/// A durable ledger that test inputs are applied to, as a worker would.
final class PropertyStore: PropertyLedger {
    private(set) var store: any LedgerStore
    /// The id and content of each input of the latest batch, as the store knows them.
    private(set) var latest: [(key: IDKey, content: UInt64)] = []
    var cluster = "cluster-1"
    private let policies: Policies
    private let directory: TemporaryDirectory?
    private let options: EmbeddedLedgerStore.Options

    init(_ kind: StoreKind, policies: Policies) throws {
        self.policies = policies
        options = EmbeddedLedgerStore.Options(
            reserve: 1 << 16,
            sealing: kind.sealing ?? SealingOptions()
        )
        guard kind.sealing != nil else {
            directory = nil
            store = InMemoryLedgerStore(policies: policies)
            return
        }
        let directory = TemporaryDirectory()
        store = try EmbeddedLedgerStore(path: directory.path, policies: policies, options: options)
        self.directory = directory
    }

    /// Lets the store go without closing it, and opens it anew.
    func reopen() throws {
        if let memory = store as? InMemoryLedgerStore { store = try memory.reopened() }
        guard let directory else { return }
        // The old store must be gone before the new one asks for the directory.
        store = InMemoryLedgerStore(policies: policies)
        store = try EmbeddedLedgerStore(
            path: directory.path,
            policies: policies,
            options: options
        )
    }

    func apply(
        _ inputs: [TestInput],
        at now: Timestamp,
        readThrough: Timestamp
    ) throws -> Transition {
        var batch = TestBatch(inputs).batch
        batch.cluster = cluster
        batch.readThrough = readThrough
        batch.rekey(under: store.identity.hashKey)
        let offsets = store.offsets(cluster: cluster)
        for (index, partition) in batch.partitions.enumerated() {
            let key = PartitionKey(topic: partition.topic, partition: partition.partition)
            batch.partitions[index].from = offsets[key]
            batch.partitions[index].next = (offsets[key] ?? 0) + Int64(inputs.count)
        }
        latest =
            batch.commands.map { ($0.key, $0.fingerprint) }
            + batch.usage.map { ($0.key, $0.fingerprint) }
        let loaded = try store.load(batch, dueAt: now, maximumDue: 5000)
        let transition = Ledger(policies: policies).apply(batch, to: loaded, now: now)
        _ = try store.commit(transition)
        return transition
    }

    func account(_ name: AccountName) -> Account? {
        store.reader.account(customerID: name.customerID, creditType: name.creditType)
    }
}

extension InputBatch {
    /// Hashes all ids under a store's own key, as its decoder would.
    fileprivate mutating func rekey(under secret: HashKey) {
        accounts = accounts.map { account in
            AccountKey(
                customerID: account.customerID,
                creditType: account.creditType,
                hash: AccountKey.hash(
                    customerID: bytes.span(of: account.customerID),
                    creditType: bytes.span(of: account.creditType),
                    key: secret
                )
            )
        }
        for index in usage.indices {
            usage[index].key = IDSpace.usage.key(
                scope: bytes.span(of: usage[index].source),
                id: bytes.span(of: usage[index].usageID),
                under: secret
            )
        }
        for index in commands.indices {
            commands[index].key = Self.key(.command, "", commands[index].commandID, secret)
            commands[index].claim = claim(of: commands[index], under: secret)
            guard case .reverseUsage(var request) = commands[index].action else { continue }
            request.usageKey = Self.key(.usage, request.source, request.usageID, secret)
            request.reversalKey = Self.key(.reversal, request.source, request.usageID, secret)
            commands[index].action = .reverseUsage(request)
        }
    }

    private static func key(
        _ space: IDSpace,
        _ scope: String,
        _ id: String,
        _ secret: HashKey
    ) -> IDKey {
        space.key(scope: Array(scope.utf8).span, id: Array(id.utf8).span, under: secret)
    }

    private func claim(of command: Command, under secret: HashKey) -> IDKey? {
        guard command.claim != nil else { return nil }
        let account = accounts[Int(command.account)]
        let customerID = bytes.string(of: account.customerID)
        let creditType = bytes.string(of: account.creditType)
        if case .hold(let request) = command.action {
            return AccountScope.holdKey(
                customerID: customerID,
                creditType: creditType,
                holdID: request.holdID,
                under: secret
            )
        }
        var grantID = command.commandID
        if case .grant(let terms) = command.action { grantID = terms.grantID }
        return AccountScope.grantKey(
            customerID: customerID,
            creditType: creditType,
            grantID: grantID,
            under: secret
        )
    }
}
