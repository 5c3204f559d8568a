import Testing

/// What is left of a period and goes into the next one (contract §3).
///
/// The table's clock begins on 2026-11-01.
@Suite struct RolloverTables {
    @Test func whatIsLeftMovesToAGrantThatLastsOnePeriodLonger() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:100:P1M:rollover=30   applied  balance 100
                grant.created changed
            usage      u1  acme  50   applied  balance 50
            time  2026-12-01   acme balance 150  available 130
                plan:2026-11-01T00:00:00Z:-30 plan:2026-12-01T00:00:00Z:rollover:30
                plan:2026-12-01T00:00:00Z:100
                grant.created[plan:2026-12-01T00:00:00Z:rollover]
                grant.created[plan:2026-12-01T00:00:00Z] changed
            time  2026-12-01T01:00:00Z   acme balance 130  plan:2026-11-01T00:00:00Z:-20
                grant.expired[plan:2026-11-01T00:00:00Z] changed
            usage      u2  acme  31   applied  balance 99
                plan:2026-12-01T00:00:00Z:rollover:-30 plan:2026-12-01T00:00:00Z:-1
                grant.depleted[plan:2026-12-01T00:00:00Z:rollover]
            """
        )
    }

    @Test func whatWasRolledOverDoesNotRollOverAgain() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            configure  c1  acme  recurring=plan:10:P1M:rollover=100%   applied  balance 10
                grant.created changed
            time  2026-12-01   acme balance 20
                plan:2026-11-01T00:00:00Z:-10 plan:2026-12-01T00:00:00Z:rollover:10
                plan:2026-12-01T00:00:00Z:10
                grant.created grant.expired[plan:2026-11-01T00:00:00Z] grant.created changed
            time  2027-01-01   acme balance 20
                plan:2026-12-01T00:00:00Z:-10 plan:2027-01-01T00:00:00Z:rollover:10
                plan:2027-01-01T00:00:00Z:10 plan:2026-12-01T00:00:00Z:rollover:-10
                grant.created grant.expired[plan:2026-12-01T00:00:00Z] grant.created
                grant.expired[plan:2026-12-01T00:00:00Z:rollover] changed
            """
        )
    }

    @Test func theSmallestOfBothLimitsAndWhatIsLeftRollsOver() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            configure  c1  acme  recurring=plan:100:P1M:rollover=50,25%   applied  balance 100
                grant.created changed
            configure  c2  beta  recurring=plan:100:P1M:rollover=24,25%   applied  balance 100
                grant.created changed
            configure  c3  gaga  recurring=plan:100:P1M:rollover=50,25%   applied  balance 100
                grant.created changed
            usage      u3  gaga  76   applied  balance 24
            time  2026-12-01
                acme balance 125  grant.created grant.created grant.expired changed
                beta balance 124  grant.created grant.created grant.expired changed
                gaga balance 124  grant.created grant.created grant.expired changed
            """
        )
    }

    @Test func nothingRollsOverWhereNothingIsLeftOrNothingIsAllowedTo() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            configure  c1  acme  recurring=plan:100:P1M:rollover=100%   applied  balance 100
                grant.created changed
            usage      u1  acme  100   applied  balance 0   depleted grant.depleted
            configure  c2  beta  recurring=plan:100:P1M:rollover=0      applied  balance 100
                grant.created changed
            time  2026-12-01
                acme balance 100  grant.created[plan:2026-12-01T00:00:00Z] changed
                beta balance 100  grant.created[plan:2026-12-01T00:00:00Z] grant.expired changed
            """
        )
    }

    @Test func usageOfTheOldPeriodDrawsOnWhatStayedBehindThenOnWhatWasRolledOver() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:100:P1M:rollover=30   applied  balance 100
                grant.created changed
            time   2026-12-01   acme balance 200  grant.created grant.created changed
            usage  u1  acme  80  occurred=2026-11-30T23:59:59.999999Z  applied  balance 120
                plan:2026-11-01T00:00:00Z:-70 plan:2026-12-01T00:00:00Z:rollover:-10 grant.depleted
            usage  u2  acme  30  applied  balance 90
                plan:2026-12-01T00:00:00Z:rollover:-20 plan:2026-12-01T00:00:00Z:-10 grant.depleted
            """
        )
    }

    @Test func rolledOverCreditsMoveNoThresholdAndNoBasis() throws {
        try checkLedger(
            """
            defaults grace=PT0S thresholds=100,20%
            configure  c1  acme  recurring=plan:100:P1M:rollover=50%   applied  balance 100
                grant.created changed
            usage      u1  acme  60   applied  balance 40   low[100]
            time  2026-12-01   acme balance 140  grant.created grant.created grant.expired
                recovered[100] changed
            """
        )
    }

    @Test func creditsWhoseTimeWasOverBeforeThePeriodEndedDoNotRollOver() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:expires=P29D:rollover=100%
                applied  balance 10  grant.created changed
            configure  c2  beta  recurring=plan:10:P1M:expires=P30D:rollover=100%
                applied  balance 10  grant.created changed
            readthrough  PT0S
            time  2026-12-01
            readthrough  2026-12-01
                acme balance 10  plan:2026-12-01T00:00:00Z:10 plan:2026-11-01T00:00:00Z:-10
                grant.created grant.expired[plan:2026-11-01T00:00:00Z] changed
                beta balance 20
                plan:2026-11-01T00:00:00Z:-10 plan:2026-12-01T00:00:00Z:rollover:10
                plan:2026-12-01T00:00:00Z:10
                grant.created grant.expired[plan:2026-11-01T00:00:00Z] grant.created changed
            """
        )
    }

    @Test func creditsThatOutliveTheirPeriodGainAPeriodOfLife() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            configure  c1  acme  recurring=plan:10:P1M:expires=P2M:rollover=4   applied  balance 10
                grant.created changed
            configure  c2  acme  recurring=   applied  balance 10
            time  2026-12-01   acme balance 10
            configure  c3  acme  recurring=plan:10:P1M:expires=P2M:rollover=4   applied  balance 20
                plan:2026-11-01T00:00:00Z:-4 plan:2026-12-01T00:00:00Z:rollover:4
                plan:2026-12-01T00:00:00Z:10 grant.created grant.created changed
            configure  c4  acme  recurring=   applied  balance 20
            time  2027-01-01   acme balance 14  plan:2026-11-01T00:00:00Z:-6 grant.expired changed
            time  2027-01-31T23:59:59.999999Z   acme balance 14
            time  2027-02-01   acme balance 0   plan:2026-12-01T00:00:00Z:rollover:-4
                plan:2026-12-01T00:00:00Z:-10 grant.expired grant.expired depleted changed
            """
        )
    }

    @Test func nothingRollsOverIntoAPeriodThatEndsSooner() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:100:P1M:rollover=30   applied  balance 100
                grant.created changed
            time  2026-11-20T12:00:00Z
            configure  c2  acme  recurring=plan:10:P1D:rollover=30    applied  balance 110
                plan:2026-11-20T00:00:00Z:10 grant.created[plan:2026-11-20T00:00:00Z] changed
            time  2026-11-21   acme balance 120
                plan:2026-11-20T00:00:00Z:-10 plan:2026-11-21T00:00:00Z:rollover:10
                plan:2026-11-21T00:00:00Z:10
                grant.created[plan:2026-11-21T00:00:00Z:rollover]
                grant.expired[plan:2026-11-20T00:00:00Z]
                grant.created[plan:2026-11-21T00:00:00Z] changed
            """
        )
    }

    @Test func creditsThatNeverExpireHaveNothingToRollOver() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:expires=never:rollover=100%
                applied  balance 10  grant.created changed
            time  2026-12-01   acme balance 20  plan:2026-12-01T00:00:00Z:10
                grant.created[plan:2026-12-01T00:00:00Z] changed
            """
        )
    }

    @Test func everyMissedPeriodRollsOverIntoTheNext() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:rollover=3   applied  balance 10
                grant.created changed
            time  2027-01-15   acme balance 13
                plan:2026-11-01T00:00:00Z:-3 plan:2026-12-01T00:00:00Z:rollover:3
                plan:2026-12-01T00:00:00Z:10
                plan:2026-12-01T00:00:00Z:-3 plan:2027-01-01T00:00:00Z:rollover:3
                plan:2027-01-01T00:00:00Z:10
                plan:2026-11-01T00:00:00Z:-7
                plan:2026-12-01T00:00:00Z:rollover:-3 plan:2026-12-01T00:00:00Z:-7
                grant.created grant.created grant.created grant.created
                grant.expired grant.expired grant.expired changed
            """
        )
    }
}
