/// An input that could not be applied, kept whole with its reason.
public struct DeadLetter: Sendable {
    public let message: ReceivedMessage
    public let refusal: Refusal

    public init(message: ReceivedMessage, refusal: Refusal) {
        self.message = message
        self.refusal = refusal
    }
}

/// The rate that priced an entry, as it was called then: configurations change, entries do not.
public struct RateName: Hashable, Sendable {
    public let cardVersion: String
    public let rateID: String

    public init(cardVersion: String, rateID: String) {
        self.cardVersion = cardVersion
        self.rateID = rateID
    }
}

/// One account's part of a commit.
///
/// Groups chain an account's history: each names the commit that holds the one before it, so that a
/// statement is read newest first without an index.
public struct AccountGroup: Sendable {
    /// The account's dense number in its store.
    public var number: UInt32
    /// In the commit's arena.
    public var customerID: ByteSlice
    /// In the commit's arena.
    public var creditType: ByteSlice
    /// The account was made by this commit.
    public var isNew: Bool
    /// The commit with the account's previous group; 0: there is none.
    public var previousCommit: UInt64
    /// Entries of the account in this commit; 0 where only a trigger about it was owed.
    public var entryCount: UInt32
    /// The sequence of the first of them.
    public var firstSequence: UInt64
    public var balanceBefore: Amount
    /// The thresholds' phases after the commit, where they moved.
    public var thresholds: [ThresholdState]?

    public init(
        number: UInt32,
        customerID: ByteSlice,
        creditType: ByteSlice,
        isNew: Bool,
        previousCommit: UInt64,
        entryCount: UInt32,
        firstSequence: UInt64,
        balanceBefore: Amount,
        thresholds: [ThresholdState]? = nil
    ) {
        self.number = number
        self.customerID = customerID
        self.creditType = creditType
        self.isNew = isNew
        self.previousCommit = previousCommit
        self.entryCount = entryCount
        self.firstSequence = firstSequence
        self.balanceBefore = balanceBefore
        self.thresholds = thresholds
    }
}

/// Everything that one batch of input did: the one thing that is made durable.
///
/// Before it is durable nothing has happened, after it everything has. It holds the entries and the
/// ids they use up, the triggers and dead letters owed to the world, and how far the input is read.
public struct Commit: Sendable {
    /// From 1, without gaps.
    public var number: UInt64
    /// When the batch was applied; never before the previous commit's.
    public var recordedAt: Timestamp
    public var cluster: String
    public var partitions: [PartitionProgress] = []
    public var outcomes = OutcomeCounts()
    public var bytes: [UInt8] = []
    public var headers: [[MessageHeader]] = []
    /// The rates that priced its entries, each once.
    public var rates: [RateName] = []
    public var groups: [AccountGroup] = []
    public var entries: [Entry] = []
    public var allocations: [Allocation] = []
    public var details: [EntryDetail] = []
    /// In the order in which they are published.
    public var triggers: [Trigger] = []
    public var deadLetters: [DeadLetter] = []

    public init(number: UInt64, recordedAt: Timestamp, cluster: String) {
        self.number = number
        self.recordedAt = recordedAt
        self.cluster = cluster
    }

    /// The customer whose account a group is of.
    public func customerID(of group: AccountGroup) -> String { bytes.string(of: group.customerID) }

    /// The credit type that a group's account is in.
    public func creditType(of group: AccountGroup) -> String { bytes.string(of: group.creditType) }

    /// Whether a group is of an account with this name.
    package func isGroup(_ group: AccountGroup, of account: Account) -> Bool {
        bytes.span(of: group.customerID).hasSameBytes(as: account.customerID.utf8.span)
            && bytes.span(of: group.creditType).hasSameBytes(as: account.creditType.utf8.span)
    }

    /// Whether anything is owed to the world.
    public var owesMessages: Bool { !triggers.isEmpty || !deadLetters.isEmpty }

    /// Whether what an entry refers to is there: in a damaged journal it may not be.
    func hasLists(of entry: Entry) -> Bool {
        entry.allocationStart >= 0 && entry.allocationCount >= 0
            && Int(entry.allocationStart) + Int(entry.allocationCount) <= allocations.count
            && (entry.isUsage || Int(entry.detail) < details.count)
            && entry.rate < rates.count
    }

    /// The allocations of one entry.
    public func allocations(of entry: Entry) -> ArraySlice<Allocation> {
        allocations[Int(entry.allocationStart)..<Int(entry.allocationStart + entry.allocationCount)]
    }
}
