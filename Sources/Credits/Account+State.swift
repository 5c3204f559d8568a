extension Account {
    /// All that an account is, as plain values: what a checkpoint writes, so that an account need
    /// not be replayed from its first entry.
    package struct State: Hashable, Sendable {
        package var customerID = ""
        package var creditType = ""
        package var number: UInt32 = 0
        package var sequence: UInt64 = 0
        package var balance = Amount.zero
        package var overdraft = Amount.zero
        package var basis = Amount.zero
        package var usable: [Grant] = []
        package var scheduled: [Grant] = []
        package var spent: [Grant] = []
        package var grantCount: UInt32 = 0
        package var holds: [Hold] = []
        package var schedules: [RecurringState] = []
        package var topUp = TopUpState()
        package var settings = AccountSettings()
        package var thresholds: [ThresholdState] = []
        package var policyVersion: Int64 = 0
        package var lastCommit: UInt64 = 0
        package var announcedAt = Timestamp.earliest
        package var unannounced: BalanceChange?

        package init() {}
    }

    package var state: State {
        var state = State()
        state.customerID = customerID
        state.creditType = creditType
        state.number = number
        state.sequence = sequence
        state.balance = balance
        state.overdraft = overdraft
        state.basis = basis
        state.usable = usable
        state.scheduled = scheduled
        state.spent = spent
        state.grantCount = grantCount
        state.holds = holds
        state.schedules = schedules
        state.topUp = topUp
        state.settings = settings
        state.thresholds = thresholds.states
        state.policyVersion = policyVersion
        state.lastCommit = lastCommit
        state.announcedAt = announcedAt
        state.unannounced = unannounced
        return state
    }

    /// The account that had this state.
    package init(restoring state: State) {
        self.init(
            customerID: state.customerID,
            creditType: state.creditType,
            thresholds: ThresholdStates(restored: state.thresholds, basis: state.basis),
            policyVersion: state.policyVersion
        )
        number = state.number
        sequence = state.sequence
        balance = state.balance
        overdraft = state.overdraft
        basis = state.basis
        usable = state.usable
        scheduled = state.scheduled
        spent = state.spent
        grantCount = state.grantCount
        holds = state.holds
        held = state.holds.reduce(.zero) { $0 + $1.credits }
        schedules = state.schedules
        topUp = state.topUp
        settings = state.settings
        lastCommit = state.lastCommit
        announcedAt = state.announcedAt
        unannounced = state.unannounced
    }
}
