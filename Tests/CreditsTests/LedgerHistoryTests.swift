import Testing

@testable import Credits

/// A history that is read a year late becomes the ledger that living through it made.
///
/// Random inputs are applied twice: each at its own moment, with the hours passing in between; and
/// all of them a year later, in batches of any width, as far as each batch reads. Every account must
/// then have the same entries, grants and balance.
///
/// What may differ, and is left out: where among the entries a `credits_expired` stands, for it goes
/// after the inputs of its batch, and with it the balances of the entries between; `void` and
/// reversals of what has expired meanwhile; usage that arrives later than the grace; how many of the
/// notices of one grant go out, for several that are due at once make one; when
/// `credit_balance.changed` is told.
@Suite struct LedgerHistoryTests {
    @Test(arguments: 1...6)
    func readingLateMakesTheLedgerThatLivingMakes(seed: Int) {
        var history = RandomHistory(seed: UInt64(seed))
        let inputs = history.inputs(hours: 24 * 70)
        let live = Self.live(inputs, hours: 24 * 70)
        #expect(live.commits.reduce(0) { $0 + $1.entries.count } > 600)
        for widest in [1, 9, 200] {
            let late = Self.late(inputs, hours: 24 * 70, widest: widest, seed: UInt64(seed))
            for name in live.accounts.keys.sorted() {
                Self.compare(late, live, name, "\(seed), \(widest)")
            }
            #expect(late.outcomes == live.outcomes)
        }
    }

    private static func moment(_ hour: Int) -> Timestamp {
        LedgerTable.beginning.advanced(byMicroseconds: Int64(hour) * 3_600_000_000)
    }

    private static func live(_ inputs: [TestInput], hours: Int) -> TestStore {
        var store = TestStore(policies: RandomHistory.policies)
        var rest = inputs[...]
        for hour in 0...hours {
            let now = moment(hour)
            let arrived = rest.prefix { $0.timestamp <= now }
            rest = rest.dropFirst(arrived.count)
            store.readThrough = now
            #expect(store.apply(Array(arrived), at: now).faults.isEmpty)
        }
        #expect(store.apply([], at: moment(hours)).faults.isEmpty)
        return store
    }

    private static func late(
        _ inputs: [TestInput],
        hours: Int,
        widest: Int,
        seed: UInt64
    ) -> TestStore {
        var store = TestStore(policies: RandomHistory.policies)
        var generator = SplitMix64(seed: seed)
        let now = moment(hours + 365 * 24)
        var rest = inputs[...]
        while !rest.isEmpty {
            // No usage is taken while an older command waits.
            let part = rest.prefix(Int.random(in: 1...widest, using: &generator))
            let commands = part.prefix(while: \.isCommand)
            let usage = part.dropFirst(commands.count).prefix { !$0.isCommand }
            let batch = Array(commands + usage)
            rest = rest.dropFirst(batch.count)
            store.readThrough = batch.last?.timestamp ?? store.readThrough
            #expect(store.apply(batch, at: now).faults.isEmpty)
        }
        store.readThrough = moment(hours)
        for _ in 0..<2 { #expect(store.apply([], at: now).faults.isEmpty) }
        return store
    }

    private static func compare(
        _ late: TestStore,
        _ live: TestStore,
        _ name: AccountName,
        _ run: String
    ) {
        let (made, expected) = (late.history(of: name), live.history(of: name))
        let index = zip(made.entries, expected.entries).enumerated().first { $1.0 != $1.1 }?.offset
        if let index {
            Issue.record(
                "\(run): \(name) has \(made.entries[index]), living \(expected.entries[index])"
            )
        }
        #expect(made.entries.count == expected.entries.count, "\(run) \(name)")
        #expect(made.expired == expected.expired, "\(run) \(name)")
        #expect(made.grants == expected.grants, "\(run) \(name)")
        let (account, other) = (late.accounts[name], live.accounts[name])
        #expect(account?.balance == other?.balance && account?.overdraft == other?.overdraft)
        #expect(account?.holds == other?.holds && account?.schedules == other?.schedules)
        #expect(account?.settings == other?.settings)
    }
}

extension TestStore {
    fileprivate struct History {
        /// In order, without those of expiry.
        var entries: [String] = []
        var expired: [String] = []
        var grants: [String] = []
    }

    fileprivate var outcomes: OutcomeCounts {
        commits.reduce(into: OutcomeCounts()) { $0 += $1.outcomes }
    }

    fileprivate func history(of name: AccountName) -> History {
        var history = History()
        for commit in commits {
            for entry in commit.entries
            where AccountName(commit.groups[Int(entry.group)], in: commit) == name {
                let moved = commit.allocations(of: entry).map { "\($0.grant):\($0.credits)" }
                let line = "\(entry.type.name) \(entry.amount) \(moved) \(entry.occurredAt)"
                if entry.type == .creditsExpired {
                    history.expired.append(line)
                } else {
                    history.entries.append(line)
                }
            }
        }
        history.expired.sort()
        history.grants = (accounts[name]?.grants ?? []).sorted { $0.ordinal < $1.ordinal }.map {
            "\($0.ordinal) \($0.terms) \($0.remaining) \($0.status.name)"
        }
        return history
    }
}

/// Inputs of six accounts, on the hour, so that they meet what falls due.
private struct RandomHistory {
    private var generator: SplitMix64
    private var count = 0
    private var holds: [String] = []

    static let policies = Policies(
        defaults: AccountSettings(
            overdraft: .record,
            recurring: [
                RecurringGrant(
                    scheduleID: "free",
                    credits: Amount(whole: 5),
                    every: CalendarDuration("P10D") ?? .standardReversalGrace,
                    anchor: nil,
                    rollover: .init(maximumCredits: Amount(whole: 3))
                )
            ]
        ),
        expiryGrace: CalendarDuration("PT3H") ?? .standardExpiryGrace
    )

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func inputs(hours: Int) -> [TestInput] {
        (0..<hours).flatMap { hour in
            let now = moment(hour)
            let arrived = (0..<number(2)).map { _ in input(at: now) }
            return arrived.filter(\.isCommand) + arrived.filter { !$0.isCommand }
        }
    }

    private func moment(_ hour: Int) -> Timestamp {
        LedgerTable.beginning.advanced(byMicroseconds: Int64(hour) * 3_600_000_000)
    }

    private mutating func number(_ limit: Int) -> Int {
        Int.random(in: 0..<limit, using: &generator)
    }

    private func hours(_ count: Int) -> Int64 { Int64(count) * 3_600_000_000 }

    private mutating func input(at now: Timestamp) -> TestInput {
        count += 1
        let kind: TestInput.Kind =
            switch number(20) {
            case 0: .command(.configure(AccountSettings(overdraft: overdraft())))
            case 1...2: .command(.configure(AccountSettings(recurring: schedules(at: now))))
            case 3...6: .command(.grant(grant(at: now)))
            case 7...8: .command(.hold(hold()))
            case 9: .command(.release(holdID: holds.randomElement(using: &generator) ?? "none"))
            case 10: .usage(usage(at: now, capturing: holds.last ?? ""))
            default: .usage(usage(at: now, capturing: ""))
            }
        return TestInput(
            id: "id-\(count)",
            account: AccountName(customerID: "customer-\(number(6))"),
            kind: kind,
            content: "",
            offset: Int64(count),
            timestamp: now
        )
    }

    private mutating func usage(
        at now: Timestamp,
        capturing holdID: String
    ) -> TestInput.UsageTerms {
        TestInput.UsageTerms(
            credits: Amount(whole: Int64(number(12))),
            holdID: holdID,
            // Late, but less so than the grace.
            occurredAt: now.advanced(byMicroseconds: -hours(number(3)))
        )
    }

    private mutating func grant(at now: Timestamp) -> GrantTerms {
        let effectiveAt = now.advanced(byMicroseconds: hours(max(0, number(96) - 48)))
        return GrantTerms(
            grantID: "g-\(count)",
            credits: Amount(whole: Int64(1 + number(20))),
            priority: number(3) * 50,
            effectiveAt: effectiveAt,
            expiresAt: number(4) == 0
                ? nil : effectiveAt.advanced(byMicroseconds: hours(1 + number(200)))
        )
    }

    private mutating func hold() -> HoldRequest {
        holds.append("h-\(count)")
        return HoldRequest(
            holdID: "h-\(count)",
            credits: Amount(whole: Int64(1 + number(9))),
            expiresAfter: CalendarDuration(microseconds: hours(1 + number(30)))
                ?? .standardExpiryGrace
        )
    }

    private mutating func overdraft() -> OverdraftPolicy {
        switch number(3) {
        case 0: .record
        case 1: .refuse
        default: .limit(Amount(whole: Int64(number(30))))
        }
    }

    private mutating func schedules(at now: Timestamp) -> [RecurringGrant] {
        ["a", "b"].prefix(number(3)).map { id in
            let every = ["P1D", "P7D", "P1M", "PT36H"][number(4)]
            let expiry: RecurringGrant.Expiry =
                switch number(4) {
                case 0: .never
                case 1: .after(.standardExpiryNotices[1])
                default: .periodEnd
                }
            let anchors: [Timestamp?] = [
                nil, now.advanced(byMicroseconds: hours(-500)),
                now.advanced(byMicroseconds: hours(number(300))),
            ]
            return RecurringGrant(
                scheduleID: id,
                credits: Amount(whole: Int64(4 + number(9))),
                every: CalendarDuration(every) ?? .standardReversalGrace,
                anchor: anchors[number(3)],
                expiry: expiry,
                rollover: number(2) == 0
                    ? nil
                    : .init(
                        maximumCredits: Amount(whole: Int64(number(6))),
                        maximumPercent: Amount(whole: 50)
                    )
            )
        }
    }
}
