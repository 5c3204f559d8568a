import Credits
import Testing

@testable import UsagePipeline

/// The ledger's time against a wall clock that jumps; all in seconds from the start.
@Suite struct LedgerClockTests {
    private static let start: Int64 = 1_800_000_000

    private func at(_ seconds: Int64) -> Timestamp {
        Timestamp(clampingMilliseconds: (Self.start + seconds) * 1000)
    }

    /// Reads the clock at each moment: wall, elapsed, newest record, what is expected.
    private func run(_ table: [(wall: Int64, elapsed: Int64, record: Int64, now: Int64)]) {
        var clock = LedgerClock()
        for line in table {
            let now = clock.now(
                wall: at(line.wall),
                elapsed: .seconds(line.elapsed),
                newestRecord: at(line.record)
            )
            #expect(now == at(line.now), "at wall \(line.wall)")
        }
    }

    @Test func itFollowsTheWallClock() {
        run([(0, 0, 0, 0), (1, 1, 0, 1), (60, 60, 0, 60)])
    }

    @Test func itStandsStillWhileTheWallClockIsBehind() {
        run([(100, 0, 0, 100), (40, 1, 0, 100), (99, 60, 0, 100), (101, 62, 0, 101)])
    }

    @Test func aSmallJumpForwardIsFollowed() {
        run([(0, 0, 0, 0), (301, 1, 0, 301)])
    }

    @Test func aLargeJumpForwardIsHeldBackAndTimeGoesOn() {
        run([(0, 0, 0, 0), (302, 1, 0, 1), (311, 10, 0, 10), (100_000, 20, 0, 20)])
    }

    @Test func aLongPauseBetweenTwoReadingsIsNoJump() {
        run([(0, 0, 0, 0), (86_400, 86_400, 0, 86_400)])
    }

    @Test func aRecordOfThatTimeConfirmsTheJump() {
        run([(0, 0, 0, 0), (7200, 1, 6899, 1), (7201, 2, 6901, 7201), (7202, 3, 6901, 7202)])
    }

    @Test func aJumpThatIsTakenBackLeavesNothingBehind() {
        run([(0, 0, 0, 0), (7200, 1, 0, 1), (2, 2, 0, 2)])
    }

    @Test func theFirstReadingIsBelieved() {
        run([(-7200, 50, 0, -7200), (-7199, 51, 0, -7199)])
    }
}
