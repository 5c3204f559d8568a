extension Duration {
    /// Whole milliseconds, rounded up and held within 0 and the library's largest time-out.
    var timeoutMs: Int32 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        guard seconds < Int64(Int32.max) / 1_000 else { return Int32.max }
        let partMs = (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int32(seconds * 1_000 + partMs)
    }
}

/// The time left of a budget that several blocking calls share.
struct Deadline {
    private let instant: ContinuousClock.Instant

    init(after duration: Duration) {
        instant = .now + duration
    }

    var remaining: Duration { max(.zero, instant - .now) }
    var isOver: Bool { instant <= .now }
}
