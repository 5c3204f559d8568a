/// An exact number of credits, or of any other decimal quantity that money is made from.
///
/// A value is a whole number of 10⁻¹² units in 128 bits: up to 26 digits before the point and 12
/// after, never binary floating point. Every operation that could leave that range says so; nothing
/// here wraps around or traps on data.
public struct Amount: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The value in units of 10⁻¹².
    public let units: Int128

    /// Decimals that an amount can carry.
    public static let decimals = 12
    /// Units in one credit: 10¹².
    static let one: Int128 = 1_000_000_000_000
    /// The largest magnitude in units: 26 nines, the point, 12 nines.
    static let limit: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999

    public static let zero = Amount(unchecked: 0)

    /// Makes an amount from units that are known to be in range, such as those of a sum just checked.
    @inlinable
    init(unchecked units: Int128) {
        self.units = units
    }

    /// Makes an amount from units of 10⁻¹², or nil beyond ±(10³⁸ − 1).
    public init?(units: Int128) {
        guard units <= Self.limit, units >= -Self.limit else { return nil }
        self.units = units
    }

    /// Makes an amount of whole credits.
    public init(whole credits: Int64) {
        self.units = Int128(credits) * Self.one
    }

    public static func < (left: Amount, right: Amount) -> Bool { left.units < right.units }

    /// Whether three amounts like it have a sum in range, whatever their signs.
    @inline(__always)
    var isModest: Bool { units < Self.limit / 4 && units > -Self.limit / 4 }

    public var isZero: Bool { units == 0 }
    public var isNegative: Bool { units < 0 }
    public var isPositive: Bool { units > 0 }

    /// The same distance on the other side of 0; always in range, for the range is symmetric.
    public var negated: Amount { Amount(unchecked: -units) }
    public var magnitude: Amount { Amount(unchecked: units < 0 ? -units : units) }

    /// The sum, or nil where it has more than 26 digits before the point.
    public func adding(_ other: Amount) -> Amount? {
        // Two values within ±10³⁸ sum to less than 2 × 10³⁸, which may pass 2¹²⁷: checked, not wrapped.
        let (sum, overflow) = units.addingReportingOverflow(other.units)
        return overflow ? nil : Amount(units: sum)
    }

    /// The difference, or nil where it has more than 26 digits before the point.
    public func subtracting(_ other: Amount) -> Amount? { adding(other.negated) }

    /// The difference, held at the end of the range: for figures that are shown or compared, where a
    /// debt beyond all credits there are is as good as the largest there is.
    public func clampedSubtracting(_ other: Amount) -> Amount { clampedAdding(other.negated) }

    /// The sum, held at the end of the range.
    func clampedAdding(_ other: Amount) -> Amount {
        adding(other) ?? Amount(unchecked: other.isNegative ? -Self.limit : Self.limit)
    }

    /// The product, rounded half-even to 12 decimals; nil out of range.
    ///
    /// This is the one rounding of a computed price (contract §1).
    public func multiplied(by other: Amount) -> Amount? {
        // Most prices and quantities fit 64 bits, where the exact product fits 128.
        if let left = Int64(exactly: units), let right = Int64(exactly: other.units) {
            let product = Int128(left) * Int128(right)
            return Self.roundedHalfEven(product)
        }
        let product = units.magnitude.multipliedFullWidth(by: other.units.magnitude)
        let divisor = UInt128(Self.one)
        guard product.high < divisor else { return nil }
        let (quotient, remainder) = divisor.dividingFullWidth(product)
        let half = divisor / 2
        let up = remainder > half || (remainder == half && quotient & 1 == 1)
        let (rounded, overflow) = quotient.addingReportingOverflow(up ? 1 : 0)
        guard !overflow, rounded <= UInt128(Self.limit) else { return nil }
        let isNegative = (units < 0) != (other.units < 0)
        return Amount(unchecked: isNegative ? -Int128(rounded) : Int128(rounded))
    }

    private static func roundedHalfEven(_ product: Int128) -> Amount? {
        let (quotient, remainder) = product.quotientAndRemainder(dividingBy: one)
        let distance = remainder.magnitude
        let half = UInt128(one / 2)
        guard distance > half || (distance == half && quotient & 1 != 0) else {
            return Amount(units: quotient)
        }
        return Amount(units: quotient + (product < 0 ? -1 : 1))
    }
}

extension Amount {
    /// Σ of two amounts that the ledger has already proved to be in range.
    ///
    /// The only `+` on amounts that cannot fail: a trap here is a bug of ours, never of an input.
    static func + (left: Amount, right: Amount) -> Amount {
        guard let sum = left.adding(right) else {
            preconditionFailure("expected a checked sum to be in range")
        }
        return sum
    }

    static func - (left: Amount, right: Amount) -> Amount { left + right.negated }
}
