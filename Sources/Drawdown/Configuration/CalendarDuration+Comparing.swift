import Credits

extension CalendarDuration {
    /// Whether it ends no later than another, from whichever day both are counted.
    ///
    /// Months have no fixed length, so `P30D` is not always shorter than `P1M`.
    func isNeverLonger(than other: CalendarDuration) -> Bool {
        guard months != other.months else { return microseconds <= other.microseconds }
        // Looking at each day takes its time, and most are far apart.
        if lengths.upperBound <= other.lengths.lowerBound { return true }
        if lengths.lowerBound > other.lengths.upperBound { return false }
        // The calendar repeats after 400 years; these begin in 2000.
        let start = Timestamp(clampingMilliseconds: 946_684_800_000)
        return (0..<Self.daysInCycle).allSatisfy { number in
            let moment = start.advanced(byMicroseconds: number * Self.day)
            return moment.advanced(by: self) <= moment.advanced(by: other)
        }
    }

    private static let day: Int64 = 86_400_000_000
    private static let daysInCycle: Int64 = 146_097
    private static let monthsInCycle: Int64 = 4800

    /// What it takes at least and at most, in microseconds: as many months are never five days shorter
    /// or longer than as many of average length.
    private var lengths: ClosedRange<Int64> {
        let average = Self.daysInCycle * Self.day / Self.monthsInCycle
        let expected = microseconds + Int64(months) * average
        let deviation = months == 0 ? 0 : 5 * Self.day
        return expected - deviation...expected + deviation
    }
}
