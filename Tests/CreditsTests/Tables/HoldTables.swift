import Testing

/// Credits set aside for work under way: placed, refused, released, and ended by time (contract
/// §2.2, §2.5).
@Suite struct HoldTables {
    @Test func aHoldMayTakeAllThatIsAvailableAndNotAUnitMore() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  100              applied    balance 100  grant.created changed
            hold     h1  acme  100.000000000001 rejected   balance 100  held 0 available 100
                insufficient_credits hold.rejected[h1]
            hold     h1  acme  100              applied    balance 100  held 100 available 0
                hold.created[h1]
            hold     h2  acme    0.000000000001 rejected   balance 100  held 100 available 0
                insufficient_credits hold.rejected[h2]
            """
        )
    }

    @Test func aHoldMovesWhatIsAvailableAndNeverTheBalance() throws {
        try checkLedger(
            """
            grant    g1  acme  100              applied    balance 100  grant.created changed
            hold     h1  acme   90              applied    balance 100  held 90 available 10
                hold.created
            release  r1  acme  hold=h1          applied    balance 100  held 0 available 100
                hold.released[h1]
            time     P1D  acme balance 100 held 0 available 100
            """
        )
    }

    @Test func twoHoldsThatExceedTogetherAreNotBothPlaced() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  100              applied    balance 100  grant.created changed
            hold     h1  acme   60              applied    balance 100  held 60  available 40
                hold.created[h1]
            hold     h2  acme   60              rejected   balance 100  held 60  available 40
                insufficient_credits hold.rejected[h2]
            hold     h3  acme   40              applied    balance 100  held 100 available 0
                hold.created[h3]
            release  r1  acme  hold=h1          applied    balance 100  held 40  available 60
                hold.released[h1]
            hold     h2  acme   60              applied    balance 100  held 100 available 0
                hold.created[h2]
            """
        )
    }

    @Test func aHoldIdIsTakenForEver() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  100              applied    balance 100  grant.created changed
            hold     c1  acme   10  hold=h      applied    balance 100  held 10  hold.created[h]
            hold     c1  acme   10  hold=h      duplicate  balance 100  held 10
            hold     c1  acme   11  hold=h      conflict   balance 100  held 10  command.conflict
            hold     c1  acme   10  hold=i      conflict   balance 100  held 10  command.conflict
            hold     c2  acme   10  hold=h      rejected   balance 100  held 10
                duplicate_hold command.rejected
            release  r1  acme  hold=h           applied    balance 100  held 0   hold.released[h]
            hold     c2  acme   10  hold=h      rejected   balance 100  held 0
                duplicate_hold command.rejected
            hold     c2  acme   10  hold=i      applied    balance 100  held 10  hold.created[i]
            """
        )
    }

    @Test func aHoldIdIsUniqueWithinItsAccountOnly() throws {
        try checkLedger(
            """
            grant    g1  acme         5         applied    balance 5    grant.created changed
            grant    g2  beta         5         applied    balance 5    grant.created changed
            grant    g3  acme/images  5         applied    balance 5    grant.created changed
            hold     c1  acme         5  hold=h applied    balance 5    held 5  hold.created[h]
            hold     c2  beta         5  hold=h applied    balance 5    held 5  hold.created[h]
            hold     c3  acme/images  5  hold=h applied    balance 5    held 5  hold.created[h]
            release  r1  beta  hold=h           applied    balance 5    held 0  hold.released[h]
            usage    u1  acme         1         applied    balance 4    held 5  available -1
            """
        )
    }

    @Test func holdAndGrantIdsAreSpacesOfTheirOwn() throws {
        try checkLedger(
            """
            grant    x   acme    5              applied    balance 5    grant.created changed
            hold     c1  acme    5  hold=x      applied    balance 5    held 5  hold.created[x]
            release  c2  acme  hold=x           applied    balance 5    held 0  hold.released[x]
            """
        )
    }

    @Test func aHoldThatIsGoneOrWasNeverThereCannotBeReleased() throws {
        try checkLedger(
            """
            release  r1  acme  hold=h1          rejected   balance 0    unknown_hold command.rejected
            grant    g1  acme  100              applied    balance 100  grant.created changed
            hold     h1  acme   10              applied    balance 100  held 10  hold.created
            release  r2  beta  hold=h1          rejected   balance 0    unknown_hold command.rejected
            release  r1  acme  hold=h1          applied    balance 100  held 0   hold.released
            release  r1  acme  hold=h1          duplicate  balance 100  held 0
            release  r1  acme  hold=h2          conflict   balance 100  held 0   command.conflict
            release  r3  acme  hold=h1          rejected   balance 100  held 0
                unknown_hold command.rejected
            """
        )
    }

    @Test func aRefusedHoldUsesUpNeitherOfItsIds() throws {
        try checkLedger(
            """
            hold     c1  acme   10  hold=h      rejected   balance 0
                insufficient_credits hold.rejected[h]
            hold     c1  acme   20  hold=h      rejected   balance 0
                insufficient_credits hold.rejected[h]
            grant    g1  acme   10              applied    balance 10   grant.created changed
            hold     c2  acme   10  hold=h      applied    balance 10   held 10  hold.created[h]
            grant    c1  acme    1              applied    balance 11   held 10  available 1
                grant.created[c1]
            """
        )
    }

    @Test func aHoldThatNoRatePricesIsRefusedAndStaysUnknown() throws {
        try checkLedger(
            """
            grant    g1  acme   10              applied    balance 10   grant.created changed
            hold     c1  acme    ?  hold=h      rejected   balance 10   held 0
                no_rate command.rejected
            release  r1  acme  hold=h           rejected   balance 10   unknown_hold command.rejected
            hold     c1  acme   10  hold=h      applied    balance 10   held 10  hold.created[h]
            hold     c1  acme    ?  hold=h      conflict   balance 10   command.conflict
            """
        )
    }

    @Test func overdraftIsNotForHolds() throws {
        for overdraft in ["record", "refuse", "1000"] {
            try checkLedger(
                """
                defaults thresholds= overdraft=\(overdraft)
                hold     h1  acme    1          rejected   balance 0    available 0
                    insufficient_credits hold.rejected
                grant    g1  acme   10          applied    balance 10   grant.created changed
                hold     h1  acme   10          applied    balance 10   held 10  hold.created
                hold     h2  acme    1          rejected   balance 10   held 10
                    insufficient_credits hold.rejected
                """
            )
        }
    }

    @Test func whatIsOwedIsNotAvailable() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage    u1  acme   30              applied    balance -30  overdrawn changed
            hold     h1  acme    1              rejected   balance -30  available -30
                insufficient_credits hold.rejected
            grant    g1  acme   40              applied    balance 10   grant.created
            hold     h1  acme   10.000000000001 rejected   balance 10   available 10
                insufficient_credits hold.rejected
            hold     h1  acme   10              applied    balance 10   available 0  hold.created
            """
        )
    }

    @Test func grantsToComeAndGrantsPastTheirExpiryAreNotAvailable() throws {
        try checkLedger(
            """
            defaults thresholds= grace=P9D
            grant    g1  acme  10                    applied   balance 10  grant.created changed
            grant    g2  acme  20  expires=P1D       applied   balance 30  grant.created
            grant    g3  acme  40  effective=P2D     applied   balance 30  grant.created available 30
            time     PT23H59M59.999999S              acme balance 30 available 30 changed
            hold     h1  acme  30                    applied   balance 30  available 0  hold.created
            release  r1  acme  hold=h1               applied   balance 30  hold.released
            time     P1D                             acme balance 30 available 10
            hold     h2  acme  10.000000000001       rejected  balance 30  available 10
                insufficient_credits hold.rejected
            hold     h2  acme  10                    applied   balance 30  available 0  hold.created
            release  r2  acme  hold=h2               applied   balance 30  hold.released
            time     P2D                             acme balance 70 available 50
                grant.activated changed
            hold     h3  acme  50                    applied   balance 70  available 0  hold.created
            """
        )
    }

    @Test func aGrantThatExpiresUnderAHoldLeavesLessThanNothingAvailable() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10  expires=PT1M      applied   balance 10  grant.created changed
            hold     h1  acme  10                    applied   balance 10  available 0  hold.created
            time     PT1M                            acme balance 10 held 10 available -10
            release  r1  acme  hold=h1               applied   balance 10  held 0 available 0
                hold.released
            """
        )
    }

    @Test func aHoldEndsExactlyAtItsMoment() throws {
        try checkLedger(
            """
            grant    g1  acme  10                    applied   balance 10  grant.created changed
            hold     h1  acme  10                    applied   balance 10  held 10  hold.created
            time     PT14M59.999999S                 acme balance 10 held 10 available 0
            release  r1  acme  hold=h2               rejected  balance 10  held 10
                unknown_hold command.rejected
            time     PT15M                           acme balance 10 held 0 available 10
                hold.expired[h1]
            time     P1D                             acme balance 10 held 0
            """
        )
    }

    @Test func aHoldCanBeReleasedUntilJustBeforeItsMoment() throws {
        for (moment, line) in [
            ("PT0.999999S", "applied balance 10 held 0 hold.released"),
            ("PT1S", "rejected balance 10 held 0 unknown_hold command.rejected"),
        ] {
            try checkLedger(
                """
                defaults coalesce=PT0S
                grant    g1  acme  10                applied   balance 10  grant.created changed
                hold     h1  acme  10  after=PT1S    applied   balance 10  held 10  hold.created
                time     \(moment)
                    \(moment == "PT1S" ? "acme balance 10 held 0 hold.expired" : "")
                release  r1  acme  hold=h1  \(line)
                """
            )
        }
    }

    @Test func holdsEndInTheOrderOfTheirMomentsAndNotOfTheirArrival() throws {
        try checkLedger(
            """
            grant    g1  acme  10                    applied   balance 10  grant.created changed
            hold     h1  acme   1  after=PT3M        applied   balance 10  held 1  hold.created
            hold     h2  acme   2  after=PT2M        applied   balance 10  held 3  hold.created
            hold     h3  acme   3  after=PT2M        applied   balance 10  held 6  hold.created
            hold     h4  acme   4  after=PT1M        applied   balance 10  held 10 hold.created
            time     PT1M                            acme balance 10 held 6  hold.expired[h4]
            time     PT2M                            acme balance 10 held 1
                hold.expired[h2] hold.expired[h3]
            time     PT3M                            acme balance 10 held 0  hold.expired[h1]
            """
        )
    }

    @Test func whatAHoldThatExpiredFreesIsThereForTheNextOne() throws {
        try checkLedger(
            """
            grant    g1  acme  10                    applied   balance 10  grant.created changed
            hold     h1  acme  10  after=PT1M        applied   balance 10  available 0  hold.created
            time     PT1M                            acme balance 10 available 10 hold.expired
            hold     h2  acme  10                    applied   balance 10  available 0  hold.created
            hold     h3  acme  10  hold=h1           rejected  balance 10  available 0
                duplicate_hold command.rejected
            time     PT15M59.999999S                 acme balance 10 held 10
            time     PT16M                           acme balance 10 held 0 hold.expired[h2]
            """
        )
    }

    @Test func placingAndEndingAHoldIsNoChangeOfTheBalance() throws {
        try checkLedger(
            """
            defaults coalesce=PT0S thresholds=50,100%
            grant    g1  acme  100                   applied   balance 100 grant.created changed
            hold     h1  acme  100                   applied   balance 100 available 0  hold.created
            release  r1  acme  hold=h1               applied   balance 100 hold.released
            time     PT1H                            acme balance 100
            """
        )
    }
}
