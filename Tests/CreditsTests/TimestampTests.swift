import Testing

@testable import Credits

/// RFC 3339 date-times, read and written (contract §1).
@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("2026-11-01T00:00:00Z", 1_793_491_200_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000),
        ("2024-02-29T23:59:59Z", 1_709_251_199_000_000),
        ("1900-03-01T00:00:00Z", -2_203_891_200_000_000),
        ("2038-01-19T03:14:08Z", 2_147_483_648_000_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ("2026-11-01T12:34:56.000001Z", 1_793_536_496_000_001),
    ])
    func aMomentIsReadAndWrittenBack(text: String, microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
        #expect(Timestamp(microseconds: microseconds)?.description == text)
    }

    @Test(arguments: [
        ("2026-11-01T01:00:00+01:00", "2026-11-01T00:00:00Z"),
        ("2026-10-31T19:00:00-05:00", "2026-11-01T00:00:00Z"),
        ("2026-11-01T05:45:00+05:45", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00-00:00", "2026-11-01T00:00:00Z"),
        ("2026-11-01t00:00:00z", "2026-11-01T00:00:00Z"),
        ("2026-11-01 00:00:00Z", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00.5Z", "2026-11-01T00:00:00.500000Z"),
        ("2026-11-01T00:00:00.1234569999Z", "2026-11-01T00:00:00.123456Z"),
        ("2026-11-01T00:00:00.0000000Z", "2026-11-01T00:00:00Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
        ("2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"),
        ("2023-03-01T00:30:00+01:00", "2023-02-28T23:30:00Z"),
        ("0001-01-01T23:59:00+23:59", "0001-01-01T00:00:00Z"),
        ("9999-12-31T00:00:59-23:59", "9999-12-31T23:59:59Z"),
    ])
    func offsetsAndSpellingsComeToUTC(text: String, written: String) {
        #expect(Timestamp(text)?.description == written)
    }

    @Test(arguments: [
        "", "2026", "2026-11-01", "2026-11-01T00:00:00", "2026-11-01T00:00Z", "20261101T000000Z",
        "2026-11-01T00:00:00.Z", "2026-11-01T00:00:00,5Z", "2026-11-01T00:00:00+0100",
        "2026-11-01T00:00:00+01", "2026-11-01T00:00:00+24:00", "2026-11-01T00:00:00+00:60",
        "2026-11-01T24:00:00Z", "2026-11-01T00:60:00Z", "2026-11-01T00:00:61Z",
        "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-00T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z", "2024-02-30T00:00:00Z", "2026-11-01T00:00:00ZZ",
        "2026-11-01T00:00:00Z ", " 2026-11-01T00:00:00Z", "2026-11-1T00:00:00Z",
        "+2026-11-01T00:00:00Z", "-2026-11-01T00:00:00Z", "12026-11-01T00:00:00Z",
        "2026/11/01T00:00:00Z", "2026-11-01_00:00:00Z", "2026-11-01T٠٠:00:00Z",
        "2026-11-01T00:00:00−01:00", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z",
    ])
    func whatIsNoDateTimeOfTheYears1To9999IsNil(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func theRangeEndsWhereRFC3339Ends() {
        #expect(Timestamp(microseconds: Timestamp.earliest.microseconds - 1) == nil)
        #expect(Timestamp(microseconds: Timestamp.latest.microseconds + 1) == nil)
        #expect(Timestamp(microseconds: .min) == nil)
        #expect(Timestamp(microseconds: .max) == nil)
        #expect(Timestamp.earliest.description == "0001-01-01T00:00:00Z")
        #expect(Timestamp.latest.description == "9999-12-31T23:59:59.999999Z")
    }

    // A producer may set any record timestamp.
    @Test func kafkasMillisecondsAreHeldWithinTheRange() {
        #expect(Timestamp(clampingMilliseconds: -1).microseconds == -1000)
        #expect(Timestamp(clampingMilliseconds: .max) == .latest)
        #expect(Timestamp(clampingMilliseconds: .min) == .earliest)
        #expect(Timestamp(clampingMilliseconds: 253_402_300_799_999).microseconds % 1000 == 0)
        #expect(Timestamp(clampingMilliseconds: 253_402_300_800_000) == .latest)
        #expect(Timestamp(clampingMilliseconds: -62_135_596_800_001) == .earliest)
    }

    @Test func advancingStopsAtTheEnds() {
        #expect(Timestamp.latest.advanced(byMicroseconds: 1) == .latest)
        #expect(Timestamp.latest.advanced(byMicroseconds: .max) == .latest)
        #expect(Timestamp.earliest.advanced(byMicroseconds: -1) == .earliest)
        #expect(Timestamp.earliest.advanced(byMicroseconds: .min) == .earliest)
        #expect(Timestamp.latest.advanced(byMicroseconds: -1) < .latest)
    }

    @Test func secondsAreRoundedDownBefore1970Too() {
        #expect(Timestamp(microseconds: 1_999_999)?.seconds == 1)
        #expect(Timestamp(microseconds: -1)?.seconds == -1)
        #expect(Timestamp(microseconds: -1_000_000)?.seconds == -1)
        #expect(Timestamp(microseconds: -1_000_001)?.seconds == -2)
    }

    @Test func everyDayOfFourHundredYearsFollowsTheOneBefore() {
        var date = CivilDate(year: 1800, month: 1, day: 1)
        var number = date.daysSinceEpoch
        while date.year < 2201 {
            #expect(date.daysSinceEpoch == number)
            #expect(CivilDate(daysSinceEpoch: number) == date)
            number += 1
            date.day += 1
            if date.day > CivilDate.daysIn(month: date.month, year: date.year) {
                date = CivilDate(year: date.year, month: date.month + 1, day: 1)
            }
            if date.month > 12 { date = CivilDate(year: date.year + 1, month: 1, day: 1) }
        }
    }

    @Test func everyMomentSurvivesTheRoundTrip() {
        var generator = SplitMix64(seed: 3)
        let range = Timestamp.earliest.microseconds...Timestamp.latest.microseconds
        for _ in 0..<2000 {
            let moment = Timestamp(microseconds: Int64.random(in: range, using: &generator))
            #expect(moment.flatMap { Timestamp($0.description) } == moment)
        }
    }
}
