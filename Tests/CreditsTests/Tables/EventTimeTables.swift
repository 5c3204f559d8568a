import Testing

/// Usage from too long ago or too far ahead (contract §2.6, `events` in §8).
@Suite struct EventTimeTables {
    @Test func usageMayBeExactlyAsOldAsIsAllowed() throws {
        try checkLedger(
            """
            defaults thresholds= max_age=P1D
            time   P2D
            usage  u1  acme  1  occurred=PT23H59M59.999999S  rejected  balance 0
                too_old usage.rejected
            usage  u1  acme  1  occurred=P1D                 applied   balance -1
                overdrawn changed
            usage  u2  acme  1  occurred=PT24H0.000001S      applied   balance -2
            """
        )
    }

    @Test func usageMayBeExactlyAsFarAheadAsIsAllowed() throws {
        try checkLedger(
            """
            defaults thresholds= max_future=PT5M
            usage  u1  acme  1  occurred=PT5M0.000001S       rejected  balance 0
                too_far_in_future usage.rejected
            usage  u1  acme  1  occurred=PT5M                applied   balance -1
                overdrawn changed
            usage  u2  acme  1  occurred=PT4M59.999999S      applied   balance -2
            """
        )
    }

    @Test func ageIsCountedAtTheMomentOfTheCommit() throws {
        try checkLedger(
            """
            defaults thresholds= max_age=PT1H
            time   PT1H
            usage  u1  acme  1  occurred=PT0S                applied   balance -1
                overdrawn changed
            time   PT1H0.000001S
            usage  u2  acme  1  occurred=PT0S                rejected  balance -1
                too_old usage.rejected
            """
        )
    }

    @Test func aCalendarMonthIsCountedFromTheEvent() throws {
        try checkLedger(
            """
            defaults thresholds= max_age=P1M
            time   P30D
            usage  u1  acme  1  occurred=PT0S                applied   balance -1
                overdrawn changed
            time   PT720H0.000001S
            usage  u2  acme  1  occurred=PT0S                rejected  balance -1
                too_old usage.rejected
            """
        )
    }

    @Test func withoutBoundsEveryMomentIsTaken() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme  1  occurred=P90000D             applied   balance -1
                overdrawn changed
            time   P90000D    acme balance -1
            usage  u2  acme  1  occurred=PT0S                applied   balance -2   changed
            """
        )
    }

    @Test func whatWasAppliedStaysADuplicateHoweverOldItIs() throws {
        try checkLedger(
            """
            defaults thresholds= max_age=PT1H max_future=PT5M
            usage  u1  acme  1                               applied   balance -1
                overdrawn changed
            usage  u2  acme  1  occurred=PT5M                applied   balance -2
            time   P1D   acme balance -2 changed
            usage  u1  acme  1  occurred=PT0S                duplicate balance -2
            usage  u2  acme  1  occurred=PT5M                duplicate balance -2
            usage  u1  acme  2  occurred=PT0S                conflict  balance -2   usage.conflict
            usage  u1  acme  1  occurred=P9D                 duplicate balance -2
            usage  u3  acme  1  occurred=PT0S                rejected  balance -2
                too_old usage.rejected
            """
        )
    }

    @Test func aRefusedMomentLeavesTheIdUnused() throws {
        try checkLedger(
            """
            defaults thresholds= max_future=PT5M
            usage  u1  acme  1  occurred=PT10M               rejected  balance 0
                too_far_in_future usage.rejected
            usage  u1  acme  2  occurred=PT10M               rejected  balance 0
                too_far_in_future usage.rejected
            time   PT5M
            usage  u1  acme  1  occurred=PT10M               applied   balance -1
                overdrawn changed
            usage  u1  acme  1  occurred=PT10M               duplicate balance -1
            """
        )
    }

    @Test func theMomentIsJudgedBeforeThePriceAndTheBalance() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse max_age=PT1H max_future=PT5M
            time   P1D
            usage  u1  acme  ?  occurred=PT0S                rejected  balance 0
                too_old usage.rejected
            usage  u2  acme  9  occurred=P2D                 rejected  balance 0
                too_far_in_future usage.rejected
            usage  u3  acme  0  occurred=PT0S                rejected  balance 0
                too_old usage.rejected
            """
        )
    }

    @Test func anEventOfTheWrongMomentLeavesItsHold() throws {
        try checkLedger(
            """
            defaults thresholds= max_age=PT1M
            grant  g1  acme  10                              applied   balance 10
                grant.created changed
            hold   h1  acme  10                              applied   balance 10
                held 10 hold.created
            time   PT2M
            usage  u1  acme  10  hold=h1 occurred=PT0S       rejected  balance 10   held 10
                too_old usage.rejected
            usage  u1  acme  10  hold=h1                     applied   balance 0    held 0
                changed hold.captured depleted grant.depleted
            """
        )
    }

    @Test func commandsHaveNoMomentToBeTooOld() throws {
        try checkLedger(
            """
            defaults thresholds= max_age=PT1M max_future=PT1M
            time   P9D
            grant  g1  acme  10  effective=PT0S              applied   balance 10
                grant.created changed
            grant  g2  acme  10  effective=P90D              applied   balance 10   grant.created
            """
        )
    }
}
