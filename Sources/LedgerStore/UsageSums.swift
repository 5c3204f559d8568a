public import Credits

/// Usage that is summed up together: that of one action in one hour.
public struct UsageSlot: Hashable, Sendable {
    /// Hours since 1970, by when the usage occurred.
    public let hour: Int64
    /// Empty for usage that named none.
    public let action: ExactText

    public init(hour: Int64, action: String) {
        self.hour = hour
        self.action = ExactText(action)
    }

    /// The hour that a moment lies in.
    public static func hour(of moment: Timestamp) -> Int64 {
        let microseconds = moment.microseconds
        return microseconds / microsecondsPerHour
            - (microseconds % microsecondsPerHour < 0 ? 1 : 0)
    }

    public static let microsecondsPerHour: Int64 = 3_600_000_000
}

/// What `credits_consumed` entries add up to.
public struct UsageSums: Equatable, Sendable {
    public var events: Int
    public var quantity: Amount
    public var credits: Amount

    public init(events: Int = 0, quantity: Amount = .zero, credits: Amount = .zero) {
        self.events = events
        self.quantity = quantity
        self.credits = credits
    }

    public mutating func add(_ other: UsageSums) {
        events += other.events
        // A sum beyond 26 digits cannot be shown; no ledger gets there.
        quantity = quantity.adding(other.quantity) ?? quantity
        credits = credits.adding(other.credits) ?? credits
    }
}

/// Sums up the usage of one commit, whose actions are numbers there.
struct UsageTally {
    struct Slot: Hashable {
        let hour: Int64
        let action: UInt64
    }

    private var indices: [Slot: Int] = [:]
    private(set) var sums: [(slot: Slot, sum: UsageSums)] = []
    /// The index that a slot had lately, by its low bits: hours and actions come in turns.
    private var latest: [16 of Int] = .init(repeating: -1)

    mutating func add(_ entry: PassedEntry) {
        let slot = Slot(hour: UsageSlot.hour(of: entry.occurredAt), action: entry.action)
        let index = index(of: slot)
        sums[index].sum.add(
            UsageSums(events: 1, quantity: entry.quantity, credits: entry.amount.negated)
        )
    }

    private mutating func index(of slot: Slot) -> Int {
        let place = Int((slot.action ^ UInt64(bitPattern: slot.hour)) & 15)
        let found = latest[place]
        if found >= 0, sums[found].slot == slot { return found }
        let index = indices[slot] ?? sums.count
        if index == sums.count {
            indices[slot] = index
            sums.append((slot, UsageSums()))
        }
        latest[place] = index
        return index
    }
}
