/// Says how many messages are due, so that a rate is kept whatever the caller's rhythm is.
struct DemoPace: Sendable {
    /// Messages per second.
    let rate: Int
    private var taken = 0

    init(rate: Int) {
        self.rate = rate
    }

    /// The number of messages to send now.
    ///
    /// - Parameter elapsed: time since the start, never less than the last time.
    /// - Returns: at most one second's worth: after a stall the rest is forgotten, for a flood is
    ///   not what the rate asks for.
    mutating func due(at elapsed: Duration) -> Int {
        let (seconds, attoseconds) = elapsed.components
        let fraction = Int(attoseconds / 1_000_000_000_000) * rate / 1_000_000
        let target = Int(seconds) * rate + fraction
        let count = min(max(target - taken, 0), rate)
        taken = max(target, taken)
        return count
    }
}
