/// The rules of the ledger: what a batch of inputs does to the accounts it names.
///
/// Pure: no IO, no clock, no randomness. The same batch applied to the same accounts at the same
/// time makes the same commit on every machine. It cannot fail: every refusal is an outcome that
/// the commit records.
public struct Ledger: Sendable {
    public let policies: Policies

    public init(policies: Policies) {
        self.policies = policies
    }

    /// Applies a batch: commands, then usage, each in order; then what time brought.
    ///
    /// Before each input goes what time brought its account until then.
    ///
    /// - Parameters:
    ///   - batch: the decoded inputs; its arena becomes the commit's.
    ///   - loaded: all that had to be read for it.
    ///   - now: the moment of the commit.
    /// - Returns: the commit to make durable, and the accounts as they are after it.
    public func apply(
        _ batch: consuming InputBatch,
        to loaded: consuming Loaded,
        now: Timestamp
    ) -> Transition {
        var application = Application(
            policies: policies,
            batch: consume batch,
            loaded: consume loaded,
            now: now
        )
        application.applyInvalid()
        application.applyCommands()
        application.applyUsage()
        application.applyWaiting()
        application.applyDue()
        application.announceChanges()
        return application.finish()
    }
}

/// One batch on its way to becoming a commit.
///
/// The rules live in extensions by concern: `+Usage`, `+Commands`, `+Time`, `+Triggers`.
struct Application {
    let policies: Policies
    let now: Timestamp
    /// All input that arrived before this moment is applied once the batch is.
    let settled: Timestamp
    var commit: Commit
    /// Index by index those of `Loaded`, moved entry by entry.
    var accounts: BatchAccounts
    let due: [Int]
    let usage: [UsageEvent]
    let knownUsage: [KnownID?]
    let pricingRefusals: [Refusal]
    let commands: [Command]
    let invalid: [InvalidInput]
    /// The names of the batch's accounts, in the arena.
    let names: [AccountKey]
    /// Ids that commands brought or claimed, in the store or earlier in this batch.
    var knownCommands: [IDKey: KnownID]
    /// Usage ids that were applied earlier in this batch.
    var batchIDs: BatchIDs
    /// What is left of the usage that reversals name, as the ones before in this batch left it.
    var reversible: [IDKey: Reversible]
    /// Commands that come after this batch's usage.
    var waiting: [Int] = []
    /// The ids of this batch's usage; looked at only where a reversal names usage that is unknown.
    lazy var usageKeys = Set(usage.map(\.key))
    /// Where the inputs begin that are still to be applied.
    var nextCommand = 0
    var nextUsage = 0
    /// For each account when time brings it something next; never too late.
    var moments: [Timestamp]
    /// How far the time of the account at hand has come.
    var clock: Timestamp
    /// Up to which moment the time of the account at hand is being brought; the earliest: it is not.
    var goal = Timestamp.earliest
    /// Requests for credits that time made or ended: no more than ``maximumDueEntries``, for they
    /// make no entries, and those of many accounts may be due at once.
    var topUpMoments = 0
    /// No more entries are brought by time once the commit has so many.
    var dueLimit = 0
    /// For each rate of the book its place in the commit's ``Commit/rates``.
    private var rateIndices: [RateReference: Int32] = [:]
    /// For each account its group in the commit; −1 while it has none.
    private(set) var groupOf: [Int32]
    /// For each group its account.
    private(set) var accountOf: [Int] = []
    /// Accounts whose thresholds are not what the journal last said.
    private var thresholdsMoved: [Bool]
    private var nextAccountNumber: UInt32
    /// Accounts without settings of their own may not fall below some balance.
    let hasFloor: Bool

    init(
        policies: Policies,
        batch: consuming InputBatch,
        loaded: consuming Loaded,
        now: Timestamp
    ) {
        self.policies = policies
        hasFloor = policies.defaults.overdraft?.floor != nil
        self.now = max(now, loaded.recordedAt)
        settled = min(self.now, batch.readThrough)
        clock = self.now
        commit = Commit(
            number: loaded.commitNumber,
            recordedAt: self.now,
            cluster: batch.cluster
        )
        commit.partitions = batch.partitions
        commit.bytes = batch.bytes
        commit.headers = batch.headers
        commit.groups.reserveCapacity(loaded.accounts.count)
        commit.entries.reserveCapacity(batch.usage.count + batch.commands.count)
        commit.allocations.reserveCapacity(batch.usage.count + batch.commands.count)
        accounts = loaded.accounts
        due = loaded.due
        usage = batch.usage
        knownUsage = loaded.usage
        pricingRefusals = batch.pricingRefusals
        commands = batch.commands
        invalid = batch.invalid
        names = batch.accounts
        knownCommands = loaded.commands
        batchIDs = BatchIDs(capacity: batch.usage.count)
        reversible = loaded.reversible
        moments = Self.moments(of: loaded.accounts, under: policies)
        groupOf = [Int32](repeating: -1, count: accounts.count)
        thresholdsMoved = [Bool](repeating: false, count: accounts.count)
        nextAccountNumber = loaded.nextAccountNumber
    }

    /// When time brings each account something next.
    private static func moments(of accounts: BatchAccounts, under policies: Policies) -> [Timestamp]
    {
        let isQuiet = policies.defaults.recurring == nil
        var moments = [Timestamp](repeating: .latest, count: accounts.count)
        // Only those are asked that may have something: asking looks at the whole account.
        for index in accounts.fronts.indices where !isQuiet || !accounts.fronts[index].isIdle {
            moments[index] = accounts[index].nextDue(under: policies) ?? .latest
        }
        return moments
    }

    /// The account's group in this commit, opened where it has none yet.
    mutating func group(of account: Int) -> Int32 {
        guard groupOf[account] < 0 else { return groupOf[account] }
        let isNew = accounts.fronts[account].sequence == 0
        if isNew {
            accounts.fronts[account].number = nextAccountNumber
            nextAccountNumber += 1
            // A new account's thresholds are written down, so that replaying the journal under
            // another configuration does not change what happened.
            thresholdsMoved[account] = true
        }
        let group = Int32(commit.groups.count)
        let front = accounts.fronts[account]
        let (customerID, creditType) = name(of: account)
        commit.groups.append(
            AccountGroup(
                number: front.number,
                customerID: customerID,
                creditType: creditType,
                isNew: isNew,
                previousCommit: front.lastCommit,
                entryCount: 0,
                firstSequence: front.sequence + 1,
                balanceBefore: front.balance
            )
        )
        groupOf[account] = group
        accountOf.append(account)
        return group
    }

    /// An account's name in the commit's arena; those that no input names come to stand there.
    private mutating func name(
        of account: Int
    ) -> (customerID: ByteSlice, creditType: ByteSlice) {
        if account < names.count { return (names[account].customerID, names[account].creditType) }
        let name = accounts.name(of: account)
        return (
            commit.bytes.appendSlice(name.customerID.utf8),
            commit.bytes.appendSlice(name.creditType.utf8)
        )
    }

    /// Appends an entry, moves its account past it, and notes what that announces.
    ///
    /// The amount must have been checked to keep the balance in range, and the allocations
    /// settled; they are those appended since `allocationStart`.
    mutating func post(_ entry: Entry, to account: Int) {
        let group = entry.group
        commit.entries.append(entry)
        commit.groups[Int(group)].entryCount += 1
        if entry.isUsage {
            accounts.fronts[account].advance(past: entry)
        } else {
            accounts[account].advance(past: entry)
        }
        accounts.fronts[account].lastCommit = commit.number
        triggerCrossings(by: entry, of: account)
        requestTopUp(of: account)
    }

    /// The place of a rate's name in the commit; −1 for an explicit price.
    mutating func index(of rate: RateReference) -> Int32 {
        guard !rate.isExplicit else { return -1 }
        if let index = rateIndices[rate] { return index }
        guard let name = policies.rates.name(of: rate) else { return -1 }
        let index = Int32(commit.rates.count)
        commit.rates.append(name)
        rateIndices[rate] = index
        return index
    }

    /// Lets an account follow defaults that were changed since it was touched last.
    mutating func reconcile(_ account: Int) {
        guard accounts.fronts[account].policyVersion != policies.version else { return }
        if accounts[account].reconcile(with: policies) { noteThresholdsMoved(of: account) }
    }

    mutating func noteThresholdsMoved(of account: Int) {
        thresholdsMoved[account] = true
    }

    /// Keeps the input whole with its reason, and says so to whoever sent it.
    mutating func refuse(_ message: ReceivedMessage, _ refusal: Refusal) {
        commit.outcomes[refusal.code.outcome] += 1
        commit.deadLetters.append(DeadLetter(message: message, refusal: refusal))
    }

    mutating func applyInvalid() {
        for input in invalid { refuse(input.message, input.refusal) }
    }

    /// Brings the dead letters of each partition into the order of its records, whatever was wrong with
    /// each; those of one partition share the places that they have.
    private mutating func orderDeadLetters() {
        guard commit.deadLetters.count > 1 else { return }
        let partitions = Dictionary(grouping: commit.deadLetters.indices) {
            commit.deadLetters[$0].message.origin.partition
        }
        for places in partitions.values {
            let letters = places.map { commit.deadLetters[$0] }
                .sorted { $0.message.origin.offset < $1.message.origin.offset }
            for (place, letter) in zip(places, letters) { commit.deadLetters[place] = letter }
        }
    }

    /// Mutating, for consuming a copy would share every list, and copy those that still move.
    mutating func finish() -> Transition {
        orderDeadLetters()
        for (group, account) in accountOf.enumerated() where thresholdsMoved[account] {
            commit.groups[group].thresholds = accounts[account].thresholds.states
        }
        return Transition(commit: commit, accounts: accounts.picked(accountOf))
    }
}
