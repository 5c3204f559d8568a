package import Credits

/// How a checkpoint writes an account: all that it is, so that it need not be replayed.
package enum AccountCheckpoint {
    static let version: UInt8 = 3

    /// Appends an account as it was after a commit.
    package static func append(_ account: Account, at commit: UInt64, to bytes: inout [UInt8]) {
        let state = account.state
        bytes.append(version)
        bytes.append(varint: commit)
        bytes.append(varint: UInt64(state.number))
        bytes.append(text: state.customerID)
        bytes.append(text: state.creditType)
        bytes.append(varint: state.sequence)
        bytes.append(state.balance)
        bytes.append(state.overdraft)
        bytes.append(state.basis)
        for grants in [state.usable, state.scheduled, state.spent] {
            bytes.append(varint: UInt64(grants.count))
            for grant in grants { bytes.append(grant) }
        }
        bytes.append(varint: UInt64(state.grantCount))
        bytes.append(varint: UInt64(state.holds.count))
        for hold in state.holds { bytes.append(hold) }
        bytes.append(varint: UInt64(state.schedules.count))
        for schedule in state.schedules { bytes.append(schedule) }
        bytes.append(state.topUp)
        bytes.append(state.settings)
        bytes.append(state.thresholds)
        bytes.append(zigzag: state.policyVersion)
        bytes.append(varint: state.lastCommit)
        bytes.append(state.announcedAt)
        bytes.append(state.unannounced == nil ? 0 : 1)
        if let change = state.unannounced { bytes.append(change) }
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
