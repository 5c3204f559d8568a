import Credits

/// The section `triggers`.
struct TriggerSettings: Equatable, Sendable {
    /// At most one `credit_balance.changed` per account in this time; without months.
    var coalesce = CalendarDuration.fixed(seconds: 1)

    mutating func read(_ reader: inout YAMLReader) {
        reader.read("coalesce", into: &coalesce, to: .fixed(days: 1))
    }
}

/// The section `expiry`.
struct ExpirySettings: Equatable, Sendable {
    /// How long after its expiry a grant still waits for usage that happened before it.
    var grace = CalendarDuration.fixed(hours: 1)
    /// How long before its expiry a grant is announced to be expiring, each time once.
    var notice = [CalendarDuration.fixed(days: 7), CalendarDuration.fixed(days: 1)]
    private static let maximumNotices = 8

    mutating func read(_ reader: inout YAMLReader) {
        reader.read("grace", into: &grace, to: .fixed(years: 1))
        guard let value = reader.value("notice"), let elements = value.elements() else { return }
        guard elements.count <= Self.maximumNotices else {
            value.fail("at most \(Self.maximumNotices) durations", got: "\(elements.count)")
            return
        }
        var leads: [CalendarDuration] = []
        for element in elements {
            let lead = element.duration(from: .shortest, to: .fixed(years: 10))
            guard let lead else { continue }
            if leads.contains(lead) { element.fail("given once", got: "\(lead) a second time") }
            leads.append(lead)
        }
        notice = leads
    }
}

/// The section `reversal`.
struct ReversalSettings: Equatable, Sendable {
    /// How long credits last that come back after their grant has ended.
    var grace = CalendarDuration.fixed(days: 30)

    mutating func read(_ reader: inout YAMLReader) {
        reader.read("grace", into: &grace, from: .fixed(seconds: 1), to: .fixed(years: 100))
    }
}

/// `events`: which events are taken.
struct EventSettings: Equatable, Sendable {
    /// Larger messages are `too_large`.
    var maxBytes = ByteCount.mebibytes(1)
    /// Events that occurred longer ago are `too_old`; nil: none is.
    var maxAge: CalendarDuration?
    /// Events further in the future are `too_far_in_future`; nil: none is.
    var maxFuture: CalendarDuration? = CalendarDuration.fixed(seconds: 300)

    mutating func read(_ reader: inout YAMLReader) {
        reader.read(
            "max_bytes",
            into: &maxBytes,
            in: ByteCount(bytes: 1024)...ByteCount.mebibytes(64)
        )
        let longest = CalendarDuration.fixed(years: 100)
        reader.read("max_age", orNullInto: &maxAge, from: .fixed(seconds: 1), to: longest)
        reader.read("max_future", orNullInto: &maxFuture, to: longest)
    }
}

/// `dedup`: how long a usage id is remembered at least.
///
/// Every id is kept for ever whatever is said: that is stricter, and breaks no promise.
struct DeduplicationSettings: Equatable, Sendable {
    /// Nil: for ever.
    var retention: CalendarDuration?

    /// - Parameters:
    ///   - reader: the section.
    ///   - maxAge: `events.max_age`, without which a forgotten id could come back as new.
    mutating func read(_ reader: inout YAMLReader, maxAge: CalendarDuration?) {
        guard let value = reader.value("retention"), let text = value.text() else { return }
        guard text != "forever" else {
            retention = nil
            return
        }
        guard
            let limit = value.duration(
                from: .fixed(seconds: 1),
                to: .fixed(years: 100),
                or: "forever"
            )
        else { return }
        guard let maxAge else {
            value.fail("forever where events.max_age does not limit it", got: text)
            return
        }
        guard maxAge.isNeverLonger(than: limit) else {
            value.fail("forever, or no shorter than events.max_age (\(maxAge))", got: text)
            return
        }
        retention = limit
    }
}
