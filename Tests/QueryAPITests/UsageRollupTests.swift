import Credits
import Testing

@testable import QueryAPI

struct UsageRollupTests {
    private static var ledger: FixedLedger {
        var ledger = FixedLedger.withGrant("acme")
        ledger.usage("u1", action: "draw", at: "2026-10-31T23:59:59.9Z", from: [(1, "1")])
        ledger.usage("u2", action: "draw", at: "2026-11-01T00:00:00Z", from: [(1, "2")])
        ledger.usage("u3", action: "chat", at: "2026-11-01T00:30:00Z", from: [(1, "4")])
        ledger.usage("u4", at: "2026-11-01T09:00:00Z", quantity: "0.5", from: [(1, "8")])
        ledger.usage("u5", action: "draw", at: "2026-11-22T11:59:00Z", from: [(1, "16")])
        return ledger
    }

    private static func get(_ query: String) async -> Answer {
        await makeAPI(ledger).get("/v1/customers/acme/usage?\(query)")
    }

    @Test func theSumsOfDaysAndTheirTotal() async {
        let answer = await Self.get("from=2026-10-31T00:00:00Z&to=2026-11-02T00:00:00Z")
        #expect(
            answer.text == """
                {"customer_id":"acme","credit_type":"credits","from":"2026-10-31T00:00:00Z",\
                "to":"2026-11-02T00:00:00Z","interval":"day","usage":[\
                {"start":"2026-10-31T00:00:00Z","events":1,"quantity":"3","credits":"1"},\
                {"start":"2026-11-01T00:00:00Z","events":3,"quantity":"6.5","credits":"14"}],\
                "total":{"events":4,"quantity":"9.5","credits":"15"},"as_of":{"sequence":6}}
                """
        )
    }

    @Test func byActionAndHour() async {
        let answer = await Self.get(
            "from=2026-11-01T00:00:00Z&to=2026-11-01T09:00:00Z&interval=hour&group_by=action"
        )
        #expect(answer.values(of: "action") == [#""chat""#, #""draw""#])
        #expect(answer.values(of: "credits") == [#""4""#, #""2""#, #""6""#])
    }

    @Test func monthsBeginAtTheirFirstDay() async {
        let answer = await Self.get("from=2026-10-01T00:00:00Z&interval=month&group_by=action")
        #expect(
            answer.values(of: "start") == [
                #""2026-10-01T00:00:00Z""#, #""2026-11-01T00:00:00Z""#,
                #""2026-11-01T00:00:00Z""#, #""2026-11-01T00:00:00Z""#,
            ]
        )
        #expect(answer.values(of: "action") == [#""draw""#, "null", #""chat""#, #""draw""#])
    }

    @Test func withoutARangeItIsTheLastThirtyDays() async {
        let answer = await Self.get("")
        #expect(answer.values(of: "to") == [#""2026-11-22T13:00:00Z""#])
        #expect(answer.values(of: "from") == [#""2026-10-23T13:00:00Z""#])
        #expect(answer.values(of: "credits").last == #""31""#)
    }

    @Test func whatCameSinceIsCountedOnce() async throws {
        var ledger = FixedLedger.withGrant("acme")
        let reader = FixedReader([ledger])
        let api = makeAPI(reader)
        for round in 1...70 {
            ledger.usage("u\(round)", from: [(1, "1")])
            guard round % 35 == 0 else { continue }
            reader.replace(with: [ledger])
            for _ in 1...2 {
                let answer = await api.get("/v1/customers/acme/usage")
                #expect(answer.values(of: "credits").last == "\"\(round)\"")
            }
        }
    }

    /// An account is read before its sums are, and another call may have counted more meanwhile.
    @Test func theSequenceIsThatOfTheSumsAlsoWhereTheyAreNewerThanTheAccount() async {
        let older = FixedLedger.withGrant("acme")
        var newer = older
        newer.usage("u1", from: [(1, "7")])
        let reader = FixedReader([newer])
        let api = makeAPI(reader)
        _ = await api.get("/v1/customers/acme/usage")
        reader.replace(with: [older])
        let answer = await api.get("/v1/customers/acme/usage")
        #expect(answer.values(of: "credits").last == #""7""#)
        #expect(answer.text.hasSuffix(#""as_of":{"sequence":2}}"#))
    }

    @Test func rollUpsAreGivenUpWhereTheyAreTooManyOrTooLarge() throws {
        var ledgers: [FixedLedger] = []
        for customer in ["a", "b", "c"] {
            var ledger = FixedLedger.withGrant(customer)
            for action in ["draw", "chat"] {
                ledger.usage("\(customer)-\(action)", action: action, from: [(1, "1")])
            }
            ledgers.append(ledger)
        }
        let reader = FixedReader(ledgers)
        for (maximum, kept) in [(6, 3), (5, 2), (3, 1), (1, 0)] {
            let rollups = UsageRollups(maximumSlots: maximum)
            for (index, ledger) in ledgers.enumerated() {
                var state = ledger.account.state
                state.number = UInt32(index + 1)
                let account = Account(restoring: state)
                let rollup = try rollups.rollup(of: account, in: reader)
                #expect(rollup.slots.count == 2)
            }
            #expect(rollups.count == kept, "\(maximum)")
        }
    }

    @Test func anAccountThatIsTooLargeAloneLeavesTheOthersKept() throws {
        var large = FixedLedger.withGrant("large")
        for action in ["a", "b", "c"] { large.usage(action, action: action, from: [(1, "1")]) }
        var small = FixedLedger.withGrant("small")
        small.usage("u", action: "a", from: [(1, "1")])
        var state = small.account.state
        state.number = 7
        let reader = FixedReader([large, small])
        let rollups = UsageRollups(maximumSlots: 2)
        _ = try rollups.rollup(of: Account(restoring: state), in: reader)
        #expect(try rollups.rollup(of: large.account, in: reader).slots.count == 3)
        #expect(rollups.count == 1)
    }

    @Test(arguments: [
        ("from=yesterday", "from"), ("to=2026-11-01T00:30:00Z", "to"),
        ("interval=week", "interval"),
        ("group_by=model", "group_by"),
        ("from=2026-11-02T00:00:00Z&to=2026-11-02T00:00:00Z", "from"),
        ("from=1969-11-02T00:00:00Z", "from"),
    ])
    func aMalformedRangeIsNamed(query: String, parameter: String) async {
        let answer = await Self.get(query)
        #expect(answer.status == 422)
        #expect(answer.values(of: "parameter") == ["\"\(parameter)\""])
    }

    @Test(arguments: [
        (-1, "1969-12-31"), (-24, "1969-12-31"), (-25, "1969-12-30"), (0, "1970-01-01"),
    ])
    func daysBefore1970BeginWhereTheyDo(hour: Int64, day: String) {
        #expect(UsageInterval.day.start(ofHour: hour) == moment(day + "T00:00:00Z"))
    }
}
