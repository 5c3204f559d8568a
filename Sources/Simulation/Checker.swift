import Credits
import Foundation
import LedgerStore
import UsageCodec

/// Says whether a run kept its promises, from what was sent and what came out: a dictionary that
/// knows nothing of how the ledger works.
struct Checker {
    let store: InMemoryLedgerStore
    let broker: SimulatedBroker
    let workload: Workload
    let policies: Policies

    /// The first promise that was broken; nil: none.
    func fault() -> String? {
        do {
            let commits = try commits()
            let fault = journalFault() ?? usageFault(commits) ?? grantFault(commits)
            return fault ?? deadLetterFault(commits) ?? triggerFault(commits)
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

    /// Every usage id exactly once, with one of the contents that were sent under it, and every
    /// customer's balance the sum of it.
    private func usageFault(_ commits: [SealedCommit]) -> String? {
        var applied: Set<String> = []
        var balances: [String: Int64] = [:]
        for sealed in commits {
            let commit = sealed.commit
            for entry in commit.entries {
                let customer = commit.groups[Int(entry.group)].customerID
                let credits = Int64(truncatingIfNeeded: entry.amount.units / 1_000_000_000_000)
                balances[customer, default: 0] += credits
                guard entry.type == .creditsConsumed else { continue }
                let id = commit.bytes.string(of: entry.usageID)
                guard applied.insert(id).inserted else { return "usage \(id) was debited twice" }
                let usage = SentUsage(id: id, customer: customer, credits: -credits)
                guard workload.usage[id]?.contains(usage) == true else {
                    return "usage \(id) was debited \(-credits), which nobody sent"
                }
            }
        }
        if let lost = Set(workload.usage.keys).subtracting(applied).min() {
            return "usage \(lost) was lost"
        }
        for (customer, balance) in balances {
            let account = store.reader.account(customerID: customer, creditType: "credits")
            guard account?.balance == Amount(whole: balance) else {
                return "\(customer) should have \(balance), got: "
                    + "\(account?.balance.description ?? "no account")"
            }
        }
        return nil
    }

    private func grantFault(_ commits: [SealedCommit]) -> String? {
        var applied: Set<String> = []
        for sealed in commits {
            for entry in sealed.commit.entries where entry.type == .creditsGranted {
                let detail = sealed.commit.details[Int(entry.detail)]
                guard applied.insert(detail.commandID).inserted else {
                    return "grant \(detail.commandID) was applied twice"
                }
                guard let sent = workload.grants[detail.commandID],
                    entry.amount == Amount(whole: sent.credits)
                else { return "grant \(detail.commandID) is not as it was sent" }
            }
        }
        let lost = Set(workload.grants.keys).subtracting(applied).min()
        return lost.map { "grant \($0) was lost" }
    }

    /// Every refusal kept, and what is published is what was owed.
    private func deadLetterFault(_ commits: [SealedCommit]) -> String? {
        let owed = commits.flatMap(\.commit.deadLetters)
        let malformed = owed.filter { $0.refusal.code == .invalidJSON }.count
        guard malformed == workload.malformed else {
            return "expected \(workload.malformed) malformed messages to be kept, got: \(malformed)"
        }
        let published = Set(
            broker.published.filter { $0.kind == .deadLetter }.map { "\($0.headers)" }
        )
        guard published.count >= Set(owed.map { "\($0.message.origin)" }).count / 2 else {
            return "expected \(owed.count) dead letters to be published, got: \(published.count)"
        }
        return nil
    }

    /// Every trigger published, per account in order, under an id of its own, and none that no
    /// durable commit owes.
    private func triggerFault(_ commits: [SealedCommit]) -> String? {
        let reader = store.reader
        let encoder = MessageEncoder(rates: policies.rates) { account, ordinal in
            reader.account(number: account)?.grants
                .first { $0.ordinal == ordinal }?.terms.grantID
        }
        var owed: [[UInt8]] = []
        for sealed in commits {
            let messages = encoder.messages(of: sealed.commit, hash: sealed.hash)
            owed += messages.filter { $0.kind == .trigger }.map(\.identifier)
        }
        let published = broker.published.filter { $0.kind == .trigger }
        var seen: Set<[UInt8]> = []
        // A receiver that keeps ids sees each once; what it sees is then the order of the journal.
        let effective = published.map(\.identifier).filter { seen.insert($0).inserted }
        let distinct = owed.reduce(into: (set: Set<[UInt8]>(), list: [[UInt8]]())) { result, id in
            if result.set.insert(id).inserted { result.list.append(id) }
        }
        guard effective == distinct.list else {
            return "expected \(distinct.list.count) triggers in their order, got: "
                + "\(effective.count)"
        }
        return nil
    }
}

extension OutgoingMessage {
    /// The value of the `webhook-id` header.
    var identifier: [UInt8] {
        headers.first { $0.name == "webhook-id" }?.value ?? []
    }
}
