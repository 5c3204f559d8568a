import Testing

/// `reverse_usage`: credits go back where usage took them from (contract §2.2, §2.5).
@Suite struct ReversalTables {
    @Test func withoutCreditsAllIsGivenBack() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  100               applied    balance 100  grant.created changed
            usage    u1  acme   30               applied    balance 70   g1:-30
            reverse  r1  acme  all  usage=u1     applied    balance 100  g1:30  usage.reversed[30]
            reverse  r1  acme  all  usage=u1     duplicate  balance 100
            reverse  r2  acme  all  usage=u1     rejected   balance 100
                already_reversed command.rejected
            usage    u1  acme   30               duplicate  balance 100
            """
        )
    }

    @Test func partsAreGivenBackUntilNothingIsLeft() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  100                          applied   balance 100
                grant.created changed
            usage    u1  acme   30                          applied   balance 70
            reverse  r1  acme   10  usage=u1                applied   balance 80   g1:10
                usage.reversed[10]
            reverse  r2  acme   20.000000000001  usage=u1   rejected  balance 80
                exceeds_debited command.rejected
            reverse  r3  acme   20  usage=u1                applied   balance 100  g1:20
                usage.reversed[20]
            reverse  r4  acme    0.000000000001  usage=u1   rejected  balance 100
                already_reversed command.rejected
            """
        )
    }

    @Test func whatWasRefusedMayBeAskedAgainUnderTheSameID() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  100              applied   balance 100  grant.created changed
            usage    u1  acme   30              applied   balance 70
            reverse  r1  acme   31  usage=u1    rejected  balance 70   exceeds_debited
                command.rejected
            reverse  r1  acme   30  usage=u1    applied   balance 100  usage.reversed
            reverse  r1  acme   29  usage=u1    conflict  balance 100  command.conflict
            reverse  r1  acme   30  usage=u2    conflict  balance 100  command.conflict
            """
        )
    }

    @Test func severalGrantsAreRefilledLastDrawnFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10  priority=1   applied  balance 10  grant.created changed
            grant    g2  acme  10  priority=2   applied  balance 20  grant.created
            grant    g3  acme  10  priority=3   applied  balance 30  grant.created
            usage    u1  acme  25               applied  balance 5   g1:-10 g2:-10 g3:-5
                grant.depleted[g1] grant.depleted[g2]
            reverse  r1  acme   7  usage=u1     applied  balance 12  g3:5 g2:2   usage.reversed
            usage    u2  acme   1               applied  balance 11  g2:-1
            reverse  r2  acme  all  usage=u1    applied  balance 29  g2:8 g1:10  usage.reversed[18]
            usage    u3  acme  29               applied  balance 0   g1:-10 g2:-9 g3:-10
                depleted grant.depleted[g1] grant.depleted[g2] grant.depleted[g3]
            """
        )
    }

    @Test func aGrantGetsNoMoreThanThisUsageTook() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10  priority=1   applied  balance 10  grant.created changed
            grant    g2  acme  10  priority=2   applied  balance 20  grant.created
            usage    u1  acme   4               applied  balance 16  g1:-4
            usage    u2  acme   8               applied  balance 8   g1:-6 g2:-2  grant.depleted[g1]
            reverse  r1  acme  all  usage=u1    applied  balance 12  g1:4         usage.reversed[4]
            reverse  r2  acme  all  usage=u2    applied  balance 20  g2:2 g1:6    usage.reversed[8]
            """
        )
    }

    @Test func aDepletedGrantIsUsedAgainInItsPlace() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10  priority=1   applied  balance 10  grant.created changed
            grant    g2  acme  10               applied  balance 20  grant.created
            usage    u1  acme  10               applied  balance 10  g1:-10  grant.depleted[g1]
            reverse  r1  acme   1  usage=u1     applied  balance 11  g1:1    usage.reversed[1]
            usage    u2  acme   2               applied  balance 9   g1:-1 g2:-1
                grant.depleted[g1]
            void     v1  acme  all  grant=g1    rejected balance 9   exceeds_remaining
                command.rejected
            """
        )
    }

    @Test func onlyUsageOfTheAccountIsKnown() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme         100              applied   balance 100  grant.created changed
            grant    g2  acme/images  100              applied   balance 100  grant.created changed
            usage    u1  acme          10              applied   balance 90
            usage    u2  acme          10  source=api  applied   balance 80
            reverse  r1  zenith       all  usage=u1    rejected  balance 0    unknown_usage
                command.rejected
            reverse  r2  acme/images  all  usage=u1    rejected  balance 100  unknown_usage
                command.rejected
            reverse  r3  acme         all  usage=u2    rejected  balance 80   unknown_usage
                command.rejected
            reverse  r4  acme         all  usage=u1  source=api  rejected  balance 80
                unknown_usage command.rejected
            reverse  r5  acme         all  usage=u2  source=api  applied   balance 90
                usage.reversed
            """
        )
    }

    @Test func usageThatWasRefusedIsUnknown() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant    g1  acme  10              applied   balance 10  grant.created changed
            usage    u1  acme  11              rejected  balance 10  insufficient_credits
                usage.rejected
            reverse  r1  acme  all  usage=u1   rejected  balance 10  unknown_usage command.rejected
            """
        )
    }

    @Test func aReversalIsNoUsage() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10              applied   balance 10  grant.created changed
            usage    u1  acme   4              applied   balance 6
            reverse  r1  acme  all  usage=u1   applied   balance 10  usage.reversed
            reverse  r2  acme  all  usage=r1   rejected  balance 10  unknown_usage command.rejected
            adjust   a1  acme  -3              applied   balance 7
            reverse  r3  acme  all  usage=a1   rejected  balance 7   unknown_usage command.rejected
            """
        )
    }

    @Test func usageOfNoCreditsHasNothingToGiveBack() throws {
        try checkLedger(
            """
            usage    u1  acme  0               applied   balance 0
            reverse  r1  acme  all  usage=u1   rejected  balance 0  already_reversed
                command.rejected
            reverse  r2  acme    1  usage=u1   rejected  balance 0  already_reversed
                command.rejected
            """
        )
    }

    // MARK: Debt

    @Test func theUsagesOwnDebtIsLoweredFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10              applied   balance 10   grant.created changed
            usage    u1  acme  15              applied   balance -5   g1:-10 overdraft:-5
                depleted overdrawn grant.depleted
            reverse  r1  acme   4  usage=u1    applied   balance -1   overdraft:4  usage.reversed[4]
            reverse  r2  acme  all  usage=u1   applied   balance 10   overdraft:1 g1:10
                usage.reversed[11]
            """
        )
    }

    @Test func debtOfOtherUsageIsLoweredTooAndCountsForNoGrant() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10              applied   balance 10   grant.created changed
            usage    u1  acme  10              applied   balance 0    g1:-10
                depleted grant.depleted
            usage    u2  acme   6              applied   balance -6   overdraft:-6  overdrawn
            reverse  r1  acme   4  usage=u1    applied   balance -2   overdraft:4   usage.reversed[4]
            reverse  r2  acme   7  usage=u1    rejected  balance -2   exceeds_debited
                command.rejected
            reverse  r3  acme   6  usage=u1    applied   balance 4    overdraft:2 g1:4
                usage.reversed[6]
            reverse  r4  acme  all  usage=u2   applied   balance 10   r4:6
                usage.reversed[6] grant.created[r4]
            """
        )
    }

    @Test func debtThatWasSettledMeanwhileBecomesAGrantThatNeverExpires() throws {
        try checkLedger(
            """
            defaults thresholds= reversal=P10D
            usage    u1  acme   5              applied   balance -5   overdraft:-5 overdrawn changed
            grant    g1  acme  20              applied   balance 15   overdraft:5 g1:15
                grant.created
            reverse  r1  acme  all  usage=u1   applied   balance 20   r1:5
                usage.reversed grant.created[r1]
            time     P100D   acme balance 20 changed
            usage    u2  acme  20              applied   balance 0    g1:-15 r1:-5
                depleted grant.depleted[g1] grant.depleted[r1]
            """
        )
    }

    @Test func ownDebtThatDebtOfNowStandsForIsNotGivenBackTwice() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage    u1  acme   5              applied   balance -5   overdrawn changed
            grant    g1  acme   5              applied   balance 0    overdraft:5
                grant.created grant.depleted
            usage    u2  acme   3              applied   balance -3   overdraft:-3 overdrawn
            reverse  r1  acme  all  usage=u1   applied   balance 2    overdraft:3 r1:2
                usage.reversed[5] grant.created[r1]
            reverse  r2  acme  all  usage=u2   applied   balance 5    r2:3
                usage.reversed[3] grant.created[r2]
            """
        )
    }

    // MARK: Grants that ended

    @Test func whatAVoidedGrantGaveBecomesAGrantOfTheCommand() throws {
        try checkLedger(
            """
            defaults thresholds= reversal=P10D
            grant    g1  acme  10              applied   balance 10   grant.created changed
            usage    u1  acme   4              applied   balance 6
            void     v1  acme  all  grant=g1   applied   balance 0    depleted grant.voided
            reverse  r1  acme  all  usage=u1   applied   balance 4    r1:4
                usage.reversed grant.created[r1]
            void     v2  acme   1  grant=r1    applied   balance 3    r1:-1 grant.voided[r1]
            """
        )
    }

    @Test func aGrantOfAReversalExpiresAfterItsGrace() throws {
        try checkLedger(
            """
            defaults thresholds= reversal=P10D grace=PT0S
            grant    g1  acme  10              applied   balance 10   grant.created changed
            usage    u1  acme   4              applied   balance 6
            void     v1  acme  all  grant=g1   applied   balance 0    depleted grant.voided
            time     P1D   acme balance 0 changed
            reverse  r1  acme  all  usage=u1   applied   balance 4    usage.reversed grant.created
            time     P10DT23H59M59.999999S     acme balance 4  changed
            time     P11D  acme balance 0 grant.expired[r1] depleted changed
            """
        )
    }

    @Test func aGrantThatExpiredIsNotRefilled() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT1H
            grant    g1  acme  10  expires=P1D   applied   balance 10   grant.created changed
            grant    g2  acme  10                applied   balance 20   grant.created
            usage    u1  acme  14                applied   balance 6    g1:-10 g2:-4
                grant.depleted[g1]
            usage    u2  acme   1                applied   balance 5    g2:-1
            time     P1DT59M59.999999S           acme balance 5 changed
            reverse  r1  acme   5  usage=u1      applied   balance 10   g2:4 g1:1  usage.reversed
            time     P1DT1H   acme balance 9 grant.expired[g1]
            reverse  r2  acme   5  usage=u1      applied   balance 14   r2:5
                usage.reversed[5] grant.created[r2]
            """
        )
    }

    @Test func aDepletedGrantWhoseTimeIsOverCountsAsExpired() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT1H
            grant    g1  acme  10  expires=P1D   applied   balance 10   grant.created changed
            usage    u1  acme  10                applied   balance 0    depleted grant.depleted
            time     P1DT59M59.999999S           acme balance 0 changed
            reverse  r1  acme   4  usage=u1      applied   balance 4    g1:4  usage.reversed
            usage    u2  acme   4  occurred=PT1H applied   balance 0    g1:-4 depleted grant.depleted
            time     P1DT1H   acme balance 0
            reverse  r2  acme   4  usage=u1      applied   balance 4    r2:4
                usage.reversed grant.created[r2]
            """
        )
    }

    @Test func theNewGrantIsPaidIfAnyOfItWas() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    p1  acme  10  priority=1  category=promotional  expires=P1D  applied
                balance 10  grant.created changed
            grant    g1  acme  10  priority=2              applied   balance 20   grant.created
            usage    u1  acme  12                          applied   balance 8    p1:-10 g1:-2
                grant.depleted[p1]
            void     v1  acme  all  grant=g1               applied   balance 0    depleted
                grant.voided
            time     P2D   acme balance 0  changed
            reverse  r1  acme   3  usage=u1                applied   balance 3    r1:3
                usage.reversed grant.created
            reverse  r2  acme  all  usage=u1               applied   balance 12   r2:9
                usage.reversed grant.created
            // Both expire at once, and r2 came later, but it is promotional.
            usage    u2  acme  10                          applied   balance 2    r2:-9 r1:-1
                grant.depleted[r2]
            """
        )
    }

    @Test func theNewGrantIsPaidAndStaysIfAnyOfItWasDebt() throws {
        try checkLedger(
            """
            defaults thresholds= reversal=P1D
            grant    p1  acme  10  category=promotional    applied   balance 10   grant.created changed
            usage    u1  acme  12                          applied   balance -2   p1:-10 overdraft:-2
                depleted overdrawn grant.depleted
            grant    g1  acme   2  priority=9              applied   balance 0    overdraft:2
                grant.created grant.depleted
            reverse  r1  acme   2  usage=u1                applied   balance 2    p1:2
                usage.reversed
            reverse  r2  acme  all  usage=u1               applied   balance 12   p1:8 r2:2
                usage.reversed grant.created
            grant    p2  acme   5  category=promotional    applied   balance 17   grant.created
            time     P2D   acme balance 17  changed
            usage    u2  acme  16                          applied   balance 1    p1:-10 p2:-5 r2:-1
                grant.depleted[p1] grant.depleted[p2]
            """
        )
    }

    @Test func theIDOfACommandIsThatOfTheGrantItMakes() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10              applied    balance 10  grant.created changed
            usage    u1  acme   4              applied    balance 6
            reverse  g1c acme   1  usage=u1    applied    balance 7   g1:1 usage.reversed
            grant    c1  acme   1  grant=r1    applied    balance 8   grant.created
            reverse  r1  acme  all  usage=u1   rejected   balance 8   duplicate_grant command.rejected
            reverse  r1  acme  all  usage=u9   rejected   balance 8   duplicate_grant command.rejected
            // Nothing was made of g1c, so a grant may be called that.
            grant    c2  acme   1  grant=g1c   applied    balance 9   grant.created
            void     v1  acme  all  grant=g1   applied    balance 2   grant.voided
            reverse  r2  acme  all  usage=u1   applied    balance 5   r2:3 usage.reversed grant.created
            grant    c3  acme   1  grant=r2    rejected   balance 5   duplicate_grant command.rejected
            adjust   r2  acme   1              conflict   balance 5   command.conflict
            """
        )
    }

    @Test func thresholdsKeepTheirBasis() throws {
        try checkLedger(
            """
            defaults thresholds=20%
            grant    g1  acme  100              applied  balance 100  grant.created changed
            usage    u1  acme   81              applied  balance 19   low[20%]
            reverse  r1  acme    1  usage=u1    applied  balance 20   recovered[20%] usage.reversed
            usage    u2  acme    1              applied  balance 19   low[20%]
            reverse  r2  acme  all  usage=u1    applied  balance 99   recovered[20%] usage.reversed
            usage    u3  acme   79              applied  balance 20
            usage    u4  acme    1              applied  balance 19   low[20%]
            """
        )
    }

    @Test func whatWouldNotFitIsRefusedWithTheCodeOfTheFirstRule() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10  applied  balance 10  grant.created changed
            usage    u1  acme  10  applied  balance 0   depleted grant.depleted
            grant    g2  acme  99999999999999999999999999  applied
                balance 99999999999999999999999999  grant.created
            reverse  r1  acme  all  usage=u1  invalid
                balance 99999999999999999999999999  out_of_range
            reverse  r2  acme  11   usage=u1  rejected
                balance 99999999999999999999999999  exceeds_debited command.rejected
            reverse  r3  acme  0.999999999999  usage=u1  applied
                balance 99999999999999999999999999.999999999999  usage.reversed
            """
        )
    }

    @Test func roomIsKeptForGrantsToCome() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10  applied  balance 10  grant.created changed
            usage    u1  acme  10  applied  balance 0   depleted grant.depleted
            grant    g2  acme  99999999999999999999999999  effective=P1D  applied
                balance 0  grant.created
            reverse  r1  acme  1   usage=u1   invalid   balance 0  out_of_range
            """
        )
    }

    @Test func aCapturedHoldIsNotPlacedAgain() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant    g1  acme  10              applied  balance 10  grant.created changed
            hold     h1  acme   6              applied  balance 10  held 6  hold.created
            usage    u1  acme   4  hold=h1     applied  balance 6   held 0  hold.captured
            reverse  r1  acme  all  usage=u1   applied  balance 10  held 0  available 10
                usage.reversed
            """
        )
    }
}
