internal import Credits

/// Holds reversals against the usage that they give back.
struct ReversalChecks {
    /// Every usage that was reversed, as its latest reversal left it.
    private var states: [IDKey: Reversible] = [:]

    /// Takes the next reversal.
    ///
    /// - Parameters:
    ///   - entry: the `usage_reversed` entry.
    ///   - commit: the commit that holds it.
    ///   - key: that of the usage.
    ///   - usage: what is known of the usage's id, with the digest of what it drew.
    /// - Returns: what is wrong with it; nil: nothing.
    mutating func fault(
        of entry: Entry,
        in commit: borrowing Commit,
        key: IDKey,
        usage: KnownID?
    ) -> String? {
        guard entry.detail >= 0,
            case .reversal(let reversal) = commit.details[Int(entry.detail)].payload
        else { return nil }
        let state = reversal.state
        let account = commit.groups[Int(entry.group)].number
        guard let usage, state.account == account, usage.fingerprint == state.digest else {
            return "expected entry \(entry.sequence) to give back what usage of account "
                + "\(account) drew"
        }
        let previous = states[key] ?? state.untouched
        guard state.isSound, previous.reversed.adding(entry.amount) == state.reversed else {
            return "expected entry \(entry.sequence) to give back at most what the usage has left"
        }
        guard continues(previous, state, by: commit.allocations(of: entry)) else {
            return "expected entry \(entry.sequence) to note what each grant got back"
        }
        states[key] = state
        return nil
    }

    /// Whether the grants' shares moved as the allocations say.
    ///
    /// What settles debt counts for the usage's own debt as far as that had any left; what makes a
    /// new grant counts for shares that were not refilled themselves.
    private func continues(
        _ previous: Reversible,
        _ state: Reversible,
        by allocations: ArraySlice<Allocation>
    ) -> Bool {
        guard previous.allocations.count == state.allocations.count else { return false }
        var given: [UInt32: Amount] = [:]
        var total = Amount.zero
        for allocation in allocations {
            guard allocation.credits.isPositive,
                given.updateValue(allocation.credits, forKey: allocation.grant) == nil,
                let sum = total.adding(allocation.credits)
            else { return false }
            total = sum
        }
        var moved = Amount.zero
        var ownDebt = Amount.zero
        for (before, after) in zip(previous.allocations, state.allocations) {
            guard let step = after.returned.subtracting(before.returned), !step.isNegative,
                let sum = moved.adding(step)
            else { return false }
            moved = sum
            if after.grant == Allocation.overdraft {
                ownDebt = before.drawn.clampedSubtracting(before.returned)
            } else if let refilled = given[after.grant], refilled != step {
                return false
            }
        }
        let debt = given[Allocation.overdraft] ?? .zero
        let others = debt.clampedSubtracting(min(debt, ownDebt))
        return moved.adding(others) == total
    }
}

extension Reversible {
    /// The usage before anything of it was given back.
    fileprivate var untouched: Reversible {
        Reversible(
            account: account,
            allocations: allocations.map {
                ReturnedAllocation(grant: $0.grant, drawn: $0.drawn, returned: .zero)
            },
            reversed: .zero
        )
    }

    /// Tells what a usage drew, and from whom, in one word.
    fileprivate var digest: UInt64 {
        var digest = DrawDigest(account: account)
        for allocation in allocations { digest.add(allocation.grant, allocation.drawn) }
        return digest.value
    }
}

/// What one usage drew, in one word: all that a verifier keeps of usage, for there is much of it.
struct DrawDigest {
    private var hash = KeyedHash(key: .content)

    init(account: UInt32) {
        hash.combine(UInt64(account))
    }

    /// - Parameters:
    ///   - entry: a `credits_consumed` entry.
    ///   - commit: the commit that holds it.
    init(_ entry: Entry, of commit: borrowing Commit) {
        self.init(account: commit.groups[Int(entry.group)].number)
        for allocation in commit.allocations(of: entry) {
            add(allocation.grant, allocation.credits.negated)
        }
    }

    mutating func add(_ grant: UInt32, _ drawn: Amount) {
        hash.combine(UInt64(grant))
        hash.combine(UInt64(truncatingIfNeeded: drawn.units))
        hash.combine(UInt64(truncatingIfNeeded: drawn.units >> 64))
    }

    var value: UInt64 { hash.finalize().high }
}
