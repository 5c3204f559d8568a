@testable import Credits

/// Random inputs for 200 accounts, most of them usage, moment by moment.
///
/// Half of all ids come from a small hot set, so that duplicates, conflicts and refusals that come
/// again are common.
struct RandomInputs {
    /// Inputs that arrive at one moment, commands first.
    struct Tick {
        let clock: Timestamp
        let inputs: [TestInput]
    }

    var generator: SplitMix64
    private(set) var clock = Self.beginning
    private var offset: Int64 = 0
    /// What an id of the hot set was first sent with.
    private var first: [String: TestInput] = [:]
    private var grants: [(account: AccountName, id: String)] = []
    private var holds: [(account: AccountName, id: String)] = []
    /// Usage of earlier ticks, which a reversal may name in whatever batch it comes.
    private var usage: [TestInput] = []

    /// 2026-11-01T00:00:00Z.
    static let beginning = Timestamp(clampingMilliseconds: 1_793_491_200_000)

    /// Grace and lead times that fit the lives of these grants.
    static let policies = Policies(
        expiryGrace: CalendarDuration(microseconds: 600_000_000) ?? .standardExpiryGrace,
        expiryNotices: [CalendarDuration(microseconds: 300_000_000)].compactMap { $0 }
    )
    private static let customers = 100

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    /// The next tick: about 0.6 seconds for each of its inputs after the one before.
    mutating func tick(of count: Int) -> Tick {
        clock = clock.advanced(byMicroseconds: 50_000 + Int64(number(1_100_000)) * Int64(count))
        let inputs = (0..<count).map { _ in next() }
        let used = inputs.filter { !$0.isCommand }
        usage = (usage + used).suffix(12)
        return Tick(clock: clock, inputs: inputs.filter(\.isCommand) + used)
    }

    private mutating func next() -> TestInput {
        offset += 1
        var input = fresh()
        // What is given back depends on how far all input is read: sent again much later, in
        // another cut it might find a grant that has ended by then.
        if case .command(.reverseUsage) = input.kind { return input }
        guard Bool.random(using: &generator) else { return input }
        let space = input.isCommand ? "c" : "u"
        input.id = "\(space)-hot-\(number(input.isCommand ? 120 : 800))"
        if var known = first[input.id], number(10) < 7 {
            known.offset = offset
            known.timestamp = clock
            if case .usage(var terms) = known.kind {
                terms.occurredAt = clock
                known.kind = .usage(terms)
            }
            return known
        }
        first[input.id] = first[input.id] ?? input
        return input
    }

    mutating func number(_ limit: Int) -> Int {
        Int.random(in: 0..<limit, using: &generator)
    }

    private mutating func fresh() -> TestInput {
        var account = AccountName(
            customerID: "customer-\(number(Self.customers))",
            creditType: number(2) == 0 ? "credits" : "images"
        )
        let credits = amount()
        let kind: TestInput.Kind
        switch number(100) {
        case 0: kind = .command(.configure(settings()))
        case 1...9: kind = .command(.grant(terms(credits: credits)))
        case 10...11: kind = .command(.adjust(adjustment(credits)))
        case 12...13:
            let grant = recent(grants, account)
            account = grant.account
            kind = .command(.void(grantID: grant.id, credits: part(of: credits)))
        case 14...19: kind = .command(.hold(hold(credits)))
        case 20...24:
            let hold = recent(holds, account)
            account = hold.account
            kind = .command(.release(holdID: hold.id))
        case 25...28:
            let (request, owner) = reversal(credits, of: account)
            account = owner
            kind = .command(.reverseUsage(request))
        case 29...36:
            let hold = recent(holds, account)
            account = hold.account
            kind = .usage(usageTerms(credits, holdID: hold.id))
        default: kind = .usage(usageTerms(number(50) == 0 ? nil : credits))
        }
        if case .command(let action) = kind { remember(action, of: account) }
        return TestInput(
            id: "id-\(offset)",
            account: account,
            kind: kind,
            content: kind.randomContent,
            offset: offset,
            timestamp: clock
        )
    }

    private mutating func amount() -> Amount {
        switch number(20) {
        case 0: .zero
        case 1: Amount(unchecked: 1)
        case 2...11: Amount(whole: Int64(number(50)))
        default: Amount(unchecked: Int128(number(50_000_000_000_000)))
        }
    }

    private mutating func usageTerms(
        _ credits: Amount?,
        holdID: String = ""
    ) -> TestInput.UsageTerms {
        // Some comes late, but within the grace and early enough to be reversed within it.
        let delay = number(8) == 0 ? Int64(number(300_000_000)) : 0
        return TestInput.UsageTerms(
            source: number(4) == 0 ? "edge" : "",
            credits: credits,
            holdID: holdID,
            occurredAt: clock.advanced(byMicroseconds: -delay)
        )
    }

    private mutating func terms(credits: Amount) -> GrantTerms {
        let delay = number(4) == 0 ? Int64(number(3_600_000_000)) : 0
        let effectiveAt = clock.advanced(byMicroseconds: delay)
        let life = 60_000_000 + Int64(number(120)) * 60_000_000
        return GrantTerms(
            grantID: number(2) == 0 ? "g-\(offset)" : "g-\(number(50))",
            credits: credits.isZero ? Amount(whole: 1) : Amount(unchecked: credits.units * 8),
            source: number(2) == 0 ? .purchase : .promotional,
            priority: number(3) * 500,
            effectiveAt: effectiveAt,
            expiresAt: number(5) == 0 ? nil : effectiveAt.advanced(byMicroseconds: life)
        )
    }

    /// Mostly one of the latest, which may still be there; else a name that may never have been.
    private mutating func recent(
        _ ids: [(account: AccountName, id: String)],
        _ account: AccountName
    ) -> (account: AccountName, id: String) {
        guard number(8) > 0, let id = ids.randomElement(using: &generator) else {
            return (account, "\(number(2) == 0 ? "g" : "h")-\(number(50))")
        }
        return id
    }

    private mutating func remember(_ action: CommandAction, of account: AccountName) {
        switch action {
        case .grant(let terms): grants = (grants + [(account, terms.grantID)]).suffix(10)
        case .hold(let request): holds = (holds + [(account, request.holdID)]).suffix(10)
        default: break
        }
    }

    private mutating func reversal(
        _ credits: Amount,
        of account: AccountName
    ) -> (ReversalRequest, AccountName) {
        let known = usage.randomElement(using: &generator)
        var source = ""
        if case .usage(let terms) = known?.kind { source = terms.source }
        let id = number(10) == 0 ? "never-\(offset)" : known?.id ?? "none"
        let request = ReversalRequest(
            usageID: id,
            source: source,
            usageKey: TestKeys.key(.usage, scope: source, id: id),
            reversalKey: TestKeys.key(.reversal, scope: source, id: id),
            credits: part(of: credits)
        )
        return (request, number(10) == 0 ? account : known?.account ?? account)
    }

    private mutating func hold(_ credits: Amount) -> HoldRequest {
        HoldRequest(
            holdID: number(4) == 0 ? "h-\(number(30))" : "h-\(offset)",
            credits: credits,
            expiresAfter: Self.lives[number(Self.lives.count)]
        )
    }

    private static let lives = [50_000, 5_000_000, 60_000_000].compactMap {
        CalendarDuration(microseconds: $0)
    }

    private mutating func adjustment(_ credits: Amount) -> Amount {
        let change = credits.isZero ? Amount(whole: 1) : credits
        return number(2) == 0 ? change : change.negated
    }

    private mutating func part(of credits: Amount) -> Amount? {
        number(2) == 0 || credits.isZero ? nil : credits
    }

    private mutating func settings() -> AccountSettings {
        let overdraft: OverdraftPolicy =
            switch number(3) {
            case 0: .record
            case 1: .refuse
            default: .limit(Amount(whole: Int64(number(500))))
            }
        return AccountSettings(overdraft: overdraft)
    }
}

extension TestInput.Kind {
    /// All that counts for `duplicate` against `conflict`.
    fileprivate var randomContent: String {
        switch self {
        case .usage(let terms):
            "\(terms.credits?.description ?? "unpriced") \(terms.holdID)"
        case .command(let action): "\(action)"
        }
    }
}
