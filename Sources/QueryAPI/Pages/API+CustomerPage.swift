import Credits
import LedgerStore

extension API {
    private static let customerColumns: [HTML.Column] = [
        .init("Customer", .subject), .init("Available", .number), .init("Ledger", .number),
        .init("Held", .number),
    ]

    /// `GET /customers`: customers by name.
    func customersPage(_ call: Call) throws -> Answer {
        let query = try call.query
        let creditType = try call.creditType
        let after = try call.cursor { if case .customer(let id) = $0 { id } else { nil } }
        let found = reader.accounts(
            creditType: creditType,
            query: query,
            after: after,
            limit: Call.defaultLimit + 1
        )
        // Who knows the whole id wants the customer, not a list of one.
        if let query, found.count == 1, found.first?.customerID.hasSameBytes(as: query) == true {
            return Answer(
                status: 303,
                type: "text/plain",
                headers: [
                    ("location", URLText.path(ofCustomer: query, creditType: creditType))
                ],
                body: []
            )
        }
        let moment = now()
        let page = found.prefix(Call.defaultLimit)
        let rows: [HTML] = page.map { account in
            let balance = account.snapshot(at: moment)
            return HTML.row(
                Self.customerColumns,
                HTML.link(toCustomer: account.customerID, creditType: creditType),
                "\(balance.available)",
                "\(balance.ledger)",
                "\(balance.held)"
            )
        }
        let next = found.count > page.count ? page.last.map { Cursor.customer($0.customerID) } : nil
        let list: HTML =
            rows.isEmpty
            ? "<p>No customer of that name.</p>"
            : HTML.table("Customers", Self.customerColumns, rows: rows)
        return Page(
            title: query.map { "Customers with “\($0)”" } ?? "Customers",
            section: .customers,
            content: """
                \(list)
                \(Self.next(next, "/customers", ["q": query, "credit_type": creditType]))
                """
        ).answer
    }

    /// A link to the next page of a list, if there is one.
    static func next(
        _ cursor: Cursor?,
        _ path: String,
        _ parameters: KeyValuePairs<String, String?>
    ) -> HTML {
        guard let cursor else { return "" }
        var query = "?cursor=\(cursor.text)"
        for (name, value) in parameters {
            if let value { query += "&\(name)=\(URLText.encoded(value))" }
        }
        return "<p><a rel=\"next\" href=\"\(path + query)\">Next page</a></p>"
    }

    /// `GET /customers/{customer_id}`: why a customer has the credits that are left.
    func customerPage(_ call: Call) async throws -> Answer {
        let account = try account(call)
        let moment = now()
        let latest = try reader.entries(account: account, before: nil, type: nil, limit: 500)
        let range = UsageRange(lastDays: 30, before: moment)
        let usage = try await usageRows(of: account, in: range, byAction: true).rows
        return Page(
            title: account.customerID,
            section: .customers,
            content: """
                \(Self.balance(of: account, at: moment))
                <section><h2>Burn-down</h2>
                \(BurnDownChart(latest, of: account, now: moment).html)</section>
                <section><h2>Grants, in the order in which they will be used</h2>
                \(Self.grants(of: account))</section>
                <section><h2>Usage of the last 30 days, by action</h2>
                \(Self.usage(usage))</section>
                <section id="entries"><h2>Entries, newest first</h2>
                \(try entries(of: account, call))</section>
                """
        ).answer
    }

    private static func balance(of account: Account, at moment: Timestamp) -> HTML {
        let balance = account.snapshot(at: moment)
        let next: HTML =
            account.nextExpiry(after: moment).map {
                "\($0.credits) on \(HTML.time($0.at))"
            } ?? "nothing"
        return """
            <dl class="tiles">
            <div><dt>Available (\(account.creditType))</dt><dd>\(balance.available)</dd></div>
            <div><dt>Ledger</dt><dd>\(balance.ledger)</dd></div>
            <div><dt>Held</dt><dd>\(balance.held)</dd></div>
            <div><dt>Overdraft</dt><dd>\(balance.overdraft)</dd></div>
            <div><dt>Expires next</dt><dd>\(next)</dd></div>
            <div><dt>As of entry</dt><dd>\(account.sequence)</dd></div>
            </dl>
            """
    }

    private static let grantColumns: [HTML.Column] = [
        .init("Grant", .subject), .init("Status"), .init("Remaining", .number),
        .init("Of", .number), .init("Expires"), .init("Source"), .init("Priority", .number),
    ]

    private static func grants(of account: Account) -> HTML {
        let rows: [HTML] = account.grants.prefix(100).map { grant in
            HTML.row(
                grantColumns,
                "\(grant.terms.grantID)",
                "\(grant.status.name)",
                "\(grant.remaining)",
                "\(grant.terms.credits)",
                grant.terms.expiresAt.map { HTML.time($0) } ?? "never",
                "\(grant.terms.source.name)",
                "\(grant.terms.priority)"
            )
        }
        guard !rows.isEmpty else { return "<p>No grants.</p>" }
        return HTML.table("Grants", grantColumns, rows: rows)
    }

    private static let usageColumns: [HTML.Column] = [
        .init("Action", .subject), .init("Credits", .number), .init("Quantity", .number),
        .init("Events", .number), .init("", .drawing),
    ]

    private static func usage(_ rows: [UsageRow]) -> HTML {
        var sums: [ExactText: UsageSums] = [:]
        for row in rows { sums[row.key.action, default: UsageSums()].add(row.sums) }
        guard !sums.isEmpty else { return "<p>Nothing was used.</p>" }
        let most = max(sums.values.map(\.credits).max() ?? .zero, Amount(whole: 1))
        // Those that cost as much stand in the order of their names, at each look.
        let byCredits = sums.sorted {
            ($1.value.credits, $0.key) < ($0.value.credits, $1.key)
        }
        let lines: [HTML] = byCredits.map { action, sum in
            // A share in a thousand is all that a bar can show.
            let share = (Amount(whole: 100)).multiplied(by: sum.credits, dividedBy: most)
            let width = share.map { Double($0.units) / 1e12 } ?? 100
            return HTML.row(
                usageColumns,
                "\(action.text.isEmpty ? "(none)" : action.text)",
                "\(sum.credits)",
                "\(sum.quantity)",
                "\(sum.events)",
                """
                <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">\
                <rect width="\(width)" height="8"/></svg>
                """
            )
        }
        return HTML.table("Usage by action", usageColumns, rows: lines)
    }
}
