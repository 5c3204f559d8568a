import Testing

/// Grants that expire (contract §2.4): not before the grace has passed and all input until then is
/// read, and never at the cost of credits that were used in time.
@Suite struct ExpiryTables {
    @Test func aGrantIsNoLongerAvailableFromItsExpiryAndEndsAfterTheGrace() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100  expires=P1D   applied  balance 100  grant.created changed
            time   PT23H59M59.999999S   acme balance 100 available 100
            time   P1D                  acme balance 100 available 0
            time   P1DT59M59.999999S    acme balance 100 available 0
            time   P1DT1H               acme balance 0   available 0
                g1:-100 grant.expired[g1] depleted changed
            time   P2D                  acme balance 0
            """
        )
    }

    @Test func withoutGraceAGrantEndsAtItsExpiry() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            grant  g1  acme  100  expires=P1D   applied  balance 100  grant.created changed
            time   PT23H59M59.999999S   acme balance 100
            time   P1D                  acme balance 0   g1:-100 grant.expired depleted changed
            """
        )
    }

    @Test func aGrantThatNeverExpiresStays() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100        applied  balance 100  grant.created changed
            time   9999-12-31   acme balance 100 available 100
            """
        )
    }

    @Test func usageThatHappenedInTimeDrawsUntilTheGraceIsOver() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100  expires=P1D   applied  balance 100  grant.created changed
            time   P1DT59M59.999999S
            usage  u1  acme  10  occurred=PT23H59M59.999999S  applied  balance 90  g1:-10 changed
            usage  u2  acme  10  occurred=P1D                 applied  balance 80  overdraft:-10
            time   P1DT1H   acme balance -10 g1:-90 grant.expired depleted overdrawn changed
            usage  u3  acme  10  occurred=PT23H59M59.999999S  applied  balance -20 overdraft:-10
            """
        )
    }

    @Test func expiryWaitsUntilAllInputUpToTheEndOfTheGraceIsRead() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100  expires=P1D   applied  balance 100  grant.created changed
            readthrough  PT1H
            time   P30D                       acme balance 100 available 0
            readthrough  P1DT59M59.999999S    acme balance 100 available 0
            usage  u1  acme  40  recorded=PT23H   applied  balance 60   g1:-40 changed
            readthrough  P1DT1H   acme balance 0  g1:-60 grant.expired[g1] depleted
            """
        )
    }

    @Test func inputThatIsReadToALaterMomentThanTheClocksExpiresNothingEarly() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100  expires=P1D   applied  balance 100  grant.created changed
            readthrough  P9D          acme balance 100
            time   P1DT59M59.999999S  acme balance 100
            time   P1DT1H             acme balance 0   grant.expired depleted changed
            """
        )
    }

    @Test func aWorkerThatWasDownForAnHourCostsNobodyCreditsThatWereUsedInTime() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT5M
            grant  g1  acme  100  expires=PT10M   applied  balance 100  grant.created changed
            readthrough  PT9M
            time   PT1H10M
            usage  u1  acme  60  recorded=PT9M59.999999S  applied  balance 40   g1:-60 changed
            usage  u2  acme  60  recorded=PT10M           applied  balance -20
                overdraft:-60 depleted overdrawn
            readthrough  PT1H10M   acme balance -60  g1:-40 grant.expired[g1]
            """
        )
    }

    @Test func inputsOfABatchGoBeforeWhatExpiresWithIt() throws {
        try checkLedger(
            """
            defaults thresholds=
            readthrough  PT0S
            time   P9D
            grant  g1  acme  100  recorded=PT1S expires=P1D  applied  balance 100
                grant.created changed
            usage  u1  acme  99   recorded=P8D occurred=PT2S  applied  balance 1  g1:-99
            readthrough  P9D   acme balance 0  g1:-1 grant.expired depleted
            """
        )
    }

    @Test func aDepletedGrantStaysDepleted() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10  expires=P1D   applied  balance 10  grant.created changed
            usage  u1  acme  10                applied  balance 0   depleted grant.depleted
            time   P2D   acme balance 0 changed
            """
        )
    }

    @Test func whatTheDebtLeftOfAGrantExpires() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme   30               applied  balance -30  overdrawn changed
            grant  g1  acme  100  expires=P1D  applied  balance 70   overdraft:30 g1:70 grant.created
            time   P1DT1H   acme balance 0  g1:-70 grant.expired depleted changed
            """
        )
    }

    @Test func grantsExpireInTheOrderOfTheirMomentsThenOfTheirArrival() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            grant  late  acme  1  expires=P1DT0.000001S  applied  balance 1   grant.created changed
            grant  soon  acme  2  expires=P1D priority=9 applied  balance 3   grant.created
            grant  same  acme  4  expires=P1D priority=1 applied  balance 7   grant.created
            grant  ever  acme  8                         applied  balance 15  grant.created
            time   P1D              acme balance 9  soon:-2 same:-4
                grant.expired[soon] grant.expired[same] changed
            time   P1DT0.000001S    acme balance 8  late:-1 grant.expired[late]
            """
        )
    }

    @Test func whatExpiresLowersTheBasisOfPercentages() throws {
        try checkLedger(
            """
            grant  g1  acme  90  expires=P1D  applied  balance 90   grant.created changed
            grant  g2  acme  10               applied  balance 100  grant.created
            time   P1DT1H   acme balance 10   g1:-90 grant.expired changed
            usage  u1  acme  8                applied  balance 2
            usage  u2  acme  0.000000000001   applied  balance 1.999999999999  low[20%]
            """
        )
    }

    @Test func whatExpiresMayTakeTheBalanceBelowAThreshold() throws {
        try checkLedger(
            """
            defaults thresholds=50,200 grace=PT0S
            grant  g1  acme  100  expires=P1D  applied  balance 100  grant.created changed
            grant  g2  acme   49               applied  balance 149  grant.created
            time   P1D   acme balance 49   g1:-100 grant.expired low[50] changed
            """
        )
    }

    @Test func expiredCreditsCoverNothingThatHappenedAfterThem() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme  10  expires=P1D   applied  balance 10  grant.created changed
            time   P1D
            usage  u1  acme   1  occurred=P1D  rejected balance 10
                insufficient_credits usage.rejected
            hold   h1  acme   1                rejected balance 10
                insufficient_credits hold.rejected
            usage  u2  acme   1  occurred=PT23H59M59.999999S  applied  balance 9  g1:-1 changed
            time   P1DT1H   acme balance 0  g1:-9 grant.expired depleted changed
            """
        )
    }

    @Test func aGrantThatWasScheduledBecomesEffectiveBeforeItExpiresHoweverLateThatIsRead() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            grant  g1  acme  10  effective=P1D expires=P2D  applied  balance 0  grant.created
            time   P5D   acme balance 0  g1:10 g1:-10
                grant.activated grant.expired depleted changed
            """
        )
    }

    @Test func aGrantThatAVoidEndedDoesNotExpire() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10   expires=P1D  applied  balance 10  grant.created changed
            grant  g2  acme  10   expires=P1D  applied  balance 20  grant.created
            void   v1  acme  all  grant=g1     applied  balance 10  grant.voided
            void   v2  acme  4    grant=g2     applied  balance 6   grant.voided
            time   P1DT1H   acme balance 0  g2:-6 grant.expired[g2] depleted changed
            void   v3  acme  all  grant=g2     rejected balance 0
                exceeds_remaining command.rejected
            """
        )
    }

    @Test func theLargestBalanceThereIsMayExpire() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            grant  g1  acme  99999999999999999999999999.999999999999  expires=P1D
                applied  balance 99999999999999999999999999.999999999999  grant.created changed
            usage  u1  acme  99999999999999999999999999.999999999999  occurred=P1D
                applied  balance 0   depleted
            time   P1D   acme balance -99999999999999999999999999.999999999999
                g1:-99999999999999999999999999.999999999999 grant.expired overdrawn changed
            """
        )
    }

    @Test func everyAccountExpiresByItself() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme         1  expires=P1D             applied  balance 1
                grant.created changed
            grant  g2  acme/images  2  expires=P1DT0.000001S   applied  balance 2
                grant.created changed
            grant  g3  beta         4  expires=P1D             applied  balance 4
                grant.created changed
            time   P1DT1H           acme balance 0 grant.expired depleted changed
                                    acme/images balance 2
                                    beta balance 0 grant.expired depleted changed
            time   P1DT1H0.000001S  acme/images balance 0 g2:-2 grant.expired depleted changed
            """
        )
    }
}
