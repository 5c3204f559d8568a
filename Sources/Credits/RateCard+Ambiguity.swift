extension Rate {
    /// Whether both rates match some event and neither has more conditions than the other, so that
    /// nothing says which one prices it.
    ///
    /// Text is compared by its bytes, as events are: two spellings of `é` are two texts.
    public func isAmbiguous(with other: Rate) -> Bool {
        guard action.utf8.elementsEqual(other.action.utf8),
            conditions.count == other.conditions.count
        else { return false }
        return conditions.allSatisfy { condition in
            other.conditions.allSatisfy { condition.canHold(with: $0) }
        }
    }
}

extension RateCondition {
    /// Conditions on two dimensions never exclude each other; on one they do unless they share a
    /// value.
    fileprivate func canHold(with other: RateCondition) -> Bool {
        guard dimension.utf8.elementsEqual(other.dimension.utf8) else { return true }
        return values.contains { value in other.values.contains { value.isSame(as: $0) } }
    }
}

extension DimensionValue {
    fileprivate func isSame(as other: DimensionValue) -> Bool {
        switch (self, other) {
        case (.text(let left), .text(let right)), (.number(let left), .number(let right)):
            left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }
}
