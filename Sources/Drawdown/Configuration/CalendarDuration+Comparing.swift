import Credits

extension CalendarDuration {
    /// Whether it ends no later than another, from whichever day both are counted.
    ///
    /// Months have no fixed length, so `P30D` is not always shorter than `P1M`.
    func isNeverLonger(than other: CalendarDuration) -> Bool {
        guard months != other.months else { return microseconds <= other.microseconds }
        let day: Int64 = 86_400_000_000
        let daysInCycle: Int64 = 146_097
        // The calendar repeats after 400 years; these begin in 2000.
        let start = Timestamp(clampingMilliseconds: 946_684_800_000)
        return (0..<daysInCycle).allSatisfy { number in
            let moment = start.advanced(byMicroseconds: number * day)
            return moment.advanced(by: self) <= moment.advanced(by: other)
        }
    }
}
