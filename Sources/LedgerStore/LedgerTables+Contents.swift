internal import Credits

extension LedgerTables.Contents {
    func check(_ commit: Commit) throws(StoreError) {
        guard commit.number == head.number + 1 else {
            throw StoreError(
                .fenced,
                "expected commit \(head.number + 1), got: \(commit.number)"
            )
        }
        let stored = offsets[commit.cluster] ?? [:]
        for partition in commit.partitions {
            let key = PartitionKey(topic: partition.topic, partition: partition.partition)
            // Where replay begins in the middle, nothing says what the first one had to start from.
            if isReplaying, stored[key] == nil, base.head.number > 0 { continue }
            guard stored[key] == partition.from else {
                let found = stored[key].map { "\($0)" } ?? "none"
                let from = partition.from.map { "\($0)" } ?? "none"
                throw StoreError(
                    .fenced,
                    "expected the stored offset of \(key.topic) \(key.partition) to be \(from), "
                        + "got: \(found)"
                )
            }
        }
    }

    mutating func install(
        _ commit: Commit,
        _ moved: inout BatchAccounts,
        head: CommitHead,
        hashKey: HashKey,
        policies: Policies
    ) {
        // Held any longer, they would be copied by the first that is changed.
        moved.releaseStored()
        for index in moved.indices {
            let ahead = index + Prefetching.distance
            if ahead < moved.count { prefetch(at: moved.place(of: ahead)) }
            let wasIdle = isIdle(at: moved.place(of: index), under: policies)
            take(index, of: &moved, hashKey: hashKey)
            noteAgenda(
                ofAccount: commit.groups[index].number,
                wasIdle: wasIdle,
                under: policies
            )
        }
        if commit.number > base.idsThrough {
            // Nearly all: a usage takes one id and nothing else.
            ids.insertUsage(of: commit)
            let entries = commit.entries.span
            for index in entries.indices where !entries[index].isUsage {
                noteIDs(of: entries[index], in: commit, hashKey: hashKey)
            }
        }
        for partition in commit.partitions {
            let key = PartitionKey(topic: partition.topic, partition: partition.partition)
            offsets[commit.cluster, default: [:]][key] = partition.next
        }
        if commit.number > base.totalsThrough {
            totals.add(commit)
            noteDeadLetters(of: commit)
        }
        self.head = head
    }

    private func prefetch(at place: Int) {
        accounts.prefetch(place)
        announcements.prefetch(at: place)
    }

    /// Takes over what an account became, with an account that is new.
    private mutating func take(_ index: Int, of moved: inout BatchAccounts, hashKey: HashKey) {
        let place = moved.place(of: index)
        precondition(
            place >= 0 && place <= accounts.count,
            "expected account numbers to be dense"
        )
        guard place < accounts.count else {
            add(moved[index], hashKey: hashKey)
            return
        }
        pendingHolds -= countHolds(at: place)
        moved.move(index, into: &accounts[place])
        pendingHolds += countHolds(at: place)
    }

    private mutating func add(_ account: Account, hashKey: HashKey) {
        accounts.append(account)
        checkpoints.append(0)
        lookup.add(account.nameHash(under: hashKey))
        pendingHolds += countHolds(at: accounts.count - 1)
    }

    /// Looks at the front first, for the holds lie further away and most accounts have none.
    private func countHolds(at place: Int) -> Int {
        accounts[place].front.isPlain ? 0 : accounts[place].holds.count
    }

    /// Whether an account is here that time brings nothing.
    private func isIdle(at place: Int, under policies: Policies) -> Bool {
        accounts.indices.contains(place) && accounts[place].front.isIdle
            && policies.defaults.recurring == nil
    }

    /// Notes when time brings an account something.
    ///
    /// Of most accounts there is nothing to note, and was nothing before: each look at an index is
    /// one more wait for memory.
    private mutating func noteAgenda(
        ofAccount number: UInt32,
        wasIdle: Bool,
        under policies: Policies
    ) {
        let place = Int(number) - 1
        let isIdle = isIdle(at: place, under: policies)
        if !isIdle || !wasIdle {
            due.set(number, isIdle ? nil : accounts[place].nextDue(under: policies))
        }
        let announcement = accounts[place].front.nextAnnouncement(coalescing: policies.coalescing)
        announcements.set(number, announcement)
    }

    /// What is known of each key in memory, newest first.
    func known(_ keys: [IDKey]) -> [KnownID?] {
        var known = ids.find(keys.span)
        for batch in waiting.reversed() {
            let older = batch.ids.find(keys.span)
            for index in keys.indices where known[index] == nil { known[index] = older[index] }
        }
        return known
    }

    /// Without sealed files the latest numbers only: older dead letters are in their topic.
    private mutating func noteDeadLetters(of commit: Commit) {
        guard !commit.deadLetters.isEmpty else { return }
        deadLetterCommits.append(commit.number)
        if forgetsDeadLetters, deadLetterCommits.count > 20_000 {
            deadLetterCommits.removeFirst(10_000)
        }
    }

    private mutating func noteIDs(of entry: Entry, in commit: Commit, hashKey: HashKey) {
        let known = KnownID(fingerprint: entry.fingerprint, commit: commit.number)
        if entry.key != IDKey(high: 0, low: 0) { ids.insert(entry.key, known) }
        if entry.type == .usageReversed {
            // The latest one counts: it says what is left of the usage.
            ids.set(commit.bytes.reversalKey(of: entry, under: hashKey), known)
        }
        guard let claim = AccountScope.claim(of: entry, in: commit, under: hashKey) else { return }
        ids.insert(claim.key, known)
    }

    mutating func restore(
        _ account: Account,
        at commit: UInt64,
        hashKey: HashKey,
        policies: Policies
    ) {
        precondition(
            Int(account.number) == accounts.count + 1,
            "expected account numbers to be dense"
        )
        add(account, hashKey: hashKey)
        checkpoints[accounts.count - 1] = commit
        noteAgenda(ofAccount: account.number, wasIdle: false, under: policies)
    }

    /// The accounts of a commit's groups as they are after it.
    func replayed(_ commit: Commit, policies: Policies) throws(StoreError) -> [Account] {
        let owed = TriggersByGroup(commit)
        var replayed: [Account] = []
        replayed.reserveCapacity(commit.groups.count)
        var start = 0
        var born = accounts.count
        for (index, group) in commit.groups.enumerated() {
            let entries = commit.entries[start..<start + Int(group.entryCount)]
            start += Int(group.entryCount)
            var account = try account(of: group, born: &born, in: commit, policies: policies)
            if group.number <= accounts.count,
                checkpoints[Int(group.number) - 1] >= commit.number
            {
                replayed.append(account)
                continue
            }
            let fault =
                entries.lazy.compactMap {
                    commit.allocationFault(of: $0) ?? commit.formFault(of: $0)
                }
                .first
                ?? account.replay(
                    group,
                    entries: entries,
                    of: commit,
                    owed: owed[index]
                )
            if let fault {
                throw .damagedCommit(commit.number, "account \(group.number): \(fault)")
            }
            replayed.append(account)
        }
        return replayed
    }

    /// The account of a group before the commit; numbers that the commit gives must be the next ones.
    private func account(
        of group: AccountGroup,
        born: inout Int,
        in commit: Commit,
        policies: Policies
    ) throws(StoreError) -> Account {
        if group.number >= 1, group.number <= accounts.count {
            let account = accounts[Int(group.number) - 1]
            guard commit.isGroup(group, of: account) else {
                throw .damagedCommit(
                    commit.number,
                    "account \(group.number) is not the one of that number"
                )
            }
            return account
        }
        guard group.isNew, Int(group.number) == born + 1 else {
            throw .damagedCommit(
                commit.number,
                "expected account \(born + 1) to be new, got: \(group.number)"
            )
        }
        born += 1
        return Account(
            customerID: commit.customerID(of: group),
            creditType: commit.creditType(of: group),
            policies: policies
        )
    }
}

extension Account {
    func nameHash(under key: HashKey) -> IDKey {
        AccountKey.hash(customerID: customerID, creditType: creditType, key: key)
    }
}

extension AccountKey {
    static func hash(customerID: String, creditType: String, key: HashKey) -> IDKey {
        let (customer, type) = (Array(customerID.utf8), Array(creditType.utf8))
        return hash(customerID: customer.span, creditType: type.span, key: key)
    }
}
