public import Credits

/// Something in a journal that contract §2.3 rules out.
public struct VerificationFault: Hashable, Sendable {
    /// What was broken; a report names the first fault of each kind.
    public enum Kind: String, CaseIterable, Sendable {
        /// The bytes are not those that were written, or cannot be read.
        case commitBytes = "commit_bytes"
        /// A commit is missing, or stands in the wrong place.
        case commitNumber = "commit_number"
        /// A commit does not continue the one before it.
        case hashChain = "hash_chain"
        /// A commit was recorded before the one that precedes it.
        case recordedAt = "recorded_at"
        /// An account's number or name is not what it was.
        case account
        /// A group does not point to the account's previous group.
        case previousCommit = "previous_commit"
        case sequence
        case balance
        /// What an entry's grants gave or got is not its amount.
        case allocations
        /// A grant or the debt would be below 0, or a balance is not the sum of its grants.
        case grant
        /// What an entry carries is not what its type says.
        case entry
        /// A hold ended that was not there, or was placed twice, or their sum is not what is held.
        case hold
        /// A usage got back more than it drew, or what it got back before was lost.
        case reversal
        /// All accounts together do not sum to 0.
        case doubleEntry = "double_entry"
        case usageID = "usage_id"
        case commandID = "command_id"
        case grantID = "grant_id"
        case holdID = "hold_id"
        /// A partition was read from another place than where it was left.
        case offset
        /// A sealed file of commits is missing, cut short, or says other things than its commits.
        case segment
        /// A sealed file of ids is missing or damaged, or its ids are not those of the journal.
        case idRun = "id_run"
        /// An account, an offset or a count that a start goes by is damaged, or not what the commits
        /// make of it.
        case checkpoint
    }

    public let kind: Kind
    public let commit: UInt64
    /// The account's number; nil where the fault is not one account's.
    public let account: UInt32?
    public let message: String

    public init(kind: Kind, commit: UInt64, account: UInt32?, message: String) {
        self.kind = kind
        self.commit = commit
        self.account = account
        self.message = message
    }
}

/// What verifying a journal found.
public struct VerificationReport: Sendable {
    /// The first fault of each kind, in the order in which they were met; empty: all is well.
    public var faults: [VerificationFault] = []
    /// The newest commit that was read.
    public var head = CommitHead.genesis
    public var commits: UInt64 = 0
    public var entries: UInt64 = 0
    public var accounts = 0
    /// Usage ids, command ids, grant ids, hold ids and ids of usage that was reversed.
    public var ids = 0
    public var bytes: UInt64 = 0
    public var outcomes = OutcomeCounts()
    /// Σ balances of all accounts, in units of 10⁻¹².
    public var balanceUnits: Int128 = 0
    /// What each system account holds, in units of 10⁻¹², by ``SystemAccount`` raw value.
    public var systemUnits = [Int128](repeating: 0, count: SystemAccount.allCases.count)

    public var isSound: Bool { faults.isEmpty }
}
