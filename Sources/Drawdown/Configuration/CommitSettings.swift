import Credits

/// `commit`: when a batch is closed and made durable, whichever comes first.
struct CommitSettings: Equatable, Sendable {
    /// How long the first event of a batch waits for others.
    var maxAge = CalendarDuration.fixed(seconds: 0, microseconds: 20_000)
    var maxEvents = 10_000

    mutating func read(_ reader: inout YAMLReader) {
        reader.read("max_age", into: &maxAge, to: .fixed(seconds: 10))
        reader.read("max_events", into: &maxEvents, in: 1...100_000)
    }
}
