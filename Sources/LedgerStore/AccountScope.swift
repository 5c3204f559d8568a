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
        let customerID = Array(customerID.utf8)
        let creditType = Array(creditType.utf8)
        let grantID = Array(grantID.utf8)
        let scope = bytes(customerID: customerID.span, creditType: creditType.span)
        return IDSpace.grant.key(scope: scope.span, id: grantID.span, under: secret)
    }

    /// The key under which a command id is taken; command ids have no scope.
    static func commandKey(_ commandID: String, under secret: HashKey) -> IDKey {
        let scope: [UInt8] = []
        let id = Array(commandID.utf8)
        return IDSpace.command.key(scope: scope.span, id: id.span, under: secret)
    }
}
