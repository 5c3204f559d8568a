import Credits
import LedgerStore

/// What usage came to, and what it would come to under other rates, account by account.
///
/// It takes commits one after another and remembers no more than sums for each account.
struct RatePreview: Sendable {
    /// What one account's usage comes to, in exact decimals.
    struct Sums: Equatable, Sendable {
        /// Usage that both prices are known of.
        var events = 0
        var creditsThen = Amount.zero
        var creditsNew = Amount.zero
        /// Of them, those that brought their price along: it counts under any rates.
        var explicitEvents = 0
        /// Usage that the new rates give no price.
        var unpricedEvents = 0
        var unpricedCreditsThen = Amount.zero

        /// Of two sums that are both at least 0, so that it is in range.
        var difference: Amount { creditsNew.subtracting(creditsThen) ?? .zero }

        /// - Throws: exit code 65 where a sum has more digits than an amount may have.
        mutating func add(_ other: Sums) throws(CommandFailure) {
            guard let then = creditsThen.adding(other.creditsThen),
                let new = creditsNew.adding(other.creditsNew),
                let unpriced = unpricedCreditsThen.adding(other.unpricedCreditsThen)
            else {
                throw CommandFailure(
                    .data,
                    "expected sums of at most 26 digits before the point, got: more"
                )
            }
            (creditsThen, creditsNew, unpricedCreditsThen) = (then, new, unpriced)
            events += other.events
            explicitEvents += other.explicitEvents
            unpricedEvents += other.unpricedEvents
        }
    }

    struct AccountName: Hashable, Comparable, Sendable {
        let customerID: ExactText
        let creditType: ExactText

        init(customerID: String, creditType: String) {
            self.customerID = ExactText(customerID)
            self.creditType = ExactText(creditType)
        }

        static func < (left: AccountName, right: AccountName) -> Bool {
            (left.customerID, left.creditType) < (right.customerID, right.creditType)
        }
    }

    /// Why usage has no price, and so often.
    struct Unpriced: Hashable, Comparable, Sendable {
        let code: String
        let action: ExactText

        init(code: String, action: String) {
            self.code = code
            self.action = ExactText(action)
        }

        static func < (left: Unpriced, right: Unpriced) -> Bool {
            (left.code, left.action) < (right.code, right.action)
        }
    }

    let rates: RateBook
    /// When the usage occurred; the end is not included.
    let occurred: Range<Timestamp>
    private(set) var accounts: [AccountName: Sums] = [:]
    private(set) var unpriced: [Unpriced: Int] = [:]
    private(set) var total = Sums()
    /// Actions are free text; so many different ones are told apart.
    private static let maximumUnpriced = 1_000

    init(rates: RateBook, occurred: Range<Timestamp>) {
        self.rates = rates
        self.occurred = occurred
    }

    /// Takes the usage of one commit.
    ///
    /// - Throws: exit code 65 where a sum is out of range.
    mutating func take(_ commit: Commit) throws(CommandFailure) {
        for entry in commit.entries
        where entry.type == .creditsConsumed && occurred.contains(entry.occurredAt) {
            guard commit.groups.indices.contains(Int(entry.group)) else { continue }
            let group = commit.groups[Int(entry.group)]
            let sums = sums(of: entry, in: commit)
            let name = AccountName(
                customerID: commit.customerID(of: group),
                creditType: commit.creditType(of: group)
            )
            try accounts[name, default: Sums()].add(sums)
            try total.add(sums)
        }
    }

    private mutating func sums(of entry: Entry, in commit: Commit) -> Sums {
        var sums = Sums()
        let then = entry.amount.negated
        guard entry.rate >= 0 else {
            sums.events = 1
            sums.explicitEvents = 1
            sums.creditsThen = then
            sums.creditsNew = then
            return sums
        }
        let pricing = rates.price(
            action: commit.bytes.span(of: entry.action),
            quantity: entry.quantity,
            dimensions: commit.bytes.span(of: entry.dimensions),
            occurredAt: entry.occurredAt
        )
        switch pricing.credits {
        case .success(let credits):
            sums.events = 1
            sums.creditsThen = then
            sums.creditsNew = credits
        case .failure(let fault):
            sums.unpricedEvents = 1
            sums.unpricedCreditsThen = then
            note(fault, commit.bytes.string(of: entry.action))
        }
        return sums
    }

    private mutating func note(_ fault: PricingFault, _ action: String) {
        let key = Unpriced(code: fault.code.name, action: action)
        let isKnown = unpriced[key] != nil || unpriced.count < Self.maximumUnpriced
        unpriced[isKnown ? key : Unpriced(code: key.code, action: "…"), default: 0] += 1
    }
}
