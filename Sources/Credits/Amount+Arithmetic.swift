extension Amount {
    /// `self × factor ÷ divisor`, rounded half-even to 12 decimals once; nil out of range and for a
    /// divisor of 0.
    ///
    /// The product is exact in 256 bits: rounding it before the division would be a second rounding.
    public func multiplied(by factor: Amount, dividedBy divisor: Amount) -> Amount? {
        let product = units.magnitude.multipliedFullWidth(by: factor.units.magnitude)
        let parts = divisor.units.magnitude
        // A quotient of 2¹²⁸ or more is far out of range, and the division would trap on it; so it
        // would on a divisor of 0.
        guard product.high < parts else { return nil }
        let (quotient, remainder) =
            product.high == 0
            ? product.low.quotientAndRemainder(dividingBy: parts)
            : parts.dividingFullWidth(product)
        // Twice a remainder is below 2 × 10³⁸, and so below 2¹²⁸.
        let twice = remainder * 2
        let isUp = twice > parts || (twice == parts && quotient & 1 == 1)
        let (rounded, overflow) = quotient.addingReportingOverflow(isUp ? 1 : 0)
        guard !overflow, rounded <= UInt128(Self.limit) else { return nil }
        let isNegative = (isNegative != factor.isNegative) != divisor.isNegative
        return Amount(unchecked: isNegative ? -Int128(rounded) : Int128(rounded))
    }

    /// The smallest whole number that is not below `self ÷ divisor`; nil for a divisor of 0.
    ///
    /// Always exact: no quotient of two amounts exceeds 10³⁸.
    public func dividedRoundingUp(by divisor: Amount) -> Int128? {
        guard !divisor.isZero else { return nil }
        let (quotient, remainder) = units.quotientAndRemainder(dividingBy: divisor.units)
        let isAbove = remainder != 0 && (remainder < 0) == divisor.isNegative
        return isAbove ? quotient + 1 : quotient
    }

    /// The exact product with a whole number; nil out of range.
    public func multiplied(byWhole count: Int128) -> Amount? {
        let (product, overflow) = units.multipliedReportingOverflow(by: count)
        return overflow ? nil : Amount(units: product)
    }
}
