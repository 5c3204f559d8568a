import Credits

/// A store of dictionaries: it keeps what a commit says and loads what a batch needs, nothing else.
///
/// Beside the accounts that apply made it keeps those that replay makes of the same commits, and
/// has every commit audited.
struct TestStore {
    var policies: Policies
    /// How far all input is read once the next batch is.
    var readThrough = Timestamp.latest
    private(set) var accounts: [AccountName: Account] = [:]
    private(set) var commits: [Commit] = []
    private(set) var audit = CommitAudit()
    private var usageIDs: [IDKey: KnownID] = [:]
    private var commandIDs: [IDKey: KnownID] = [:]
    /// What the latest reversal left of each usage.
    private var reversed: [IDKey: Reversible] = [:]
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
        let settled = min(max(now, recordedAt), readThrough)
        let transition = make(inputs, at: now)
        let faults = audit.faults(
            in: transition,
            inputs: inputs.count,
            settled: settled,
            policies: policies
        )
        return (transition.commit, faults)
    }

    /// Applies one batch and keeps its commit, unaudited.
    private mutating func make(_ inputs: [TestInput], at now: Timestamp) -> Transition {
        let prepared = TestBatch(inputs)
        var batch = prepared.batch
        batch.readThrough = readThrough
        let loaded = load(for: prepared, now: now)
        let transition = Ledger(policies: policies).apply(batch, to: loaded, now: now)
        keep(transition)
        return transition
    }

    func balance(of name: AccountName) -> Amount { accounts[name]?.balance ?? .zero }

    /// As an answer would show it at a moment.
    func snapshot(of name: AccountName, at now: Timestamp) -> BalanceSnapshot {
        accounts[name]?.snapshot(at: now) ?? .zero
    }

    /// Whether a grant ends in the next batch, which is then to be made before more is read.
    func hasExpiring(at now: Timestamp) -> Bool {
        let settled = min(now, readThrough)
        return accounts.values.contains { account in
            account.usable.contains { grant in
                guard let expiresAt = grant.terms.expiresAt else { return false }
                return expiresAt.advanced(by: policies.expiryGrace) <= settled
            }
        }
    }

    private func load(for prepared: TestBatch, now: Timestamp) -> Loaded {
        var names = prepared.names
        let settled = min(now, readThrough)
        let isDue = { (account: Account) in
            guard account.exists else { return false }
            let due = account.nextDue(under: policies) ?? .latest
            let announcement = account.nextAnnouncement(coalescing: policies.coalescing)
            return due <= settled || announcement ?? .latest <= now
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
            accounts: BatchAccounts(loaded),
            due: loaded.indices.filter { isDue(loaded[$0]) },
            usage: prepared.batch.usage.map { usageIDs[$0.key] },
            commands: known,
            reversible: reversible(by: prepared.batch.commands)
        )
    }

    private func reversible(by commands: [Command]) -> [IDKey: Reversible] {
        var found: [IDKey: Reversible] = [:]
        for command in commands {
            guard case .reverseUsage(let request) = command.action,
                let known = usageIDs[request.usageKey]
            else { continue }
            let commit = commits[Int(known.commit) - 1]
            found[request.usageKey] =
                reversed[request.reversalKey]
                ?? commit.entries.first { $0.key == request.usageKey }
                .map { Reversible($0, of: commit) }
        }
        return found
    }

    private func reversalKey(of entry: Entry, in commit: Commit) -> IDKey {
        TestKeys.key(
            .reversal,
            scope: commit.bytes.string(of: entry.source),
            id: commit.bytes.string(of: entry.usageID)
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
            let name = AccountName(commit.groups[Int(entry.group)], in: commit)
            switch commit.details[Int(entry.detail)].payload {
            case .grant(let terms):
                commandIDs[TestKeys.claim(grantID: terms.grantID, account: name)] = known
            case .hold(let hold):
                commandIDs[TestKeys.claim(holdID: hold.holdID, account: name)] = known
            case .reversal(let reversal):
                reversed[reversalKey(of: entry, in: commit)] = reversal.state
                if let terms = reversal.grant {
                    commandIDs[TestKeys.claim(grantID: terms.grantID, account: name)] = known
                }
            default: break
            }
        }
        nextAccountNumber += UInt32(commit.groups.count(where: \.isNew))
        recordedAt = commit.recordedAt
        for account in transition.accounts { accounts[AccountName(account)] = account }
        commits.append(commit)
    }
}

extension TestStore: PropertyLedger {
    mutating func apply(
        _ inputs: [TestInput],
        at now: Timestamp,
        readThrough: Timestamp
    ) -> Transition {
        self.readThrough = readThrough
        return make(inputs, at: now)
    }

    func account(_ name: AccountName) -> Account? { accounts[name] }
}
