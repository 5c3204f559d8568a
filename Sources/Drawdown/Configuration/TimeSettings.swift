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

    mutating func read(_ reader: inout YAMLReader) {
        reader.read("grace", into: &grace, to: .fixed(years: 1))
        guard let value = reader.value("notice"), let elements = value.elements() else { return }
        guard elements.count <= 10 else {
            value.fail("at most 10 durations", got: "\(elements.count)")
            return
        }
        var leads: [CalendarDuration] = []
        for element in elements {
            let lead = element.duration(from: .fixed(seconds: 1), to: .fixed(years: 10))
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
    /// Events further in the future are `too_far_in_future`; always `PT5M` in this version.
    let maxFuture = CalendarDuration.fixed(seconds: 300)

    mutating func read(_ reader: inout YAMLReader) {
        reader.read(
            "max_bytes",
            into: &maxBytes,
            in: ByteCount(bytes: 1024)...ByteCount.mebibytes(64)
        )
        reader.refuse("max_age")
        guard let value = reader.value("max_future"), let text = value.text() else { return }
        if CalendarDuration(text) != maxFuture {
            value.fail("\(maxFuture) (others are not supported in this version)", got: text)
        }
    }
}

/// The section `dedup`.
enum DeduplicationSection {
    static func read(_ reader: inout YAMLReader) {
        guard let value = reader.value("retention"), let text = value.text() else { return }
        if text != "forever" {
            value.fail("forever (others are not supported in this version)", got: text)
        }
    }
}
