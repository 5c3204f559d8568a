import Credits
import LedgerStore
import UsageCodec

/// Says whether a run kept its promises, from what was sent and what came out.
struct Checker {
    let store: SimulatedStore
    let broker: SimulatedBroker
    let workload: Workload
    let policies: Policies

    /// The first promise that was broken; nil: none.
    func fault() -> String? {
        do {
            let commits = try commits()
            if let fault = journalFault() { return fault }
            var history = HistoryModel(
                inputs: workload.inputs,
                broker: broker,
                grace: policies.expiryGrace
            )
            for sealed in commits {
                if let fault = history.take(sealed.commit) { return fault }
            }
            if let fault = history.finish(store.reader) { return fault }
            return PublicationCheck(broker: broker, history: history).fault(owed: owed(commits))
        } catch {
            return "reading the journal: \(error.message)"
        }
    }

    private func commits() throws(StoreError) -> [SealedCommit] {
        var commits: [SealedCommit] = []
        for number in stride(from: 1, through: store.head.number, by: 1) {
            guard let sealed = try store.reader.commit(number: number) else {
                throw StoreError(.damaged, "expected commit \(number) to exist")
            }
            commits.append(sealed)
        }
        return commits
    }

    /// Everything that `drawdown verify` looks at.
    private func journalFault() -> String? {
        var verifier = LedgerVerifier(hashKey: store.identity.hashKey)
        for (index, bytes) in store.journal.enumerated() {
            verifier.take(bytes, number: UInt64(index + 1))
        }
        return verifier.finish(expecting: store.head).faults.first.map { "verify: \($0.message)" }
    }

    private func owed(_ commits: [SealedCommit]) -> [OutgoingMessage] {
        let reader = store.reader
        let encoder = MessageEncoder { account, ordinal in
            reader.account(number: account)?.grants
                .first { $0.ordinal == ordinal }?.terms.grantID
        }
        return commits.flatMap { encoder.messages(of: $0.commit, hash: $0.hash).copies }
    }
}
