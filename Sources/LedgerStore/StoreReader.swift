package import Credits

/// Where the bytes of commits are.
package protocol CommitSource: AnyObject, Sendable {
    /// Calls `body` with a commit's bytes, which are borrowed; nil where there is none.
    func withCommit<Result>(
        _ number: UInt64,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result?

    /// Commits that hold dead letters, newest first, as far as only the source knows of them.
    func deadLetterCommits(through last: UInt64, limit: Int) throws(StoreError) -> [UInt64]
}

extension CommitSource {
    package func deadLetterCommits(through: UInt64, limit: Int) throws(StoreError) -> [UInt64] {
        []
    }
}

/// Answers questions from the tables and, for entries, from the journal.
package final class StoreReader: LedgerReader {
    private let tables: LedgerTables
    let journal: any CommitSource
    let hashKey: HashKey
    private let directory: AccountDirectory

    package init(tables: LedgerTables, journal: any CommitSource, hashKey: HashKey) {
        self.tables = tables
        self.journal = journal
        self.hashKey = hashKey
        directory = AccountDirectory(tables: tables)
    }

    package var head: CommitHead { tables.head }
    package var outcomes: OutcomeCounts { tables.outcomes }
    package var accountCount: Int { tables.accountCount }
    package var knownIDCount: Int { tables.knownIDCount }
    package var pendingHoldCount: Int { tables.pendingHoldCount }

    package func account(customerID: String, creditType: String) -> Account? {
        tables.account(customerID: customerID, creditType: creditType)
    }

    package func account(number: UInt32) -> Account? { tables.account(number: number) }

    package func accounts(
        creditType: String,
        query: String?,
        after: String?,
        limit: Int
    ) -> [Account] {
        directory.page(creditType: creditType, query: query, after: after, limit: limit)
            .compactMap { tables.account(number: $0) }
    }

    package func offsets(cluster: String) -> [PartitionKey: Int64] {
        tables.offsets(cluster: cluster)
    }

    /// Accounts' parts of a commit whose hash was checked, without those that have none in it.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where its bytes are not those that were hashed, or it is
    ///   missing.
    func groups(of accounts: [UInt32], in number: UInt64) throws(StoreError) -> [Commit] {
        let hashKey = hashKey
        let found = try journal.withCommit(number) { bytes throws(StoreError) in
            try JournalFormat.checkHash(of: bytes)
            var commits: [Commit] = []
            for account in accounts {
                let part = try JournalFormat.group(of: account, in: bytes, under: hashKey)
                if let part { commits.append(part.commit) }
            }
            return commits
        }
        guard let found else { throw .damagedCommit(number, "it is missing") }
        return found
    }

    package func knownUsage(of batch: borrowing InputBatch) throws(StoreError) -> KnownUsage? {
        try tables.knownUsage(of: batch)
    }

    func known(_ key: IDKey) throws(StoreError) -> KnownID? { try tables.known(key) }

    package func usageEntry(usageID: String, source: String) throws(StoreError) -> EntryRecord? {
        let id = Array(usageID.utf8)
        let scope = Array(source.utf8)
        let key = IDSpace.usage.key(scope: scope.span, id: id.span, under: hashKey)
        guard let known = try tables.known(key), let sealed = try commit(number: known.commit)
        else {
            return nil
        }
        guard let entry = sealed.commit.entries.first(where: { $0.key == key }) else {
            throw .damagedCommit(known.commit, "it lacks an entry that it was known to hold")
        }
        return EntryRecord(sealed: sealed, entry: entry)
    }

    package func commandEntries(commandID: String) throws(StoreError) -> [EntryRecord] {
        let key = AccountScope.commandKey(commandID, under: hashKey)
        guard let known = try tables.known(key), let sealed = try commit(number: known.commit)
        else {
            return []
        }
        guard let entry = sealed.commit.entries.first(where: { $0.key == key }) else {
            throw .damagedCommit(known.commit, "it lacks an entry that it was known to hold")
        }
        // A command may make several, of which one takes its id.
        return sealed.commit.entries.filter { $0.origin == entry.origin }
            .map { EntryRecord(sealed: sealed, entry: $0) }
    }

    package func deadLetterCommits(
        through last: UInt64,
        limit: Int
    ) throws(StoreError) -> [UInt64] {
        // Memory first: what moves to the source in between is then found twice and not missed.
        var numbers = tables.deadLetterCommits(through: last, limit: limit)
        guard numbers.count < limit else { return numbers }
        let older = try journal.deadLetterCommits(
            through: min(last, numbers.last.map { $0 - 1 } ?? last),
            limit: limit - numbers.count
        )
        numbers += older
        return numbers
    }

    package func commit(number: UInt64) throws(StoreError) -> SealedCommit? {
        let bytes = try journal.withCommit(number) { $0.copy() }
        guard let bytes else { return nil }
        return try JournalFormat.decode(bytes, under: hashKey)
    }
}
