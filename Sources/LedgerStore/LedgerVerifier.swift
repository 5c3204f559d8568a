public import Credits

/// Re-derives every balance from the entries, commit by commit, and holds the journal against
/// contract §2.3.
///
/// It trusts nothing but the bytes it is given: neither a store's tables nor its counts.
public struct LedgerVerifier {
    private let hashKey: HashKey
    private let policies = Policies()
    /// Stands in for an account that is being checked.
    private let nobody = Account(customerID: "", creditType: "", policies: Policies())
    private var report = VerificationReport()
    private var seen: Set<VerificationFault.Kind> = []
    /// By number − 1.
    private var accounts: [Account] = []
    /// Of usage, a digest of what it drew stands for its content.
    private var ids = IDTable()
    private var reversals = ReversalChecks()
    private var offsets: [String: [PartitionKey: Int64]] = [:]
    /// Of usage that was reversed.
    private var reversalIDs = IDTable()
    /// The ids of ranges of commits, as whoever keeps ids by such ranges must have them.
    private var contents = IDContents()
    /// Ids of commits up to this one are checked where they are kept, and not remembered here.
    private var idsElsewhereThrough: UInt64 = 0
    private var commitThatUsedUp: (IDKey, _ account: UInt32) -> SealedCommit? = { _, _ in nil }
    private var summedTotals = LedgerTotals()
    /// Contents could not be read somewhere: what comes later cannot be re-derived, and would only
    /// show as faults that are none.
    private var isBroken = false

    /// - Parameter hashKey: the store's secret, from which the keys of ids are computed.
    public init(hashKey: HashKey) {
        self.hashKey = hashKey
    }

    /// Takes the next commit.
    ///
    /// - Parameters:
    ///   - bytes: the commit as it stands in the journal.
    ///   - number: where it stands there.
    public mutating func take(_ bytes: [UInt8], number: UInt64) {
        let expected = report.head.number + 1
        report.commits += 1
        report.bytes += UInt64(bytes.count)
        if number != expected {
            note(.commitNumber, number, "expected commit \(expected), got: \(number)")
            isBroken = true
        }
        do throws(StoreError) {
            let header = try JournalHeader(bytes.span)
            checkPlace(of: header, number: number)
            let sealed = try JournalFormat.decode(bytes, under: hashKey)
            report.head = CommitHead(
                number: number,
                hash: sealed.hash,
                recordedAt: header.recordedAt
            )
            check(sealed.commit)
        } catch {
            note(.commitBytes, number, error.message)
            isBroken = true
            report.head = CommitHead(
                number: number,
                hash: Array(bytes.suffix(JournalFormat.hashCount)),
                recordedAt: report.head.recordedAt
            )
        }
    }

    /// Notes that a commit's bytes cannot be read at all.
    public mutating func takeUnreadable(number: UInt64, _ error: StoreError) {
        note(.commitBytes, number, error.message)
        isBroken = true
    }

    /// Ends the journal, and says what was found.
    ///
    /// - Parameter head: what the store says its newest commit is; nil: it does not say.
    /// - Returns: the first fault of each kind, and what was counted.
    public mutating func finish(expecting head: CommitHead?) -> VerificationReport {
        if let head, head.number != report.head.number {
            note(
                .commitNumber,
                report.head.number,
                "expected the last commit to be \(head.number), got: \(report.head.number)"
            )
        } else if let head, head.hash != report.head.hash {
            note(.hashChain, head.number, "expected the last commit to have the store's hash")
        }
        checkSpentGrants()
        report.accounts = accounts.count
        report.ids =
            idsElsewhereThrough > 0
            ? Int(summedTotals.ids) : ids.count + reversalIDs.count
        report.balanceUnits = accounts.reduce(0) { $0 &+ $1.balance.units }
        let sum = report.systemUnits.reduce(report.balanceUnits) { $0 &+ $1 }
        if sum != 0, !isBroken {
            note(
                .doubleEntry,
                report.head.number,
                "expected all accounts to sum to 0, got: \(sum) × 10⁻¹²"
            )
        }
        return report
    }

    /// Once, and not for every commit that moves an account: they are ever more.
    private mutating func checkSpentGrants() {
        guard !isBroken else { return }
        for account in accounts {
            guard let fault = account.remainderOfSpentGrants else { continue }
            note(.grant, report.head.number, account: account.number, fault)
        }
    }

    /// Asks for the ids of ranges of commits, which are ascending and do not overlap.
    package mutating func sumIDs(of ranges: [ClosedRange<UInt64>]) {
        contents = IDContents(ranges)
    }

    /// Leaves it to whoever keeps ids sorted to find those that were used up twice: then memory has
    /// a bound.
    ///
    /// - Parameters:
    ///   - last: the last commit whose ids are kept so.
    ///   - commitThatUsedUp: finds an account's part of the commit that holds an id's entry.
    package mutating func leaveIDs(
        through last: UInt64,
        commitThatUsedUp: @escaping (IDKey, _ account: UInt32) -> SealedCommit?
    ) {
        idsElsewhereThrough = last
        self.commitThatUsedUp = commitThatUsedUp
    }

    /// Takes an id that stands in two places; only that of reversed usage may.
    package mutating func takeDuplicate(_ key: IDKey, _ newer: UInt64, _ older: UInt64) {
        guard reversalIDs[key] == nil, !isBroken else { return }
        note(.usageID, newer, "expected its ids to be new, got: one of commit \(older)")
    }

    /// The ids that are remembered here.
    package var rememberedIDs: IDTable { ids }

    /// The ids of each of those ranges; nil where damage keeps them from being told.
    package var idContents: [IDContent]? { isBroken ? nil : contents.sums }
    /// An account as the commits so far make it; nil: there is none of this number.
    package func account(number: UInt32) -> Account? {
        let place = Int(number) - 1
        return accounts.indices.contains(place) ? accounts[place] : nil
    }

    /// How many accounts the commits so far make.
    package var accountCount: Int { accounts.count }
    /// The offset to read next of every partition, by cluster.
    package var offsetsRead: [String: [PartitionKey: Int64]] { offsets }
    /// What all commits so far add up to; nil where damage keeps it from being told.
    package var totals: LedgerTotals? { isBroken ? nil : summedTotals }
    /// Whether the commit that was taken last holds dead letters.
    package private(set) var hasDeadLetters = false

    /// Notes a fault that was found beside the commits; only the first of a kind counts.
    package mutating func note(
        _ kind: VerificationFault.Kind,
        _ commit: UInt64,
        account: UInt32? = nil,
        _ message: String
    ) {
        guard seen.insert(kind).inserted else { return }
        report.faults.append(
            VerificationFault(kind: kind, commit: commit, account: account, message: message)
        )
    }

    private mutating func checkPlace(of header: JournalHeader, number: UInt64) {
        if header.number != number {
            note(.commitNumber, number, "expected commit \(number), got: \(header.number)")
        }
        if header.previousHash != report.head.hash {
            note(.hashChain, number, "expected it to continue the commit before it")
        }
        if header.recordedAt < report.head.recordedAt {
            note(.recordedAt, number, "expected it not to be recorded before its predecessor")
        }
    }

    private mutating func check(_ commit: Commit) {
        report.entries += UInt64(commit.entries.count)
        report.outcomes += commit.outcomes
        hasDeadLetters = !commit.deadLetters.isEmpty
        guard !isBroken else { return }
        summedTotals.add(commit)
        checkOffsets(of: commit)
        checkIDs(of: commit)
        let owed = TriggersByGroup(commit)
        var start = 0
        for (index, group) in commit.groups.enumerated() {
            let entries = commit.entries[start..<start + Int(group.entryCount)]
            start += Int(group.entryCount)
            check(group, entries, of: commit, owed: owed[index])
        }
    }

    private mutating func checkOffsets(of commit: Commit) {
        for partition in commit.partitions {
            let key = PartitionKey(topic: partition.topic, partition: partition.partition)
            let stored = offsets[commit.cluster]?[key]
            if stored != partition.from {
                note(
                    .offset,
                    commit.number,
                    "expected \(key.topic) \(key.partition) to be read from "
                        + "\(stored.map { "\($0)" } ?? "the start"), got: "
                        + "\(partition.from.map { "\($0)" } ?? "the start")"
                )
            }
            offsets[commit.cluster, default: [:]][key] = partition.next
        }
    }

    private mutating func checkIDs(of commit: Commit) {
        for entry in commit.entries {
            let account = commit.groups[Int(entry.group)].number
            checkClaim(of: entry, account: account, in: commit)
            checkReversal(of: entry, account: account, in: commit)
            guard entry.key != IDKey(high: 0, low: 0) else {
                if commit.takesID(entry) {
                    note(
                        entry.isUsage ? .usageID : .commandID,
                        commit.number,
                        account: account,
                        "expected entry \(entry.sequence) to use its id up"
                    )
                }
                continue
            }
            contents.add(
                entry.key,
                KnownID(fingerprint: entry.fingerprint, commit: commit.number)
            )
            guard commit.number > idsElsewhereThrough else { continue }
            let content =
                entry.isUsage ? DrawDigest(entry, of: commit).value : entry.fingerprint
            let known = KnownID(fingerprint: content, commit: commit.number)
            if let first = ids[entry.key] {
                note(
                    entry.isUsage ? .usageID : .commandID,
                    commit.number,
                    account: account,
                    "expected the id of entry \(entry.sequence) to be new, got: one of commit "
                        + "\(first.commit)"
                )
            }
            ids.insert(entry.key, known)
        }
    }

    /// What usage drew, in one word, and where; nil: it is not known.
    private func usage(_ key: IDKey, of account: UInt32, before commit: UInt64) -> KnownID? {
        if let known = ids[key] { return known }
        guard let sealed = commitThatUsedUp(key, account), sealed.commit.number <= commit,
            let entry = sealed.commit.entries.first(where: { $0.key == key && $0.isUsage })
        else { return nil }
        return KnownID(
            fingerprint: DrawDigest(entry, of: sealed.commit).value,
            commit: sealed.commit.number
        )
    }

    private mutating func checkReversal(of entry: Entry, account: UInt32, in commit: Commit) {
        guard entry.type == .usageReversed else { return }
        let key = commit.bytes.usageKey(of: entry, under: hashKey)
        let usage = usage(key, of: account, before: commit.number)
        if let fault = reversals.fault(of: entry, in: commit, key: key, usage: usage) {
            note(.reversal, commit.number, account: account, fault)
        }
        let reversalKey = commit.bytes.reversalKey(of: entry, under: hashKey)
        let known = KnownID(fingerprint: entry.fingerprint, commit: commit.number)
        contents.replace(reversalKey, reversalIDs[reversalKey], by: known)
        reversalIDs.set(reversalKey, known)
    }

    private mutating func checkClaim(of entry: Entry, account: UInt32, in commit: Commit) {
        guard let claim = AccountScope.claim(of: entry, in: commit, under: hashKey) else { return }
        let known = KnownID(fingerprint: entry.fingerprint, commit: commit.number)
        contents.add(claim.key, known)
        guard commit.number > idsElsewhereThrough else { return }
        if ids[claim.key] != nil { note(claim, isKnownIn: commit.number, account: account) }
        ids.insert(claim.key, known)
    }

    private mutating func note(
        _ claim: AccountScope.Claim,
        isKnownIn commit: UInt64,
        account: UInt32
    ) {
        let (kind, name, id): (VerificationFault.Kind, String, String) =
            switch claim {
            case .grant(let id, _): (.grantID, "grant_id", id)
            case .hold(let id, _): (.holdID, "hold_id", id)
            }
        note(
            kind,
            commit,
            account: account,
            "expected \(name) to be new for the account, got: \(id)"
        )
    }

    private mutating func check(
        _ group: AccountGroup,
        _ entries: ArraySlice<Entry>,
        of commit: Commit,
        owed: ArraySlice<Trigger>
    ) {
        guard let place = place(of: group, in: commit) else { return }
        // Moved out and back: a copy would share its lists, and every change of one copy the list.
        var account = nobody
        swap(&account, &accounts[place])
        defer { swap(&account, &accounts[place]) }
        let number = group.number
        if group.previousCommit != account.lastCommit {
            note(
                .previousCommit,
                commit.number,
                account: number,
                "expected it to point to commit \(account.lastCommit), got: "
                    + "\(group.previousCommit)"
            )
        }
        if let first = entries.first, first.sequence != account.sequence + 1 {
            note(
                .sequence,
                commit.number,
                account: number,
                "expected entry \(account.sequence + 1), got: \(first.sequence)"
            )
            isBroken = true
            return
        }
        if let first = entries.first, first.balanceBefore != account.balance {
            note(
                .balance,
                commit.number,
                account: number,
                "expected balance_before \(account.balance), got: \(first.balanceBefore)"
            )
            isBroken = true
            return
        }
        for entry in entries {
            sum(entry, of: commit)
            if let fault = commit.allocationFault(of: entry) {
                note(.allocations, commit.number, account: number, fault)
                isBroken = true
                return
            }
            if let fault = commit.formFault(of: entry) {
                note(.entry, commit.number, account: number, fault)
                isBroken = true
                return
            }
        }
        if let fault = commit.holdFault(of: entries, in: account) {
            note(.hold, commit.number, account: number, fault)
            isBroken = true
            return
        }
        let fault =
            account.replay(group, entries: entries, of: commit, owed: owed)
            ?? account.imbalanceOfOpenGrants
        if let fault {
            note(.grant, commit.number, account: number, fault)
            isBroken = true
            return
        }
        if let fault = account.heldFault {
            note(.hold, commit.number, account: number, fault)
            isBroken = true
        }
    }

    private mutating func sum(_ entry: Entry, of commit: Commit) {
        if let system = entry.type.counterpart {
            report.systemUnits[Int(system.rawValue)] &-= entry.amount.units
        } else if !entry.amount.isZero {
            note(
                .doubleEntry,
                commit.number,
                "expected an entry \(entry.type.name) to have amount 0, got: \(entry.amount)"
            )
        }
    }

    /// Where the account of a group is, which is new where the group says so; nil where it cannot be
    /// told, which is noted.
    private mutating func place(of group: AccountGroup, in commit: Commit) -> Int? {
        if group.isNew, Int(group.number) == accounts.count + 1 {
            let account = Account(
                customerID: commit.customerID(of: group),
                creditType: commit.creditType(of: group),
                policies: policies
            )
            accounts.append(account)
            return accounts.count - 1
        }
        let index = Int(group.number) - 1
        guard !group.isNew, accounts.indices.contains(index),
            commit.isGroup(group, of: accounts[index])
        else {
            note(
                .account,
                commit.number,
                account: group.number,
                "expected account \(group.number) to be the one of that number"
            )
            isBroken = true
            return nil
        }
        return index
    }
}
