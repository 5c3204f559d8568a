internal import Credits

/// The triggers of a commit, group by group and in order within each.
struct TriggersByGroup {
    private let triggers: [Trigger]
    private let index: GroupIndex

    init(_ commit: borrowing Commit) {
        let owed = commit.triggers
        index = GroupIndex(owed.map(\.group), count: commit.groups.count)
        triggers = index.order.map { owed[Int($0)] }
    }

    subscript(group: Int) -> ArraySlice<Trigger> { triggers[index[group]] }
}

extension Commit {
    /// What is wrong with what an entry takes and gives; nil: nothing.
    ///
    /// Checked before replaying, so that no sum over damaged allocations leaves the range of
    /// amounts.
    func allocationFault(of entry: Entry) -> String? {
        // What is given and what is taken, each by itself: a rollover takes from one grant all that it gives
        // to another, and the two together may be twice the largest amount.
        var given = Amount.zero
        var taken = Amount.zero
        for allocation in allocations(of: entry) {
            let credits = allocation.credits
            guard let moreGiven = given.adding(credits.isNegative ? .zero : credits),
                let moreTaken = taken.adding(credits.isNegative ? credits : .zero)
            else { return "expected the allocations of entry \(entry.sequence) to be in range" }
            (given, taken) = (moreGiven, moreTaken)
        }
        guard given.adding(taken) == entry.amount else {
            return "expected the allocations of entry \(entry.sequence) to sum to "
                + "\(entry.amount), got: \(given) and \(taken)"
        }
        return nil
    }

    /// What is wrong with what an entry carries; nil: nothing.
    func formFault(of entry: Entry) -> String? {
        guard !hasForm(entry) else { return nil }
        return "expected entry \(entry.sequence) to carry what \(entry.type.name) entries do"
    }

    /// Whether an entry has the payload, the sign and the allocations that its type says.
    ///
    /// Replaying passes over what a payload has no use for, so allocations that do not belong there
    /// would go unseen, and credits that a void adds would take the basis out of range.
    private func hasForm(_ entry: Entry) -> Bool {
        guard !entry.isUsage else {
            return entry.type == .creditsConsumed && !entry.amount.isPositive
        }
        let isStill = entry.amount.isZero && entry.allocationCount == 0
        switch (entry.type, details[Int(entry.detail)].payload) {
        case (.creditsGranted, .grant), (.creditsGranted, .activation),
            (.creditsGranted, .recurring):
            return !entry.amount.isNegative
        case (.creditsGranted, .rollover):
            return entry.amount.isZero && entry.allocationCount == 2
        case (.creditsVoided, .none), (.creditsExpired, .none): return takesFromOneGrant(entry)
        case (.manualAdjustment, .grant): return entry.amount.isPositive
        case (.manualAdjustment, .none): return entry.amount.isNegative
        case (.usageReversed, .reversal): return entry.amount.isPositive
        case (.creditsVoided, .cancellation), (.grantScheduled, .grant),
            (.settingsChanged, .settings), (.holdPlaced, .hold), (.holdCaptured, .endOfHold),
            (.holdReleased, .endOfHold), (.holdExpired, .endOfHold):
            return isStill
        default: return false
        }
    }

    /// Takes from one grant, and never makes debt.
    private func takesFromOneGrant(_ entry: Entry) -> Bool {
        guard entry.amount.isNegative, entry.allocationCount == 1 else { return false }
        return allocations[Int(entry.allocationStart)].grant != Allocation.overdraft
    }

    /// Whether an entry uses an id up: usage and commands do, what time or a capture did does not.
    func takesID(_ entry: Entry) -> Bool {
        entry.isUsage || !details[Int(entry.detail)].commandID.isEmpty
    }

    /// What is wrong with the holds that entries place and end; nil: nothing.
    func holdFault(of entries: ArraySlice<Entry>, in account: Account) -> String? {
        var open: Set<ExactText>?
        for entry in entries where entry.detail >= 0 {
            switch details[Int(entry.detail)].payload {
            case .hold(let hold):
                open = open ?? account.holdIDs
                guard open?.insert(ExactText(hold.holdID)).inserted == true else {
                    return "expected hold \(hold.holdID) to be placed once"
                }
            case .endOfHold(let holdID):
                open = open ?? account.holdIDs
                guard open?.remove(ExactText(holdID)) != nil else {
                    return "expected hold \(holdID) to be there when it ends"
                }
            default: continue
            }
        }
        return nil
    }
}

extension Account {
    fileprivate var holdIDs: Set<ExactText> { Set(holds.map { ExactText($0.holdID) }) }

    /// What is wrong with the credits that are set aside; nil: nothing.
    var heldFault: String? {
        var sum = Amount.zero
        for hold in holds {
            guard let next = sum.adding(hold.credits) else {
                return "expected the sum of holds to be in range"
            }
            sum = next
        }
        guard sum == held else { return "expected held to be \(sum), got: \(held)" }
        return nil
    }
}
