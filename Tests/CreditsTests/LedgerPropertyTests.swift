import Testing

@testable import Credits

/// Random inputs against a model that adds and subtracts and knows nothing of grants.
///
/// Half of all ids come from a small hot set, so that duplicates, conflicts and refusals that come
/// again are common. The model decides each batch in the contract's order: commands, then usage.
@Suite struct LedgerPropertyTests {
    @Test(arguments: [(1, 1), (2, 7), (3, 200), (4, 20000)])
    func balancesAreTheSumsOfTheInputsThatWereApplied(seed: Int, widest: Int) {
        var inputs = RandomInputs(seed: UInt64(seed))
        var model = BalanceModel()
        var store = TestStore(policies: Policies())
        var counts = OutcomeCounts()
        var left = 20000
        var clock = LedgerTable.beginning
        while left > 0 {
            let size = min(left, Int.random(in: 1...widest, using: &inputs.generator))
            left -= size
            clock = clock.advanced(byMicroseconds: 50000)
            let batch = (0..<size).map { _ in inputs.next(at: clock) }
            var expected = OutcomeCounts()
            for input in batch.filter(\.isCommand) + batch.filter({ !$0.isCommand }) {
                expected[model.decide(input)] += 1
            }
            let (commit, faults) = store.apply(batch, at: clock)
            #expect(faults.isEmpty)
            #expect(commit.outcomes == expected)
            for name in Set(batch.map(\.account)) {
                #expect(store.balance(of: name).units == model.balances[name] ?? 0, "\(name)")
            }
            counts += commit.outcomes
            if !faults.isEmpty || commit.outcomes != expected { return }
        }
        // Every outcome must have been met often, or the comparison says little.
        #expect(counts.applied > 8000)
        #expect(min(counts.duplicate, counts.conflict, counts.rejected) > 300, "\(counts)")
    }
}

/// Sums, sets and a floor for each account.
private struct BalanceModel {
    private(set) var balances: [AccountName: Int128] = [:]
    private var floors: [AccountName: Int128] = [:]
    private var contents: [String: String] = [:]
    private var grantIDs: Set<String> = []

    mutating func decide(_ input: TestInput) -> Outcome {
        let space = input.isCommand ? "command" : "usage"
        let id: String
        if case .usage(let source, _, _, _) = input.kind {
            id = "\(space) \(source)/\(input.id)"
        } else {
            id = "\(space) \(input.id)"
        }
        let content = "\(input.account) \(input.content)"
        if let first = contents[id] { return first == content ? .duplicate : .conflict }
        guard apply(input) else { return .rejected }
        contents[id] = content
        return .applied
    }

    private mutating func apply(_ input: TestInput) -> Bool {
        let balance = balances[input.account] ?? 0
        switch input.kind {
        case .usage(_, _, let credits, _):
            guard let units = credits?.units else { return false }
            if let floor = floors[input.account], units > 0, balance - units < floor {
                return false
            }
            balances[input.account] = balance - units
        case .command(.grant(let terms)):
            guard grantIDs.insert("\(input.account) \(terms.grantID)").inserted else {
                return false
            }
            balances[input.account] = balance + terms.credits.units
        case .command(.configure(let settings)):
            if let overdraft = settings.overdraft {
                switch overdraft {
                case .record: floors[input.account] = nil
                case .refuse: floors[input.account] = 0
                case .limit(let amount): floors[input.account] = -amount.units
                }
            }
        }
        return true
    }
}

/// Inputs for twenty accounts, most of them usage.
private struct RandomInputs {
    var generator: SplitMix64
    private var offset: Int64 = 0
    /// What an id of the hot set was first sent with.
    private var first: [String: TestInput] = [:]

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
        let account = AccountName(
            customerID: "customer-\(number(10))",
            creditType: number(2) == 0 ? "credits" : "images"
        )
        let credits = amount()
        let kind: TestInput.Kind
        switch number(100) {
        case 0: kind = .command(.configure(settings()))
        case 1...9: kind = .command(.grant(terms(credits: credits, at: clock)))
        default:
            kind = .usage(
                source: number(4) == 0 ? "edge" : "",
                action: "",
                credits: number(50) == 0 ? nil : credits,
                occurredAt: clock
            )
        }
        let content: String
        switch kind {
        case .usage(_, let action, let credits, _):
            content = "\(action) \(credits?.description ?? "unpriced")"
        case .command(let action): content = "\(action)"
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
            grantID: "g-\(number(2) == 0 ? Int(offset) : number(50))",
            credits: credits.isZero ? Amount(whole: 1) : Amount(unchecked: credits.units * 8),
            source: number(2) == 0 ? .purchase : .promotional,
            priority: number(3) * 500,
            effectiveAt: clock,
            expiresAt: number(2) == 0 ? expiresAt : nil
        )
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
