import Credits

/// What the outside must be told about one entry of one customer.
struct TriggerKey: Hashable, Comparable, CustomStringConvertible {
    let customer: String
    let sequence: Int
    let type: String

    var description: String { "\(type) of \(customer) at \(sequence)" }

    static func < (left: TriggerKey, right: TriggerKey) -> Bool {
        (left.customer, left.sequence, left.type) < (right.customer, right.sequence, right.type)
    }
}

/// What it must say.
struct TriggerContent: Hashable {
    let balance: Int
    var thresholds: Set<SentThreshold> = []
}

/// A grant as it was sent.
struct ModelGrant {
    let credits: Int
    let effectiveAt: Timestamp
    let expiresAt: Timestamp?
    /// Its credits are in the balance.
    var isActive: Bool
    var hasExpired = false
}

/// One customer as whole numbers: what was sent, added up in the order of the journal.
struct CustomerModel {
    private enum Phase { case waiting, armed, fired }

    let name: String
    private(set) var balance = 0
    private(set) var sequence = 0
    private var basis = 0
    private var floor: Int?
    private var thresholds: [(threshold: SentThreshold, phase: Phase)]
    /// Every grant in the order of its entry.
    private var grants: [ModelGrant] = []
    /// The bounds of what one commit saw, which refusals in it are held against.
    private var commit: UInt64 = 0
    private var lowest = 0
    private var highestFloor: Int?
    private(set) var expected: [TriggerKey: TriggerContent] = [:]

    init(name: String) {
        self.name = name
        thresholds = SentThreshold.standard.map { ($0, .waiting) }
    }

    /// A commit begins that touches the customer.
    mutating func begin(_ number: UInt64) {
        guard commit != number else { return }
        commit = number
        lowest = balance
        highestFloor = floor
    }

    mutating func consume(_ credits: Int) -> String? {
        post(-credits, grants: false)
        guard credits > 0, let floor, balance < floor else { return nil }
        return "\(name) may go down to \(floor), got: \(balance)"
    }

    mutating func grant(_ grant: ModelGrant) {
        grants.append(grant)
        post(grant.isActive ? grant.credits : 0, grants: grant.isActive)
        expect(.grantCreated)
    }

    /// Gives credits back; what no grant takes becomes one.
    mutating func giveBack(_ credits: Int, as grant: ModelGrant?) {
        if let grant { grants.append(grant) }
        post(credits, grants: false)
        if grant != nil { expect(.grantCreated) }
    }

    /// Ends a grant with what remains of it, which the entries themselves must prove.
    mutating func expire(_ ordinal: Int, _ amount: Int) -> String? {
        guard grants.indices.contains(ordinal - 1), grants[ordinal - 1].isActive,
            !grants[ordinal - 1].hasExpired
        else { return "\(name): grant \(ordinal) expired twice, or never was" }
        guard amount <= 0, -amount <= grants[ordinal - 1].credits else {
            return "\(name): grant \(ordinal) lost \(-amount) by its expiry"
        }
        grants[ordinal - 1].hasExpired = true
        post(amount, grants: false, lowersBasis: true)
        return nil
    }

    func expiry(of ordinal: Int) -> Timestamp? {
        grants.indices.contains(ordinal - 1) ? grants[ordinal - 1].expiresAt : nil
    }

    mutating func activate(_ ordinal: Int, at now: Timestamp) -> String? {
        guard grants.indices.contains(ordinal - 1), !grants[ordinal - 1].isActive else {
            return "\(name): grant \(ordinal) became effective twice, or never was"
        }
        guard grants[ordinal - 1].effectiveAt <= now else {
            return "\(name): grant \(ordinal) became effective too early"
        }
        grants[ordinal - 1].isActive = true
        post(grants[ordinal - 1].credits, grants: true)
        expect(.grantActivated)
        return nil
    }

    mutating func configure(floor newFloor: Int?, thresholds list: [SentThreshold]?) {
        if let newFloor {
            floor = newFloor
            highestFloor = max(highestFloor ?? newFloor, newFloor)
        }
        if let list {
            let old = thresholds
            thresholds = list.map { threshold in
                if let kept = old.first(where: { $0.threshold == threshold }) { return kept }
                let isArmed = threshold.isAbove(balance, basis: basis) == false
                return (threshold, isArmed ? .armed : .waiting)
            }
        }
        post(0, grants: false)
    }

    /// Whether so much could have been refused at some moment of the commit.
    ///
    /// What remains of grants that it came too late for does not count: at most all they had.
    func mayRefuse(_ credits: Int, occurredAt: Timestamp) -> Bool {
        guard credits > 0, let highestFloor else { return false }
        let late = grants.reduce(0) { sum, grant in
            grant.expiresAt ?? .latest <= occurredAt ? sum + grant.credits : sum
        }
        return lowest - late - credits < highestFloor
    }

    /// What is not as it must be once everything has come to its end.
    var unfinished: String? {
        grants.allSatisfy(\.isActive) ? nil : "a grant of \(name) never became effective"
    }

    private mutating func post(
        _ amount: Int,
        grants isGrant: Bool,
        lowersBasis: Bool = false
    ) {
        let before = balance
        balance += amount
        sequence += 1
        lowest = min(lowest, balance)
        if isGrant { basis = balance }
        if lowersBasis { basis += amount }
        var fired: Set<SentThreshold> = []
        var recovered: Set<SentThreshold> = []
        for index in thresholds.indices {
            let threshold = thresholds[index].threshold
            guard let isBelow = threshold.isAbove(balance, basis: basis) else { continue }
            switch (thresholds[index].phase, isBelow) {
            case (.armed, true):
                thresholds[index].phase = .fired
                fired.insert(threshold)
            case (.waiting, false): thresholds[index].phase = .armed
            case (.fired, false):
                thresholds[index].phase = .armed
                recovered.insert(threshold)
            default: break
            }
        }
        if !fired.isEmpty { expect(.balanceLow, fired) }
        if !recovered.isEmpty { expect(.balanceRecovered, recovered) }
        if before > 0, balance <= 0 { expect(.balanceDepleted) }
        if before >= 0, balance < 0 { expect(.balanceOverdrawn) }
    }

    private mutating func expect(_ type: TriggerType, _ thresholds: Set<SentThreshold> = []) {
        let key = TriggerKey(customer: name, sequence: sequence, type: type.name)
        expected[key] = TriggerContent(balance: balance, thresholds: thresholds)
    }
}
