package import Credits
internal import Synchronization

/// The projections of the journal that every store keeps in memory.
///
/// The writer changes them once per commit and readers look at them in between, each under a lock
/// that is held for one batch or one answer; so a reader only ever sees whole commits.
package final class LedgerTables: Sendable {
    private let policies: Policies
    private let hashKey: HashKey
    private let contents: Mutex<Contents>

    struct Contents: Sendable {
        var head = CommitHead.genesis
        /// By number − 1.
        var accounts: [Account] = []
        /// The commit that each account's checkpoint stands at, by number − 1; commits up to it are
        /// not applied to the account again.
        var checkpoints: [UInt64] = []
        var lookup = AccountLookup()
        var ids = IDTable()
        var offsets: [String: [PartitionKey: Int64]] = [:]
        /// What time brings to accounts, up to where input was read.
        var due = DueIndex()
        /// Changes that were held back, by the clock alone.
        var announcements = DueIndex()
        var outcomes = OutcomeCounts()
        var pendingHolds = 0
        /// The latest commits that hold dead letters, ascending.
        var deadLetterCommits: [UInt64] = []
        /// In units, by raw value; together with all balances they sum to 0.
        var systemUnits = [Int128](repeating: 0, count: SystemAccount.allCases.count)
    }

    package init(policies: Policies, hashKey: HashKey) {
        self.policies = policies
        self.hashKey = hashKey
        contents = Mutex(Contents())
    }

    // MARK: What the writer asks

    package func load(
        _ batch: borrowing InputBatch,
        dueAt now: Timestamp,
        maximumDue: Int
    ) -> Loaded {
        let names = batch.accounts
        let arena = batch.bytes
        let usage = batch.usage
        let commands = batch.commands
        let readThrough = batch.readThrough
        return contents.withLock { contents in
            var numbers: [UInt32: Int] = [:]
            var accounts: [Account] = []
            accounts.reserveCapacity(names.count)
            for name in names {
                guard let number = contents.find(name, in: arena) else {
                    accounts.append(unborn(name, in: arena))
                    continue
                }
                numbers[number] = accounts.count
                accounts.append(contents.accounts[Int(number) - 1])
            }
            var due: [Int] = []
            let settled = min(now, readThrough)
            let numbersDue =
                contents.due.accounts(by: settled, maximum: maximumDue)
                + contents.announcements.accounts(by: now, maximum: maximumDue)
            for number in numbersDue {
                if let index = numbers[number] {
                    due.append(index)
                } else {
                    numbers[number] = accounts.count
                    due.append(accounts.count)
                    accounts.append(contents.accounts[Int(number) - 1])
                }
            }
            var known: [IDKey: KnownID] = [:]
            for command in commands {
                known[command.key] = contents.ids[command.key]
                if let claim = command.claim { known[claim] = contents.ids[claim] }
            }
            return Loaded(
                commitNumber: contents.head.number + 1,
                recordedAt: contents.head.recordedAt,
                nextAccountNumber: UInt32(contents.accounts.count + 1),
                accounts: accounts,
                due: due,
                usage: usage.map { contents.ids[$0.key] },
                commands: known
            )
        }
    }

    private func unborn(_ name: AccountKey, in arena: [UInt8]) -> Account {
        Account(
            customerID: arena.string(of: name.customerID),
            creditType: arena.string(of: name.creditType),
            policies: policies
        )
    }

    package var nextDue: Timestamp? {
        contents.withLock { $0.due.next() }
    }

    package var nextAnnouncement: Timestamp? {
        contents.withLock { $0.announcements.next() }
    }

    /// Checks that a transition continues what is here.
    ///
    /// - Throws: ``StoreError/Code/fenced`` where a partition's stored offset is not the `from` of
    ///   the commit, or where the commit is not the next one.
    package func check(_ transition: Transition) throws(StoreError) {
        try contents.withLock { contents throws(StoreError) in
            try contents.check(transition.commit)
        }
    }

    /// Takes over what a commit did, once it is durable.
    package func install(_ transition: Transition, head: CommitHead) {
        contents.withLock { contents in
            contents.install(transition, head: head, hashKey: hashKey, policies: policies)
        }
    }

    /// Takes over what a commit did, from its entries alone.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where the entries do not follow from what is here.
    package func replay(_ sealed: SealedCommit) throws(StoreError) {
        try contents.withLock { contents throws(StoreError) in
            try contents.check(sealed.commit)
            let accounts = try contents.replayed(sealed.commit, policies: policies)
            contents.install(
                Transition(commit: sealed.commit, accounts: accounts),
                head: CommitHead(
                    number: sealed.commit.number,
                    hash: sealed.hash,
                    recordedAt: sealed.commit.recordedAt
                ),
                hashKey: hashKey,
                policies: policies
            )
        }
    }

    /// Puts accounts from a checkpoint where replaying will find them.
    package func restore(_ accounts: [(account: Account, commit: UInt64)]) {
        contents.withLock { contents in
            for (account, commit) in accounts {
                contents.restore(account, at: commit, hashKey: hashKey, policies: policies)
            }
        }
    }

    /// Makes room for ids that are about to be replayed.
    package func reserve(ids: Int) {
        contents.withLock { contents in
            if contents.ids.count == 0 { contents.ids = IDTable(capacity: ids) }
        }
    }

    /// Accounts by number, as of the head; the range is held to those that are there.
    package func accounts(numbered range: Range<UInt32>) -> (head: CommitHead, [Account]) {
        contents.withLock { contents in
            let last = UInt32(contents.accounts.count)
            let numbers = max(range.lowerBound, 1)..<max(min(range.upperBound, last + 1), 1)
            guard numbers.lowerBound < numbers.upperBound else { return (contents.head, []) }
            let slice = contents.accounts[
                Int(numbers.lowerBound) - 1..<Int(numbers.upperBound) - 1
            ]
            return (contents.head, Array(slice))
        }
    }

    // MARK: What readers ask

    /// The names of the accounts that came after the first `count`, in the order of their numbers.
    func names(after count: Int) -> [(customerID: String, creditType: String)] {
        contents.withLock { contents in
            contents.accounts.dropFirst(count).map { ($0.customerID, $0.creditType) }
        }
    }

    package var head: CommitHead { contents.withLock { $0.head } }
    package var outcomes: OutcomeCounts { contents.withLock { $0.outcomes } }
    package var accountCount: Int { contents.withLock { $0.accounts.count } }
    package var clusterCount: Int { contents.withLock { $0.offsets.count } }
    package var knownIDCount: Int { contents.withLock { $0.ids.count } }
    package var pendingHoldCount: Int { contents.withLock { $0.pendingHolds } }

    package func deadLetterCommits(through last: UInt64, limit: Int) -> [UInt64] {
        contents.withLock { contents in
            let numbers = contents.deadLetterCommits
            return Array(numbers.reversed().lazy.drop { $0 > last }.prefix(limit))
        }
    }

    /// What each system account holds, and Σ balances of all accounts, in units of 10⁻¹².
    package var sums: (system: [Int128], balances: Int128) {
        contents.withLock { contents in
            (contents.systemUnits, contents.accounts.reduce(Int128(0)) { $0 &+ $1.balance.units })
        }
    }

    package func offsets(cluster: String) -> [PartitionKey: Int64] {
        contents.withLock { $0.offsets[cluster] ?? [:] }
    }

    package func account(number: UInt32) -> Account? {
        contents.withLock { contents in
            let index = Int(number) - 1
            return contents.accounts.indices.contains(index) ? contents.accounts[index] : nil
        }
    }

    package func account(customerID: String, creditType: String) -> Account? {
        var arena: [UInt8] = []
        let customer = arena.appendSlice(customerID.utf8)
        let type = arena.appendSlice(creditType.utf8)
        let name = AccountKey(
            customerID: customer,
            creditType: type,
            hash: AccountKey.hash(
                customerID: arena.span(of: customer),
                creditType: arena.span(of: type),
                key: hashKey
            )
        )
        return contents.withLock { contents in
            contents.find(name, in: arena).map { contents.accounts[Int($0) - 1] }
        }
    }

    package func known(_ key: IDKey) -> KnownID? {
        contents.withLock { $0.ids[key] }
    }
}
