import Testing

/// Grants that are about to expire: `credit_grant.expiring`, once for each lead time.
@Suite struct NoticeTables {
    @Test func eachLeadTimeIsAnnouncedOnce() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P7D,P1D
            grant  g1  acme  10  expires=P30D   applied  balance 10  grant.created changed
            time   P22DT23H59M59.999999S   acme balance 10
            time   P23D                    acme balance 10  grant.expiring[g1]
            time   P28DT23H59M59.999999S   acme balance 10
            time   P29D                    acme balance 10  grant.expiring[g1]
            time   P30DT59M59.999999S      acme balance 10  available 0
            time   P30DT1H                 acme balance 0   grant.expired[g1] depleted changed
            """
        )
    }

    @Test func severalLeadTimesThatAreDueAtOnceMakeOneNotice() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P1D,P7D,P14D
            grant  g1  acme  10  expires=P30D   applied  balance 10  grant.created changed
            time   P28DT23H59M59.999999S   acme balance 10  grant.expiring[g1]
            time   P29D                    acme balance 10  grant.expiring[g1]
            """
        )
    }

    @Test func aGrantThatLastsShorterThanALeadTimeIsAnnouncedAtOnce() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P7D,P1D
            grant  g1  acme  10  expires=P3D   applied  balance 10  grant.created changed
            time   PT0.000001S              acme balance 10  grant.expiring[g1]
            time   P1DT23H59M59.999999S     acme balance 10
            time   P2D                      acme balance 10  grant.expiring[g1]
            """
        )
    }

    @Test func aNoticeGoesBeforeTheInputsOfItsMoment() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P7D
            grant  g1  acme  10  expires=P30D   applied  balance 10  grant.created changed
            grant  g2  beta  10  expires=P30D   applied  balance 10  grant.created changed
            readthrough  PT0S
            time   P24D
            usage  u1  acme  10  recorded=P22DT23H59M59.999999S   applied  balance 0
                depleted grant.depleted changed
            usage  u2  beta  10  recorded=P23D   applied  balance 0
                grant.expiring[g2] depleted grant.depleted changed
            readthrough  P24D
            """
        )
    }

    @Test func onlyGrantsThatCreditsAreLeftOfAreAnnounced() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P7D
            grant  used    acme  10   expires=P30D   applied  balance 10  grant.created changed
            usage  u1      acme  10                  applied  balance 0   depleted grant.depleted
            grant  voided  acme  10   expires=P30D   applied  balance 10  grant.created
            void   v1      acme  all  grant=voided   applied  balance 0   depleted grant.voided
            grant  left    acme  10   expires=P30D   applied  balance 10  grant.created
            grant  ever    acme  10                  applied  balance 20  grant.created
            time   P23D   acme balance 20  grant.expiring[left] changed
            """
        )
    }

    @Test func aScheduledGrantIsAnnouncedOnceItIsEffective() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P7D,P1D
            grant  g1  acme  10  effective=P10D expires=P12D  applied  balance 0   grant.created
            time   P9DT23H59M59.999999S    acme balance 0
            time   P10D    acme balance 10  grant.activated[g1] grant.expiring[g1] changed
            time   P11D    acme balance 10  grant.expiring[g1]
            """
        )
    }

    @Test func everyGrantIsAnnouncedByItself() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P7D
            grant  g1  acme  1  expires=P30D            applied  balance 1  grant.created changed
            grant  g2  acme  2  expires=P30D            applied  balance 3  grant.created
            grant  g3  acme  4  expires=P30DT0.000001S  applied  balance 7  grant.created
            time   P23D            acme balance 7  grant.expiring[g1] grant.expiring[g2] changed
            time   P23DT0.000001S  acme balance 7  grant.expiring[g3]
            """
        )
    }

    @Test func whatWasAnnouncedIsNotAnnouncedAgainUnderOtherLeadTimes() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P7D
            grant  g1  acme  10  expires=P30D   applied  balance 10  grant.created changed
            time   P23D    acme balance 10  grant.expiring[g1]
            defaults thresholds= notice=P9D,P7D,P2D
            time   P27DT23H59M59.999999S    acme balance 10
            time   P28D    acme balance 10  grant.expiring[g1]
            """
        )
    }

    @Test func withoutLeadTimesNothingIsAnnounced() throws {
        try checkLedger(
            """
            defaults thresholds= notice=
            grant  g1  acme  10  expires=P30D   applied  balance 10  grant.created changed
            time   P30D    acme balance 10
            """
        )
    }

    @Test func aLeadTimeOfMonthsIsCountedBackFromTheExpiry() throws {
        try checkLedger(
            """
            defaults thresholds= notice=P1M
            grant  g1  acme  10  expires=2027-03-31   applied  balance 10  grant.created changed
            time   2027-02-27T23:59:59.999999Z    acme balance 10
            time   2027-02-28                     acme balance 10  grant.expiring[g1]
            """
        )
    }
}
