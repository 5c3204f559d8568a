import Credits

/// `defaults`: settings of accounts that `configure` has not changed.
extension AccountSettings {
    mutating func read(_ reader: inout YAMLReader) {
        if let value = reader.valueOrSection("overdraft"), let policy = Self.overdraft(value) {
            overdraft = policy
        }
        if let list = reader.value("thresholds").flatMap(Self.thresholds) { thresholds = list }
        if let value = reader.valueOrSection("auto_top_up") {
            autoTopUp = value.isVariableNull ? nil : AutoTopUp.read(value).map { .on($0) }
        }
        if let value = reader.value("recurring") {
            recurring = value.isVariableNull ? nil : RecurringGrant.readList(value)
        }
    }

    /// `record`, `refuse`, or a mapping with the one key `limit`.
    private static func overdraft(_ value: YAMLValue) -> OverdraftPolicy? {
        if value.isScalar {
            guard let text = value.text() else { return nil }
            switch text {
            case "record": return .record
            case "refuse": return .refuse
            default:
                value.fail("record, refuse or { limit: AMOUNT }", got: text)
                return nil
            }
        }
        let limit = value.section { reader -> Amount? in
            let constraint = "a decimal of at least 0, with at most 12 decimals"
            return reader.required("limit", constraint)?
                .amount(constraint) { !$0.isNegative }
        }
        guard case .some(.some(let amount)) = limit else { return nil }
        return .limit(amount)
    }

    private static func thresholds(_ value: YAMLValue) -> [Threshold]? {
        guard let elements = value.elements() else { return nil }
        guard elements.count <= maximumThresholds else {
            value.fail("at most \(maximumThresholds) thresholds", got: "\(elements.count)")
            return nil
        }
        var seen: Set<Threshold> = []
        return elements.compactMap { element in
            guard let threshold = threshold(element) else { return nil }
            if !seen.insert(threshold).inserted {
                element.fail(
                    "given once",
                    got: "\(threshold.kind.name) \(threshold.value) a second time"
                )
            }
            return threshold
        }
    }

    private static func threshold(_ value: YAMLValue) -> Threshold? {
        let threshold = value.section { reader -> Threshold? in
            let kind = reader.required("type", "absolute or percent")?
                .choice(["absolute": Threshold.Kind.absolute, "percent": .percent])
            let constraint =
                kind == .percent
                ? "above 0 and at most 100, with at most 2 decimals"
                : "a decimal, with at most 12 decimals"
            let amount = reader.required("value", constraint)?.amount(constraint) {
                kind != .percent || Threshold(kind: .percent, value: $0) != nil
            }
            guard let kind, let amount else { return nil }
            return Threshold(kind: kind, value: amount)
        }
        return threshold ?? nil
    }
}
