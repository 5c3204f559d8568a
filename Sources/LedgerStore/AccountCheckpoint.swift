package import Credits

/// How a checkpoint writes an account: all that it is, so that it need not be replayed.
package enum AccountCheckpoint {
    static let version: UInt8 = 4

    /// What is written of an account that has nothing but usage and grants.
    private static let nothingExtra: [UInt8] = {
        var bytes: [UInt8] = []
        appendExtra(of: Account(restoring: Account.State()), to: &bytes)
        return bytes
    }()

    /// Appends an account as it was after a commit.
    ///
    /// All accounts are written over and over: what lists hold is looked at where it lies, for a copy
    /// counts a reference for each text in it.
    package static func append(_ account: Account, at commit: UInt64, to bytes: inout [UInt8]) {
        bytes.append(version)
        bytes.append(varint: commit)
        bytes.append(varint: UInt64(account.number))
        bytes.append(text: account.customerID)
        bytes.append(text: account.creditType)
        bytes.append(varint: account.sequence)
        bytes.append(account.balance)
        bytes.append(account.overdraft)
        bytes.append(account.basis)
        append(account.usableAsKept, remainingOfFirst: account.remainingAtHand, to: &bytes)
        append(account.scheduled, to: &bytes)
        append(account.spent, to: &bytes)
        bytes.append(varint: UInt64(account.grantCount))
        bytes.append(varint: UInt64(account.holds.count))
        for hold in account.holds { bytes.append(hold) }
        if account.hasExtra {
            appendExtra(of: account, to: &bytes)
        } else {
            bytes.append(contentsOf: nothingExtra)
        }
        bytes.append(account.thresholds.states)
        bytes.append(zigzag: account.policyVersion)
        bytes.append(varint: account.lastCommit)
        bytes.append(account.announcedAt)
        bytes.append(account.unannounced == nil ? 0 : 1)
        if let change = account.unannounced { bytes.append(change) }
    }

    private static func append(
        _ grants: [Grant],
        remainingOfFirst: Amount? = nil,
        to bytes: inout [UInt8]
    ) {
        bytes.append(varint: UInt64(grants.count))
        for index in grants.indices {
            let remaining = index == 0 ? remainingOfFirst : nil
            bytes.append(grants[index], remaining: remaining ?? grants[index].remaining)
        }
    }

    private static func appendExtra(of account: Account, to bytes: inout [UInt8]) {
        bytes.append(varint: UInt64(account.schedules.count))
        for schedule in account.schedules { bytes.append(schedule) }
        bytes.append(account.topUp)
        bytes.append(account.settings)
    }

    /// Reads the account that stands next, and the commit after which it was like this; nil: what
    /// stands there is damaged.
    @_lifetime(reader: copy reader)
    package static func next(
        _ reader: inout ByteReader
    ) -> (account: Account, commit: UInt64)? {
        guard reader.byte() == version else { return nil }
        var state = Account.State()
        let commit = reader.varint()
        state.number = UInt32(truncatingIfNeeded: reader.varint())
        state.customerID = reader.text()
        state.creditType = reader.text()
        state.sequence = reader.varint()
        state.balance = reader.amount()
        state.overdraft = reader.amount()
        state.basis = reader.amount()
        state.usable = reader.grants()
        state.scheduled = reader.grants()
        state.spent = reader.grants()
        state.grantCount = UInt32(truncatingIfNeeded: reader.varint())
        state.holds = reader.holds()
        for _ in 0..<reader.count() where !reader.isDamaged {
            state.schedules.append(reader.recurringState())
        }
        state.topUp = reader.topUpState()
        state.settings = reader.settings()
        state.thresholds = reader.thresholdStates()
        state.policyVersion = reader.zigzag()
        state.lastCommit = reader.varint()
        state.announcedAt = reader.moment()
        if reader.isPresent() { state.unannounced = reader.balanceChange() }
        return reader.isDamaged ? nil : (Account(restoring: state), commit)
    }
}

extension ByteReader {
    @_lifetime(self: copy self)
    fileprivate mutating func grants() -> [Grant] {
        var grants: [Grant] = []
        for _ in 0..<count() {
            guard let grant = grant() else { break }
            grants.append(grant)
        }
        return grants
    }

    /// Their sum must be in range, for restoring an account adds them up.
    @_lifetime(self: copy self)
    fileprivate mutating func holds() -> [Hold] {
        var holds: [Hold] = []
        var sum = Amount.zero
        for _ in 0..<count() {
            guard let hold = hold(), let next = sum.adding(hold.credits) else {
                fail()
                break
            }
            sum = next
            holds.append(hold)
        }
        return holds
    }
}
