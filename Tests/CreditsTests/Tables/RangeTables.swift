import Testing

/// Sums beyond 26 digits before the point are refused, never wrapped (contract §1, §2.6).
@Suite struct RangeTables {
    private let most = "99999999999999999999999999.999999999999"

    @Test func aBalanceMayReachTheLargestAmountAndNotPassIt() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  \(most)           applied  balance \(most)   grant.created changed
            grant  g2  acme  0.000000000001    invalid  balance \(most)   out_of_range
            usage  u1  acme  1                 applied  balance 99999999999999999999999998.999999999999
            grant  g2  acme  1                 applied  balance \(most)   grant.created
            """
        )
    }

    @Test func aDebtMayReachTheLargestAmountAndNotPassIt() throws {
        try checkLedger(
            """
            usage  u1  acme  \(most)           applied    balance -\(most)   overdrawn changed
            usage  u2  acme  0.000000000001    invalid    balance -\(most)   out_of_range
            usage  u3  acme  0                 applied    balance -\(most)
            grant  g1  acme  1                 applied
                balance -99999999999999999999999998.999999999999 grant.created grant.depleted
            usage  u2  acme  0.000000000001    applied    balance -99999999999999999999999999
            usage  u2  acme  0.000000000001    duplicate  balance -99999999999999999999999999
            """
        )
    }

    @Test func theWholeRangeCanBeDrawnAtOnce() throws {
        try checkLedger(
            """
            grant  g1  acme  \(most)   applied  balance \(most)   grant.created changed
            usage  u1  acme  \(most)   applied  balance 0   low depleted grant.depleted
            usage  u2  acme  \(most)   applied  balance -\(most)   overdrawn
            """
        )
    }

    // Room is kept for a grant to come, so that becoming effective never fails.
    @Test func aGrantBesideAScheduledOneThatLeavesItNoRoomIsOutOfRange() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  \(most)  effective=P1D   applied  balance 0   grant.created
            grant  g2  acme  1                        invalid  balance 0   out_of_range
            time   P2D    acme balance \(most) grant.activated changed
            usage  u1  acme  \(most)  applied  balance 0   depleted grant.depleted
            grant  g2  acme  1        applied  balance 1   grant.created
            """
        )
    }

    // Nothing here leaves the range: the grant covers the event, and the balance goes to −1.
    @Test func anEventThatGrantsCoverIsNotRefusedForTheDebtBesideThem() throws {
        try checkLedger(
            """
            defaults thresholds= grace=P9D
            grant  g1  acme  \(most)  expires=P1D      applied  balance \(most)
                grant.created changed
            time   P2D
            usage  u1  acme  1                         applied
                balance 99999999999999999999999998.999999999999 overdraft:-1 changed
            usage  u2  acme  \(most)  occurred=PT1H    applied  balance -1
                g1:-\(most) depleted overdrawn grant.depleted
            """
        )
    }

    // The balance would be in range, for the expired grant still weighs against the debt.
    @Test func aDebtBeyondTheRangeIsRefusedThoughTheBalanceIsWithinIt() throws {
        try checkLedger(
            """
            defaults thresholds= grace=P9D
            grant  g1  acme  \(most)  expires=P1D      applied  balance \(most)
                grant.created changed
            time   P2D
            usage  u1  acme  \(most)                   applied  balance 0
                overdraft:-\(most) depleted changed
            usage  u2  acme  0.000000000001            invalid  balance 0  out_of_range
            usage  u2  acme  1  occurred=PT1H          applied  balance -1  g1:-1 overdrawn
            """
        )
    }

    /// What a reversal refills is no basis, and what is voided lowers it all the same.
    @Test func theBasisOfThresholdsIsHeldAtTheEndOfTheRange() throws {
        let much = "90000000000000000000000000"
        let more = "90000000000000000000000001"
        try checkLedger(
            """
            defaults thresholds=50%
            grant    g1  acme  \(much)       applied  balance \(much)   grant.created changed
            usage    u1  acme  \(much)       applied  balance 0   low depleted grant.depleted
            grant    g2  acme  \(much)       applied  balance \(much)   grant.created recovered
            usage    u2  acme  \(much)       applied  balance 0   low depleted grant.depleted
            grant    g3  acme  1             applied  balance 1   grant.created recovered
            reverse  r1  acme  all  usage=u1 applied  balance \(more)   usage.reversed
            void     v1  acme  all  grant=g1 applied  balance 1   grant.voided
            reverse  r2  acme  all  usage=u2 applied  balance \(more)   usage.reversed
            void     v2  acme  all  grant=g2 applied  balance 1   grant.voided
            grant    g4  acme  1             applied  balance 2   grant.created
            usage    u3  acme  1.5           applied  balance 0.5   low grant.depleted
            """
        )
    }
}
