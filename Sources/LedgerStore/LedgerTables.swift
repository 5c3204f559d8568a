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
    /// Ids that are not in memory any more; nil: all are.
    private let sealedIDs: (any SealedIDs)?

    struct Contents: Sendable {
        var head = CommitHead.genesis
        /// By number − 1.
        var accounts: [Account] = []
        /// The commit that each account's checkpoint stands at, by number − 1; commits up to it are
        /// not applied to the account again.
        var checkpoints: [UInt64] = []
        var lookup = AccountLookup()
        /// The newest ids.
        var ids = IDTable()
        /// Ids on their way into a file, oldest first.
        var waiting: [IDBatch] = []
        /// The table of ids that went into a file, to be cleared and used again: fresh memory of
        /// that size would have to be mapped and cleared by the system first.
        var spare: IDTable?
        /// The last commit whose ids are not in ``ids``, but were handed over.
        var handedOverThrough: UInt64 = 0
        /// What replaying need not take over again, for it is durable elsewhere.
        var base = ReplayBase()
        var isReplaying = false
        /// Whether dead letters are known only here: then for the latest commits alone.
        var forgetsDeadLetters = true
        var totals = LedgerTotals()
        var offsets: [String: [PartitionKey: Int64]] = [:]
        /// What time brings to accounts, up to where input was read.
        var due = DueIndex()
        /// Changes that were held back, by the clock alone.
        var announcements = DueIndex()
        var pendingHolds = 0
        /// The latest commits that hold dead letters, ascending.
        var deadLetterCommits: [UInt64] = []
    }

    package init(policies: Policies, hashKey: HashKey, sealedIDs: (any SealedIDs)? = nil) {
        self.policies = policies
        self.hashKey = hashKey
        self.sealedIDs = sealedIDs
        var contents = Contents()
        contents.forgetsDeadLetters = sealedIDs == nil
        self.contents = Mutex(contents)
    }

    // MARK: What the writer asks

    /// Loads a batch's accounts and ids.
    ///
    /// Memory is asked before files, so that an id that moves from one to the other in between is
    /// never missed; and files are asked beside the lock, for they may have to be read. Of those that
    /// were asked before, see ``knownUsage(of:)``, only what came since is asked.
    package func load(
        _ batch: borrowing InputBatch,
        dueAt now: Timestamp,
        maximumDue: Int
    ) throws(StoreError) -> Loaded {
        let names = batch.accounts
        let arena = batch.bytes
        let readThrough = batch.readThrough
        let usageCount = batch.usage.count
        let keys = Self.keys(of: batch)
        var known: [KnownID?] = []
        var loaded = contents.withLock { contents in
            let settled = min(now, readThrough)
            let numbersDue =
                contents.due.accounts(by: settled, maximum: maximumDue)
                + contents.announcements.accounts(by: now, maximum: maximumDue)
            // Where those that are due come to lie; −1: not loaded yet.
            var places: [UInt32: Int] = [:]
            for number in numbersDue { places[number] = -1 }
            var accounts = BatchAccounts(
                of: contents.accounts,
                capacity: names.count + places.count
            )
            // All are looked up before the first is copied, so that memory is waited for together.
            let numbers = contents.lookup.find(names)
            for (index, number) in numbers.enumerated() {
                let ahead = index + Prefetching.distance
                if ahead < numbers.count { contents.accounts.prefetch(Int(numbers[ahead]) - 1) }
                guard number > 0 else {
                    accounts.append(unborn(names[index], in: arena))
                    continue
                }
                if !places.isEmpty, places[number] != nil { places[number] = accounts.count }
                accounts.append(number: number)
            }
            var due: [Int] = []
            due.reserveCapacity(numbersDue.count)
            for (index, number) in numbersDue.enumerated() {
                let ahead = index + Prefetching.distance
                if ahead < numbersDue.count {
                    contents.accounts.prefetch(Int(numbersDue[ahead]) - 1)
                }
                if places[number] == -1 {
                    places[number] = accounts.count
                    accounts.append(number: number)
                }
                due.append(places[number] ?? -1)
            }
            known = contents.known(keys)
            return Loaded(
                commitNumber: contents.head.number + 1,
                recordedAt: contents.head.recordedAt,
                nextAccountNumber: UInt32(contents.accounts.count + 1),
                accounts: accounts,
                due: due,
                usage: [],
                commands: [:]
            )
        }
        let asked = batch.knownUsage.flatMap { $0.count == usageCount ? $0 : nil }
        asked?.fill(&known)
        try sealedIDs?.find(keys, in: 0..<usageCount, after: asked?.through ?? 0, &known)
        try sealedIDs?.find(keys, in: usageCount..<keys.count, after: 0, &known)
        for index in usageCount..<keys.count { loaded.commands[keys[index]] = known[index] }
        known.removeSubrange(usageCount...)
        loaded.usage = known
        return loaded
    }

    /// What files know of the ids of a batch's usage, asked beside the writer; nil: there are no files.
    package func knownUsage(of batch: borrowing InputBatch) throws(StoreError) -> KnownUsage? {
        // Asked first: of what becomes a file meanwhile more may be found, but nothing be missed.
        guard let sealedIDs, case let through = sealedIDs.through, through > 0 else { return nil }
        let keys = batch.usage.map(\.key)
        var known = [KnownID?](repeating: nil, count: keys.count)
        try sealedIDs.find(keys, &known)
        return KnownUsage(known, through: through)
    }

    /// The keys of a batch's usage, in its order, and then those of its commands.
    private static func keys(of batch: borrowing InputBatch) -> [IDKey] {
        var keys: [IDKey] = []
        keys.reserveCapacity(batch.usage.count + 2 * batch.commands.count)
        for index in batch.usage.indices { keys.append(batch.usage[index].key) }
        for command in batch.commands {
            keys.append(command.key)
            if let claim = command.claim { keys.append(claim) }
        }
        return keys
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
    package func check(_ commit: Commit) throws(StoreError) {
        try contents.withLock { contents throws(StoreError) in
            try contents.check(commit)
        }
    }

    /// Takes over what a commit did, once it is durable.
    ///
    /// - Parameters:
    ///   - commit: the commit.
    ///   - accounts: as they are after it, in the order of its groups; taken from the caller.
    ///   - head: where the commit stands.
    package func install(
        _ commit: Commit,
        _ accounts: inout BatchAccounts,
        head: CommitHead
    ) {
        contents.withLock { contents in
            contents.install(
                commit,
                &accounts,
                head: head,
                hashKey: hashKey,
                policies: policies
            )
        }
    }

    /// Takes over what a commit did, from its entries alone.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where the entries do not follow from what is here.
    package func replay(_ sealed: SealedCommit) throws(StoreError) {
        try contents.withLock { contents throws(StoreError) in
            try contents.check(sealed.commit)
            var accounts = BatchAccounts(
                try contents.replayed(sealed.commit, policies: policies)
            )
            contents.install(
                sealed.commit,
                &accounts,
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

    /// Says where replaying begins, before anything is replayed.
    package func begin(at base: ReplayBase) {
        contents.withLock { contents in
            contents.base = base
            contents.isReplaying = true
            contents.totals = base.totals
            contents.handedOverThrough = base.idsThrough
            contents.head = base.head
        }
    }

    /// Ends replaying, and takes over the offsets of partitions that nothing replayed was read from.
    ///
    /// - Returns: false where what was replayed does not agree with them.
    package func endReplay(offsets: [String: [PartitionKey: Int64]]) -> Bool {
        contents.withLock { contents in
            let agree = contents.offsets.allSatisfy { cluster, partitions in
                partitions.allSatisfy { offsets[cluster]?[$0.key] == $0.value }
            }
            contents.isReplaying = false
            contents.offsets = offsets
            return agree
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

    /// Hands the ids in memory over as a whole, at the head, where they are many, or of many commits,
    /// and few such batches wait; they can be found until ``dropIDs(through:)``.
    package func handOverIDs(
        atLeast count: Int,
        orOfCommits span: UInt64,
        waitingAtMost limit: Int
    ) -> IDBatch? {
        let isEnough = contents.withLock { contents in
            let commits = contents.head.number - contents.handedOverThrough
            return (contents.ids.count >= count || commits >= span)
                && contents.waiting.count < limit
        }
        guard isEnough else { return nil }
        // Made beside the lock, at once as large as it will get: clearing it takes a while.
        let next = emptyTable(of: count)
        return contents.withLock { contents in
            let batch = IDBatch(
                ids: contents.ids,
                commits: contents.handedOverThrough + 1...contents.head.number
            )
            contents.waiting.append(batch)
            contents.ids = next
            contents.handedOverThrough = contents.head.number
            return batch
        }
    }

    private func emptyTable(of capacity: Int) -> IDTable {
        let spare = contents.withLock { contents in
            defer { contents.spare = nil }
            return contents.spare
        }
        guard var table = consume spare, table.capacity >= capacity else {
            return unsafe IDTable(capacity: capacity, preparing: HugePages.advise)
        }
        table.removeAll()
        return table
    }

    /// Lets go of ids that are in a file now.
    package func dropIDs(through commit: UInt64) {
        contents.withLock { contents in
            contents.spare = contents.waiting.last { $0.commits.upperBound <= commit }?.ids
            contents.waiting.removeAll { $0.commits.upperBound <= commit }
        }
    }

    /// Ids that were not handed over, and batches that were and can still be found here.
    package var idsInMemory: (count: Int, waiting: Int) {
        contents.withLock { ($0.ids.count, $0.waiting.count) }
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
    package var outcomes: OutcomeCounts { contents.withLock { $0.totals.outcomes } }
    package var accountCount: Int { contents.withLock { $0.accounts.count } }
    package var knownIDCount: Int { contents.withLock { Int($0.totals.ids) } }
    package var totals: LedgerTotals { contents.withLock { $0.totals } }
    package var pendingHoldCount: Int { contents.withLock { $0.pendingHolds } }

    /// The latest commits with dead letters that are known here, newest first.
    package func deadLetterCommits(through last: UInt64, limit: Int) -> [UInt64] {
        contents.withLock { contents in
            let numbers = contents.deadLetterCommits
            return Array(numbers.reversed().lazy.drop { $0 > last }.prefix(limit))
        }
    }

    /// Forgets which commits hold dead letters, up to one: a sealed file says so now.
    package func dropDeadLetters(through commit: UInt64) {
        contents.withLock { contents in
            contents.deadLetterCommits.removeAll { $0 <= commit }
        }
    }

    /// What each system account holds, and Σ balances of all accounts, in units of 10⁻¹².
    package var sums: (system: [Int128], balances: Int128) {
        contents.withLock { contents in
            (
                contents.totals.systemUnits,
                contents.accounts.reduce(Int128(0)) { $0 &+ $1.balance.units }
            )
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
        let hash = AccountKey.hash(customerID: customerID, creditType: creditType, key: hashKey)
        return contents.withLock { contents in
            contents.lookup.find(hash).map { contents.accounts[Int($0) - 1] }
        }
    }

    package func known(_ key: IDKey) throws(StoreError) -> KnownID? {
        var known = contents.withLock { $0.known([key]) }
        try sealedIDs?.find([key], &known)
        return known[0]
    }
}

/// Where replaying begins, and what is not to be taken over from what is replayed.
package struct ReplayBase: Sendable {
    /// The commit behind which replaying begins.
    package var head = CommitHead.genesis
    /// The last commit whose ids are in files.
    package var idsThrough: UInt64 = 0
    /// The commit that ``totals`` are of, and up to which dead letters are known elsewhere.
    package var totalsThrough: UInt64 = 0
    package var totals = LedgerTotals()

    package init() {}
}
