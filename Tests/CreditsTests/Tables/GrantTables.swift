import Testing

/// How credits come into an account (contract §2.2).
@Suite struct GrantTables {
    @Test func aGrantEntersTheBalanceAtOnce() throws {
        try checkLedger(
            """
            grant  g1  acme   100     applied    balance 100    grant.created[g1] changed g1:100
            usage  u1  acme    30     applied    balance 70     g1:-30
            usage  u1  acme    30     duplicate  balance 70
            usage  u1  acme    31     conflict   balance 70     usage.conflict
            usage  u2  acme    55     applied    balance 15     low[20%] g1:-55
            time   PT1S    acme balance 15 changed
            """
        )
    }

    @Test func creditTypesOfOneCustomerAreAccountsOfTheirOwn() throws {
        try checkLedger(
            """
            grant  g1  acme          100   applied  balance 100   grant.created changed
            grant  g2  acme/images    10   applied  balance 10    grant.created changed
            usage  u1  acme/images     3   applied  balance 7     g2:-3
            usage  u2  acme           50   applied  balance 50    g1:-50
            usage  u3  acme/video      1   applied  balance -1    overdrawn changed overdraft:-1
            """
        )
    }

    @Test func fractionsAreExactToTheTwelfthDecimal() throws {
        try checkLedger(
            """
            grant  g1  acme  0.3                 applied  balance 0.3   grant.created changed
            usage  u1  acme  0.1                 applied  balance 0.2
            usage  u2  acme  0.1                 applied  balance 0.1
            usage  u3  acme  0.099999999999      applied  balance 0.000000000001   low
            usage  u4  acme  0.000000000001      applied  balance 0   depleted grant.depleted[g1]
            """
        )
    }

    @Test func onlyPromotionalAndCompensationGrantsArePromotionalUnlessTheySay() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  paid1   acme  1  source=purchase        applied  balance 1   grant.created changed
            grant  paid2   acme  1  source=top_up          applied  balance 2   grant.created
            grant  paid3   acme  1  source=auto_top_up     applied  balance 3   grant.created
            grant  paid4   acme  1  source=plan_included   applied  balance 4   grant.created
            grant  paid5   acme  1  source=rollover        applied  balance 5   grant.created
            grant  promo1  acme  1  source=promotional     applied  balance 6   grant.created
            grant  promo2  acme  1  source=compensation    applied  balance 7   grant.created
            usage  u1      acme  2     applied  balance 5  promo1:-1 promo2:-1
                grant.depleted[promo1] grant.depleted[promo2]
            usage  u2      acme  4     applied  balance 1  paid1:-1 paid2:-1 paid3:-1 paid4:-1
                grant.depleted[paid1] grant.depleted[paid2] grant.depleted[paid3] grant.depleted[paid4]
            """
        )
    }

    @Test func anExplicitCategoryWinsOverTheSource() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  5                                     applied  balance 5
                grant.created changed
            grant  g2  acme  5  source=promotional category=paid   applied  balance 10  grant.created
            grant  g3  acme  5  category=promotional               applied  balance 15  grant.created
            usage  u1  acme  6      applied  balance 9    g3:-5 g1:-1 grant.depleted[g3]
            usage  u2  acme  5      applied  balance 4    g1:-4 g2:-1 grant.depleted[g1]
            """
        )
    }

    @Test func aGrantOfAnotherAccountMayHaveTheSameGrantID() throws {
        try checkLedger(
            """
            grant  c1  acme         10  grant=plan     applied   balance 10   grant.created changed
            grant  c2  beta         10  grant=plan     applied   balance 10   grant.created changed
            grant  c3  acme/images  10  grant=plan     applied   balance 10   grant.created changed
            grant  c4  acme         10  grant=plan     rejected  balance 10
                duplicate_grant command.rejected
            """
        )
    }
}
