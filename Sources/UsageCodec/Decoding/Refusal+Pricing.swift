public import Credits

extension Refusal {
    /// Why usage or a hold has no price, as its sender reads it.
    ///
    /// - Parameters:
    ///   - fault: what the rate book says.
    ///   - action: what was to be priced.
    ///   - quantity: how much of it.
    public init(_ fault: PricingFault, action: Span<UInt8>, quantity: Amount) {
        // A dimension's name stands in the configuration, but is as free as any.
        let dimension = "dimensions.\(Excerpt.text(fault.dimension ?? ""))"
        self =
            switch fault {
            case .noRate:
                .expected(
                    fault.code,
                    "action",
                    "priced by the rate card",
                    got: "\"\(Excerpt.text(action))\""
                )
            case .quantityBeyondRange:
                .expected(
                    fault.code,
                    "quantity",
                    "a number whose price has at most 26 digits before the point",
                    got: "\(quantity)"
                )
            case .missing: .missing(dimension)
            case .malformed(_, let value):
                .expected(
                    fault.code,
                    dimension,
                    "a decimal number of at most 12 decimals",
                    got: Excerpt.text(value)
                )
            case .negative(_, let value):
                .expected(fault.code, dimension, "0 or more", got: Excerpt.text(value))
            case .beyondRange(_, let value):
                .expected(
                    fault.code,
                    dimension,
                    "a number whose price has at most 26 digits before the point",
                    got: Excerpt.text(value)
                )
            }
    }
}

extension Excerpt {
    fileprivate static func text(_ value: DimensionValue) -> String {
        switch value {
        case .text(let text): "\"\(Self.text(text))\""
        case .number(let text): Self.text(text)
        }
    }
}
