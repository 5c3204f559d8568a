import Credits

/// A store of dictionaries: it keeps what a commit says and loads what a batch needs, nothing else.
///
/// Beside the accounts that apply made it keeps those that replay makes of the same commits, and
/// has every commit audited.
struct TestStore {
    var policies: Policies
    private(set) var accounts: [AccountName: Account] = [:]
    private(set) var commits: [Commit] = []
    private(set) var audit = CommitAudit()
    private var usageIDs: [IDKey: KnownID] = [:]
    private var commandIDs: [IDKey: KnownID] = [:]
    private var nextAccountNumber: UInt32 = 1
    private var recordedAt = Timestamp.earliest

    init(policies: Policies) { self.policies = policies }

    /// Applies one batch and keeps its commit.
    ///
    /// - Returns: the commit, and what is wrong with it.
    mutating func apply(
        _ inputs: [TestInput],
        at now: Timestamp
    ) -> (commit: Commit, faults: [String]) {
        let prepared = TestBatch(inputs)
        let loaded = load(for: prepared, now: now)
        let transition = Ledger(policies: policies).apply(prepared.batch, to: loaded, now: now)
        let faults = audit.faults(
            in: transition,
            inputs: inputs.count,
            coalescing: policies.coalescing
        )
        keep(transition)
        return (transition.commit, faults)
    }

    func balance(of name: AccountName) -> Amount { accounts[name]?.balance ?? .zero }

    /// As an answer would show it at a moment.
    func snapshot(of name: AccountName, at now: Timestamp) -> BalanceSnapshot {
        accounts[name]?.snapshot(at: now) ?? .zero
    }

    private func load(for prepared: TestBatch, now: Timestamp) -> Loaded {
        var names = prepared.names
        let isDue = { (account: Account) in
            account.nextDue(coalescing: policies.coalescing).map { $0 <= now } ?? false
        }
        names += accounts.filter { isDue($0.value) && !prepared.names.contains($0.key) }
            .keys.sorted()
        let loaded = names.map { name in
            accounts[name]
                ?? Account(
                    customerID: name.customerID,
                    creditType: name.creditType,
                    policies: policies
                )
        }
        var known: [IDKey: KnownID] = [:]
        for command in prepared.batch.commands {
            known[command.key] = commandIDs[command.key]
            if let claim = command.claim { known[claim] = commandIDs[claim] }
        }
        return Loaded(
            commitNumber: UInt64(commits.count + 1),
            recordedAt: recordedAt,
            nextAccountNumber: nextAccountNumber,
            accounts: loaded,
            due: loaded.indices.filter { isDue(loaded[$0]) },
            usage: prepared.batch.usage.map { usageIDs[$0.key] },
            commands: known
        )
    }

    private mutating func keep(_ transition: Transition) {
        let commit = transition.commit
        for entry in commit.entries where entry.key != IDKey(high: 0, low: 0) {
            let known = KnownID(fingerprint: entry.fingerprint, commit: commit.number)
            guard !entry.isUsage else {
                usageIDs[entry.key] = known
                continue
            }
            commandIDs[entry.key] = known
            let name = AccountName(commit.groups[Int(entry.group)])
            switch commit.details[Int(entry.detail)].payload {
            case .grant(let terms):
                commandIDs[TestKeys.claim(grantID: terms.grantID, account: name)] = known
            case .hold(let hold):
                commandIDs[TestKeys.claim(holdID: hold.holdID, account: name)] = known
            default: break
            }
        }
        nextAccountNumber += UInt32(commit.groups.count(where: \.isNew))
        recordedAt = commit.recordedAt
        for account in transition.accounts { accounts[AccountName(account)] = account }
        commits.append(commit)
    }
}
