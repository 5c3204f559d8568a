/// What a `hold` command asks for.
public struct HoldRequest: Hashable, Sendable {
    /// Unique within the account.
    public var holdID: String
    /// More than 0; 0 where it could not be priced.
    public var credits: Amount
    /// Counted from when the command is applied.
    public var expiresAfter: CalendarDuration

    public init(holdID: String, credits: Amount, expiresAfter: CalendarDuration) {
        self.holdID = holdID
        self.credits = credits
        self.expiresAfter = expiresAfter
    }
}

/// Credits set aside for work that is under way: they are not available, but still in the balance.
public struct Hold: Hashable, Sendable {
    public let holdID: String
    public let credits: Amount
    public let placedAt: Timestamp
    /// From this moment on the hold is gone, whether or not the work ended.
    public let expiresAt: Timestamp

    public init(holdID: String, credits: Amount, placedAt: Timestamp, expiresAt: Timestamp) {
        self.holdID = holdID
        self.credits = credits
        self.placedAt = placedAt
        self.expiresAt = expiresAt
    }
}

extension Account {
    mutating func place(_ hold: Hold) {
        let index = holds.firstIndex { $0.expiresAt > hold.expiresAt } ?? holds.endIndex
        holds.insert(hold, at: index)
        held = held + hold.credits
    }

    /// Ends a hold and says what it was; nil: there is none of that id.
    mutating func endHold(_ holdID: String) -> Hold? {
        guard let index = holds.firstIndex(where: { $0.holdID.hasSameBytes(as: holdID) }) else {
            return nil
        }
        let hold = holds.remove(at: index)
        held = held - hold.credits
        return hold
    }
}
