import Credits
import LedgerStore
import UsageCodec

extension API {
    /// `GET /v1/customers`: customers with balances, by ascending bytes of their ids.
    func customers(_ call: Call) async throws -> Answer {
        let lag = await status.lagMessages()
        let limit = try call.limit
        let after = try call.cursor { if case .customer(let id) = $0 { id } else { nil } }
        // One more than asked for tells whether there is a next page.
        let found = reader.accounts(
            creditType: try call.creditType,
            query: try call.query,
            after: after,
            limit: limit + 1
        )
        let page = found.prefix(limit)
        let isLast = found.count <= limit
        let moment = now()
        let recordedAt = try page.map { try newestEntry(of: $0) }
        return .json { json in
            json.arrayMember("customers") { json in
                for (account, recordedAt) in zip(page, recordedAt) {
                    json.object { json in
                        json.writeMembers(of: account, at: moment)
                        json.writeFreshness(of: account, recordedAt: recordedAt, lag: lag)
                    }
                }
            }
            let next = isLast ? nil : page.last.map { Cursor.customer($0.customerID).text }
            json.member("next_cursor", orNull: next)
        }
    }

    /// `GET /v1/customers/{customer_id}/balance`.
    func balance(_ call: Call) async throws -> Answer {
        // Before the balance is read: a lag of 0 then means that the balance misses nothing.
        let lag = await status.lagMessages()
        let account = try account(call)
        let recordedAt = try newestEntry(of: account)
        let moment = now()
        return .json { json in
            json.writeMembers(of: account, at: moment)
            json.writeFreshness(of: account, recordedAt: recordedAt, lag: lag)
        }
    }

    /// When the account's last entry was recorded.
    private func newestEntry(of account: Account) throws(StoreError) -> Timestamp {
        try reader.lastRecordedAt(of: account) ?? reader.head.recordedAt
    }

    /// `GET /v1/customers/{customer_id}/grants`: in the order in which they will be used, then those to
    /// come, then those that ended in the order in which they came.
    func grants(_ call: Call) throws -> Answer {
        let limit = try call.limit
        let account = try account(call)
        let after = try call.cursor { cursor -> GrantPosition? in
            // One of another account may name a grant that this one never had.
            guard case .grant(let position) = cursor, position.ordinal > 0,
                position.ordinal <= account.grantCount
            else { return nil }
            return position
        }
        let grants = account.grantsByPosition
        let rest = after.map { after in grants.drop { GrantPosition($0) <= after } } ?? grants[...]
        let page = rest.prefix(limit)
        return .json { json in
            json.arrayMember("grants") { json in for grant in page { json.writeGrant(grant) } }
            let isLast = rest.count <= limit
            let next = isLast ? nil : page.last.map { Cursor.grant(GrantPosition($0)).text }
            json.member("next_cursor", orNull: next)
        }
    }

    /// The account that a call names.
    ///
    /// - Throws: a ``Problem`` where it has no entry.
    func account(_ call: Call) throws(Problem) -> Account {
        try account(call, creditType: try call.creditType)
    }

    /// The account of the call's customer in a credit type; nil is the default one.
    func account(_ call: Call, creditType: String?) throws(Problem) -> Account {
        let customerID = try call.path("customer_id")
        let creditType = creditType ?? "credits"
        guard let account = reader.account(customerID: customerID, creditType: creditType),
            account.exists
        else { throw .unknownCustomer(customerID, creditType: creditType) }
        return account
    }
}

extension JSONWriter {
    /// Writes `as_of`: what a balance covers.
    fileprivate mutating func writeFreshness(
        of account: Account,
        recordedAt: Timestamp,
        lag: Int64?
    ) {
        objectMember("as_of") { json in
            json.member("sequence", account.sequence)
            json.member("recorded_at", recordedAt)
            json.key("lag_messages")
            if let lag { json.integer(lag) } else { json.null() }
        }
    }

    /// Writes the members that a customer in a list and a balance share.
    fileprivate mutating func writeMembers(of account: Account, at moment: Timestamp) {
        member("customer_id", account.customerID)
        member("credit_type", account.creditType)
        key("balance")
        writeBalance(account.snapshot(at: moment))
        key("next_expiry")
        guard let next = account.nextExpiry(after: moment) else { return null() }
        object {
            $0.member("credits", next.credits)
            $0.member("at", next.at)
        }
    }
}
