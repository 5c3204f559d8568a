import Credits

extension CalendarDuration {
    static let zero = fixed(seconds: 0)

    /// A duration that stands in the source, in seconds and parts of them.
    static func fixed(seconds: Int64, microseconds: Int64 = 0, months: Int = 0) -> CalendarDuration
    {
        guard
            let duration = CalendarDuration(
                months: months,
                microseconds: seconds * 1_000_000 + microseconds
            )
        else { preconditionFailure("expected a constant duration to be in range") }
        return duration
    }

    static func fixed(hours: Int64) -> CalendarDuration { fixed(seconds: hours * 3600) }
    static func fixed(days: Int64) -> CalendarDuration { fixed(seconds: days * 86_400) }
    static func fixed(years: Int) -> CalendarDuration { fixed(seconds: 0, months: years * 12) }
}
