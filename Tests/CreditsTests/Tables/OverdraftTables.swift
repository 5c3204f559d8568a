import Testing

/// What happens to usage that the balance does not cover, and to debt (contract §2.4, §3).
@Suite struct OverdraftTables {
    @Test func recordLetsTheBalanceGoBelowZero() throws {
        try checkLedger(
            """
            usage  u1  acme   30   applied  balance -30   overdrawn changed overdraft:-30
            usage  u2  acme   12   applied  balance -42   overdraft:-12
            usage  u3  acme    0   applied  balance -42
            """
        )
    }

    @Test func aLimitLetsItGoDownToTheLimitAndNotFurther() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=100
            grant  g1  acme   50                  applied   balance 50   grant.created changed
            usage  u1  acme  150.000000000001     rejected  balance 50
                insufficient_credits usage.rejected
            usage  u2  acme  150                  applied   balance -100 g1:-50 overdraft:-100
                depleted overdrawn grant.depleted[g1]
            usage  u3  acme    0.000000000001     rejected  balance -100
                insufficient_credits usage.rejected
            usage  u4  acme    0                  applied   balance -100
            """
        )
    }

    @Test func refuseStopsAtZero() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme   50                  applied   balance 50   grant.created changed
            usage  u1  acme   50.000000000001     rejected  balance 50
                insufficient_credits usage.rejected
            usage  u2  acme   50                  applied   balance 0    depleted grant.depleted
            usage  u3  acme    0.000000000001     rejected  balance 0
                insufficient_credits usage.rejected
            usage  u4  acme    0                  applied   balance 0
            """
        )
    }

    @Test func anAccountThatDoesNotExistHasNothingToSpend() throws {
        try checkLedger(
            """
            defaults overdraft=refuse
            usage  u1  acme  1   rejected  balance 0   insufficient_credits usage.rejected
            usage  u2  acme  0   applied   balance 0
            """
        )
    }

    @Test func anEventIsRefusedWholeAndASmallerOneAfterItIsNot() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme  100    applied   balance 100  grant.created changed
            usage  a   acme   60    applied   balance 40   g1:-60
            usage  b   acme   60    rejected  balance 40   insufficient_credits usage.rejected
            usage  c   acme   40    applied   balance 0    g1:-40 depleted grant.depleted
            """
        )
    }

    /// 100 credits and two events of 60: what a policy allows does not depend on who comes first.
    @Test(
        arguments: [("record", true), ("refuse", false), ("20", true), ("10", false)],
        [true, false]
    )
    func ofTwoEventsOfSixtyOnAHundredCreditsBothAreAppliedOrExactlyOne(
        policy: (name: String, allowsBoth: Bool),
        isReversed: Bool
    ) throws {
        let (first, second) = isReversed ? ("b", "a") : ("a", "b")
        let outcome =
            policy.allowsBoth
            ? "applied  balance -20  g1:-40 overdraft:-20 depleted overdrawn grant.depleted[g1]"
            : "rejected balance 40   insufficient_credits usage.rejected"
        try checkLedger(
            """
            defaults thresholds= overdraft=\(policy.name)
            grant  g1  acme  100    applied  balance 100  grant.created changed
            usage  \(first)   acme   60    applied  balance 40   g1:-60
            usage  \(second)  acme   60    \(outcome)
            """
        )
    }

    @Test func aGrantSettlesDebtFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme  100   applied  balance -100  overdrawn changed overdraft:-100
            grant  g1  acme   40   applied  balance -60   overdraft:40
                grant.created[g1] grant.depleted[g1]
            grant  g2  acme   60   applied  balance 0     overdraft:60
                grant.created[g2] grant.depleted[g2]
            grant  g3  acme   10   applied  balance 10    g3:10 grant.created[g3]
            """
        )
    }

    @Test func whatIsLeftAfterTheDebtIsTheGrants() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme   30   applied  balance -30  overdrawn changed
            grant  g1  acme   50   applied  balance 20   overdraft:30 g1:20 grant.created[g1]
            usage  u2  acme   20   applied  balance 0    g1:-20 depleted grant.depleted[g1]
            """
        )
    }

    @Test func refuseAndLimitLeaveOutWhatTheEventComesTooLateFor() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse grace=P9D
            grant  g1  acme  100  expires=P1D    applied   balance 100  grant.created changed
            grant  g2  acme   20                 applied   balance 120  grant.created
            time   P2D    acme balance 120 changed
            usage  u1  acme   21                 rejected  balance 120
                insufficient_credits usage.rejected
            usage  u2  acme   20                 applied   balance 100  g2:-20 grant.depleted
            usage  u3  acme    1                 rejected  balance 100
                insufficient_credits usage.rejected
            configure  c1  acme  overdraft=5     applied   balance 100
            usage  u4  acme    6                 rejected  balance 100
                insufficient_credits usage.rejected
            usage  u5  acme    5                 applied   balance 95   overdraft:-5
            usage  u6  acme    1  occurred=PT1H  applied   balance 94   g1:-1
            """
        )
    }

    @Test func recordOwesWhatAnExpiredGrantMayNotGive() throws {
        try checkLedger(
            """
            defaults thresholds= grace=P9D
            grant  g1  acme  100  expires=P1D    applied  balance 100  grant.created changed
            time   P2D
            usage  u1  acme   30                 applied  balance 70   overdraft:-30 changed
            usage  u2  acme   30  occurred=PT1H  applied  balance 40   g1:-30
            grant  g2  acme   50                 applied  balance 90   overdraft:30 g2:20
                grant.created
            usage  u3  acme   25                 applied  balance 65   g2:-20 overdraft:-5
                grant.depleted[g2]
            """
        )
    }

    @Test func configureChangesTheRuleForOneAccount() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  overdraft=refuse   applied   balance 0
            usage      u1  acme  1                  rejected  balance 0
                insufficient_credits usage.rejected
            usage      u2  beta  1                  applied   balance -1  overdrawn changed
            configure  c2  acme  overdraft=record   applied   balance 0
            usage      u1  acme  1                  applied   balance -1  overdrawn changed
            """
        )
    }

    @Test func anAccountBelowItsFloorTakesNothingButGrantsAndEventsOfZero() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage      u1  acme  50                 applied   balance -50  overdrawn changed
            configure  c1  acme  overdraft=refuse   applied   balance -50
            usage      u2  acme  1                  rejected  balance -50
                insufficient_credits usage.rejected
            usage      u3  acme  0                  applied   balance -50
            grant      g1  acme  40                 applied   balance -10
                grant.created grant.depleted
            usage      u4  acme  1                  rejected  balance -10
                insufficient_credits usage.rejected
            """
        )
    }
}
