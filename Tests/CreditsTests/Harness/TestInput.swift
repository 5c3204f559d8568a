import Credits

/// An account's name, as inputs give it.
struct AccountName: Hashable, Comparable, CustomStringConvertible {
    let customerID: String
    let creditType: String

    init(customerID: String, creditType: String = "credits") {
        self.customerID = customerID
        self.creditType = creditType
    }

    init(_ account: Account) {
        self.init(customerID: account.customerID, creditType: account.creditType)
    }

    init(_ group: AccountGroup, in commit: Commit) {
        self.init(
            customerID: commit.customerID(of: group),
            creditType: commit.creditType(of: group)
        )
    }

    static func < (left: AccountName, right: AccountName) -> Bool {
        (left.customerID, left.creditType) < (right.customerID, right.creditType)
    }

    var description: String {
        creditType == "credits" ? customerID : "\(customerID)/\(creditType)"
    }
}

/// An input as a decoder would have read it.
struct TestInput {
    struct UsageTerms {
        var source = ""
        var action = ""
        /// nil: no rate card prices the event.
        var credits: Amount?
        /// The hold that the event captures.
        var holdID = ""
        var occurredAt: Timestamp
    }

    enum Kind {
        case usage(UsageTerms)
        /// A hold of 0 credits stands for one that no rate card prices.
        case command(CommandAction)
    }

    var id: String
    var account: AccountName
    var kind: Kind
    /// What counts for `duplicate` against `conflict`.
    var content: String
    /// Where it stood in its partition: the same in whatever batch it comes.
    var offset: Int64
    var timestamp: Timestamp

    var isCommand: Bool {
        if case .command = kind { true } else { false }
    }
}

/// The keys and fingerprints that a store and its decoder would compute.
enum TestKeys {
    private static let secret = HashKey(first: 0x0706_0504_0302_0100, second: 0x0f0e_0d0c_0b0a_0908)

    static func key(_ space: IDSpace, scope: String = "", id: String) -> IDKey {
        let (scope, id) = (Array(scope.utf8), Array(id.utf8))
        return space.key(scope: scope.span, id: id.span, under: secret)
    }

    static func claim(grantID: String, account: AccountName) -> IDKey {
        key(.grant, scope: "\(account.customerID)\u{0}\(account.creditType)", id: grantID)
    }

    static func claim(holdID: String, account: AccountName) -> IDKey {
        key(.hold, scope: "\(account.customerID)\u{0}\(account.creditType)", id: holdID)
    }

    static func accountHash(_ name: AccountName) -> IDKey {
        let (customer, type) = (Array(name.customerID.utf8), Array(name.creditType.utf8))
        return AccountKey.hash(customerID: customer.span, creditType: type.span, key: secret)
    }

    static func fingerprint(_ content: String) -> UInt64 {
        let bytes = Array(content.utf8)
        var hash = KeyedHash(key: .content)
        hash.combine(bytes.span)
        return hash.finalize().low
    }
}
