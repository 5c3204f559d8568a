import Credits

/// When to ask the cluster where its partitions end: only when somebody wants to know, and seldom.
struct EndQuestion: Equatable {
    /// Time between two questions.
    static let pace = Duration.seconds(1)
    /// How long an answer may take: until then nothing else is asked, for only the answer to the latest
    /// question is taken, and a slow cluster's would never be.
    static let patience = Duration.seconds(5)

    /// When the question was asked that has no answer yet; nil: none is open.
    private(set) var asked: Timestamp?
    private var last: Duration?

    /// Whether to ask now; what is asked then is answered for this moment.
    mutating func asks(isWanted: Bool, at now: Timestamp, elapsed: Duration) -> Bool {
        let wait = asked == nil ? Self.pace : Self.patience
        if let last, elapsed - last < wait { return false }
        guard isWanted else { return false }
        last = elapsed
        asked = now
        return true
    }

    /// The answer came.
    mutating func answered() { asked = nil }

    /// Partitions came or went: an answer on its way is about others.
    mutating func drop() { asked = nil }
}
