import Credits

/// Gives each account that a batch names its index.
struct AccountDirectory {
    private let hashKey: HashKey
    private var table = AccountTable()
    /// Where the batch's arena holds the default credit type; nil: not yet.
    private var defaultCreditType: ByteSlice?

    static let defaultCreditType = "credits"

    init(hashKey: HashKey) {
        self.hashKey = hashKey
    }

    /// Forgets what the previous batch named.
    mutating func removeAll() {
        table.removeAll()
        defaultCreditType = nil
    }

    /// The default credit type, once in the batch's arena.
    mutating func defaultType(in arena: inout [UInt8]) -> ByteSlice {
        if let defaultCreditType { return defaultCreditType }
        let slice = arena.appendSlice(Self.defaultCreditType.utf8)
        defaultCreditType = slice
        return slice
    }

    /// An account under the store's secret, on its way to ``index(of:in:)``.
    ///
    /// Where it would be found is asked for: whoever has other things to do in between need not wait for
    /// that memory.
    func account(
        customerID: ByteSlice,
        creditType: ByteSlice,
        in arena: borrowing [UInt8]
    ) -> AccountKey {
        let hash = AccountKey.hash(
            customerID: arena.view(customerID),
            creditType: arena.view(creditType),
            key: hashKey
        )
        table.prefetch(hash)
        return AccountKey(customerID: customerID, creditType: creditType, hash: hash)
    }

    /// The index of an account in the batch's list.
    mutating func index(of account: AccountKey, in batch: inout InputBatch) -> Int32 {
        table.index(of: account, in: &batch)
    }

    private static let field = UsageField.customerID.name
    private static let lengths = UsageField.customerID.lengths

    /// The customer that a message names: the field, else the record's key.
    static func customer(
        at index: Int?,
        of document: borrowing JSONDocument,
        _ message: ReceivedMessage,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        if let slice = try document.name(at: index, field, lengths: lengths, in: &arena) {
            return slice
        }
        return try customer(of: message, in: arena)
    }

    /// The customer that a record's key names.
    static func customer(
        of message: ReceivedMessage,
        in arena: borrowing [UInt8]
    ) throws(Refusal) -> ByteSlice {
        guard message.hasKey else { throw .missing(field) }
        let key = arena.view(message.key)
        // Unlike JSON, which the parser has checked, a record's key may be any bytes.
        guard NameRules.isText(key) else {
            throw .expected(.invalidField, field, "UTF-8", got: Excerpt.text(key))
        }
        try NameRules.check(key, as: field, lengths: lengths)
        return message.key
    }
}
