import Testing

/// How much an account may ask for in one window, and when a window ends (contract §2.5, §3).
@Suite struct TopUpCapTables {
    @Test func noMoreRequestsAreMadeThanTheWindowAllows() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:0,pack:10,period:P30D,count:2
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[10]
            grant  g1  acme   10  request=last  applied  balance 9  grant.created
            usage  u2  acme   10              applied  balance -1   depleted overdrawn grant.depleted
                auto_top_up.requested[10]
            grant  g2  acme   10  request=last  applied  balance 9  grant.created
            usage  u3  acme    9              applied  balance 0    depleted grant.depleted
            usage  u4  acme    1              applied  balance -1   overdrawn
                auto_top_up.suspended[cap_reached]
            usage  u5  acme    1              applied  balance -2
            time   P29DT23H59M59.999999S  acme balance -2  changed
            time   P30D  acme balance -2  auto_top_up.requested[10]
            """
        )
    }

    @Test func noMoreCreditsAreAskedForThanTheWindowAllows() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:50,period:P30D,cap:200
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[150]
            grant  g1  acme  150  request=last  applied  balance 149  grant.created
            usage  u2  acme  149              applied  balance 0    depleted grant.depleted
                auto_top_up.requested[50]
            grant  g2  acme   50  request=last  applied  balance 50   grant.created
                auto_top_up.suspended[cap_reached]
            usage  u3  acme    1              applied  balance 49
            """
        )
    }

    @Test func whatTheCapHasLeftOfAPackIsNotAskedFor() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:1,pack:50,period:P30D,cap:99.999999999999
            usage  u1  a    1               applied  balance -1   overdrawn changed
                auto_top_up.requested[50]
            grant  g1  a   50  request=last  applied  balance 49  grant.created
            usage  u2  a   49               applied  balance 0    depleted grant.depleted
                auto_top_up.suspended[cap_reached]
            """
        )
        try checkLedger(
            """
            defaults thresholds= topup=threshold:1,pack:50,period:P30D,cap:100
            usage  u1  a    1               applied  balance -1   overdrawn changed
                auto_top_up.requested[50]
            grant  g1  a   50  request=last  applied  balance 49  grant.created
            usage  u2  a   49               applied  balance 0    depleted grant.depleted
                auto_top_up.requested[50]
            """
        )
    }

    @Test func aCapBelowOnePackAllowsNothing() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:1,pack:50,period:P1D,cap:49
            usage  u1  acme  1  applied  balance -1  overdrawn changed
                auto_top_up.suspended[cap_reached]
            usage  u2  acme  1  applied  balance -2
            time   P9D  acme balance -2  changed
            usage  u3  acme  1  applied  balance -3
            """
        )
    }

    @Test func aWindowBeginsWithTheFirstRequestAfterTheOneBefore() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:0,pack:10,period:P30D,count:1
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[10]
            grant  g1  acme   10  request=last  applied  balance 9  grant.created
            time   P40D  acme balance 9  changed
            usage  u2  acme   10              applied  balance -1   depleted overdrawn grant.depleted
                auto_top_up.requested[10]
            grant  g2  acme   10  request=last  applied  balance 9  grant.created
            usage  u3  acme   10              applied  balance -1   depleted overdrawn grant.depleted
                auto_top_up.suspended[cap_reached]
            time   P69DT23H59M59.999999S  acme balance -1  changed
            time   P70D  acme balance -1  auto_top_up.requested[10]
            """
        )
    }

    @Test func aWindowThatEndsAboveTheThresholdLeavesTheAskingToEntries() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:0,pack:10,period:P30D,count:1
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[10]
            grant  g1  acme    1  request=last  applied  balance 0  grant.created grant.depleted
            usage  u2  acme    1              applied  balance -1   overdrawn
                auto_top_up.suspended[cap_reached]
            grant  g2  acme    9              applied  balance 8    grant.created
            time   P31D  acme balance 8  changed
            usage  u3  acme    9              applied  balance -1   depleted overdrawn grant.depleted
                auto_top_up.requested[10]
            """
        )
    }

    @Test func theEndOfTheWindowEndsASuspensionForWantOfAnAnswer() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:0,pack:10,period:P1D,count:5,answer:PT1H
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[10]
            time   PT1H  acme balance -1  auto_top_up.suspended[not_answered]
            time   PT23H59M59.999999S  acme balance -1
            time   P1D  acme balance -1  auto_top_up.requested[10]
            time   P1DT1H  acme balance -1  auto_top_up.suspended[not_answered]
            time   P2DT59M59.999999S  acme balance -1  auto_top_up.requested[10]
            """
        )
    }

    @Test func afterAPauseAnAccountAsksOnceForAllTheWindowsThatEndedMeanwhile() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:500,period:PT1H,count:1,answer:PT10M
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[500]
            time   PT10M  acme balance -1  auto_top_up.suspended[not_answered]
            time   PT5H30M  acme balance -1  auto_top_up.requested[500]
                auto_top_up.suspended[not_answered]
            time   PT5H59M59.999999S  acme balance -1
            time   PT6H  acme balance -1  auto_top_up.requested[500]
            """
        )
    }

    @Test func creditsThatCameMeanwhileSpareTheRequest() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:500,period:PT1H,count:1,answer:PT10M
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[500]
            grant  g1  acme  200  effective=PT3H  applied  balance -1  grant.created
            time   PT10M  acme balance -1  auto_top_up.suspended[not_answered]
            time   PT5H30M  acme balance 199  grant.activated[g1] changed
            """
        )
    }

    @Test func whatTimeBringsMeanwhileDoesNotAskForEachWindowEither() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:100,pack:500,period:P1D,count:1,answer:PT1H
                recurring=free:1:P1D:expires=never
            usage  u1  acme    1              applied  balance 0    grant.created changed
                auto_top_up.requested[500] depleted grant.depleted
            time   PT1H  acme balance 0  auto_top_up.suspended[not_answered]
            time   P5DT12H  acme balance 5  grant.created grant.created grant.created
                grant.created grant.created auto_top_up.requested[500]
                auto_top_up.suspended[not_answered] changed
            """
        )
    }

    @Test func aWindowThatIsShorterThanTheWaitEndsWithIt() throws {
        try checkLedger(
            """
            defaults thresholds= topup=threshold:0,pack:10,period:PT1H,count:1,answer:P1D
            usage  u1  acme    1              applied  balance -1   overdrawn changed
                auto_top_up.requested[10]
            time   PT23H  acme balance -1
            time   P1D    acme balance -1  auto_top_up.suspended[not_answered]
                auto_top_up.requested[10]
            """
        )
    }

    @Test func underRefusalTheEndOfTheWindowAsksThoughNoEntryComes() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse topup=threshold:5,pack:10,period:P1D,count:1
            grant  g1  acme    5              applied  balance 5    grant.created changed
            usage  u1  acme    5              applied  balance 0    depleted grant.depleted
                auto_top_up.requested[10]
            grant  g2  acme    1  request=last  applied  balance 1  grant.created
                auto_top_up.suspended[cap_reached]
            usage  u2  acme    2              rejected balance 1    insufficient_credits
                usage.rejected
            time   P1D  acme balance 1  auto_top_up.requested[10] changed
            """
        )
    }

    @Test func aRaisedCapAsksAtOnceAndALoweredOneSaysSoAgain() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  topup=threshold:10,pack:10,period:P30D,count:1  applied  balance 0
                auto_top_up.requested[10]
            grant      g1  acme  1  request=last  applied  balance 1  grant.created changed
                auto_top_up.suspended[cap_reached]
            configure  c2  acme  overdraft=record  applied  balance 1
                auto_top_up.suspended[cap_reached]
            configure  c3  acme  topup=threshold:10,pack:10,period:P30D,count:2  applied  balance 1
                auto_top_up.requested[10]
            """
        )
    }
}
