import Testing

/// `credit_balance.depleted` and `.overdrawn` (contract §2.5).
@Suite struct ZeroTables {
    @Test func reachingZeroFromAboveIsDepletedAndPassingItIsOverdrawn() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10              applied  balance 10   grant.created changed
            usage  u1  acme   9.999999999999 applied  balance 0.000000000001
            usage  u2  acme   0.000000000001 applied  balance 0    depleted grant.depleted
            usage  u3  acme   0              applied  balance 0
            usage  u4  acme   0.000000000001 applied  balance -0.000000000001   overdrawn
            usage  u5  acme   1              applied  balance -1.000000000001
            """
        )
    }

    @Test func oneEntryCanDoBoth() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  10   applied  balance 10   grant.created changed
            usage  u1  acme  11   applied  balance -1   depleted overdrawn grant.depleted
            """
        )
    }

    @Test func comingBackIsSilentAndTheNextPassageIsAnother() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  u1  acme   5   applied  balance -5   overdrawn changed
            grant  g1  acme   5   applied  balance 0    grant.created grant.depleted
            usage  u2  acme   1   applied  balance -1   overdrawn
            grant  g2  acme   3   applied  balance 2    grant.created
            usage  u3  acme   2   applied  balance 0    depleted grant.depleted
            usage  u4  acme   2   applied  balance -2   overdrawn
            """
        )
    }

    @Test func aRefusedEventPassesNothing() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            grant  g1  acme  10   applied   balance 10   grant.created changed
            usage  u1  acme  11   rejected  balance 10   insufficient_credits usage.rejected
            """
        )
    }
}
