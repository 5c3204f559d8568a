import CSimdJSON
import Credits

/// The setting `recurring` of a `configure` command (contract §3).
enum RecurringFields {
    private enum Member: Int, CaseIterable {
        case scheduleID, credits, every, anchor, expires, rollover

        var name: String {
            switch self {
            case .scheduleID: "schedule_id"
            case .credits: "credits"
            case .every: "every"
            case .anchor: "anchor"
            case .expires: "expires"
            case .rollover: "rollover"
            }
        }
    }

    private static let field = CommandReader.Field.recurring.name
    private static let maximumRules = 32
    private static let members = FieldTable(Member.allCases.map(\.name))
    private static let rolloverMembers = FieldTable(["max_credits", "max_percent"])

    /// The rules; an empty list ends those that there were.
    static func rules(
        at index: Int?,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> [RecurringGrant]? {
        guard let index else { return nil }
        let node = document.nodes[index]
        guard node.kind == .array else {
            throw document.invalid(node, field, "a list", in: &arena)
        }
        var rules: [RecurringGrant] = []
        var element = index + 1
        while element < Int(node.end) {
            guard rules.count < maximumRules else {
                throw .expected(.invalidField, field, "at most \(maximumRules) rules", got: "more")
            }
            let path = "\(field)[\(rules.count)]"
            let rule = try rule(at: element, path, of: document, in: &arena)
            guard !rules.contains(where: { $0.scheduleID.hasSameBytes(as: rule.scheduleID) }) else {
                throw .expected(
                    .invalidField,
                    "\(path).\(Member.scheduleID.name)",
                    "unlike every other",
                    got: "\"\(Excerpt.text(rule.scheduleID))\""
                )
            }
            rules.append(rule)
            element = Int(document.nodes[element].end)
        }
        return rules
    }

    private static func rule(
        at index: Int,
        _ path: String,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> RecurringGrant {
        let node = document.nodes[index]
        guard node.kind == .object else {
            let constraint = "an object of schedule_id, credits and every"
            throw document.invalid(node, path, constraint, in: &arena)
        }
        let nodes = FieldNodes(of: index, in: document, by: members)
        func place(_ member: Member) -> (index: Int?, path: String) {
            (nodes[member.rawValue], "\(path).\(member.name)")
        }
        let (nameIndex, namePath) = place(.scheduleID)
        let name = try document.name(at: nameIndex, namePath, lengths: 1...128, in: &arena)
        guard let name else { throw .missing(namePath) }
        let (creditsIndex, creditsPath) = place(.credits)
        let credits = try document.positiveAmount(at: creditsIndex, creditsPath, in: &arena)
        guard let credits else { throw .missing(creditsPath) }
        let (everyIndex, everyPath) = place(.every)
        let every = try document.period(at: everyIndex, everyPath, in: &arena)
        let (anchorIndex, anchorPath) = place(.anchor)
        let anchor = try document.timestamp(at: anchorIndex, anchorPath, in: &arena)
        let (expiresIndex, expiresPath) = place(.expires)
        let isNull = document.isNull(Member.expires.rawValue, of: index, by: members)
        let expiry: RecurringGrant.Expiry =
            isNull ? .never : try expiry(at: expiresIndex, expiresPath, of: document, in: &arena)
        let (rolloverIndex, rolloverPath) = place(.rollover)
        if let rolloverIndex, expiry != .periodEnd {
            let constraint = "absent where expires is not \"period_end\""
            let node = document.nodes[rolloverIndex]
            throw document.invalid(node, rolloverPath, constraint, in: &arena)
        }
        return RecurringGrant(
            scheduleID: arena.string(of: name),
            credits: credits,
            every: every,
            anchor: anchor,
            expiry: expiry,
            rollover: try rollover(at: rolloverIndex, rolloverPath, of: document, in: &arena)
        )
    }

    private static func expiry(
        at index: Int?,
        _ path: String,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> RecurringGrant.Expiry {
        guard let index else { return .periodEnd }
        let node = document.nodes[index]
        if node.kind == .string {
            // In two steps: in one, the arena would be looked at as it was before the text went into it.
            let slice = document.slice(of: node, in: &arena)
            let text = arena.string(of: slice)
            if text == "period_end" { return .periodEnd }
            if let duration = CalendarDuration(text), !duration.isZero { return .after(duration) }
        }
        let constraint = "\"period_end\", null or an ISO 8601 duration above 0"
        throw document.invalid(node, path, constraint, in: &arena)
    }

    private static func rollover(
        at index: Int?,
        _ path: String,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> RecurringGrant.Rollover? {
        guard let index else { return nil }
        let node = document.nodes[index]
        guard node.kind == .object else {
            let constraint = "an object of max_credits or max_percent"
            throw document.invalid(node, path, constraint, in: &arena)
        }
        let nodes = FieldNodes(of: index, in: document, by: rolloverMembers)
        let (creditsPath, percentPath) = ("\(path).max_credits", "\(path).max_percent")
        let credits = try document.unsignedAmount(at: nodes[0], creditsPath, in: &arena)
        let percent = try document.amount(at: nodes[1], percentPath, in: &arena)
        if let percent, let index = nodes[1], Threshold(kind: .percent, value: percent) == nil {
            throw document.invalid(
                document.nodes[index],
                percentPath,
                "a percentage above 0, at most 100, of at most 2 decimals",
                in: &arena
            )
        }
        guard credits != nil || percent != nil else {
            throw .expected(
                .missingField,
                creditsPath,
                "present where there is no max_percent",
                got: "nothing"
            )
        }
        return RecurringGrant.Rollover(maximumCredits: credits, maximumPercent: percent)
    }
}

extension KeyedHash {
    mutating func combine(_ rule: RecurringGrant) {
        combine(rule.scheduleID)
        combine(rule.credits)
        combine(rule.every)
        combine(optional: rule.anchor)
        switch rule.expiry {
        case .periodEnd: combine(UInt8(0))
        case .after(let duration):
            combine(UInt8(1))
            combine(duration)
        case .never: combine(UInt8(2))
        }
        combine(UInt8(rule.rollover == nil ? 0 : 1))
        guard let rollover = rule.rollover else { return }
        combine(optional: rollover.maximumCredits)
        combine(optional: rollover.maximumPercent)
    }
}
