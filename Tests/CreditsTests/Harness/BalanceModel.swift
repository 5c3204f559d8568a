@testable import Credits

/// What every balance must be, worked out from the list of inputs alone.
///
/// It knows the contract and nothing of how an account keeps its grants: here they are a dictionary
/// that is searched and sorted anew for every input. All amounts are in units.
struct BalanceModel {
    /// What an account is seen from outside.
    struct Answer: Equatable {
        var ledger: Int128 = 0
        var held: Int128 = 0
        var available: Int128 = 0
        var overdraft: Int128 = 0
    }

    struct Given {
        enum Stage { case scheduled, effective, ended }

        let terms: GrantTerms
        /// In which order grants arrived.
        let order: Int
        var left: Int128 = 0
        var stage = Stage.scheduled
    }

    struct Book {
        var given: [String: Given] = [:]
        /// Grants that nothing can come from or go to any more.
        var ended: [String: Given] = [:]
        var debt: Int128 = 0
        var floor: Int128?
        var holds: [String: (units: Int128, expiresAt: Timestamp)] = [:]
        var holdIDs: Set<String> = []

        var held: Int128 { holds.values.reduce(0) { $0 + $1.units } }
        var balance: Int128 { given.values.reduce(-debt) { $0 + $1.left } }

        /// What is left of grants that are of no use to what happens at a moment.
        func late(at moment: Timestamp) -> Int128 {
            given.values.reduce(0) { $0 + ($1.covers(moment) ? 0 : $1.left) }
        }
    }

    /// What a usage took, in the order in which it took it; nil is the overdraft.
    struct Used {
        let account: AccountName
        var parts: [(grant: String?, took: Int128, got: Int128)]
        var reversed: Int128 = 0

        var left: Int128 { parts.reduce(-reversed) { $0 + $1.took } }
    }

    let policies: Policies
    var books: [AccountName: Book] = [:]
    var used: [IDKey: Used] = [:]
    private var contents: [IDKey: UInt64] = [:]
    /// When time brings an account something; not there for those that inputs touched since.
    private var moments: [AccountName: Timestamp] = [:]
    private(set) var now = Timestamp.earliest
    private(set) var settled = Timestamp.earliest

    init(policies: Policies) { self.policies = policies }

    func answer(of account: AccountName) -> Answer {
        guard let book = books[account] else { return Answer() }
        let (ledger, held) = (book.balance, book.held)
        return Answer(
            ledger: ledger,
            held: held,
            available: ledger - held - book.late(at: now),
            overdraft: book.debt
        )
    }

    /// Begins a batch: the moment of its commit, and how far all input is read with it.
    mutating func begin(at now: Timestamp, readThrough: Timestamp) {
        self.now = now
        settled = min(now, readThrough)
    }

    mutating func decide(_ input: TestInput) -> Outcome {
        let key: IDKey
        if case .usage(let terms) = input.kind {
            key = TestKeys.key(.usage, scope: terms.source, id: input.id)
        } else {
            key = TestKeys.key(.command, id: input.id)
        }
        let content = TestKeys.fingerprint("\(input.account) \(input.content)")
        if let first = contents[key] { return first == content ? .duplicate : .conflict }
        if case .usage(let terms) = input.kind, terms.credits == nil { return .rejected }
        moments[input.account] = nil
        var book = books.removeValue(forKey: input.account) ?? Book()
        // All inputs of a batch are of one moment, so none before it is still to come.
        book.passTime(to: min(now, input.timestamp))
        book.expire(after: policies.expiryGrace, by: min(settled, input.timestamp))
        let isApplied = apply(input, key: key, to: &book)
        books[input.account] = book
        guard isApplied else { return .rejected }
        contents[key] = content
        return .applied
    }

    /// Ends a batch: what became due until all input was read.
    mutating func end() {
        for account in Array(books.keys) {
            if let moment = moments[account], moment > settled { continue }
            guard var book = books.removeValue(forKey: account) else { continue }
            book.passTime(to: settled)
            book.expire(after: policies.expiryGrace, by: settled)
            moments[account] = book.nextMoment(after: policies.expiryGrace)
            books[account] = book
        }
    }

    private mutating func apply(_ input: TestInput, key: IDKey, to book: inout Book) -> Bool {
        switch input.kind {
        case .usage(let terms):
            guard let parts = book.use(terms) else { return false }
            used[key] = Used(account: input.account, parts: parts)
            return true
        case .command(.reverseUsage(let request)):
            return reverse(request, by: input, to: &book)
        case .command(let action): return book.carryOut(action, by: input, at: now)
        }
    }
}

extension BalanceModel.Given {
    func covers(_ moment: Timestamp) -> Bool { terms.expiresAt.map { moment < $0 } ?? true }

    /// Whether nothing can draw on it any more.
    func isOver(after grace: CalendarDuration, by settled: Timestamp) -> Bool {
        terms.expiresAt.map { $0.advanced(by: grace) <= settled } ?? false
    }

    /// The contract's order of use, term by term.
    func isUsedBefore(_ other: Self) -> Bool {
        let (mine, others) = (rank, other.rank)
        if mine.priority != others.priority { return mine.priority < others.priority }
        if mine.end != others.end { return mine.end < others.end }
        if mine.paid != others.paid { return mine.paid < others.paid }
        if mine.effective != others.effective { return mine.effective < others.effective }
        return order < other.order
    }

    private var rank: (priority: Int, end: Int64, paid: Int, effective: Int64) {
        (
            terms.priority, terms.expiresAt?.microseconds ?? .max,
            terms.category == .promotional ? 0 : 1, terms.effectiveAt.microseconds
        )
    }
}
