/// What a `reverse_usage` command asks for.
public struct ReversalRequest: Hashable, Sendable {
    public var usageID: String
    public var source: String
    /// Hash of source and usage id under the store's key, by which the usage is found.
    public var usageKey: IDKey
    /// The key under which a store keeps what was given back of this usage.
    public var reversalKey: IDKey
    /// Above 0; nil: all that was not given back yet.
    public var credits: Amount?

    public init(
        usageID: String,
        source: String,
        usageKey: IDKey,
        reversalKey: IDKey,
        credits: Amount?
    ) {
        self.usageID = usageID
        self.source = source
        self.usageKey = usageKey
        self.reversalKey = reversalKey
        self.credits = credits
    }
}

/// What one usage drew on a grant or the overdraft, and how much of that it got back.
public struct ReturnedAllocation: Hashable, Sendable, BitwiseCopyable {
    /// The grant's ordinal within its account; 0 is the overdraft.
    public let grant: UInt32
    /// What it gave, above 0.
    public let drawn: Amount
    /// What it got back, between 0 and ``drawn``.
    public package(set) var returned: Amount

    package init(grant: UInt32, drawn: Amount, returned: Amount) {
        self.grant = grant
        self.drawn = drawn
        self.returned = returned
    }
}

/// A usage that may be reversed, and what earlier reversals gave back of it.
///
/// Every `usage_reversed` entry keeps the state after it, so that the next reversal finds it there.
public struct Reversible: Hashable, Sendable {
    /// The account that the usage debited, by its number.
    public let account: UInt32
    /// In the order in which the usage drew.
    public package(set) var allocations: [ReturnedAllocation]
    /// Σ credits of all reversals; credits that settled another usage's debt count here only.
    public package(set) var reversed: Amount

    package init(account: UInt32, allocations: [ReturnedAllocation], reversed: Amount) {
        self.account = account
        self.allocations = allocations
        self.reversed = reversed
    }

    /// Credits that may still be given back.
    var left: Amount {
        allocations.reduce(.zero) { $0 + $1.drawn } - reversed
    }

    /// Whether its sums are such as a ledger makes; what was read from a damaged journal may not be.
    package var isSound: Bool {
        var debited = Amount.zero
        var returned = Amount.zero
        for allocation in allocations {
            guard allocation.drawn.isPositive, !allocation.returned.isNegative,
                allocation.returned <= allocation.drawn,
                let sum = debited.adding(allocation.drawn)
            else { return false }
            debited = sum
            // In range, for it is no more than what was debited.
            returned = returned + allocation.returned
        }
        return returned <= reversed && reversed <= debited
    }

    /// A usage of which nothing was given back yet.
    ///
    /// - Parameters:
    ///   - entry: the `credits_consumed` entry.
    ///   - commit: the commit that holds it.
    public init(_ entry: Entry, of commit: borrowing Commit) {
        account = commit.groups[Int(entry.group)].number
        allocations = commit.allocations(of: entry).map {
            ReturnedAllocation(grant: $0.grant, drawn: $0.credits.negated, returned: .zero)
        }
        reversed = .zero
    }
}

/// What a `usage_reversed` entry records beyond its amounts.
public struct Reversal: Hashable, Sendable {
    /// The usage as it stands after this entry.
    public var state: Reversible
    /// The grant that was made of what could not go back where it came from; nil: all could.
    public var grant: GrantTerms?

    public init(state: Reversible, grant: GrantTerms?) {
        self.state = state
        self.grant = grant
    }
}
