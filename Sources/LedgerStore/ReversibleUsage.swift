package import Credits

extension StoreReader {
    /// What is left of the usage that a batch's reversals name, by the usage's key.
    ///
    /// Usage that is unknown or another account's is left out. Only commands of that kind cost
    /// anything, and a commit that several of them lead to is read once.
    ///
    /// - Parameters:
    ///   - commands: the batch's.
    ///   - accounts: the loaded accounts that they refer to.
    /// - Returns: the usage as its latest reversal left it, or as it was made.
    /// - Throws: ``StoreError``: the journal cannot be read.
    package func reversible(
        by commands: [Command],
        of accounts: BatchAccounts
    ) throws(StoreError) -> [IDKey: Reversible] {
        var wanted: [UInt64: [UInt32: Set<IDKey>]] = [:]
        for command in commands {
            guard case .reverseUsage(let request) = command.action else { continue }
            let reversal = try known(request.reversalKey)
            // Only where it was never reversed, for the second look may read a file.
            let usage = reversal == nil ? try known(request.usageKey) : nil
            guard let known = reversal ?? usage else { continue }
            let account = accounts[Int(command.account)].number
            guard account > 0 else { continue }
            wanted[known.commit, default: [:]][account, default: []].insert(request.usageKey)
        }
        var found: [IDKey: Reversible] = [:]
        for (number, keys) in wanted {
            // What is given back is taken from these bytes: here a single bit would be money.
            let parts = try groups(of: Array(keys.keys), in: number)
            for part in parts {
                for (key, usage) in try reversible(keys, in: part) { found[key] = usage }
            }
        }
        return found
    }

    /// The usage of one account's part of a commit.
    private func reversible(
        _ keys: [UInt32: Set<IDKey>],
        in commit: Commit
    ) throws(StoreError) -> [IDKey: Reversible] {
        guard let account = commit.groups.first?.number, let keys = keys[account] else {
            return [:]
        }
        var found: [IDKey: Reversible] = [:]
        for entry in commit.entries {
            let (key, usage) = reversible(entry, of: commit)
            guard let key, keys.contains(key), let usage else { continue }
            guard usage.isSound, usage.account == account else {
                throw .damagedCommit(commit.number, "what usage drew or got back is not possible")
            }
            // A later reversal in the same commit goes on from an earlier one.
            found[key] = usage
        }
        return found
    }

    private func reversible(
        _ entry: Entry,
        of commit: borrowing Commit
    ) -> (key: IDKey?, usage: Reversible?) {
        guard !entry.isUsage else { return (entry.key, Reversible(entry, of: commit)) }
        guard case .reversal(let reversal) = commit.details[Int(entry.detail)].payload else {
            return (nil, nil)
        }
        return (commit.bytes.usageKey(of: entry, under: hashKey), reversal.state)
    }
}

extension [UInt8] {
    /// The key of the usage that an entry names, in the arena of the entry's commit.
    func usageKey(of entry: Entry, under secret: HashKey) -> IDKey {
        IDSpace.usage.key(
            scope: span(of: entry.source),
            id: span(of: entry.usageID),
            under: secret
        )
    }

    /// The key under which a store keeps what an entry gave back of a usage.
    func reversalKey(of entry: Entry, under secret: HashKey) -> IDKey {
        IDSpace.reversal.key(
            scope: span(of: entry.source),
            id: span(of: entry.usageID),
            under: secret
        )
    }
}
