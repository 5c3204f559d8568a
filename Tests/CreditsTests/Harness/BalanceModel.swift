@testable import Credits

/// Sums, sets, holds and a floor for each account; it knows nothing of grants but what was given.
///
/// How much of a grant is left is beyond it. So it believes the ledger that a `void` was carried
/// out or not, and holds it to never taking more than was given, nor other than was asked.
struct BalanceModel {
    private(set) var balances: [AccountName: Int128] = [:]
    private var floors: [AccountName: Int128] = [:]
    private var contents: [String: String] = [:]
    /// What each grant gave and `void` did not take back.
    private var given: [String: Int128] = [:]
    private var holds: [AccountName: [String: (units: Int128, expiresAt: Timestamp)]] = [:]
    private var holdIDs: Set<String> = []
    private var now = Timestamp.earliest
    private var voided: [IDKey: (content: UInt64, units: Int128)] = [:]

    func held(of account: AccountName) -> Int128 {
        (holds[account] ?? [:]).values.reduce(0) { $0 + $1.units }
    }

    /// Lets time pass.
    ///
    /// - Parameters:
    ///   - now: the moment of the batch; holds that end by then are gone.
    ///   - voided: what the ledger took from grants in that batch.
    mutating func begin(
        at now: Timestamp,
        voided: [IDKey: (content: UInt64, units: Int128)]
    ) {
        self.now = now
        self.voided = voided
        for account in holds.keys {
            holds[account] = holds[account]?.filter { $0.value.expiresAt > now }
        }
    }

    mutating func decide(_ input: TestInput) -> Outcome {
        let space = input.isCommand ? "command" : "usage"
        let id: String
        if case .usage(let terms) = input.kind {
            id = "\(space) \(terms.source)/\(input.id)"
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
        switch input.kind {
        case .usage(let terms): use(terms, of: input.account)
        case .command(let action): carryOut(action, of: input)
        }
    }

    private mutating func use(_ terms: TestInput.UsageTerms, of account: AccountName) -> Bool {
        guard let units = terms.credits?.units else { return false }
        let captured = holds[account]?[terms.holdID]?.units ?? 0
        let free = balances[account, default: 0] - held(of: account) + captured
        if let floor = floors[account], units > 0, free - units < floor { return false }
        holds[account]?[terms.holdID] = nil
        balances[account, default: 0] -= units
        return true
    }

    private mutating func carryOut(_ action: CommandAction, of input: TestInput) -> Bool {
        let account = input.account
        switch action {
        case .grant(let terms): return give(terms.credits, as: terms.grantID, to: account)
        case .adjust(let credits) where credits.isPositive:
            return give(credits, as: input.id, to: account)
        case .adjust(let credits): balances[account, default: 0] += credits.units
        case .void(let grantID, let credits):
            return void("\(account) \(grantID)", credits: credits, by: input)
        case .hold(let request):
            let available = balances[account, default: 0] - held(of: account)
            guard request.credits.isPositive, request.credits.units <= available,
                holdIDs.insert("\(account) \(request.holdID)").inserted
            else { return false }
            let expiresAt = now.advanced(by: request.expiresAfter)
            holds[account, default: [:]][request.holdID] = (request.credits.units, expiresAt)
        case .release(let holdID):
            return holds[account]?.removeValue(forKey: holdID) != nil
        case .configure(let settings):
            switch settings.overdraft {
            case .record: floors[account] = nil
            case .refuse: floors[account] = 0
            case .limit(let amount): floors[account] = -amount.units
            case nil: break
            }
        }
        return true
    }

    private mutating func give(
        _ credits: Amount,
        as grantID: String,
        to account: AccountName
    ) -> Bool {
        guard given["\(account) \(grantID)"] == nil else { return false }
        given["\(account) \(grantID)"] = credits.units
        balances[account, default: 0] += credits.units
        return true
    }

    private mutating func void(_ grant: String, credits: Amount?, by input: TestInput) -> Bool {
        guard let left = given[grant],
            let done = voided[TestKeys.key(.command, id: input.id)],
            done.content == TestKeys.fingerprint("\(input.account) \(input.content)"),
            done.units > 0, done.units <= left, done.units == credits?.units ?? done.units
        else { return false }
        given[grant] = left - done.units
        balances[input.account, default: 0] -= done.units
        return true
    }
}
