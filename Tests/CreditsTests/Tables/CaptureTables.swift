import Testing

/// Usage that brings the `hold_id` of the hold that it captures (contract §2.1, §3).
@Suite struct CaptureTables {
    @Test func captureOfLessThanWasHeldFreesTheRest() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   30                applied    balance 100  available 70  hold.created
            usage  u1  acme   29.999999999999 hold=h1  applied  balance 70.000000000001
                held 0 available 70.000000000001  g1:-29.999999999999 hold.captured[h1]
            """
        )
    }

    @Test func captureOfExactlyWhatWasHeldLeavesWhatWasAvailable() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   30                applied    balance 100  available 70  hold.created
            usage  u1  acme   30  hold=h1       applied    balance 70   held 0 available 70
                g1:-30 hold.captured[h1]
            """
        )
    }

    @Test func captureOfMoreThanWasHeldTakesTheRestFromTheBalance() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   30                applied    balance 100  available 70  hold.created
            usage  u1  acme  130  hold=h1       applied    balance -30  held 0 available -30
                g1:-100 overdraft:-30 hold.captured depleted overdrawn grant.depleted
            """
        )
    }

    @Test func captureOfNothingFreesTheHold() throws {
        try checkLedger(
            """
            defaults overdraft=refuse thresholds=
            grant  g1  acme   10                applied    balance 10   grant.created changed
            hold   h1  acme   10                applied    balance 10   held 10  hold.created
            usage  u1  acme    0  hold=h1       applied    balance 10   held 0   hold.captured
            """
        )
    }

    @Test func aHoldThatIsGoneOrUnknownIsTreatedAsNone() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage    u1  acme    0  hold=never  applied    balance 0
            grant    g1  acme  100              applied    balance 100  grant.created changed
            hold     h1  acme   30              applied    balance 100  held 30  hold.created
            usage    u2  acme   10  hold=never  applied    balance 90   held 30
            usage    u3  acme   10  hold=h1     applied    balance 80   held 0   hold.captured
            usage    u4  acme   10  hold=h1     applied    balance 70   held 0
            hold     h2  acme   30              applied    balance 70   held 30  hold.created
            release  r1  acme  hold=h2          applied    balance 70   held 0   hold.released
            usage    u5  acme   10  hold=h2     applied    balance 60   held 0
            usage    u6  acme   10  hold=       applied    balance 50
            """
        )
    }

    @Test func theHoldOfAnotherAccountIsTreatedAsNone() throws {
        try checkLedger(
            """
            grant  g1  acme         10          applied    balance 10   grant.created changed
            hold   h1  acme         10          applied    balance 10   held 10  hold.created
            usage  u1  beta          5 hold=h1  applied    balance -5   overdrawn changed
            usage  u2  acme/images   5 hold=h1  applied    balance -5   overdrawn changed
            usage  u3  acme          5 hold=h1  applied    balance 5    held 0   hold.captured
            """
        )
    }

    @Test func captureWorksUntilJustBeforeTheHoldsMoment() throws {
        for (moment, expired, held) in [
            ("PT14M59.999999S", "", "hold.captured"), ("PT15M", "hold.expired", ""),
        ] {
            try checkLedger(
                """
                defaults thresholds=
                grant  g1  acme  10             applied    balance 10   grant.created changed
                hold   h1  acme  10             applied    balance 10   held 10  hold.created
                time   \(moment)                acme balance 10 \(expired)
                usage  u1  acme   4  hold=h1    applied    balance 6    held 0
                    changed g1:-4 \(held)
                """
            )
        }
    }

    @Test func underRefuseOtherHoldsCountAndTheOwnDoesNot() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   60                applied    balance 100  held 60   hold.created
            hold   h2  acme   30                applied    balance 100  held 90   hold.created
            usage  u1  acme   10.000000000001   rejected   balance 100  held 90
                insufficient_credits usage.rejected
            usage  u2  acme   70.000000000001 hold=h1  rejected  balance 100  held 90
                insufficient_credits usage.rejected
            usage  u3  acme   70  hold=h1       applied    balance 30   held 30 available 0
                hold.captured[h1]
            usage  u4  acme    0.000000000001   rejected   balance 30   held 30
                insufficient_credits usage.rejected
            usage  u5  acme    0.000000000001 hold=h1  rejected  balance 30  held 30
                insufficient_credits usage.rejected
            usage  u6  acme   30  hold=h2       applied    balance 0    held 0
                hold.captured[h2] depleted grant.depleted
            """
        )
    }

    @Test func underRefuseUsageWithoutAHoldMayTakeExactlyWhatIsNotHeld() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   60                applied    balance 100  held 60  hold.created
            usage  u1  acme   40                applied    balance 60   held 60 available 0
            usage  u2  acme    1                rejected   balance 60   held 60
                insufficient_credits usage.rejected
            usage  u3  acme    0                applied    balance 60   held 60
            """
        )
    }

    @Test func underALimitOtherHoldsCountAndTheOwnDoesNot() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=50
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   60                applied    balance 100  held 60   hold.created
            hold   h2  acme   40                applied    balance 100  held 100  hold.created
            usage  u1  acme   50.000000000001   rejected   balance 100  held 100
                insufficient_credits usage.rejected
            usage  u2  acme  110.000000000001 hold=h1  rejected  balance 100  held 100
                insufficient_credits usage.rejected
            usage  u3  acme   50                applied    balance 50   held 100 available -50
            usage  u4  acme   60  hold=h1       applied    balance -10  held 40 available -50
                g1:-50 overdraft:-10 hold.captured[h1] depleted overdrawn grant.depleted
            usage  u5  acme   40.000000000001 hold=h2  rejected  balance -10  held 40
                insufficient_credits usage.rejected
            usage  u6  acme   40  hold=h2       applied    balance -50  held 0  hold.captured[h2]
            """
        )
    }

    @Test func underRecordHoldsStandInNobodysWay() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme  100                applied    balance 100  available 0  hold.created
            usage  u1  acme   50                applied    balance 50   held 100 available -50
            """
        )
    }

    @Test func heldCreditsAndCreditsThatTheEventComesTooLateForBothCount() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme   50  expires=PT1M  applied    balance 50   grant.created changed
            grant  g2  acme   50                applied    balance 100  grant.created
            hold   h1  acme   30                applied    balance 100  held 30  hold.created
            time   PT1M   acme balance 100 held 30 available 20 changed
            usage  u1  acme   20.000000000001   rejected   balance 100
                insufficient_credits usage.rejected
            usage  u2  acme   20                applied    balance 80   g2:-20 available 0
            usage  u3  acme   50  occurred=PT0S applied    balance 30   g1:-50 grant.depleted
            usage  u4  acme    1                rejected   balance 30
                insufficient_credits usage.rejected
            usage  u5  acme   30  hold=h1       applied    balance 0    g2:-30
                hold.captured depleted grant.depleted
            """
        )
    }

    @Test func theSameEventCapturesOnceAndItsHoldIsPartOfItsContent() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   30                applied    balance 100  held 30  hold.created
            hold   h2  acme   30                applied    balance 100  held 60  hold.created
            usage  u1  acme   10  hold=h1       applied    balance 90   held 30  hold.captured[h1]
            usage  u1  acme   10  hold=h1       duplicate  balance 90   held 30
            usage  u1  acme   10  hold=h2       conflict   balance 90   held 30  usage.conflict
            usage  u1  acme   10                conflict   balance 90   held 30  usage.conflict
            """
        )
    }

    @Test func anEventThatNoRatePricesLeavesItsHold() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   30                applied    balance 100  held 30  hold.created
            usage  u1  acme    ?  hold=h1       rejected   balance 100  held 30
                no_rate usage.rejected
            usage  u1  acme   30  hold=h1       applied    balance 70   held 0   hold.captured
            """
        )
    }

    @Test func aCaptureCrossesThresholdsAsUsageDoes() throws {
        try checkLedger(
            """
            grant  g1  acme  100                applied    balance 100  grant.created changed
            hold   h1  acme   90                applied    balance 100  available 10  hold.created
            usage  u1  acme   80  hold=h1       applied    balance 20   hold.captured
            usage  u2  acme    1                applied    balance 19   low[20%]
            """
        )
    }

    /// Ids are bytes: Unicode has two spellings of é, which Swift takes for the same.
    @Test func aHoldOfAnotherSpellingIsAnotherHold() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1           acme  100  applied  balance 100  grant.created changed
            hold     caf\u{e9}    acme   30  applied  balance 100  held 30  hold.created
            usage    u1           acme   10  hold=cafe\u{301}  applied  balance 90  held 30
            release  r1           acme       hold=cafe\u{301}  rejected  balance 90  held 30
                unknown_hold command.rejected
            hold     cafe\u{301}  acme   20  applied  balance 90   held 50  hold.created
            release  r2           acme       hold=cafe\u{301}  applied  balance 90  held 30
                hold.released
            """
        )
    }
}
