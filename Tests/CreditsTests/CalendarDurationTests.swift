import Testing

@testable import Credits

/// ISO 8601 durations (contract §1).
@Suite struct CalendarDurationTests {
    @Test(arguments: [
        ("P1Y", 12, 0), ("P1M", 1, 0), ("P1Y2M", 14, 0), ("P1W", 0, 604_800_000_000),
        ("P1D", 0, 86_400_000_000), ("PT1H", 0, 3_600_000_000), ("PT1M", 0, 60_000_000),
        ("PT1S", 0, 1_000_000), ("PT0.02S", 0, 20000), ("PT0.000001S", 0, 1), ("PT0S", 0, 0),
        ("P0D", 0, 0), ("P30D", 0, 2_592_000_000_000), ("P1M1DT1H1M1.5S", 1, 90_061_500_000),
        ("P10000Y", 120_000, 0), ("PT36H", 0, 129_600_000_000), ("P007D", 0, 604_800_000_000),
    ])
    func aDurationIsReadPartByPart(text: String, months: Int, microseconds: Int64) {
        let duration = CalendarDuration(text)
        #expect(duration?.months == months)
        #expect(duration?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "P", "PT", "P1", "1D", "D", "PD", "P1DT", "PT1", "P1H", "PT1D", "PT1Y", "P1S", "p1d",
        "P1d", "P-1D", "-P1D", "+P1D", "P+1D", "P1D ", " P1D", "P1D1D", "P1D1M", "P1M1Y",
        "P1DT1M1H",
        "PT1S1M", "P1.5D", "P1.0M", "PT1.5H", "PT1.S", "PT.5S", "PT1.2.3S", "PT1.0000001S",
        "PT1,5S",
        "P1DT1H1", "PT1HT1M", "P1X", "P1YT", "10", "PP1D", "P1D\u{0}", "P١D", "P10001Y", "P120001M",
        "P999999999999D", "PT1000000000000S", "P99999999999999999999999D",
    ])
    func whatIsNoDurationIsNil(text: String) {
        #expect(CalendarDuration(text) == nil)
    }

    // Thirteen digits pass the reader's own bound; as millionths they leave 64 bits.
    @Test func aVeryLongNumberIsNilAndNoTrap() async {
        await #expect(processExitsWith: .success) {
            for text in ["P9999999999999D", "PT9223372036855S", "PT9999999999999.5S"] {
                #expect(CalendarDuration(text) == nil)
            }
        }
    }

    @Test(arguments: [
        ("P1Y", "P12M"), ("P1W", "P7D"), ("PT24H", "P1D"), ("PT90M", "PT1H30M"), ("PT0S", "PT0S"),
        ("P1M", "P1M"), ("PT0.02S", "PT0.02S"), ("P1M1DT1H1M1.5S", "P1M1DT1H1M1.5S"),
        ("PT61S", "PT1M1S"), ("P0Y", "PT0S"), ("P30D", "P30D"), ("PT3600.000001S", "PT1H0.000001S"),
    ])
    func theShortestSpellingIsWritten(text: String, written: String) {
        #expect(CalendarDuration(text)?.description == written)
        #expect(CalendarDuration(written) == CalendarDuration(text))
    }

    @Test(arguments: [
        ("2026-01-31T12:00:00Z", "P1M", "2026-02-28T12:00:00Z"),
        ("2024-01-31T00:00:00Z", "P1M", "2024-02-29T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "P1Y", "2025-02-28T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "P4Y", "2028-02-29T00:00:00Z"),
        ("2026-12-31T23:59:59.999999Z", "P2M", "2027-02-28T23:59:59.999999Z"),
        ("2026-10-31T00:00:00Z", "P1M", "2026-11-30T00:00:00Z"),
        ("2026-01-31T00:00:00Z", "P2M", "2026-03-31T00:00:00Z"),
        ("2026-01-31T00:00:00Z", "P1M1D", "2026-03-01T00:00:00Z"),
        ("1969-12-31T23:59:59Z", "P1M", "1970-01-31T23:59:59Z"),
        ("1960-02-29T06:00:00Z", "P12M", "1961-02-28T06:00:00Z"),
        ("2026-11-01T00:00:00Z", "P30D", "2026-12-01T00:00:00Z"),
        ("2026-11-01T00:00:00Z", "PT15M", "2026-11-01T00:15:00Z"),
        ("9999-12-01T00:00:00Z", "P1M", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", "P10000Y", "9999-12-31T23:59:59.999999Z"),
        ("9999-11-30T00:00:00Z", "P1M", "9999-12-30T00:00:00Z"),
    ])
    func monthsAreCountedFirstAndHeldToTheirLastDay(
        start: String,
        duration: String,
        end: String
    ) throws {
        let moment = try #require(Timestamp(start))
        let length = try #require(CalendarDuration(duration))
        #expect(moment.advanced(by: length).description == end)
    }

    @Test func partsBelowZeroOrBeyondTenThousandYearsAreNoDuration() {
        #expect(CalendarDuration(months: -1) == nil)
        #expect(CalendarDuration(microseconds: -1) == nil)
        #expect(CalendarDuration(months: 120_001) == nil)
        #expect(CalendarDuration(microseconds: 315_576_000_000_000_001) == nil)
        #expect(CalendarDuration.seconds(.max) == nil)
        #expect(CalendarDuration.seconds(-1) == nil)
        #expect(CalendarDuration.seconds(90)?.description == "PT1M30S")
    }
}
