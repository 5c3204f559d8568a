import Testing

/// `credit_balance.low` and `.recovered` (contract §2.5): edge-triggered, entry by entry.
@Suite struct ThresholdTables {
    @Test func twentyPercentOfTheBasisIsLowUnlessSaidOtherwise() throws {
        try checkLedger(
            """
            grant  g1  acme  100               applied  balance 100   grant.created changed
            usage  u1  acme   80               applied  balance 20
            usage  u2  acme    0.000000000001  applied  balance 19.999999999999   low[20%]
            usage  u3  acme   19               applied  balance 0.999999999999
            """
        )
    }

    @Test func anAbsoluteThresholdFiresOnceBelowIt() throws {
        try checkLedger(
            """
            defaults thresholds=50
            grant  g1  acme  100   applied  balance 100   grant.created changed
            usage  u1  acme   50   applied  balance 50
            usage  u2  acme    1   applied  balance 49    low[50]
            usage  u3  acme    1   applied  balance 48
            """
        )
    }

    @Test func oneEntryNamesEveryThresholdThatItCrosses() throws {
        try checkLedger(
            """
            defaults thresholds=60,50%,20%,1
            grant  g1  acme  100   applied  balance 100   grant.created changed
            usage  u1  acme   55   applied  balance 45    low[50%,60]
            usage  u2  acme   45   applied  balance 0     low[1,20%] depleted grant.depleted
            grant  g2  acme   60   applied  balance 60    recovered[1,20%,50%,60] grant.created
            """
        )
    }

    @Test func aThresholdFiresAgainOnlyAfterTheBalanceWasBack() throws {
        try checkLedger(
            """
            defaults thresholds=50
            grant  g1  acme  100              applied  balance 100   grant.created changed
            usage  u1  acme   60              applied  balance 40    low
            grant  g2  acme    9.999999999999 applied  balance 49.999999999999   grant.created
            usage  u2  acme    1              applied  balance 48.999999999999
            grant  g3  acme    1.000000000001 applied  balance 50    recovered[50] grant.created
            usage  u3  acme    1              applied  balance 49    low[50]
            """
        )
    }

    @Test func aNewAccountIsNotArmed() throws {
        try checkLedger(
            """
            defaults thresholds=20%,100
            usage  u1  acme   10   applied  balance -10   overdrawn changed
            grant  g1  acme   60   applied  balance 50    grant.created
            usage  u2  acme   45   applied  balance 5     low[20%]
            grant  g2  acme   94   applied  balance 99    recovered[20%] grant.created
            grant  g3  acme    1   applied  balance 100   grant.created  // arms 100, silently
            usage  u3  acme    1   applied  balance 99    low[100]
            """
        )
    }

    @Test func packAfterPackWarnsAtTwentyPercentOfEach() throws {
        try checkLedger(
            """
            grant  g1  acme  100     applied  balance 100    grant.created changed
            usage  u1  acme   85     applied  balance 15     low[20%]
            grant  g2  acme  100     applied  balance 115    recovered[20%] grant.created
            usage  u2  acme   92     applied  balance 23     grant.depleted[g1]
            usage  u3  acme    0.01  applied  balance 22.99  low[20%]
            grant  g3  acme  977.01  applied  balance 1000   recovered[20%] grant.created
            usage  u4  acme  800     applied  balance 200    grant.depleted[g2]
            usage  u5  acme    1     applied  balance 199    low[20%]
            """
        )
    }

    @Test func theBasisIsTheBalanceAfterTheGrantHoweverSmall() throws {
        try checkLedger(
            """
            grant  g1  acme  100   applied  balance 100   grant.created changed
            usage  u1  acme   90   applied  balance 10    low[20%]
            grant  g2  acme    1   applied  balance 11    recovered[20%] grant.created
            usage  u2  acme    8   applied  balance 3
            usage  u3  acme    1   applied  balance 2     low[20%]     // below 20 % of 11
            """
        )
    }

    @Test func percentagesRestWhileTheBasisIsNotAboveZero() throws {
        try checkLedger(
            """
            grant  g1  acme  100   applied  balance 100   grant.created changed
            usage  u1  acme   90   applied  balance 10    low[20%]
            usage  u2  acme  200   applied  balance -190  depleted overdrawn grant.depleted
            grant  g2  acme   50   applied  balance -140  grant.created grant.depleted
            grant  g3  acme  140   applied  balance 0     grant.created grant.depleted
            grant  g4  acme   60   applied  balance 60    recovered[20%] grant.created
            usage  u3  acme   49   applied  balance 11    low[20%]
            """
        )
    }

    @Test func aPercentageThatNeverHadABasisArmsSilentlyWhenItGetsOne() throws {
        try checkLedger(
            """
            usage  u1  acme   50   applied  balance -50   overdrawn changed
            grant  g1  acme   20   applied  balance -30   grant.created grant.depleted
            grant  g2  acme  100   applied  balance 70    grant.created
            usage  u2  acme   56   applied  balance 14
            usage  u3  acme    1   applied  balance 13    low[20%]
            """
        )
    }

    @Test func percentagesCompareExactly() throws {
        try checkLedger(
            """
            defaults thresholds=33.33%
            grant  g1  acme  100               applied  balance 100   grant.created changed
            usage  u1  acme   66.67            applied  balance 33.33
            usage  u2  acme    0.000000000001  applied  balance 33.329999999999   low[33.33%]
            grant  g2  beta  0.000000000007    applied  balance 0.000000000007
                grant.created changed
            usage  u3  beta  0.000000000004    applied  balance 0.000000000003
            usage  u4  beta  0.000000000001    applied  balance 0.000000000002  low[33.33%]
            """
        )
    }

    @Test func theSmallestAndTheLargestPercentageWork() throws {
        try checkLedger(
            """
            defaults thresholds=100%,0.01%
            grant  g1  acme  100               applied  balance 100   grant.created changed
            usage  u1  acme    0.000000000001  applied  balance 99.999999999999   low[100%]
            usage  u2  acme   99.989999999999  applied  balance 0.01
            usage  u3  acme    0.000000000001  applied  balance 0.009999999999    low[0.01%]
            grant  g2  acme    0.000000000001  applied  balance 0.01
                recovered[0.01%,100%] grant.created
            """
        )
    }

    @Test func configureArmsANewThresholdThatTheBalanceIsAt() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant      g1  acme  100                applied  balance 100   grant.created changed
            configure  c1  acme  thresholds=100,150 applied  balance 100
            usage      u1  acme  1                  applied  balance 99    low[100]
            grant      g2  acme  51                 applied  balance 150
                recovered[100] grant.created
            usage      u2  acme  10                 applied  balance 140   low[150]
            """
        )
    }

    @Test func aThresholdThatWasInTheListBeforeKeepsItsState() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  thresholds=50       applied  balance 0
            grant      g1  acme  100                 applied  balance 100   grant.created changed
            usage      u1  acme   60                 applied  balance 40    low[50]
            configure  c2  acme  thresholds=30,50    applied  balance 40
            usage      u2  acme   15                 applied  balance 25    low[30]
            grant      g2  acme  100                 applied  balance 125
                recovered[30,50] grant.created
            configure  c3  acme  overdraft=refuse    applied  balance 125
            usage      u3  acme   80                 applied  balance 45
                low[50] grant.depleted[g1]
            """
        )
    }

    @Test func aThresholdThatComesBackAfterItWasLeftOutIsANewOne() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  thresholds=50       applied  balance 0
            grant      g1  acme  100                 applied  balance 100   grant.created changed
            usage      u1  acme   60                 applied  balance 40    low[50]
            configure  c2  acme  thresholds=         applied  balance 40
            usage      u2  acme   5                  applied  balance 35
            configure  c3  acme  thresholds=50       applied  balance 35
            grant      g2  acme  100                 applied  balance 135   grant.created
            usage      u3  acme   90                 applied  balance 45
                low[50] grant.depleted[g1]
            """
        )
    }

    @Test func aPercentageIsAnotherThresholdThanTheAbsoluteOfTheSameValue() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  thresholds=50       applied  balance 0
            grant      g1  acme  200                 applied  balance 200   grant.created changed
            configure  c2  acme  thresholds=50%      applied  balance 200
            usage      u1  acme  101                 applied  balance 99    low[50%]
            usage      u2  acme   50                 applied  balance 49
            """
        )
    }

    @Test func configuredThresholdsStayWhenTheDefaultsChange() throws {
        try checkLedger(
            """
            defaults thresholds=50
            configure  c1  acme  thresholds=30       applied  balance 0
            grant      g1  acme  100                 applied  balance 100   grant.created changed
            defaults thresholds=80
            usage      u1  acme   60                 applied  balance 40
            usage      u2  acme   11                 applied  balance 29    low[30]
            """
        )
    }

    @Test func newDefaultsReachTheAccountsThatHaveNoListOfTheirOwn() throws {
        try checkLedger(
            """
            defaults thresholds=50
            grant  g1  acme  100    applied  balance 100   grant.created changed
            defaults thresholds=50,80
            usage  u1  acme   30    applied  balance 70    low[80]
            usage  u2  acme   30    applied  balance 40    low[50]
            """
        )
    }

    // What the journal does not say is lost with the process: the account would remember that 50
    // had fired and announce a recovery that the running program does not.
    @Test func defaultsThatChangeAndChangeBackMakeNewThresholds() throws {
        try checkLedger(
            """
            defaults thresholds=50
            grant  g1  acme  100    applied  balance 100   grant.created changed
            usage  u1  acme   60    applied  balance 40    low[50]
            defaults thresholds=30
            usage  u2  acme    1    applied  balance 39
            defaults thresholds=50
            usage  u3  acme    1    applied  balance 38
            grant  g2  acme  100    applied  balance 138   grant.created
            """
        )
    }

    @Test func accountsDoNotShareTheirThresholds() throws {
        try checkLedger(
            """
            grant  g1  acme  100   applied  balance 100   grant.created changed
            grant  g2  beta   10   applied  balance 10    grant.created changed
            usage  u1  acme   90   applied  balance 10    low[20%]
            usage  u2  beta    5   applied  balance 5
            usage  u3  beta    4   applied  balance 1     low[20%]
            """
        )
    }
}
