import Testing

/// What time brings: grants that become effective, and changes that were held back.
@Suite struct TimeTables {
    @Test func aGrantForTheFutureEntersTheBalanceWhenItsMomentComes() throws {
        try checkLedger(
            """
            grant  g1  acme  100  effective=P1D   applied    balance 0    grant.created[g1]
            grant  g1  acme  100  effective=P1D   duplicate  balance 0
            usage  u1  acme   10                  applied    balance -10
                overdraft:-10 overdrawn changed
            time   PT23H59M59.999999S   acme balance -10
            time   P1D    acme balance 90 grant.activated[g1] changed
            usage  u2  acme   75                  applied    balance 15   g1:-75 low[20%]
            """
        )
    }

    @Test func aGrantOfThisMomentOrThePastIsNeverScheduled() throws {
        try checkLedger(
            """
            time   P1D
            grant  g1  acme  10  effective=P1D                    applied  balance 10
                grant.created changed
            grant  g2  acme  10  effective=PT0S                   applied  balance 20   grant.created
            grant  g3  acme  10  effective=PT24H0.000001S         applied  balance 20   grant.created
            time   PT24H0.000001S   acme balance 30 grant.activated[g3]
            """
        )
    }

    @Test func severalGrantsBecomeEffectiveInTheOrderOfTheirMoments() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme  15                     applied  balance -15  overdrawn changed
            grant  late   acme  10  effective=P3D   applied  balance -15  grant.created
            grant  soon   acme  10  effective=P2D   applied  balance -15  grant.created
            grant  same   acme  10  effective=P2D   applied  balance -15  grant.created
            time   P9D    acme balance 15 changed
                grant.activated[soon] grant.depleted[soon] grant.activated[same] grant.activated[late]
            usage  u2  acme  6                      applied  balance 9
                same:-5 late:-1 grant.depleted
            """
        )
    }

    @Test func whatTimeBringsComesBeforeTheInputsOfItsMoment() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme  10  effective=P1D  applied   balance 0    grant.created
            usage  u1  acme  10                 rejected  balance 0
                insufficient_credits usage.rejected
            time   P1D    acme balance 10 grant.activated[g1] changed
            usage  u1  acme  10                 applied   balance 0    depleted grant.depleted
            """
        )
    }

    @Test func aScheduledGrantKeepsItsTermsUntilItExpires() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10  effective=P1D expires=P2D   applied  balance 0  grant.created
            time   P1D    acme balance 10 grant.activated changed
            usage  u1  acme   4                 applied  balance 6    g1:-4
            time   P2D    acme balance 6 changed
            usage  u2  acme   4                 applied  balance 2    overdraft:-4
            usage  u3  acme   4  occurred=P1D   applied  balance -2   g1:-4 depleted overdrawn
            """
        )
    }

    @Test func theDebtOfTheMomentIsSettledByAGrantThatBecomesEffective() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10  effective=P1D   applied  balance 0    grant.created
            usage  u1  acme  10                  applied  balance -10  overdrawn changed
            time   P1D    acme balance 0 grant.activated[g1] grant.depleted[g1] changed
            """
        )
    }

    @Test func theFirstChangeIsAnnouncedAtOnceAndTheLastOneAlways() throws {
        try checkLedger(
            """
            defaults coalesce=PT10S
            grant  g1  acme  100    applied  balance 100   grant.created changed
            usage  u1  acme   10    applied  balance 90
            usage  u2  acme   10    applied  balance 80
            time   PT9.999999S      acme balance 80
            time   PT10S            acme balance 80 changed
            usage  u3  acme   10    applied  balance 70
            time   PT19.999999S     acme balance 70
            time   PT20S            acme balance 70 changed
            time   PT1H             acme balance 70
            usage  u4  acme   10    applied  balance 60    changed
            """
        )
    }

    @Test func aChangeThatWasHeldBackGoesWithTheNextInputOfItsTime() throws {
        try checkLedger(
            """
            grant  g1  acme  100    applied  balance 100   grant.created changed
            usage  u1  acme   10    applied  balance 90
            time   PT0.5S
            usage  u2  acme   10    applied  balance 80
            time   PT1.5S           acme balance 80 changed
            usage  u3  acme   10    applied  balance 70
            """
        )
    }

    @Test func everyAccountHasAClockOfItsOwn() throws {
        try checkLedger(
            """
            grant  g1  acme  100    applied  balance 100   grant.created changed
            time   PT0.5S
            grant  g2  beta  100    applied  balance 100   grant.created changed
            usage  u1  acme   10    applied  balance 90
            usage  u2  beta   10    applied  balance 90
            time   PT1S             acme balance 90 changed
            time   PT1.501952S
            time   PT1.501953S      beta balance 90 changed
            """
        )
    }

    @Test func accountsThatWereAnnouncedTogetherTakeTurnsOnceTheyAreHeldBack() throws {
        try checkLedger(
            """
            defaults coalesce=PT0.000512S
            grant  g1  acme  100    applied  balance 100   grant.created changed
            grant  g2  beta  100    applied  balance 100   grant.created changed
            grant  g3  cara  100    applied  balance 100   grant.created changed
            usage  u1  acme   10    applied  balance 90
            usage  u2  beta   10    applied  balance 90
            usage  u3  cara   10    applied  balance 90
            time   PT0.000512S      acme balance 90 changed
            time   PT0.000513S      beta balance 90 changed
            time   PT0.000514S      cara balance 90 changed
            time   PT0.001026S
            usage  u4  cara   10    applied  balance 80    changed
            """
        )
    }

    @Test func withoutCoalescingEveryCommitAnnouncesItsChange() throws {
        try checkLedger(
            """
            defaults coalesce=PT0S thresholds=
            grant  g1  acme  100    applied    balance 100   grant.created changed
            usage  u1  acme   10    applied    balance 90    changed
            usage  u2  acme    0    applied    balance 90
            usage  u1  acme   10    duplicate  balance 90
            """
        )
    }

    @Test func whatDoesNotMoveTheBalanceIsNoChange() throws {
        try checkLedger(
            """
            configure  c1  acme  overdraft=refuse          applied   balance 0
            usage      u1  acme  0                         applied   balance 0
            usage      u2  acme  1                         rejected  balance 0
                insufficient_credits usage.rejected
            grant      g1  acme  100  effective=P1D        applied   balance 0    grant.created
            time   PT1H   acme balance 0
            """
        )
    }
}
