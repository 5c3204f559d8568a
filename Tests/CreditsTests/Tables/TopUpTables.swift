import Testing

/// `auto_top_up`: an account asks for credits by itself (contract §2.5, §3).
@Suite struct TopUpTables {
    // MARK: When, and how much

    @Test func oneRequestIsMadeWhenTheBalanceFallsBelowTheThreshold() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50
            grant  g1  acme  150   applied  balance 150  grant.created changed
            usage  u1  acme   50   applied  balance 100
            usage  u2  acme    0.000000000001  applied  balance 99.999999999999
                auto_top_up.requested[50]
            usage  u3  acme   90   applied  balance 9.999999999999
            """
        )
    }

    @Test func soManyPacksAreAskedForAsReachTheThreshold() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:30
            grant  g1  a  140   applied  balance 140  grant.created changed
            usage  u1  a   70   applied  balance 70   auto_top_up.requested[30]
            grant  g2  b  140   applied  balance 140  grant.created changed
            usage  u2  b   70.000000000001  applied  balance 69.999999999999
                auto_top_up.requested[60]
            usage  u3  c    1   applied  balance -1   overdrawn auto_top_up.requested[120] changed
            """
        )
    }

    @Test func anyEntryAsks() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50
            grant   g1  a   60                applied  balance 60   grant.created changed
                auto_top_up.requested[50]
            hold    h1  b    1                rejected balance 0    insufficient_credits hold.rejected
            adjust  a1  c   -1                applied  balance -1   overdrawn changed
                auto_top_up.requested[150]
            grant   g2  d  100                applied  balance 100  grant.created changed
            void    v1  d    1  grant=g2      applied  balance 99   grant.voided
                auto_top_up.requested[50]
            grant   g3  e    1  effective=P1D  applied  balance 0   grant.created
                auto_top_up.requested[100]
            configure  c1  f  overdraft=refuse  applied  balance 0  auto_top_up.requested[100]
            """
        )
    }

    @Test func withoutARuleNothingIsAskedFor() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage      u1  acme  1  applied  balance -1  overdrawn changed
            configure  c1  acme  overdraft=record  applied  balance -1
            """
        )
    }

    @Test func anAccountsOwnRuleTakesThePlaceOfTheDefault() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50
            configure  c1  a  topup=off  applied  balance 0
            usage      u1  a  1          applied  balance -1  overdrawn changed
            configure  c2  a  topup=threshold:0,pack:7  applied  balance -1
                auto_top_up.requested[7]
            grant      g1  b  100        applied  balance 100  grant.created changed
            configure  c3  b  topup=threshold:10,pack:50  applied  balance 100
            usage      u2  b  90         applied  balance 10
            usage      u3  b   1         applied  balance 9   auto_top_up.requested[50]
            """
        )
    }

    @Test func aThresholdBelowZeroIsAPromiseToPayLater() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:-10,pack:50
            usage  u1  acme  10  applied  balance -10  overdrawn changed
            usage  u2  acme   1  applied  balance -11  auto_top_up.requested[50]
            """
        )
    }

    @Test func atTheEndOfTheRangeWhatFitsIsAskedFor() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:99999999999999999999999999,pack:60000000000000000000000000
            usage  u1  a  99999999999999999999999999  applied
                balance -99999999999999999999999999  overdrawn changed
                auto_top_up.requested[60000000000000000000000000]
            grant  g1  b  1  applied  balance 1  grant.created changed
                auto_top_up.requested[60000000000000000000000000]
            """
        )
    }

    // MARK: Answers

    @Test func anAnswerLetsTheNextRequestBeMade() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50
            grant  g1  acme  100              applied  balance 100  grant.created changed
            usage  u1  acme   10              applied  balance 90   auto_top_up.requested[50]
            grant  g2  acme    5              applied  balance 95   grant.created
            grant  g3  acme    5  request=other  applied  balance 100  grant.created
            usage  u2  acme    5              applied  balance 95
            grant  g4  acme   50  request=last   applied  balance 145  grant.created
            usage  u3  acme   45              applied  balance 100
            usage  u4  acme    1              applied  balance 99   auto_top_up.requested[50]
            """
        )
    }

    @Test func anAnswerThatIsTooSmallLeadsToTheNextRequest() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50
            usage  u1  acme   10              applied  balance -10  overdrawn changed
                auto_top_up.requested[150]
            grant  g1  acme   60  request=last  applied  balance 50  grant.created
                auto_top_up.requested[50]
            """
        )
    }

    @Test func anAnswerThatBecomesEffectiveLaterIsNotAskedForAgain() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50,answer:PT1H
            usage  u1  acme   10              applied  balance -10  overdrawn changed
                auto_top_up.requested[150]
            grant  g1  acme  150  request=last  effective=P1D  applied  balance -10  grant.created
            usage  u2  acme   60              applied  balance -70
            time   P1D  acme balance 80  grant.activated[g1] auto_top_up.requested[50] changed
            """
        )
    }

    @Test func anAnswerThatIsVoidedBeforeItIsEffectiveIsNone() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50
            usage  u1  acme   10              applied  balance -10  overdrawn changed
                auto_top_up.requested[150]
            grant  g1  acme  150  request=last  effective=P1D  applied  balance -10  grant.created
            void   v1  acme  all  grant=g1    applied  balance -10  grant.voided
                auto_top_up.requested[150]
            """
        )
    }

    @Test func aRequestThatNobodyAnswersSuspendsFurtherOnes() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50,answer:PT1H
            usage  u1  acme   10              applied  balance -10  overdrawn changed
                auto_top_up.requested[150]
            time   PT59M59.999999S  acme balance -10
            time   PT1H  acme balance -10  auto_top_up.suspended[not_answered]
            usage  u2  acme    1              applied  balance -11  changed
            time   P365D  acme balance -11
            usage  u3  acme    1              applied  balance -12  changed
            """
        )
    }

    @Test func anAnswerOfTheLastMomentIsInTime() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50,answer:PT1H
            usage  u1  acme   10              applied  balance -10  overdrawn changed
                auto_top_up.requested[150]
            time   PT59M59.999999S  acme balance -10
            grant  g1  acme  150  request=last  applied  balance 140  grant.created changed
            time   PT2H  acme balance 140
            """
        )
    }

    @Test func anAnswerThatComesTooLateEndsTheSuspension() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50,answer:PT1H
            usage  u1  acme   10              applied  balance -10  overdrawn changed
                auto_top_up.requested[150]
            time   PT1H  acme balance -10  auto_top_up.suspended[not_answered]
            grant  g1  acme    1              applied  balance -9   grant.created grant.depleted
                changed
            grant  g2  acme  150  request=last  applied  balance 141  grant.created
            usage  u2  acme   50              applied  balance 91   auto_top_up.requested[50]
            """
        )
    }

    @Test func anAnswerToAnEarlierRequestEndsNothing() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  topup=threshold:0,pack:5,period:P1D,count:9,answer:PT1H
                applied  balance 0
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[5]
            grant  g1  acme    5  request=last  applied  balance 4  grant.created
            usage  u2  acme    5              applied  balance -1   depleted overdrawn grant.depleted
                auto_top_up.requested[5]
            time   PT1H  acme balance -1  auto_top_up.suspended[not_answered] changed
            grant  g2  acme    0.5  request=topup_00000000000000000000000000000000
                applied  balance -0.5  grant.created grant.depleted
            """
        )
    }

    @Test func anyConfigureEndsTheSuspension() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50,answer:PT1H
            usage      u1  acme   10              applied  balance -10  overdrawn changed
                auto_top_up.requested[150]
            configure  c1  acme  overdraft=record  applied  balance -10
            time       PT1H  acme balance -10  auto_top_up.suspended[not_answered]
            configure  c2  acme  overdraft=record  applied  balance -10
                auto_top_up.requested[150]
            time       PT2H  acme balance -10  auto_top_up.suspended[not_answered]
            """
        )
    }

    @Test func aRuleThatIsTurnedOffLetsRequestsLapse() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  topup=threshold:100,pack:50,answer:PT1H  applied  balance 0
                auto_top_up.requested[100]
            configure  c2  acme  topup=off  applied  balance 0
            time       PT59M59.999999S
            configure  c3  acme  topup=threshold:100,pack:50  applied  balance 0
            configure  c4  acme  topup=off  applied  balance 0
            time       PT1H
            configure  c5  acme  topup=threshold:100,pack:50  applied  balance 0
                auto_top_up.requested[100]
            """
        )
    }

    @Test func theWaitForAnAnswerBeginsWhenTheRequestIsMadeKnown() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:0,pack:10,answer:PT1H
            time   P10D
            usage  u1  acme    1  recorded=P9DT23H0.000001S  applied  balance -1  overdrawn changed
                auto_top_up.requested[10]
            time   P10DT59M59.999999S  acme balance -1
            time   P10DT1H             acme balance -1  auto_top_up.suspended[not_answered]
            """
        )
    }

    @Test func inHistoryTheWaitBeginsWithTheRecord() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:0,pack:10,answer:PT1H
            time   P10D
            usage  u1  a    1  recorded=P9D           applied  balance -1  overdrawn changed
                auto_top_up.requested[10]
            grant  g1  a   10  recorded=P9DT59M59.999999S  request=last  applied  balance 9
                grant.created
            usage  u2  b    1  recorded=P9D           applied  balance -1  overdrawn changed
                auto_top_up.requested[10]
            time   P10DT0.000001S  b balance -1  auto_top_up.suspended[not_answered]
            """
        )
    }

    // MARK: Beside other things

    @Test func aReversalThatReachesTheThresholdAsksForNothing() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant      g1  acme  10               applied  balance 10  grant.created changed
            usage      u1  acme   6               applied  balance 4
            configure  c1  acme  topup=off        applied  balance 4
            reverse    r1  acme   1  usage=u1     applied  balance 5   usage.reversed
            configure  c2  acme  topup=threshold:6,pack:1  applied  balance 5
                auto_top_up.requested[1]
            grant      g2  acme   1  request=last  applied  balance 6  grant.created
            reverse    r2  acme  all  usage=u1    applied  balance 11  usage.reversed
            """
        )
    }

    @Test func creditTypesAskEachForThemselves() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:1,pack:1
            usage  u1  acme         1  applied  balance -1  overdrawn changed
                auto_top_up.requested[2]
            usage  u2  acme/images  2  applied  balance -2  overdrawn changed
                auto_top_up.requested[3]
            grant  g1  acme         3  request=last  applied  balance 2  grant.created
            usage  u3  acme/images  1  applied  balance -3
            """
        )
    }

    /// The first period of a schedule is due at no moment of its own.
    @Test func aSchedulesFirstCreditsAskForMoreOnceAndNow() throws {
        for anchor in ["", ":anchor=2020-01-01"] {
            try checkLedger(
                """
                defaults thresholds= topup=threshold:100,pack:500,period:P30D,count:5
                    recurring=free:50:P1M\(anchor)
                usage  u1  acme  1  applied  balance 49  grant.created changed
                    auto_top_up.requested[500]
                time   PT59M59S  acme balance 49
                time   PT1H      acme balance 49  auto_top_up.suspended[not_answered]
                """
            )
        }
    }
}
