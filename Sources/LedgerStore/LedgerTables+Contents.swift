internal import Credits

extension LedgerTables.Contents {
    func find(_ name: AccountKey, in arena: [UInt8]) -> UInt32? {
        lookup.find(name, in: arena)
    }

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
        _ installed: inout [Account],
        head: CommitHead,
        hashKey: HashKey,
        policies: Policies
    ) {
        for index in installed.indices {
            put(&installed[index], hashKey: hashKey, policies: policies)
        }
        if commit.number > base.idsThrough {
            let entries = commit.entries.span
            for index in entries.indices {
                // Nearly all: a usage takes one id and nothing else.
                guard !entries[index].isUsage else {
                    let fingerprint = entries[index].fingerprint
                    let known = KnownID(fingerprint: fingerprint, commit: commit.number)
                    ids.insert(entries[index].key, known)
                    continue
                }
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

    /// Takes an account over; the caller gets the one that it replaces, for swapping them counts no
    /// reference.
    private mutating func put(
        _ account: inout Account,
        hashKey: HashKey,
        policies: Policies
    ) {
        let index = Int(account.number) - 1
        precondition(
            index >= 0 && index <= accounts.count,
            "expected account numbers to be dense"
        )
        let agenda = account.agenda(under: policies)
        due.set(account.number, agenda.due)
        announcements.set(account.number, agenda.announcement)
        pendingHolds += account.countHolds()
        if index == accounts.count {
            accounts.append(account)
            checkpoints.append(0)
            lookup.add(account, hash: account.nameHash(under: hashKey))
        } else {
            swap(&accounts[index], &account)
            pendingHolds -= account.countHolds()
        }
    }

    /// What is known of each key in memory, newest first.
    func known(_ keys: [IDKey]) -> [KnownID?] {
        var known = keys.map { ids[$0] }
        for batch in waiting.reversed() {
            for index in keys.indices where known[index] == nil {
                known[index] = batch.ids[keys[index]]
            }
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
        var restored = account
        put(&restored, hashKey: hashKey, policies: policies)
        checkpoints[Int(account.number) - 1] = commit
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
            guard account.customerID == group.customerID, account.creditType == group.creditType
            else {
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
            customerID: group.customerID,
            creditType: group.creditType,
            policies: policies
        )
    }
}

extension Account {
    func nameHash(under key: HashKey) -> UInt64 {
        let customerID = Array(customerID.utf8)
        let creditType = Array(creditType.utf8)
        return AccountKey.hash(customerID: customerID.span, creditType: creditType.span, key: key)
    }
}
