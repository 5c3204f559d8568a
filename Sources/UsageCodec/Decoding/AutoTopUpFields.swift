import Credits

/// The setting `auto_top_up` of a `configure` command (contract §3).
enum AutoTopUpFields {
    private enum Member: Int, CaseIterable {
        case threshold, credits, cap, answerWithin

        var name: String {
            switch self {
            case .threshold: "threshold"
            case .credits: "credits"
            case .cap: "max_per"
            case .answerWithin: "answer_within"
            }
        }

        var path: String { "\(field).\(name)" }
    }

    private enum CapMember: Int, CaseIterable {
        case period, count, credits

        var name: String {
            switch self {
            case .period: "period"
            case .count: "count"
            case .credits: "credits"
            }
        }

        var path: String { "\(Member.cap.path).\(name)" }
    }

    private static let field = CommandReader.Field.autoTopUp.name
    private static let members = FieldTable(Member.allCases.map(\.name))
    private static let capMembers = FieldTable(CapMember.allCases.map(\.name))
    /// Requests in one window, at most: more are as good as no limit.
    private static let maximumCount = 1_000_000_000

    static func rule(
        at index: Int,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> AutoTopUp {
        let node = document.nodes[index]
        guard node.kind == .object else {
            let constraint = "an object of threshold and credits, or null"
            throw document.invalid(node, field, constraint, in: &arena)
        }
        let nodes = FieldNodes(of: index, in: document, by: members)
        let threshold = try document.amount(
            at: nodes[Member.threshold.rawValue],
            Member.threshold.path,
            in: &arena
        )
        guard let threshold else { throw .missing(Member.threshold.path) }
        let credits = try document.positiveAmount(
            at: nodes[Member.credits.rawValue],
            Member.credits.path,
            in: &arena
        )
        guard let credits else { throw .missing(Member.credits.path) }
        let cap = try cap(at: nodes[Member.cap.rawValue], of: document, in: &arena)
        let answerWithin = try document.positiveDuration(
            at: nodes[Member.answerWithin.rawValue],
            Member.answerWithin.path,
            in: &arena
        )
        return AutoTopUp(
            threshold: threshold,
            credits: credits,
            cap: cap,
            answerWithin: answerWithin ?? AutoTopUp.standardAnswerTime
        )
    }

    private static func cap(
        at index: Int?,
        of document: borrowing JSONDocument,
        in arena: inout [UInt8]
    ) throws(Refusal) -> TopUpCap? {
        guard let index else { return nil }
        let node = document.nodes[index]
        guard node.kind == .object else {
            let constraint = "an object of period and count or credits"
            throw document.invalid(node, Member.cap.path, constraint, in: &arena)
        }
        let nodes = FieldNodes(of: index, in: document, by: capMembers)
        let period = try document.period(
            at: nodes[CapMember.period.rawValue],
            CapMember.period.path,
            in: &arena
        )
        let count = try document.integer(
            at: nodes[CapMember.count.rawValue],
            CapMember.count.path,
            in: 1...maximumCount,
            &arena
        )
        let credits = try document.positiveAmount(
            at: nodes[CapMember.credits.rawValue],
            CapMember.credits.path,
            in: &arena
        )
        guard count != nil || credits != nil else {
            throw .expected(
                .missingField,
                CapMember.count.path,
                "present where there are no credits",
                got: "nothing"
            )
        }
        return TopUpCap(period: period, count: count, credits: credits)
    }
}

extension AutoTopUp {
    /// An hour (contract §3).
    static let standardAnswerTime: CalendarDuration = {
        guard let duration = CalendarDuration.seconds(3600) else {
            preconditionFailure("expected an hour to be a duration")
        }
        return duration
    }()
}

extension KeyedHash {
    mutating func combine(_ rule: AutoTopUp) {
        combine(rule.threshold)
        combine(rule.credits)
        combine(rule.answerWithin)
        combine(UInt8(rule.cap == nil ? 0 : 1))
        guard let cap = rule.cap else { return }
        combine(cap.period)
        combine(UInt64(cap.count ?? 0))
        combine(optional: cap.credits)
    }
}
