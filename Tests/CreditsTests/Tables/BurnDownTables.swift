import Testing

/// Which credits are used first (contract §2.4).
@Suite struct BurnDownTables {
    @Test func oneEventDrawsOnAsManyGrantsAsItNeeds() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme   10   applied  balance 10   grant.created changed
            grant  g2  acme   20   applied  balance 30   grant.created
            grant  g3  acme   30   applied  balance 60   grant.created
            usage  u1  acme   35   applied  balance 25   g1:-10 g2:-20 g3:-5
                grant.depleted[g1] grant.depleted[g2]
            usage  u2  acme   24   applied  balance 1    g3:-24
            usage  u3  acme    4   applied  balance -3   g3:-1 overdraft:-3
                depleted overdrawn grant.depleted[g3]
            """
        )
    }

    @Test func theLowestPriorityGoesFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  last     acme  5  priority=1000             applied  balance 5
                grant.created changed
            grant  default  acme  5  expires=P9D               applied  balance 10  grant.created
            grant  second   acme  5  priority=49               applied  balance 15  grant.created
            grant  first    acme  5  priority=0                applied  balance 20  grant.created
            grant  third    acme  5  priority=50 expires=P8D   applied  balance 25  grant.created
            usage  u1  acme  6    applied  balance 19   first:-5 second:-1 grant.depleted
            usage  u2  acme  5    applied  balance 14   second:-4 third:-1 grant.depleted
            usage  u3  acme  5    applied  balance 9    third:-4 default:-1 grant.depleted
            usage  u4  acme  5    applied  balance 4    default:-4 last:-1 grant.depleted
            """
        )
    }

    @Test func amongEqualPrioritiesTheEarliestExpiryGoesFirstAndNeverGoesLast() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  never  acme  5  source=promotional             applied  balance 5
                grant.created changed
            grant  late   acme  5  expires=P30D                   applied  balance 10  grant.created
            grant  soon   acme  5  expires=P1D                    applied  balance 15  grant.created
            grant  sooner acme  5  expires=PT23H59M59.999999S     applied  balance 20  grant.created
            usage  u1  acme  6    applied  balance 14   sooner:-5 soon:-1 grant.depleted
            usage  u2  acme  5    applied  balance 9    soon:-4 late:-1 grant.depleted
            usage  u3  acme  5    applied  balance 4    late:-4 never:-1 grant.depleted
            """
        )
    }

    @Test func amongEqualExpiriesPromotionalGoesBeforePaid() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  paid   acme  5  expires=P1D                      applied  balance 5
                grant.created changed
            grant  promo  acme  5  expires=P1D source=promotional   applied  balance 10 grant.created
            usage  u1  acme  6    applied  balance 4    promo:-5 paid:-1 grant.depleted
            """
        )
    }

    @Test func thenTheEarliestEffectiveMomentGoesFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            time   P1D
            grant  second  acme  5                       applied  balance 5   grant.created changed
            grant  first   acme  5  effective=PT1H       applied  balance 10  grant.created
            usage  u1  acme  6    applied  balance 4    first:-5 second:-1 grant.depleted
            """
        )
    }

    @Test func thenTheOneThatArrivedFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  z  acme  5     applied  balance 5   grant.created changed
            grant  a  acme  5     applied  balance 10  grant.created
            usage  u1  acme  6    applied  balance 4    z:-5 a:-1 grant.depleted
            """
        )
    }

    @Test func aGrantThatArrivesInBetweenIsUsedInItsPlace() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10              applied  balance 10   grant.created changed
            usage  u1  acme   3              applied  balance 7    g1:-3
            grant  g2  acme   4  priority=1  applied  balance 11   grant.created
            usage  u2  acme   5              applied  balance 6    g2:-4 g1:-1 grant.depleted[g2]
            """
        )
    }

    // Our own delay never costs a customer credits that were used in time.
    @Test func usageFromBeforeAnExpiryStillDrawsOnTheExpiredGrant() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100  expires=P1D    applied  balance 100  grant.created changed
            grant  g2  acme  100                 applied  balance 200  grant.created
            usage  u1  acme   10                 applied  balance 190  g1:-10
            time   P1D    acme balance 190 changed
            usage  u2  acme   10                 applied  balance 180  g2:-10
            usage  u3  acme   10  occurred=P1D   applied  balance 170  g2:-10
            usage  u4  acme   10  occurred=PT23H59M59.999999S  applied  balance 160  g1:-10
            usage  u5  acme   90  occurred=PT1H  applied  balance 70   g1:-80 g2:-10 grant.depleted
            """
        )
    }

    @Test func usageFromBeforeAGrantWasEffectiveDrawsOnItAllTheSame() throws {
        try checkLedger(
            """
            time   P2D
            grant  g1  acme  100               applied  balance 100  grant.created changed
            usage  u1  acme   10  occurred=PT0S  applied  balance 90   g1:-10
            """
        )
    }

    @Test func aGrantThatComesAfterItsExpiryServesOnlyUsageFromBefore() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse grace=P9D
            time   P2D
            grant  g1  acme  100  effective=PT0S expires=P1D   applied  balance 100
                grant.created changed
            usage  u1  acme   10                 rejected  balance 100
                insufficient_credits usage.rejected
            usage  u2  acme   10  occurred=PT1H  applied   balance 90   g1:-10
            """
        )
    }
}
