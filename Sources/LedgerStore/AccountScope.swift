public import Credits

/// The scope in which an account's own ids, such as `grant_id`, are unique.
public enum AccountScope {
    /// The account's name in bytes: the customer id after its length (4 bytes, little endian), then
    /// the credit type, so that no two accounts share a scope.
    public static func bytes(customerID: Span<UInt8>, creditType: Span<UInt8>) -> [UInt8] {
        var scope: [UInt8] = []
        scope.reserveCapacity(4 + customerID.count + creditType.count)
        scope.append(halfWord: UInt32(truncatingIfNeeded: customerID.count))
        for index in customerID.indices { scope.append(customerID[index]) }
        for index in creditType.indices { scope.append(creditType[index]) }
        return scope
    }

    /// The key under which an account's grant id is taken.
    public static func grantKey(
        customerID: String,
        creditType: String,
        grantID: String,
        under secret: HashKey
    ) -> IDKey {
        key(.grant, of: grantID, customerID: customerID, creditType: creditType, under: secret)
    }

    /// The key under which an account's hold id is taken.
    public static func holdKey(
        customerID: String,
        creditType: String,
        holdID: String,
        under secret: HashKey
    ) -> IDKey {
        key(.hold, of: holdID, customerID: customerID, creditType: creditType, under: secret)
    }

    private static func key(
        _ space: IDSpace,
        of id: String,
        customerID: String,
        creditType: String,
        under secret: HashKey
    ) -> IDKey {
        let customerID = Array(customerID.utf8)
        let creditType = Array(creditType.utf8)
        let id = Array(id.utf8)
        let scope = bytes(customerID: customerID.span, creditType: creditType.span)
        return space.key(scope: scope.span, id: id.span, under: secret)
    }

    /// An account's own id that an entry takes besides its command's.
    enum Claim {
        case grant(String, IDKey)
        case hold(String, IDKey)

        var key: IDKey {
            switch self {
            case .grant(_, let key), .hold(_, let key): key
            }
        }
    }

    /// What an entry claims: the id of the grant that it made or of the hold that it placed; nil:
    /// nothing.
    ///
    /// Taking over a commit, replaying and verifying all ask here, so that an id that is known to a
    /// running store is known after it was opened again.
    static func claim(
        of entry: Entry,
        in commit: borrowing Commit,
        under secret: HashKey
    ) -> Claim? {
        guard entry.detail >= 0 else { return nil }
        let group = commit.groups[Int(entry.group)]
        let customerID = commit.customerID(of: group)
        let creditType = commit.creditType(of: group)
        func grantClaim(_ grantID: String) -> Claim {
            let key = grantKey(
                customerID: customerID,
                creditType: creditType,
                grantID: grantID,
                under: secret
            )
            return .grant(grantID, key)
        }
        switch commit.details[Int(entry.detail)].payload {
        case .grant(let terms), .recurring(let terms, _), .rollover(let terms, _):
            return grantClaim(terms.grantID)
        case .reversal(let reversal): return reversal.grant.map { grantClaim($0.grantID) }
        case .hold(let hold):
            let key = holdKey(
                customerID: customerID,
                creditType: creditType,
                holdID: hold.holdID,
                under: secret
            )
            return .hold(hold.holdID, key)
        case .none, .activation, .cancellation, .endOfHold, .settings: return nil
        }
    }

    /// The key under which a command id is taken; command ids have no scope.
    static func commandKey(_ commandID: String, under secret: HashKey) -> IDKey {
        let scope: [UInt8] = []
        let id = Array(commandID.utf8)
        return IDSpace.command.key(scope: scope.span, id: id.span, under: secret)
    }
}
