import Credits

/// `defaults.recurring`: credits that accounts get anew in each period.
extension RecurringGrant {
    private static let maximumRules = 32
    private static let maximumName = 128
    private static let positive = "a decimal above 0, with at most 12 decimals"

    static func readList(_ value: YAMLValue) -> [RecurringGrant]? {
        guard let elements = value.elements() else { return nil }
        guard elements.count <= maximumRules else {
            value.fail("at most \(maximumRules) rules", got: "\(elements.count)")
            return nil
        }
        var seen: Set<String> = []
        return elements.compactMap { element in
            guard let rule = read(element) else { return nil }
            if !seen.insert(rule.scheduleID).inserted {
                element.fail("of another schedule_id than every other", got: rule.scheduleID)
            }
            return rule
        }
    }

    private static func read(_ value: YAMLValue) -> RecurringGrant? {
        value.section { reader -> RecurringGrant? in
            let name = reader.required("schedule_id", "1 to \(maximumName) bytes")?
                .name(maximumLength: maximumName)
            let credits = reader.required("credits", positive)?.amount(positive) { $0.isPositive }
            // A shorter period is as good as none, and a rule of none never ends its period.
            let every = reader.required("every", "a duration of at least PT1S")?
                .duration(from: .fixed(seconds: 1), to: .longest)
            let anchorValue = reader.value("anchor")
            let anchor = anchorValue?.moment()
            let expiry = expiry(&reader)
            let rolloverValue = reader.value("rollover")
            let rollover = rolloverValue.flatMap(Rollover.read)
            if let rolloverValue, let expiry, expiry != .periodEnd {
                rolloverValue.fail("left out where expires is not period_end", got: "a rollover")
            }
            guard let name, let credits, let every, let expiry else { return nil }
            return RecurringGrant(
                scheduleID: name,
                credits: credits,
                every: every,
                anchor: anchor,
                expiry: expiry,
                rollover: rollover
            )
        } ?? nil
    }

    /// `period_end` where nothing is said; null, which is something said, is never.
    private static func expiry(_ reader: inout YAMLReader) -> Expiry? {
        guard let value = reader.value("expires") else {
            return reader.isGivenAsNull("expires") ? .never : .periodEnd
        }
        guard let text = value.text("period_end, null or a duration") else { return nil }
        guard text != "period_end" else { return .periodEnd }
        return value.duration(from: .shortest, to: .longest, or: "period_end or null")
            .map(Expiry.after)
    }
}

extension RecurringGrant.Rollover {
    private static let credits = "a decimal of at least 0, with at most 12 decimals"
    private static let percent = "above 0 and at most 100, with at most 2 decimals"

    fileprivate static func read(_ value: YAMLValue) -> Self? {
        value.section { reader -> Self? in
            let creditsValue = reader.value("max_credits")
            let percentValue = reader.value("max_percent")
            if creditsValue == nil, percentValue == nil {
                value.fail("given max_credits or max_percent", got: "neither")
            }
            return Self(
                maximumCredits: creditsValue?.amount(credits) { !$0.isNegative },
                maximumPercent: percentValue?.amount(percent) {
                    Threshold(kind: .percent, value: $0) != nil
                }
            )
        } ?? nil
    }
}
