import Credits
import LedgerStore

extension API {
    /// `GET /v1/customers`: customers with balances, by ascending bytes of their ids.
    func customers(_ call: Call) throws -> Answer {
        let limit = try call.limit
        let after = try call.cursor { if case .customer(let id) = $0 { id } else { nil } }
        // One more than asked for tells whether there is a next page.
        let found = reader.accounts(
            creditType: try call.creditType, query: try call.query, after: after,
            limit: limit + 1)
        let page = found.prefix(limit)
        let isLast = found.count <= limit
        let moment = now()
        return .json { json in
            json.key("customers")
            json.array { json in
                for account in page {
                    json.object { $0.balance(of: account, at: moment) }
                }
            }
            let next = isLast ? nil : page.last.map { Cursor.customer($0.customerID).text }
            json.member("next_cursor", next)
        }
    }

    /// `GET /v1/customers/{customer_id}/balance`.
    func balance(_ call: Call) async throws -> Answer {
        let account = try account(call)
        let newest = try reader.entries(account: account, before: nil, type: nil, limit: 1).first
        let recordedAt = newest?.sealed.commit.recordedAt ?? reader.head.recordedAt
        // Counted after the balance was read: the lag then covers at least what it misses.
        let lag = await status.lagMessages()
        let moment = now()
        return .json { json in
            json.balance(of: account, at: moment)
            json.key("as_of")
            json.object { json in
                json.member("sequence", account.sequence)
                json.member("recorded_at", recordedAt)
                json.key("lag_messages")
                json.literal(lag.map(String.init) ?? "null")
            }
        }
    }

    /// `GET /v1/customers/{customer_id}/grants`: in the order in which they will be used, then those to
    /// come, then those that ended.
    func grants(_ call: Call) throws -> Answer {
        let limit = try call.limit
        let grants = try account(call).grants
        let start = try call.cursor { cursor -> Int? in
            guard case .grant(let ordinal) = cursor else { return nil }
            return grants.firstIndex { $0.ordinal == ordinal }.map { $0 + 1 }
        }
        let rest = grants[(start ?? 0)...]
        let page = rest.prefix(limit)
        return .json { json in
            json.key("grants")
            json.array { json in for grant in page { json.grant(grant) } }
            let isLast = rest.count <= limit
            let next = isLast ? nil : page.last.map { Cursor.grant($0.ordinal).text }
            json.member("next_cursor", next)
        }
    }

    /// The account that a call names.
    ///
    /// - Throws: a ``Problem`` where it has no entry.
    func account(_ call: Call) throws(Problem) -> Account {
        let customerID = try call.path("customer_id")
        let creditType = try call.creditType
        guard let account = reader.account(customerID: customerID, creditType: creditType),
            account.exists
        else { throw .unknownCustomer(customerID, creditType: creditType) }
        return account
    }
}

extension JSONText {
    fileprivate mutating func balance(of account: Account, at moment: Timestamp) {
        member("customer_id", account.customerID)
        member("credit_type", account.creditType)
        member("balance", account.snapshot(at: moment))
        member("next_expiry", nextExpiry: account.nextExpiry(after: moment))
    }
}
