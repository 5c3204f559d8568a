import Credits
import LedgerStore
import Testing

// What few entries and triggers carry comes back from the journal as it went in.

@Suite("Journal payloads")
struct JournalPayloadTests {
    private let terms = GrantTerms(
        grantID: "plan:2026-11",
        credits: Sample.amount("100.5"),
        source: .planIncluded,
        effectiveAt: Sample.moment,
        expiresAt: .latest,
        requestID: "topup_1"
    )

    private func month() throws -> CalendarDuration { try #require(CalendarDuration("P1M")) }

    private func roundTrip(_ commit: Commit) throws -> Commit {
        let bytes = JournalFormat.encode(commit, previousHash: Sample.genesisHash).bytes
        return try JournalFormat.decode(bytes, under: Sample.secret).commit
    }

    private func roundTrip(_ payload: EntryDetail.Payload) throws -> EntryDetail.Payload {
        var commit = Sample.commit(1)
        commit.addGroup(1, "acme")
        commit.add(
            .settingsChanged,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "c1", payload: payload)
        )
        return try #require(try roundTrip(commit).details.first).payload
    }

    @Test func everyRuleOfAnAccountComesBack() throws {
        let capped = AutoTopUp(
            threshold: Sample.amount("-5"),
            credits: Sample.amount("50"),
            cap: TopUpCap(period: try month(), count: 3, credits: Sample.amount("1000")),
            answerWithin: try month()
        )
        let uncapped = AutoTopUp(
            threshold: .zero,
            credits: Sample.amount("0.1"),
            answerWithin: try month()
        )
        let recurring = [
            RecurringGrant(
                scheduleID: "plan",
                credits: Sample.amount("7"),
                every: try month(),
                anchor: Sample.moment,
                expiry: .after(try month()),
                rollover: RecurringGrant.Rollover(
                    maximumCredits: Sample.amount("3"),
                    maximumPercent: nil
                )
            ),
            RecurringGrant(
                scheduleID: "free",
                credits: Sample.amount("1"),
                every: try month(),
                anchor: nil,
                expiry: .never,
                rollover: RecurringGrant.Rollover(maximumPercent: Sample.amount("12.5"))
            ),
        ]
        for settings in [
            AccountSettings(autoTopUp: .on(capped)), AccountSettings(autoTopUp: .on(uncapped)),
            AccountSettings(autoTopUp: .off), AccountSettings(recurring: recurring),
            AccountSettings(overdraft: .refuse, thresholds: [], recurring: []),
        ] {
            #expect(try roundTrip(.settings(settings)) == .settings(settings))
        }
    }

    @Test func aPeriodAndItsRolloverComeBack() throws {
        let state = RecurringState(
            scheduleID: "plan",
            every: try #require(CalendarDuration("P1M")),
            anchor: .earliest,
            lastStart: Sample.moment,
            lastGrant: .max
        )
        #expect(try roundTrip(.recurring(terms, state)) == .recurring(terms, state))
        #expect(try roundTrip(.rollover(terms, from: 7)) == .rollover(terms, from: 7))
    }

    @Test func aReversalComesBackWithWhatItGaveSoFar() throws {
        let state = Reversible(
            account: 3,
            allocations: [
                ReturnedAllocation(
                    grant: 2,
                    drawn: Sample.amount("4"),
                    returned: Sample.amount("1.5")
                ),
                ReturnedAllocation(grant: 0, drawn: Sample.amount("6"), returned: .zero),
            ],
            reversed: Sample.amount("2")
        )
        for reversal in [Reversal(state: state, grant: terms), Reversal(state: state, grant: nil)] {
            #expect(try roundTrip(.reversal(reversal)) == .reversal(reversal))
        }
    }

    @Test func aReversalThatNoLedgerMakesIsDamage() throws {
        let share = ReturnedAllocation(
            grant: 2,
            drawn: Sample.amount("4"),
            returned: Sample.amount("5")
        )
        let state = Reversible(account: 3, allocations: [share], reversed: Sample.amount("5"))
        #expect(throws: StoreError.self) {
            try roundTrip(.reversal(Reversal(state: state, grant: nil)))
        }
    }

    @Test func aWindowOfNoLengthIsDamage() throws {
        let none = try #require(CalendarDuration(months: 0))
        let rule = AutoTopUp(
            threshold: .zero,
            credits: Sample.amount("1"),
            cap: TopUpCap(period: none, count: 1),
            answerWithin: try month()
        )
        #expect(throws: StoreError.self) {
            try roundTrip(.settings(AccountSettings(autoTopUp: .on(rule))))
        }
    }

    @Test func requestsForCreditsAndTheirEndComeBack() throws {
        let window = TopUpWindow(start: .earliest, count: 7, credits: Sample.amount("350"))
        for window in [window, nil] {
            let request = TopUpRequest(
                requestID: "topup_1",
                credits: Sample.amount("50"),
                threshold: Sample.amount("-5"),
                sequence: 12,
                attempt: 1,
                requestedAt: Sample.moment,
                answerBy: .latest,
                window: window
            )
            for payload: Trigger.Payload in [
                .topUpRequest(request), .topUpSuspension(.notAnswered, request: request),
                .topUpSuspension(.capReached, request: nil),
            ] {
                var commit = Sample.commit(1)
                commit.addGroup(1, "acme")
                commit.triggers.append(
                    Trigger(
                        type: .topUpRequested,
                        group: 0,
                        sequence: 12,
                        balance: .zero,
                        payload: payload
                    )
                )
                #expect(try roundTrip(commit).triggers.map(\.payload) == [payload])
            }
        }
    }
}
