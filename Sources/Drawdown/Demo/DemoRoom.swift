/// How many messages the demo may send before it knows better how far behind the worker is.
///
/// The embedded broker keeps about 5 MiB of each partition and drops what is older, read or not: a
/// worker that is further behind than that meets a gap, and ends.
struct DemoRoom: Sendable {
    /// In messages: the partitions of a topic keep several times as many.
    static let maximumLag = 50_000

    private var room = Self.maximumLag

    /// Makes room for as many as the worker may still fall behind.
    ///
    /// - Parameters:
    ///   - lag: messages not yet applied; nil: nobody knows, so that there is no more room than before.
    ///   - queued: messages on their way to the broker, which no lag has in it yet.
    mutating func note(lag: Int64?, queued: Int) {
        guard let lag else { return }
        room = max(0, Self.maximumLag - Int(lag) - queued)
    }

    /// Takes as many as there is room for, at most so many as are wanted.
    mutating func take(_ wanted: Int) -> Int {
        let taken = min(wanted, room)
        room -= taken
        return taken
    }
}
