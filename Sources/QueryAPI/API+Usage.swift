import Credits
import LedgerStore
import NIOPosix
import UsageCodec

extension API {
    /// `GET /v1/customers/{customer_id}/usage`: what was used, by action and hour, day or month.
    func usageRollup(_ call: Call) async throws -> Answer {
        let account = try account(call)
        let range = try UsageRange(call, now: now())
        let byAction = try call.groupsByAction
        let (rows, sequence) = try await usageRows(of: account, in: range, byAction: byAction)
        var total = UsageSums()
        for row in rows { total.add(row.sums) }
        return .json { json in
            json.member("customer_id", account.customerID)
            json.member("credit_type", account.creditType)
            json.member("from", range.from)
            json.member("to", range.to)
            json.member("interval", range.interval.rawValue)
            json.arrayMember("usage") { json in
                for row in rows {
                    json.object { json in
                        json.member("start", row.start)
                        if byAction {
                            json.member("action", orNull: row.action.isEmpty ? nil : row.action)
                        }
                        json.write(row.sums)
                    }
                }
            }
            json.objectMember("total") { $0.write(total) }
            json.objectMember("as_of") { $0.member("sequence", sequence) }
        }
    }

    /// The sums of a range, by ascending start and action; what is nothing is left out.
    ///
    /// With the last entry that is counted, which may be one that the account did not have yet: others
    /// ask for the same roll-up.
    func usageRows(
        of account: Account,
        in range: UsageRange,
        byAction: Bool
    ) async throws -> (rows: [UsageRow], sequence: UInt64) {
        let (rollups, reader) = (rollups, reader)
        let rollup = try await NIOThreadPool.singleton.runIfActive {
            try rollups.rollup(of: account, in: reader)
        }
        var sums: [UsageRow.Key: UsageSums] = [:]
        for (slot, part) in rollup.slots where range.hours.contains(slot.hour) {
            let key = UsageRow.Key(
                start: range.interval.start(ofHour: slot.hour),
                action: byAction ? slot.action : ExactText("")
            )
            sums[key, default: UsageSums()].add(part)
        }
        let rows = sums.map { UsageRow(key: $0.key, sums: $0.value) }.sorted { $0.key < $1.key }
        return (rows, rollup.sequence)
    }
}

/// One line of a roll-up.
struct UsageRow {
    struct Key: Hashable, Comparable {
        let start: Timestamp
        /// Empty where the line is for all, or for usage that named none.
        let action: ExactText

        static func < (left: Key, right: Key) -> Bool {
            (left.start, left.action) < (right.start, right.action)
        }
    }

    let key: Key
    let sums: UsageSums

    var start: Timestamp { key.start }
    var action: String { key.action.text }
}

/// How long one line of a roll-up is.
enum UsageInterval: String, CaseIterable {
    case hour, day, month

    /// When the interval begins that an hour since 1970 lies in.
    func start(ofHour hour: Int64) -> Timestamp {
        let days = hour >= 0 ? hour / 24 : (hour - 23) / 24
        let microseconds: Int64
        switch self {
        case .hour: microseconds = hour * UsageRollup.hour
        case .day: microseconds = days * 24 * UsageRollup.hour
        case .month:
            var date = CivilDate(daysSinceEpoch: Int(days))
            date.day = 1
            microseconds = Int64(date.daysSinceEpoch) * 24 * UsageRollup.hour
        }
        return Timestamp(microseconds: microseconds) ?? .earliest
    }
}

/// Whole hours, the last not included.
struct UsageRange {
    let from: Timestamp
    let to: Timestamp
    let interval: UsageInterval

    var hours: Range<Int64> {
        from.microseconds / UsageRollup.hour..<to.microseconds / UsageSlot.microsecondsPerHour
    }

    private static let defaultHours: Int64 = 30 * 24

    init(_ call: Call, now: Timestamp) throws(Problem) {
        let thisHour = now.microseconds / UsageRollup.hour
        to = try Self.moment("to", call) ?? Self.moment(ofHour: thisHour + 1)
        from =
            try Self.moment("from", call)
            ?? Self.moment(ofHour: to.microseconds / UsageRollup.hour - Self.defaultHours)
        let text = try call.target.parameter("interval") ?? "day"
        guard let interval = UsageInterval(rawValue: text) else {
            throw .invalid("interval", "to be hour, day or month", got: text)
        }
        self.interval = interval
        guard from < to else { throw .invalid("from", "to be before to (\(to))", got: "\(from)") }
    }

    /// So many days that end with the present hour.
    init(lastDays days: Int64, before now: Timestamp) {
        let hour = now.microseconds / UsageRollup.hour + 1
        to = Self.moment(ofHour: hour)
        from = Self.moment(ofHour: max(0, hour - days * 24))
        interval = .day
    }

    private static func moment(ofHour hour: Int64) -> Timestamp {
        Timestamp(microseconds: hour * UsageRollup.hour) ?? .earliest
    }

    private static func moment(_ name: String, _ call: Call) throws(Problem) -> Timestamp? {
        guard let text = try call.target.parameter(name) else { return nil }
        guard let moment = Timestamp(text), moment.microseconds % UsageRollup.hour == 0,
            moment.microseconds >= 0
        else {
            throw .invalid(
                name,
                "to be an RFC 3339 time since 1970 on a full hour of UTC",
                got: text
            )
        }
        return moment
    }
}

extension Call {
    fileprivate var groupsByAction: Bool {
        get throws(Problem) {
            guard let text = try target.parameter("group_by") else { return false }
            guard text == "action" else {
                throw .invalid("group_by", "to be action, or left out", got: text)
            }
            return true
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ sums: UsageSums) {
        member("events", sums.events)
        member("quantity", sums.quantity)
        member("credits", sums.credits)
    }
}
