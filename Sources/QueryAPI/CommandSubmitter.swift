public import Credits
public import LedgerStore

/// The way into the commands topic, and back: HTTP is a producer like any other.
public protocol CommandSubmitter: Sendable {
    /// Publishes a command and waits until it is applied.
    ///
    /// - Parameters:
    ///   - key: the record's key.
    ///   - value: the record's value.
    ///   - wait: how long the answer may take.
    /// - Returns: what became of it, as far as that is known by then.
    func submit(key: [UInt8], value: [UInt8], wait: Duration) async -> Submission
}

/// What became of a command that was published.
public enum Submission: Sendable {
    /// Durable: its entries, in the commit that holds them.
    case applied([Entry], SealedCommit)
    /// Its id was applied before, with the same content.
    case duplicate
    case refused(Refusal)
    /// In the topic, and not yet applied.
    case pending
    /// Perhaps in the topic, perhaps not; says why.
    case unknown(String)
}
