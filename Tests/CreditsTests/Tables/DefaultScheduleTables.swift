import Testing

/// Schedules of the defaults where input waits that is older than the program's start (contract §3).
///
/// The table's clock begins on 2026-11-01.
@Suite struct DefaultScheduleTables {
    @Test func aScheduleThatTheDefaultsGainBeginsNowHoweverOldWhatIsReadIs() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme  1   applied  balance -1   overdrawn changed
            readthrough  P1D
            time   P4D   acme balance -1
            defaults thresholds= recurring=free:10:P1D:expires=never
            usage  u2  acme  1   recorded=P1D  applied  balance 8
                grant.created[free:2026-11-05T00:00:00Z] changed
            usage  u3  acme  1   recorded=P3D  applied  balance 7
            readthrough  P4D   acme balance 7
            time   P5D   acme balance 7  changed
            readthrough  P5D   acme balance 17  grant.created[free:2026-11-06T00:00:00Z]
            """
        )
    }

    @Test func otherPeriodsBeginWithTheOneOfNowHoweverOldWhatIsReadIs() throws {
        try checkLedger(
            """
            defaults thresholds= recurring=free:10:P1M:expires=never
            usage  u1  acme  0   applied  balance 10   grant.created changed
            readthrough  P1D
            time   P4DT12H   acme balance 10
            defaults thresholds= recurring=free:1:P1D:expires=never
            usage  u2  acme  0   recorded=P1DT1H  applied  balance 11
                grant.created[free:2026-11-05T00:00:00Z] changed
            usage  u3  acme  0   recorded=P3DT1H  applied  balance 11
            readthrough  P4DT12H   acme balance 11
            """
        )
    }

    @Test func anAccountThatAppearsInHistoryHasThemFromItsFirstInputOn() throws {
        try checkLedger(
            """
            defaults thresholds= recurring=a:1:P1D:expires=never;b:10:P1D:expires=never
            time   P2D
            usage  u1  acme  0   recorded=PT0S  applied  balance 11
                grant.created[a:2026-11-01T00:00:00Z] grant.created[b:2026-11-01T00:00:00Z] changed
            time   P2DT1S   acme balance 33
                grant.created grant.created grant.created grant.created changed
            """
        )
    }

    @Test func anAnchorThatAHistoryComesToLosesNoPeriod() throws {
        try checkLedger(
            """
            defaults thresholds= recurring=a:1:P1D:anchor=P1D:expires=never
            readthrough  PT0S
            time   P3D
            usage  u1  acme  0   recorded=PT0S  applied  balance 0
            usage  u2  acme  0   recorded=P1D   applied  balance 1
                grant.created[a:2026-11-02T00:00:00Z] changed
            readthrough  P3D   acme balance 3  grant.created grant.created
            """
        )
    }
}
