import Testing

/// Credits that plans include (contract §3): a grant for each period of a schedule.
///
/// The table's clock begins on 2026-11-01.
@Suite struct RecurringTables {
    // MARK: Periods

    @Test func configureGivesTheCreditsOfTheFirstPeriodAtOnce() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:100:P1M   applied  balance 100
                plan:2026-11-01T00:00:00Z:100 grant.created[plan:2026-11-01T00:00:00Z] changed
            usage      u1  acme  40                       applied  balance 60
                plan:2026-11-01T00:00:00Z:-40
            configure  c1  acme  recurring=plan:100:P1M   duplicate  balance 60
            """
        )
    }

    @Test func aPeriodsCreditsExpireWithItAndTheNextPeriodsCome() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:100:P1M   applied  balance 100
                grant.created changed
            time  2026-11-30T23:59:59.999999Z   acme balance 100  available 100
            time  2026-12-01                    acme balance 200  available 100
                plan:2026-12-01T00:00:00Z:100 grant.created[plan:2026-12-01T00:00:00Z] changed
            time  2026-12-01T00:59:59.999999Z   acme balance 200  available 100
            time  2026-12-01T01:00:00Z          acme balance 100  available 100
                plan:2026-11-01T00:00:00Z:-100 grant.expired[plan:2026-11-01T00:00:00Z] changed
            usage  u1  acme  100                applied  balance 0  plan:2026-12-01T00:00:00Z:-100
                depleted grant.depleted
            """
        )
    }

    @Test func aScheduleFromThe31stKeepsToTheEndsOfShorterMonths() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:1:P1M:anchor=2026-10-31:expires=never
                applied  balance 1  grant.created[plan:2026-10-31T00:00:00Z] changed
            time  2026-11-29T23:59:59.999999Z   acme balance 1
            time  2026-11-30   acme balance 2  grant.created[plan:2026-11-30T00:00:00Z] changed
            time  2026-12-30T23:59:59.999999Z   acme balance 2
            time  2026-12-31   acme balance 3  grant.created[plan:2026-12-31T00:00:00Z] changed
            time  2027-01-31   acme balance 4  grant.created[plan:2027-01-31T00:00:00Z] changed
            time  2027-02-27T23:59:59.999999Z   acme balance 4
            time  2027-02-28   acme balance 5  grant.created[plan:2027-02-28T00:00:00Z] changed
            time  2027-03-30T23:59:59.999999Z   acme balance 5
            time  2027-03-31   acme balance 6  grant.created[plan:2027-03-31T00:00:00Z] changed
            """
        )
    }

    @Test func aScheduleKnowsLeapYears() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            time  2028-01-31
            configure  c1  acme  recurring=month:1:P1M;year:10:P1Y:anchor=2024-02-29
                applied  balance 11  grant.created[month:2028-01-31T00:00:00Z]
                grant.created[year:2027-02-28T00:00:00Z] changed
            time  2028-02-28T23:59:59.999999Z   acme balance 11
            time  2028-02-29   acme balance 11  year:2028-02-29T00:00:00Z:10
                month:2028-02-29T00:00:00Z:1 year:2027-02-28T00:00:00Z:-10
                month:2028-01-31T00:00:00Z:-1
                grant.created[month:2028-02-29T00:00:00Z] grant.expired[month:2028-01-31T00:00:00Z]
                grant.created[year:2028-02-29T00:00:00Z] grant.expired[year:2027-02-28T00:00:00Z]
                changed
            time  2028-03-30T23:59:59.999999Z   acme balance 11
            time  2028-03-31   acme balance 11  month:2028-03-31T00:00:00Z:1
                month:2028-02-29T00:00:00Z:-1 grant.created grant.expired changed
            """
        )
    }

    @Test func aPeriodIsNoShorterThanItsDuration() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S coalesce=PT0S
            configure  c1  acme  recurring=plan:5:PT1S   applied  balance 5  grant.created changed
            time  PT0.999999S   acme balance 5
            time  PT1S   acme balance 5  plan:2026-11-01T00:00:01Z:5
                plan:2026-11-01T00:00:00Z:-5 grant.created grant.expired changed
            """
        )
    }

    @Test func anAnchorInThePastPaysNothingBack() throws {
        try checkLedger(
            """
            defaults thresholds=
            time  2026-11-09T23:59:59.999999Z
            configure  c1  acme  recurring=plan:7:P1M:anchor=2025-01-10   applied  balance 7
                grant.created[plan:2026-10-10T00:00:00Z] changed
            time  2026-11-10   acme balance 14  grant.created[plan:2026-11-10T00:00:00Z]
            configure  c2  beta  recurring=plan:7:P1M:anchor=2025-01-10   applied  balance 7
                grant.created[plan:2026-11-10T00:00:00Z] changed
            """
        )
    }

    @Test func anAnchorInTheFutureIsWaitedFor() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:7:P1M:anchor=2026-11-10   applied  balance 0
            time  2026-11-09T23:59:59.999999Z   acme balance 0
            time  2026-11-10   acme balance 7  grant.created[plan:2026-11-10T00:00:00Z] changed
            """
        )
    }

    @Test func periodsThatWereMissedAreMadeUpForInOrder() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:100:P1M   applied  balance 100
                grant.created changed
            time  2027-01-15   acme balance 100
                plan:2026-12-01T00:00:00Z:100 plan:2027-01-01T00:00:00Z:100
                plan:2026-11-01T00:00:00Z:-100 plan:2026-12-01T00:00:00Z:-100
                grant.created[plan:2026-12-01T00:00:00Z] grant.created[plan:2027-01-01T00:00:00Z]
                grant.expired[plan:2026-11-01T00:00:00Z] grant.expired[plan:2026-12-01T00:00:00Z]
                changed
            """
        )
    }

    @Test func periodsAfterAnAnchorInTheFutureAreMadeUpForAsWell() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:7:P1M:anchor=2026-11-10:expires=never
                applied  balance 0
            time  2027-01-10   acme balance 21  plan:2026-11-10T00:00:00Z:7
                plan:2026-12-10T00:00:00Z:7 plan:2027-01-10T00:00:00Z:7
                grant.created grant.created grant.created changed
            """
        )
    }

    @Test func aScheduleBeginsAtTheRecordThatGaveItHoweverLateThatIsRead() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            readthrough  PT0S
            time  2027-01-20
            configure  c1  acme  recurring=plan:10:P1M  recorded=2026-11-15   applied  balance 10
                grant.created[plan:2026-11-15T00:00:00Z] changed
            usage  u1  acme  10  recorded=2026-12-14T23:59:59.999999Z   applied  balance 0
                plan:2026-11-15T00:00:00Z:-10 depleted grant.depleted
            usage  u2  acme  10  recorded=2026-12-15   applied  balance 0
                plan:2026-12-15T00:00:00Z:10 plan:2026-12-15T00:00:00Z:-10
                grant.created[plan:2026-12-15T00:00:00Z] depleted grant.depleted
            readthrough  2027-01-20   acme balance 10   grant.created[plan:2027-01-15T00:00:00Z]
            """
        )
    }

    @Test func usageOfThePeriodBeforeDrawsOnItsCreditsUntilTheGraceIsOver() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:100:P1M   applied  balance 100
                grant.created changed
            time   2026-12-01T00:30:00Z   acme balance 200  grant.created changed
            usage  u1  acme  60  occurred=2026-11-30T23:59:59.999999Z  applied  balance 140
                plan:2026-11-01T00:00:00Z:-60
            usage  u2  acme  60  occurred=2026-12-01                   applied  balance 80
                plan:2026-12-01T00:00:00Z:-60
            usage  u3  acme  60  occurred=2026-11-30                   applied  balance 20
                plan:2026-11-01T00:00:00Z:-40 plan:2026-12-01T00:00:00Z:-20 grant.depleted
            time   2026-12-01T01:00:00Z   acme balance 20 changed
            """
        )
    }

    // MARK: Expiry

    @Test func creditsMayNeverExpireOrAfterADurationOfTheirOwn() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            configure  c1  acme  recurring=a:1:P1M:expires=never;b:10:P1M:expires=P10D
                applied  balance 11  a:2026-11-01T00:00:00Z:1 b:2026-11-01T00:00:00Z:10
                grant.created[a:2026-11-01T00:00:00Z] grant.created[b:2026-11-01T00:00:00Z] changed
            time  2026-11-10T23:59:59.999999Z   acme balance 11
            time  2026-11-11   acme balance 1  b:2026-11-01T00:00:00Z:-10 grant.expired changed
            time  2026-12-01   acme balance 12  a:2026-12-01T00:00:00Z:1 b:2026-12-01T00:00:00Z:10
                grant.created grant.created changed
            """
        )
    }

    @Test func aPeriodsCreditsSettleTheDebtFirst() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M   applied  balance 10  grant.created changed
            usage      u1  acme  25                      applied  balance -15
                depleted overdrawn grant.depleted
            time  2026-12-01   acme balance -5  overdraft:10
                grant.created[plan:2026-12-01T00:00:00Z] grant.depleted[plan:2026-12-01T00:00:00Z]
                changed
            time  2027-01-01   acme balance 5  overdraft:5 plan:2027-01-01T00:00:00Z:5
                grant.created changed
            """
        )
    }

    @Test func percentagesAreOfTheBalanceRightAfterThePeriodsCredits() throws {
        try checkLedger(
            """
            defaults grace=PT0S
            configure  c1  acme  recurring=plan:10:P1M   applied  balance 10  grant.created changed
            usage      u1  acme  8                       applied  balance 2
            usage      u2  acme  1                       applied  balance 1    low[20%]
            time  2026-12-01   acme balance 10  plan:2026-12-01T00:00:00Z:10
                plan:2026-11-01T00:00:00Z:-1 grant.created grant.expired recovered[20%] changed
            """
        )
    }

    // MARK: Settings

    @Test func theSameScheduleAgainGrantsNoPeriodTwice() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:expires=never   applied  balance 10
                grant.created changed
            time  2026-11-20
            configure  c2  acme  recurring=plan:10:P1M:expires=never   applied  balance 10
            configure  c3  acme  recurring=plan:25:P1M:expires=never   applied  balance 10
            time  2026-11-30T23:59:59.999999Z
            configure  c4  acme  recurring=plan:25:P1M:expires=never:anchor=2026-11-01
                applied  balance 10
            time  2026-12-01   acme balance 35  grant.created[plan:2026-12-01T00:00:00Z] changed
            configure  c5  acme  recurring=plan:25:P1M:expires=never   applied  balance 35
            """
        )
    }

    @Test func anEmptyListEndsAScheduleAndWhatItGaveStays() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M   applied  balance 10  grant.created changed
            time  2026-11-20
            configure  c2  acme  recurring=              applied  balance 10
            time  2026-12-01   acme balance 10
            time  2026-12-01T01:00:00Z   acme balance 0  plan:2026-11-01T00:00:00Z:-10
                grant.expired depleted changed
            time  2027-06-01   acme balance 0
            """
        )
    }

    @Test func aScheduleThatComesBackGoesOnWithThePeriodOfTheMoment() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:expires=never   applied  balance 10
                grant.created changed
            configure  c2  acme  recurring=                            applied  balance 10
            configure  c3  acme  recurring=plan:10:P1M:expires=never   applied  balance 10
            configure  c4  acme  recurring=                            applied  balance 10
            time  2027-03-31T23:59:59.999999Z   acme balance 10
            configure  c5  acme  recurring=plan:10:P1M:expires=never   applied  balance 20
                grant.created[plan:2027-03-01T00:00:00Z] changed
            time  2027-04-01   acme balance 30  grant.created[plan:2027-04-01T00:00:00Z]
            """
        )
    }

    @Test func anotherAnchorBeginsPeriodsOfItsOwn() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:expires=never   applied  balance 10
                grant.created changed
            time  2026-11-20
            configure  c2  acme  recurring=plan:10:P1M:expires=never:anchor=2026-11-15
                applied  balance 20  grant.created[plan:2026-11-15T00:00:00Z] changed
            configure  c3  acme  recurring=plan:10:P1M:expires=never:anchor=2026-11-25
                applied  balance 20
            time  2026-11-24T23:59:59.999999Z   acme balance 20
            time  2026-11-25   acme balance 30  grant.created[plan:2026-11-25T00:00:00Z] changed
            """
        )
    }

    @Test func aShorterPeriodBeginsWithTheOneOfTheMoment() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:expires=never   applied  balance 10
                grant.created changed
            time  2026-11-20T12:00:00Z
            configure  c2  acme  recurring=plan:10:P1D:expires=never   applied  balance 20
                grant.created[plan:2026-11-20T00:00:00Z] changed
            time  2026-11-21   acme balance 30  grant.created[plan:2026-11-21T00:00:00Z] changed
            """
        )
    }

    @Test func schedulesOfOneAccountGoBySide() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=week:1:P7D:expires=never;month:10:P1M:expires=never
                applied  balance 11  week:2026-11-01T00:00:00Z:1 month:2026-11-01T00:00:00Z:10
                grant.created grant.created changed
            configure  c2  acme  recurring=month:10:P1M:expires=never   applied  balance 11
            time  2026-11-08   acme balance 11
            configure  c3  acme  recurring=week:1:P7D:expires=never;month:10:P1M:expires=never
                applied  balance 12  week:2026-11-08T00:00:00Z:1 grant.created changed
            time  2026-12-01   acme balance 25  week:2026-11-15T00:00:00Z:1
                week:2026-11-22T00:00:00Z:1 week:2026-11-29T00:00:00Z:1
                month:2026-12-01T00:00:00Z:10
                grant.created grant.created grant.created grant.created changed
            """
        )
    }

    // MARK: Defaults

    @Test func everyAccountHasTheSchedulesOfTheDefaultsFromItsFirstInputOn() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse recurring=free:10:P1M
            time   2026-11-15
            usage  u1  acme         4   applied   balance 6   free:2026-11-15T00:00:00Z:10
                free:2026-11-15T00:00:00Z:-4 grant.created[free:2026-11-15T00:00:00Z] changed
            usage  u2  acme         7   rejected  balance 6   insufficient_credits usage.rejected
            usage  u3  acme/images  11  rejected  balance 10  insufficient_credits usage.rejected
                grant.created changed
            hold   h1  beta         10  applied   balance 10  held 10
                grant.created hold.created[h1] changed
            time   2026-12-15   acme        balance 16  grant.created changed
                                acme/images balance 20  grant.created changed
                                beta        balance 20  grant.created changed hold.expired[h1]
            """
        )
    }

    @Test func anAccountMayHaveOtherSchedulesThanTheDefaultsOrNone() throws {
        try checkLedger(
            """
            defaults thresholds= recurring=free:10:P1M:expires=never
            configure  c1  acme  recurring=          applied  balance 10  grant.created changed
            configure  c2  beta  recurring=pro:90:P1M:expires=never   applied  balance 100
                grant.created[free:2026-11-01T00:00:00Z] grant.created[pro:2026-11-01T00:00:00Z]
                changed
            time  2026-12-01   acme balance 10
                               beta balance 190  grant.created[pro:2026-12-01T00:00:00Z] changed
            """
        )
    }

    @Test func schedulesThatTheDefaultsGainPayNothingBack() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  g1  acme  1   applied  balance 1   grant.created changed
            time   2027-01-20
            defaults thresholds= recurring=free:10:P1M:anchor=2026-11-01:expires=never
            time   2027-01-21    acme balance 11  grant.created[free:2027-01-01T00:00:00Z] changed
            time   2027-02-01    acme balance 21  grant.created[free:2027-02-01T00:00:00Z] changed
            """
        )
    }

    @Test func aScheduleOfTheDefaultsWithOtherPeriodsGoesOnWithTheOneOfTheMoment() throws {
        try checkLedger(
            """
            defaults thresholds= recurring=free:10:P1M:anchor=2026-11-01:expires=never
            grant  g1  acme  1   applied  balance 11
                grant.created[free:2026-11-01T00:00:00Z] grant.created[g1] changed
            time   2026-12-20    acme balance 21  grant.created[free:2026-12-01T00:00:00Z] changed
            defaults thresholds= recurring=free:1:P1D:anchor=2026-11-01:expires=never
            time   2026-12-21    acme balance 22  grant.created[free:2026-12-21T00:00:00Z] changed
            time   2026-12-22    acme balance 23  grant.created[free:2026-12-22T00:00:00Z] changed
            time   2026-12-24    acme balance 25  grant.created[free:2026-12-23T00:00:00Z]
                grant.created[free:2026-12-24T00:00:00Z] changed
            """
        )
    }

    @Test func whatIsRefusedForItselfBringsNoAccountItsCredits() throws {
        try checkLedger(
            """
            defaults thresholds= recurring=free:10:P1M
            hold     c1  acme   ?  hold=h   rejected   balance 0    no_rate command.rejected
            hold     c2  acme   1  hold=h   applied    balance 10   held 1
                grant.created[free:2026-11-01T00:00:00Z] hold.created[h] changed
            """
        )
    }

    @Test func aCommandThatNamesWhatNobodyHasMakesNoAccount() throws {
        try checkLedger(
            """
            defaults thresholds= recurring=free:10:P1M
            void     c1  acme  all  grant=g1   rejected  balance 0   unknown_grant command.rejected
            release  c2  acme       hold=h1    rejected  balance 0   unknown_hold command.rejected
            reverse  c3  acme  all  usage=u9   rejected  balance 0   unknown_usage command.rejected
            usage    u1  beta    4             applied   balance 6   grant.created changed
            reverse  c4  acme  all  usage=u1   rejected  balance 0   unknown_usage command.rejected
            reverse  c5  acme/images  all  usage=u1  rejected  balance 0
                unknown_usage command.rejected
            grant    c6  acme    1             applied   balance 11
                grant.created[free:2026-11-01T00:00:00Z] grant.created[c6] changed
            """
        )
    }

    // MARK: Ids and ranges

    @Test func aGrantOfAPeriodTakesItsId() throws {
        try checkLedger(
            """
            defaults thresholds=
            configure  c1  acme  recurring=plan:10:P1M:expires=never   applied  balance 10
                grant.created changed
            grant      g1  acme  5  grant=plan:2026-11-01T00:00:00Z    rejected  balance 10
                duplicate_grant command.rejected
            grant      g2  acme  5  grant=plan:2026-12-01T00:00:00Z    applied   balance 15
                grant.created
            time  2026-12-01   acme balance 25   plan:2026-12-01T00:00:00Z#2:10
                grant.created[plan:2026-12-01T00:00:00Z#2] changed
            grant      g1  acme  5  grant=plan:2026-12-01T00:00:00Z#2  rejected  balance 25
                duplicate_grant command.rejected
            """
        )
    }

    @Test func atTheEndOfTheRangeAPeriodGrantsWhatStillFits() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant      g1  acme  99999999999999999999999999  applied
                balance 99999999999999999999999999  grant.created changed
            configure  c1  acme  recurring=plan:10:P1M:expires=never:rollover=100%   applied
                balance 99999999999999999999999999.999999999999
                plan:2026-11-01T00:00:00Z:0.999999999999 grant.created
            time  2027-01-01   acme balance 99999999999999999999999999.999999999999
                grant.created[plan:2026-12-01T00:00:00Z] grant.depleted[plan:2026-12-01T00:00:00Z]
                grant.created[plan:2027-01-01T00:00:00Z] grant.depleted[plan:2027-01-01T00:00:00Z]
                changed
            usage      u1  acme  20   applied  balance 99999999999999999999999979.999999999999
            time  2027-02-01   acme balance 99999999999999999999999989.999999999999
                plan:2027-02-01T00:00:00Z:10 grant.created changed
            """
        )
    }

    @Test func aScheduleEndsWithTheLastDayThereIs() throws {
        try checkLedger(
            """
            defaults thresholds= grace=PT0S
            time  9999-11-15
            configure  c1  acme  recurring=plan:1:P1M:rollover=100%   applied  balance 1
                grant.created[plan:9999-11-15T00:00:00Z] changed
            time  9999-12-31T23:59:59.999999Z   acme balance 2
                plan:9999-11-15T00:00:00Z:-1 plan:9999-12-15T00:00:00Z:rollover:1
                plan:9999-12-15T00:00:00Z:1
                grant.created[plan:9999-12-15T00:00:00Z:rollover]
                grant.expired[plan:9999-11-15T00:00:00Z]
                grant.created[plan:9999-12-15T00:00:00Z] changed
            """
        )
    }
}
