import Credits
import LedgerStore

/// What everything that was sent must have come to.
struct BenchSums {
    private var used: [Int]
    private var probes: (accounts: Int, events: Int) = (0, 0)
    /// Inputs that must be applied, whatever else there was.
    private(set) var applied = 0
    /// Inputs that were sent.
    private(set) var total = 0
    private var grants = 0

    init(customers: Int) {
        used = [Int](repeating: 0, count: customers)
    }

    mutating func grant(probes: Int) {
        self.probes.accounts = probes
        grants = used.count + probes
        applied += grants
        total += grants
    }

    mutating func add(_ load: BenchLoad.Settings) {
        let sums = BenchLoad.sums(of: load)
        for customer in used.indices { used[customer] += sums.used[customer] }
        applied += sums.distinct
        total += load.events
    }

    mutating func add(probes: Int) {
        self.probes.events += probes
        applied += probes
        total += probes
    }

    /// Compares with what a store says.
    ///
    /// - Throws: ``CommandFailure`` with the first difference.
    func check(_ reader: any LedgerReader) throws(CommandFailure) {
        for (customer, used) in used.enumerated() {
            try check(BenchLoad.customerID(customer), used, reader)
        }
        for index in 0..<probes.accounts {
            let used = BenchProbes.used(index, ofFirst: probes.events)
            try check(BenchProbes.customerID(index), used, reader)
        }
        let outcomes = reader.outcomes
        try check("applied inputs", applied, Int(outcomes.applied))
        try check("inputs", total, Int(outcomes.total))
        try check("duplicates", total - applied, Int(outcomes.duplicate))
    }

    private func check(_ what: String, _ expected: Int, _ got: Int) throws(CommandFailure) {
        guard got != expected else { return }
        throw CommandFailure(.software, "expected \(expected) \(what), got: \(got)")
    }

    private func check(
        _ name: String,
        _ used: Int,
        _ reader: any LedgerReader
    ) throws(CommandFailure) {
        let expected = BenchGrant.balance(afterUsing: used)
        let account = reader.account(customerID: name, creditType: "credits")
        guard account?.balance != expected else { return }
        throw CommandFailure(
            .software,
            "\(name): expected a balance of \(expected), got: "
                + "\(account?.balance.description ?? "no account")"
        )
    }
}
