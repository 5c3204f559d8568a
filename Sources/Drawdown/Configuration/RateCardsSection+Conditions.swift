import Credits
import Yams

extension YAMLValue {
    /// The conditions of `when`: dimensions, each with a value or a list of values; nil after a
    /// fault is noted, for a rate without one of its conditions would match more than was meant.
    func rateConditions() -> [RateCondition]? {
        let conditions = section { reader in
            // Every condition is read, so that all faults are found; one that is null would be a rate
            // that matches more than was meant.
            reader.takeAll(withNull: true).map { key, value in value.rateCondition(on: key) }
        }
        guard let conditions else { return nil }
        let sound = conditions.compactMap(\.self)
        return sound.count == conditions.count ? sound : nil
    }

    private func rateCondition(on dimension: String) -> RateCondition? {
        let isPrintable = dimension.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control
        }
        guard (1...Dimensions.maximumNameLength).contains(dimension.utf8.count), isPrintable else {
            let constraint =
                "expected a dimension's name to be 1 to \(Dimensions.maximumNameLength) bytes "
                + "without control characters, got: "
            reading.fail(
                place,
                key: path,
                constraint + (isPrintable ? "\(dimension.utf8.count) bytes" : "control characters")
            )
            return nil
        }
        guard !isScalar else {
            return dimensionValue().map { RateCondition(dimension: dimension, values: [$0]) }
        }
        guard let elements = elements() else { return nil }
        guard !elements.isEmpty else {
            fail("a value or a list of at least one", got: "an empty list")
            return nil
        }
        let values = elements.compactMap { $0.dimensionValue() }
        guard values.count == elements.count else { return nil }
        return RateCondition(dimension: dimension, values: values)
    }

    /// Quoted text is text; a plain word is a number where JSON would read one.
    private func dimensionValue() -> DimensionValue? {
        let constraint = "text or a number (text that looks like anything else in quotes)"
        guard let text = text(constraint) else { return nil }
        guard text.utf8.count <= Dimensions.maximumValueLength else {
            fail("at most \(Dimensions.maximumValueLength) bytes", got: "\(text.utf8.count) bytes")
            return nil
        }
        guard isPlain else { return .text(text) }
        if let number = try? Amount(text) { return .number(number.description) }
        // A dimension is never a boolean or null, and a number that is written in another way than
        // JSON's would be taken for text: either way the rate would silently never match.
        guard !Self.isOtherThanText(text) else {
            fail(constraint, got: text.isEmpty ? "nothing" : text)
            return nil
        }
        return .text(text)
    }

    private var isPlain: Bool {
        guard case .node(.scalar(let scalar)) = content else { return false }
        return scalar.style == .plain
    }

    /// What YAML 1.2 reads as null, a boolean or a number.
    private static func isOtherThanText(_ word: String) -> Bool {
        let number = /[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?/
        let notation = /0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)/
        let words = ["", "~", "null", "Null", "NULL", "true", "True", "TRUE"]
        return words.contains(word) || ["false", "False", "FALSE"].contains(word)
            || word.wholeMatch(of: number) != nil || word.wholeMatch(of: notation) != nil
    }
}
