/// What must be read before a batch can be applied; after that, nothing is read any more.
///
/// Accounts and answers are copies: apply changes them freely, and if the commit fails they are
/// thrown away.
public struct Loaded: Sendable {
    /// The number of the commit to be made.
    public var commitNumber: UInt64
    /// When the previous commit was recorded; time does not run backwards in a ledger.
    public var recordedAt: Timestamp
    /// The number that the next new account gets.
    public var nextAccountNumber: UInt32
    /// First the batch's accounts, index by index, then those that only time touches.
    public var accounts: BatchAccounts
    /// Indices of ``accounts`` that have something due.
    public var due: [Int]
    /// For each usage event of the batch, what is known of its id.
    public var usage: [KnownID?]
    /// What is known of the ids that commands bring or claim.
    public var commands: [IDKey: KnownID]
    /// The applied usage that the batch's reversals name, by the usage's key.
    public var reversible: [IDKey: Reversible]

    public init(
        commitNumber: UInt64,
        recordedAt: Timestamp,
        nextAccountNumber: UInt32,
        accounts: BatchAccounts,
        due: [Int] = [],
        usage: [KnownID?],
        commands: [IDKey: KnownID],
        reversible: [IDKey: Reversible] = [:]
    ) {
        self.commitNumber = commitNumber
        self.recordedAt = recordedAt
        self.nextAccountNumber = nextAccountNumber
        self.accounts = accounts
        self.due = due
        self.usage = usage
        self.commands = commands
        self.reversible = reversible
    }
}

/// What applying a batch did: the commit to make durable, and the accounts as they are after it.
public struct Transition: Sendable {
    public var commit: Commit
    /// The accounts that the commit touched, in the order of its groups.
    public var accounts: BatchAccounts

    public init(commit: Commit, accounts: BatchAccounts) {
        self.commit = commit
        self.accounts = accounts
    }

    /// Both, given away: whoever takes the accounts may then move them.
    public consuming func parts() -> (commit: Commit, accounts: BatchAccounts) {
        (commit, accounts)
    }
}
