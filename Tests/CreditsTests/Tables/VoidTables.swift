import Testing

/// `void`: unused credits of one grant are taken back (contract §2.2, §2.5).
@Suite struct VoidTables {
    @Test func withoutCreditsAllThatRemainsIsTakenAndTheGrantEnds() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            grant  g2  acme   50                applied    balance 150  grant.created
            usage  u1  acme   30                applied    balance 120  g1:-30
            void   v1  acme  all  grant=g1      applied    balance 50   g1:-70 grant.voided[g1]
            void   v1  acme  all  grant=g1      duplicate  balance 50
            usage  u2  acme   10                applied    balance 40   g2:-10
            """
        )
    }

    @Test func aPartLeavesTheRestToBeUsed() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                applied    balance 100  grant.created changed
            void   v1  acme   40  grant=g1      applied    balance 60   g1:-40 grant.voided[g1]
            usage  u1  acme   60                applied    balance 0    g1:-60
                depleted grant.depleted[g1]
            """
        )
    }

    @Test func exactlyWhatRemainsMayBeTakenAndNotAUnitMore() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  100                        applied   balance 100  grant.created changed
            usage  u1  acme   30                        applied   balance 70
            void   v1  acme   70.000000000001 grant=g1  rejected  balance 70
                exceeds_remaining command.rejected
            void   v1  acme   70  grant=g1              applied   balance 0
                g1:-70 depleted grant.voided[g1]
            void   v2  acme    0.000000000001 grant=g1  rejected  balance 0
                exceeds_remaining command.rejected
            """
        )
    }

    @Test func whatOtherGrantsHaveLeftIsNotTaken() throws {
        try checkLedger(
            """
            grant  g1  acme   10                applied    balance 10   grant.created changed
            grant  g2  acme  100                applied    balance 110  grant.created
            void   v1  acme   11  grant=g1      rejected   balance 110
                exceeds_remaining command.rejected
            """
        )
    }

    @Test func onlyGrantsOfTheAccountAreKnown() throws {
        try checkLedger(
            """
            void   v1  acme  all  grant=g1      rejected   balance 0
                unknown_grant command.rejected
            grant  g1  beta   10                applied    balance 10   grant.created changed
            grant  g2  acme/images  10          applied    balance 10   grant.created changed
            void   v2  acme  all  grant=g1      rejected   balance 0
                unknown_grant command.rejected
            void   v3  acme  all  grant=g2      rejected   balance 0
                unknown_grant command.rejected
            void   v4  acme    1  grant=g3      rejected   balance 0
                unknown_grant command.rejected
            grant  c1  acme   10  grant=g3      applied    balance 10   grant.created changed
            void   v5  acme  all  grant=c1      rejected   balance 10
                unknown_grant command.rejected
            void   v4  acme    1  grant=g3      applied    balance 9    grant.voided[g3]
            """
        )
    }

    @Test func nothingRemainsOfADepletedGrant() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme   10                applied    balance 10   grant.created changed
            usage  u1  acme   10                applied    balance 0    depleted grant.depleted
            void   v1  acme  all  grant=g1      rejected   balance 0
                exceeds_remaining command.rejected
            void   v2  acme    1  grant=g1      rejected   balance 0
                exceeds_remaining command.rejected
            """
        )
    }

    @Test func nothingRemainsOfAGrantThatWentIntoDebt() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme   30                applied    balance -30  overdrawn changed
            grant  g1  acme   30                applied    balance 0
                grant.created grant.depleted
            void   v1  acme  all  grant=g1      rejected   balance 0
                exceeds_remaining command.rejected
            grant  g2  acme   30                applied    balance 30   grant.created
            usage  u2  acme   40                applied    balance -10
                depleted overdrawn grant.depleted
            grant  g3  acme   15                applied    balance 5    grant.created
            void   v2  acme    6  grant=g3      rejected   balance 5
                exceeds_remaining command.rejected
            void   v3  acme  all  grant=g3      applied    balance 0    g3:-5
                depleted grant.voided
            """
        )
    }

    @Test func aVoidedGrantHasNothingLeftAndKeepsItsId() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme   10                applied    balance 10   grant.created changed
            void   v1  acme  all  grant=g1      applied    balance 0    depleted grant.voided
            void   v2  acme  all  grant=g1      rejected   balance 0
                exceeds_remaining command.rejected
            grant  c1  acme   10  grant=g1      rejected   balance 0
                duplicate_grant command.rejected
            """
        )
    }

    @Test func aScheduledGrantIsCancelledAndNeverComes() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10  effective=P1D  applied    balance 0    grant.created[g1]
            grant  g2  acme  20  effective=P1D  applied    balance 0    grant.created[g2]
            void   v1  acme  all  grant=g1      applied    balance 0    grant.voided[g1]
            void   v2  acme  all  grant=g1      rejected   balance 0
                exceeds_remaining command.rejected
            grant  c1  acme  10  grant=g1       rejected   balance 0
                duplicate_grant command.rejected
            time   P1D    acme balance 20 grant.activated[g2] changed
            """
        )
    }

    @Test func aCancelledGrantLeavesBasisAndThresholdsAlone() throws {
        try checkLedger(
            """
            grant  g1  acme  100                applied    balance 100  grant.created changed
            grant  g2  acme  900 effective=P1D  applied    balance 100  grant.created
            void   v1  acme  all  grant=g2      applied    balance 100  grant.voided[g2]
            usage  u1  acme   80                applied    balance 20
            usage  u2  acme    1                applied    balance 19   low[20%]
            """
        )
    }

    @Test func theWholeOfAScheduledGrantMayBeWrittenOut() throws {
        try checkLedger(
            """
            grant  g1  acme  10  effective=P1D           applied   balance 0   grant.created
            void   v1  acme  10.000000000001  grant=g1   rejected  balance 0
                exceeds_remaining command.rejected
            void   v2  acme  10  grant=g1                applied   balance 0   grant.voided[g1]
            """
        )
    }

    @Test func aPartOfAScheduledGrantDoesNotRemainYet() throws {
        try checkLedger(
            """
            grant  g1  acme  10  effective=P1D  applied    balance 0    grant.created
            void   v1  acme   4  grant=g1       rejected   balance 0
                exceeds_remaining command.rejected
            time   P1D    acme balance 10 grant.activated changed
            void   v1  acme   4  grant=g1       applied    balance 6    grant.voided
            """
        )
    }

    @Test func aGrantPastItsExpiryThatIsNotRetiredCanBeVoided() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10  expires=PT1M   applied    balance 10   grant.created changed
            time   PT1M   acme balance 10 available 0
            void   v1  acme  all  grant=g1      applied    balance 0    g1:-10
                changed depleted grant.voided
            usage  u1  acme   1  occurred=PT0S  applied    balance -1   overdraft:-1 overdrawn
            """
        )
    }

    @Test func theBasisIsLoweredByWhatIsVoided() throws {
        try checkLedger(
            """
            grant  g1  acme  100                applied    balance 100  grant.created changed
            void   v1  acme   50  grant=g1      applied    balance 50   grant.voided
            usage  u1  acme   40                applied    balance 10
            usage  u2  acme    0.000000000001   applied    balance 9.999999999999   low[20%]
            """
        )
    }

    @Test func aVoidThatTakesTheBalanceBelowAThresholdFiresIt() throws {
        try checkLedger(
            """
            defaults thresholds=60,50%
            grant  g1  acme   50                applied    balance 50   grant.created changed
            grant  g2  acme   50                applied    balance 100  grant.created
            void   v1  acme   40  grant=g1      applied    balance 60   grant.voided
            void   v2  acme    1  grant=g2      applied    balance 59   low[60] grant.voided
            void   v3  acme  all  grant=g2      applied    balance 10   grant.voided
            void   v4  acme  all  grant=g1      applied    balance 0    depleted grant.voided
            grant  g3  acme   60                applied    balance 60   recovered[60] grant.created
            """
        )
    }

    @Test func percentagesAreOfTheBasisAfterTheVoid() throws {
        try checkLedger(
            """
            defaults thresholds=50%
            grant  g1  acme   60                applied    balance 60   grant.created changed
            grant  g2  acme   40                applied    balance 100  grant.created
            usage  u1  acme   45                applied    balance 55   g1:-45
            void   v1  acme   10  grant=g2      applied    balance 45   grant.voided
            void   v2  acme    0.000000000001  grant=g2  applied  balance 44.999999999999
                low[50%] grant.voided
            """
        )
    }

    @Test func whenTheBasisIsGonePercentagesRestAndKeepTheirState() throws {
        try checkLedger(
            """
            defaults thresholds=50%
            grant  g1  acme   10                applied    balance 10   grant.created changed
            void   v1  acme  all  grant=g1      applied    balance 0    depleted grant.voided
            usage  u1  acme   10                applied    balance -10  overdrawn
            grant  g2  acme  110                applied    balance 100  grant.created
            usage  u2  acme   50                applied    balance 50
            usage  u3  acme    1                applied    balance 49   low[50%]
            """
        )
    }

    @Test func aVoidTakesNoNoticeOfHoldsAndMayLeaveLessThanNothingAvailable() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant    g1  acme  100              applied    balance 100  grant.created changed
            grant    g2  acme   20              applied    balance 120  grant.created
            hold     h1  acme  110              applied    balance 120  available 10  hold.created
            void     v1  acme  all  grant=g1    applied    balance 20   held 110 available -90
                grant.voided
            hold     h2  acme    1              rejected   balance 20   available -90
                insufficient_credits hold.rejected
            usage    u1  acme    1              rejected   balance 20
                insufficient_credits usage.rejected
            usage    u2  acme   20.000000000001 hold=h1    rejected  balance 20  held 110
                insufficient_credits usage.rejected
            usage    u3  acme   20  hold=h1     applied    balance 0    held 0 available 0
                hold.captured depleted grant.depleted
            """
        )
    }

    @Test func theReasonIsNoPartOfTheContent() throws {
        try checkLedger(
            """
            grant  g1  acme  100                              applied    balance 100
                grant.created changed
            void   v1  acme   10  grant=g1  reason=refund     applied    balance 90   grant.voided
            void   v1  acme   10  grant=g1  reason=fraud      duplicate  balance 90
            void   v1  acme   11  grant=g1  reason=refund     conflict   balance 90
                command.conflict
            void   v1  acme  all  grant=g1  reason=refund     conflict   balance 90
                command.conflict
            """
        )
    }

    /// Ids are bytes: Unicode has two spellings of é, which Swift takes for the same.
    @Test func aGrantOfAnotherSpellingIsAnotherGrant() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  caf\u{e9}    acme  100  applied   balance 100  grant.created changed
            void   v1  acme  all  grant=cafe\u{301}  rejected  balance 100
                unknown_grant command.rejected
            grant  cafe\u{301}  acme   50  applied   balance 150  grant.created
            void   v2  acme  all  grant=cafe\u{301}  applied   balance 100  grant.voided
            """
        )
    }
}
