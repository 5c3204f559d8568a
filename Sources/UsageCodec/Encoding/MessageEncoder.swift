public import Credits

public struct MessageEncoder: Sendable {
    public init(
        rates: RateBook,
        grantID: @escaping @Sendable (_ account: UInt32, _ ordinal: UInt32) -> String?
    ) {}

    public func messages(of commit: Commit, hash: [UInt8]) -> [OutgoingMessage] { [] }
}
