/// What usage needs of the grant that it draws on first.
struct GrantAtHand: BitwiseCopyable, Sendable {
    /// More than 0 where there is a grant: ahead of the one in ``Account/usable`` as it is kept.
    var remaining = Amount.zero
    var expiresAt = Timestamp.latest
    /// 0: the account has no usable grant.
    var ordinal: UInt32 = 0

    /// Whether the grant can give credits to usage of a moment and still have some left.
    @inline(__always)
    func covers(_ credits: Amount, at moment: Timestamp) -> Bool {
        remaining > credits && moment < expiresAt
    }
}

extension Account {
    /// What usage moves of an account.
    ///
    /// It holds no reference: bringing an account into a batch and back counts none, and touches no
    /// memory but its own few cache lines.
    package struct Front: BitwiseCopyable, Sendable {
        // The widest come first, so that nothing lies between them.

        /// The last entry's balance.
        var balance = Amount.zero
        /// The debt, ≥ 0.
        var overdraft = Amount.zero
        /// The balances at which any of ``Account/thresholds`` would move.
        var bounds = ThresholdBounds()
        /// The first of ``Account/usable``, ahead of what ``Account/rest`` says of it; ordinal 0:
        /// there is none.
        var atHand = GrantAtHand()
        /// Dense number within the store; 0 until the first entry.
        package internal(set) var number: UInt32 = 0
        /// Changes since ``announcedAt``; of no entries: there were none.
        private var change = BalanceChange(
            previousBalance: .zero,
            firstSequence: 0,
            entries: 0,
            reasons: 0
        )
        /// Nothing but usage and grants that are in use: no settings of its own, nothing scheduled,
        /// held or asked for.
        ///
        /// Most accounts are like this, and then ``Account/rest`` need not be looked at.
        package internal(set) var isPlain = true
        /// Some of ``Account/usable`` expires.
        private var expires = false
        private var expiry = Timestamp.latest
        /// The last entry's sequence; 0: the account has none and does not exist yet.
        var sequence: UInt64 = 0
        /// The latest commit that holds entries of this account.
        var lastCommit: UInt64 = 0
        /// When `credit_balance.changed` was last owed.
        var announcedAt = Timestamp.earliest
        /// Which version of the default thresholds ``Account/thresholds`` was made from; 0: none,
        /// `configure` gave them.
        var policyVersion: Int64

        init(policyVersion: Int64) { self.policyVersion = policyVersion }

        /// The soonest expiry among ``Account/usable``; nil: none expires.
        var soonestExpiry: Timestamp? {
            get { expires ? expiry : nil }
            set {
                expires = newValue != nil
                expiry = newValue ?? .latest
            }
        }

        /// Changes that were not announced yet.
        var unannounced: BalanceChange? {
            get { change.entries == 0 ? nil : change }
            set {
                change =
                    newValue
                    ?? BalanceChange(
                        previousBalance: .zero,
                        firstSequence: 0,
                        entries: 0,
                        reasons: 0
                    )
            }
        }

        /// Whether time brings it nothing, unless the defaults do.
        package var isIdle: Bool { isPlain && !expires }

        /// When the change that was held back is to be announced; nil: there is none.
        package func nextAnnouncement(coalescing: Int64) -> Timestamp? {
            change.entries == 0 ? nil : turn(coalescing: coalescing)
        }

        /// When a change that was held back is announced.
        ///
        /// Accounts that were announced together once, such as all that a start finds in use, would be
        /// so for ever, and make each such time begin with a rush. So each takes up to an eighth longer,
        /// by its number: after a few turns they are spread.
        func turn(coalescing: Int64) -> Timestamp {
            let place = Int64((number &- 1) % 64)
            return announcedAt.advanced(byMicroseconds: coalescing + coalescing / 512 * place)
        }

        /// Whether a debit can be made whatever else there is to know, where accounts have no floor.
        @inline(__always)
        func isSure(toTake credits: Amount) -> Bool {
            isPlain && balance.isModest && overdraft.isModest && credits.isModest
        }

        /// Takes credits where one grant has more than that, or nothing but the overdraft is left.
        ///
        /// - Returns: what gave them; nil: nothing was taken, for there is more to it.
        @inline(__always)
        mutating func draw(_ credits: Amount, occurredAt: Timestamp) -> Allocation? {
            guard credits.isPositive else { return nil }
            if atHand.covers(credits, at: occurredAt) {
                atHand.remaining = atHand.remaining - credits
                return Allocation(grant: atHand.ordinal, credits: credits.negated)
            }
            guard atHand.ordinal == 0 else { return nil }
            overdraft = overdraft + credits
            return Allocation(grant: Allocation.overdraft, credits: credits.negated)
        }

        /// Moves sequence and balance past an entry, and notes what is to be announced.
        @inline(__always)
        mutating func advance(past entry: Entry) {
            sequence = entry.sequence
            balance = entry.balanceAfter
            guard !entry.amount.isZero else { return }
            if change.entries == 0 {
                change.previousBalance = entry.balanceBefore
                change.firstSequence = entry.sequence
                change.reasons = 0
            }
            change.entries += 1
            change.reasons |= 1 << UInt32(entry.type.rawValue)
        }

        /// The balance at a moment; nil where that asks for the grants or holds.
        func snapshot(at now: Timestamp) -> BalanceSnapshot? {
            guard isPlain, !expires || now < expiry else { return nil }
            return BalanceSnapshot(
                ledger: balance,
                available: balance,
                held: .zero,
                overdraft: overdraft
            )
        }
    }
}

// MARK: The same, of the account

extension Account {
    /// Dense number within the store; 0 until the first entry.
    public internal(set) var number: UInt32 {
        get { front.number }
        set { front.number = newValue }
    }

    /// The last entry's sequence; 0: the account has none and does not exist yet.
    public internal(set) var sequence: UInt64 {
        get { front.sequence }
        set { front.sequence = newValue }
    }

    /// The last entry's balance.
    public internal(set) var balance: Amount {
        get { front.balance }
        set { front.balance = newValue }
    }

    /// The debt, ≥ 0.
    public internal(set) var overdraft: Amount {
        get { front.overdraft }
        set { front.overdraft = newValue }
    }

    /// The latest commit that holds entries of this account.
    public internal(set) var lastCommit: UInt64 {
        get { front.lastCommit }
        set { front.lastCommit = newValue }
    }

    /// When `credit_balance.changed` was last owed.
    public internal(set) var announcedAt: Timestamp {
        get { front.announcedAt }
        set { front.announcedAt = newValue }
    }

    /// Changes since then.
    public internal(set) var unannounced: BalanceChange? {
        get { front.unannounced }
        set { front.unannounced = newValue }
    }

    /// Which version of the default thresholds ``thresholds`` was made from; 0: none, `configure`
    /// gave them.
    package internal(set) var policyVersion: Int64 {
        get { front.policyVersion }
        set { front.policyVersion = newValue }
    }

    /// The soonest expiry among ``usable``; nil: none expires.
    var soonestExpiry: Timestamp? { front.soonestExpiry }
    /// Nothing but usage and grants that are in use.
    var isPlain: Bool { front.isPlain }
}
