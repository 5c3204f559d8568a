@testable import Credits

/// Inputs for twenty accounts, most of them usage.
struct RandomInputs {
    var generator: SplitMix64
    private var offset: Int64 = 0
    /// What an id of the hot set was first sent with.
    private var first: [String: TestInput] = [:]
    private var grants: [(account: AccountName, id: String)] = []
    private var holds: [(account: AccountName, id: String)] = []

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func next(at clock: Timestamp) -> TestInput {
        offset += 1
        var input = fresh(at: clock)
        guard Bool.random(using: &generator) else { return input }
        let space = input.isCommand ? "c" : "u"
        input.id = "\(space)-hot-\(number(input.isCommand ? 120 : 800))"
        if var known = first[input.id], number(10) < 7 {
            known.offset = offset
            return known
        }
        first[input.id] = first[input.id] ?? input
        return input
    }

    private mutating func number(_ limit: Int) -> Int {
        Int.random(in: 0..<limit, using: &generator)
    }

    private mutating func fresh(at clock: Timestamp) -> TestInput {
        var account = AccountName(
            customerID: "customer-\(number(10))",
            creditType: number(2) == 0 ? "credits" : "images"
        )
        let credits = amount()
        let kind: TestInput.Kind
        switch number(100) {
        case 0: kind = .command(.configure(settings()))
        case 1...9: kind = .command(.grant(terms(credits: credits, at: clock)))
        case 10...11: kind = .command(.adjust(adjustment(credits)))
        case 12...13:
            let grant = recent(grants, account)
            account = grant.account
            kind = .command(.void(grantID: grant.id, credits: part(of: credits)))
        case 14...19:
            kind = .command(.hold(hold(credits)))
        case 20...24:
            let hold = recent(holds, account)
            account = hold.account
            kind = .command(.release(holdID: hold.id))
        case 25...34:
            let hold = recent(holds, account)
            account = hold.account
            kind = .usage(
                TestInput.UsageTerms(credits: credits, holdID: hold.id, occurredAt: clock)
            )
        default:
            kind = .usage(
                TestInput.UsageTerms(
                    source: number(4) == 0 ? "edge" : "",
                    credits: number(50) == 0 ? nil : credits,
                    occurredAt: clock
                )
            )
        }
        let content: String
        switch kind {
        case .usage(let terms):
            content = "\(terms.credits?.description ?? "unpriced") \(terms.holdID)"
        case .command(let action):
            content = "\(action)"
            remember(action, of: account)
        }
        return TestInput(
            id: "id-\(offset)",
            account: account,
            kind: kind,
            content: content,
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

    private mutating func terms(credits: Amount, at clock: Timestamp) -> GrantTerms {
        // Nothing expires here: what an event may still draw on is for the tables to say.
        let expiresAt = clock.advanced(byMicroseconds: 86_400_000_000 * Int64(100 + number(5)))
        return GrantTerms(
            grantID: number(2) == 0 ? "g-\(offset)" : grantID(),
            credits: credits.isZero ? Amount(whole: 1) : Amount(unchecked: credits.units * 8),
            source: number(2) == 0 ? .purchase : .promotional,
            priority: number(3) * 500,
            effectiveAt: clock,
            expiresAt: number(2) == 0 ? expiresAt : nil
        )
    }

    private mutating func grantID() -> String { "g-\(number(50))" }

    /// Mostly one of the latest, which may still be there; else a name that may never have been.
    private mutating func recent(
        _ ids: [(account: AccountName, id: String)],
        _ account: AccountName
    ) -> (account: AccountName, id: String) {
        guard number(8) > 0, let id = ids.suffix(10).randomElement(using: &generator) else {
            return (account, "\(number(2) == 0 ? "g" : "h")-\(number(50))")
        }
        return id
    }

    private mutating func remember(_ action: CommandAction, of account: AccountName) {
        switch action {
        case .grant(let terms): grants.append((account, terms.grantID))
        case .hold(let request): holds.append((account, request.holdID))
        default: break
        }
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
