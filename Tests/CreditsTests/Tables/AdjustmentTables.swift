import Testing

/// `adjust`: manual adjustments up and down (contract §2.2).
@Suite struct AdjustmentTables {
    @Test func upwardsItIsAGrantOfItsOwn() throws {
        try checkLedger(
            """
            defaults thresholds=
            adjust  a1  acme   10               applied    balance 10   a1:10
                grant.created[a1] changed
            adjust  a1  acme   10               duplicate  balance 10
            adjust  a1  acme   11               conflict   balance 10   command.conflict
            usage   u1  acme   10               applied    balance 0    a1:-10
                depleted grant.depleted[a1]
            """
        )
    }

    @Test func whatItGivesIsPromotionalOfPriorityFiftyAndNeverExpires() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant   paid   acme  10                      applied  balance 10  grant.created changed
            adjust  a1     acme  10                      applied  balance 20  grant.created
            grant   early  acme  10  priority=49         applied  balance 30  grant.created
            grant   late   acme  10  priority=51         applied  balance 40  grant.created
            grant   ends   acme  10  expires=P9000D      applied  balance 50  grant.created
            usage   u1     acme  49                      applied  balance 1
                early:-10 ends:-10 a1:-10 paid:-10 late:-9
                grant.depleted[early] grant.depleted[ends] grant.depleted[a1] grant.depleted[paid]
            """
        )
    }

    @Test func upwardsItSettlesDebtFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage   u1  acme   30               applied    balance -30  overdrawn changed
            adjust  a1  acme   20               applied    balance -10  overdraft:20
                grant.created[a1] grant.depleted[a1]
            adjust  a2  acme   10               applied    balance 0    overdraft:10
                grant.created[a2] grant.depleted[a2]
            usage   u2  acme    5               applied    balance -5   overdrawn
            adjust  a3  acme   15               applied    balance 10   overdraft:5 a3:10
                grant.created[a3]
            """
        )
    }

    @Test func upwardsItMovesTheBasisAndDownwardsItDoesNot() throws {
        try checkLedger(
            """
            defaults thresholds=50%
            grant   g1  acme   10               applied    balance 10   grant.created changed
            adjust  a1  acme   90               applied    balance 100  grant.created
            usage   u1  acme   50               applied    balance 50
            adjust  a2  acme  -0.000000000001   applied    balance 49.999999999999  low[50%]
            adjust  a3  acme   0.000000000001   applied    balance 50
                recovered[50%] grant.created[a3]
            adjust  a4  acme  -25               applied    balance 25
            usage   u2  acme   1                applied    balance 24   low[50%]
            """
        )
    }

    @Test func itsCommandIdIsAGrantIdThatMustBeNew() throws {
        try checkLedger(
            """
            grant   c1  acme   10  grant=x      applied    balance 10   grant.created changed
            adjust  x   acme   10               rejected   balance 10
                duplicate_grant command.rejected
            adjust  x   beta   10               applied    balance 10   grant.created[x] changed
            adjust  a1  acme   10               applied    balance 20   grant.created[a1]
            grant   c2  acme   10  grant=a1     rejected   balance 20
                duplicate_grant command.rejected
            grant   a1  acme   10               conflict   balance 20   command.conflict
            """
        )
    }

    @Test func downwardsItTakesNoGrantId() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant   c1  acme   10  grant=x      applied    balance 10   grant.created changed
            adjust  x   acme   -4               applied    balance 6    x:-4
            adjust  a1  acme   -1               applied    balance 5    x:-1
            grant   c2  acme   10  grant=a1     applied    balance 15   grant.created[a1]
            """
        )
    }

    @Test func downwardsItDrawsAsUsageDoes() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant   g1  acme   10  priority=9   applied    balance 10   grant.created changed
            grant   g2  acme   10  priority=1   applied    balance 20   grant.created
            grant   g3  acme   10  expires=PT1M applied    balance 30   grant.created
            adjust  a1  acme  -12               applied    balance 18   g2:-10 g1:-2
                grant.depleted[g2]
            time    PT1M  acme balance 18 changed
            adjust  a2  acme  -10               applied    balance 8    g1:-8 overdraft:-2
                grant.depleted[g1]
            """
        )
    }

    @Test func downwardsItMayGoBelowZeroWhateverTheOverdraftPolicy() throws {
        for overdraft in ["record", "refuse", "5"] {
            try checkLedger(
                """
                defaults thresholds= overdraft=\(overdraft)
                grant   g1  acme   10           applied    balance 10   grant.created changed
                adjust  a1  acme  -10           applied    balance 0    g1:-10
                    depleted grant.depleted
                adjust  a2  acme  -30           applied    balance -30  overdraft:-30 overdrawn
                adjust  a3  beta   -1           applied    balance -1   overdraft:-1
                    overdrawn changed
                """
            )
        }
    }

    @Test func downwardsItTakesNoNoticeOfHolds() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant   g1  acme  100               applied    balance 100  grant.created changed
            hold    h1  acme  100               applied    balance 100  available 0  hold.created
            adjust  a1  acme  -40               applied    balance 60   held 100 available -40
            usage   u1  acme   61  hold=h1      rejected   balance 60   held 100
                insufficient_credits usage.rejected
            usage   u1  acme   60  hold=h1      applied    balance 0    held 0
                hold.captured depleted grant.depleted
            """
        )
    }

    @Test func whatWasAdjustedUpwardsCanBeVoidedAndHeld() throws {
        try checkLedger(
            """
            defaults thresholds=
            adjust  a1  acme   10               applied    balance 10   grant.created changed
            hold    h1  acme   10               applied    balance 10   available 0  hold.created
            void    v1  acme    4  grant=a1     applied    balance 6    available -4  grant.voided
            adjust  a2  acme   -6               applied    balance 0    a1:-6
                depleted grant.depleted
            void    v2  acme  all  grant=a1     rejected   balance 0
                exceeds_remaining command.rejected
            void    v3  acme  all  grant=a2     rejected   balance 0
                unknown_grant command.rejected
            """
        )
    }

    @Test func theBalanceStaysWithinTwentySixDigitsBothWays() throws {
        let most = "99999999999999999999999999.999999999999"
        try checkLedger(
            """
            defaults thresholds=
            adjust  a1  acme   1                applied    balance 1    grant.created changed
            adjust  a2  acme   \(most)          invalid    balance 1    out_of_range
            adjust  a3  beta  -1                applied    balance -1   overdrawn changed
            adjust  a4  beta  -\(most)          invalid    balance -1   out_of_range
            adjust  a4  beta  -2                applied    balance -3
            """
        )
    }

    @Test func reasonsAreNoPartOfTheContent() throws {
        try checkLedger(
            """
            defaults thresholds=
            adjust  a1  acme   -5  reason=typo  applied    balance -5   overdrawn changed
            adjust  a1  acme   -5  reason=other duplicate  balance -5
            adjust  a1  acme    5  reason=typo  conflict   balance -5   command.conflict
            """
        )
    }
}
