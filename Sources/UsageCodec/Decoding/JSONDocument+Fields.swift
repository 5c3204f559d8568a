import CSimdJSON
import Credits

/// Reads fields of a document by the contract's rules; a nil index is a field that is absent.
extension JSONDocument {
    /// What a refusal shows of a value.
    func excerpt(of node: JSONNode, in arena: inout [UInt8]) -> String {
        let slice = slice(of: node, in: &arena)
        let text = Excerpt.text(arena.view(slice))
        return node.kind == .string ? "\"\(text)\"" : text
    }

    func invalid(
        _ node: JSONNode,
        _ field: String,
        _ constraint: String,
        in arena: inout [UInt8]
    ) -> Refusal {
        .expected(.invalidField, field, constraint, got: excerpt(of: node, in: &arena))
    }

    /// A string of any text.
    func text(
        at index: Int?,
        _ field: String,
        lengths: ClosedRange<Int>,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice? {
        guard let index else { return nil }
        let node = nodes[index]
        guard node.kind == .string else {
            throw invalid(node, field, "a string", in: &arena)
        }
        let slice = slice(of: node, in: &arena)
        guard lengths.contains(Int(slice.count)) else {
            let bounds = "\(lengths.lowerBound) to \(lengths.upperBound) bytes"
            throw invalid(node, field, bounds, in: &arena)
        }
        return slice
    }

    /// A string without control characters.
    func name(
        at index: Int?,
        _ field: String,
        lengths: ClosedRange<Int>,
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice? {
        guard let index,
            let slice = try text(at: index, field, lengths: lengths, in: &arena)
        else { return nil }
        if nodes[index].isValuePlain { return slice }
        if NameRules.hasControlCharacters(arena.view(slice)) {
            throw .expected(
                .invalidField,
                field,
                "free of control characters",
                got: "\"\(Excerpt.text(arena.view(slice)))\""
            )
        }
        return slice
    }

    /// A number or a numeric string, digit for digit from its text.
    func amount(
        at index: Int?,
        _ field: String,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Amount? {
        guard let index else { return nil }
        let node = nodes[index]
        guard node.kind == .number || node.kind == .string else {
            throw invalid(node, field, "a decimal number", in: &arena)
        }
        let slice = slice(of: node, in: &arena)
        do throws(AmountFault) {
            return try Amount(text: arena.view(slice))
        } catch {
            throw .malformedAmount(error, field, got: excerpt(of: node, in: &arena))
        }
    }

    /// An amount that is not below 0.
    func unsignedAmount(
        at index: Int?,
        _ field: String,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Amount? {
        guard let index, let amount = try amount(at: index, field, in: &arena) else { return nil }
        guard !amount.isNegative else {
            throw invalid(nodes[index], field, "0 or more", in: &arena)
        }
        return amount
    }

    /// An amount above 0.
    func positiveAmount(
        at index: Int?,
        _ field: String,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Amount? {
        guard let index, let amount = try amount(at: index, field, in: &arena) else { return nil }
        guard amount.isPositive else {
            throw invalid(nodes[index], field, "more than 0", in: &arena)
        }
        return amount
    }

    /// A whole number, also where it is written `50.0`: an integer as JSON Schema has it.
    func integer(
        at index: Int?,
        _ field: String,
        in range: ClosedRange<Int>,
        _ arena: inout [UInt8]
    ) throws(Refusal) -> Int? {
        guard let index else { return nil }
        let node = nodes[index]
        if node.kind == .number {
            let slice = slice(of: node, in: &arena)
            if let value = try? Amount(text: arena.view(slice)),
                let integer = Int(exactly: value), range.contains(integer)
            {
                return integer
            }
        }
        throw invalid(
            node,
            field,
            "a whole number between \(range.lowerBound) and \(range.upperBound)",
            in: &arena
        )
    }

    /// An ISO 8601 duration.
    func duration(
        at index: Int?,
        _ field: String,
        in arena: inout [UInt8]
    ) throws(Refusal) -> CalendarDuration? {
        guard let index else { return nil }
        let node = nodes[index]
        if node.kind == .string {
            let slice = slice(of: node, in: &arena)
            if let duration = CalendarDuration(arena.string(of: slice)) { return duration }
        }
        throw invalid(
            node,
            field,
            "an ISO 8601 duration such as P30D, of at most 10,000 years",
            in: &arena
        )
    }

    /// An ISO 8601 duration that is not 0.
    func positiveDuration(
        at index: Int?,
        _ field: String,
        in arena: inout [UInt8]
    ) throws(Refusal) -> CalendarDuration? {
        guard let index, let duration = try duration(at: index, field, in: &arena) else {
            return nil
        }
        guard !duration.isZero else {
            throw invalid(nodes[index], field, "more than 0", in: &arena)
        }
        return duration
    }

    /// How long one of many periods is, which must be there: an ISO 8601 duration of at least a second.
    ///
    /// With less to speak of, a rule would never come to the end of its periods, and a cap would limit
    /// nothing.
    func period(
        at index: Int?,
        _ field: String,
        in arena: inout [UInt8]
    ) throws(Refusal) -> CalendarDuration {
        guard let index, let period = try duration(at: index, field, in: &arena) else {
            throw .missing(field)
        }
        guard period.isAPeriod else {
            throw invalid(nodes[index], field, "a duration of at least a second", in: &arena)
        }
        return period
    }

    /// An RFC 3339 date-time; where the message is somebody else's, also Unix seconds.
    @inline(__always)
    func timestamp(
        at index: Int?,
        _ field: String,
        orUnixSeconds takesSeconds: Bool = false,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Timestamp? {
        guard let index else { return nil }
        let node = nodes[index]
        if node.kind == .string {
            let slice = slice(of: node, in: &arena)
            if let timestamp = Timestamp(text: arena.view(slice)) { return timestamp }
        }
        if takesSeconds { return try unixTime(of: node, field, in: &arena) }
        throw invalid(
            node,
            field,
            "an RFC 3339 time in the years 0001 to 9999",
            in: &arena
        )
    }

    /// Seconds since 1970, a number or a numeric string, exact to the microsecond.
    private func unixTime(
        of node: JSONNode,
        _ field: String,
        in arena: inout [UInt8]
    ) throws(Refusal) -> Timestamp {
        if node.kind == .string || node.kind == .number {
            let slice = slice(of: node, in: &arena)
            if let seconds = try? Amount(text: arena.view(slice)),
                let timestamp = Timestamp(unixSeconds: seconds)
            {
                return timestamp
            }
        }
        throw invalid(
            node,
            field,
            "an RFC 3339 time or Unix seconds, in the years 0001 to 9999",
            in: &arena
        )
    }
}

extension Int {
    /// The number of credits, where it is a whole one that fits.
    fileprivate init?(exactly amount: Amount) {
        let (whole, rest) = amount.units.quotientAndRemainder(dividingBy: 1_000_000_000_000)
        guard rest == 0 else { return nil }
        self.init(exactly: whole)
    }
}

extension Timestamp {
    /// The moment so many seconds after 1970; nil outside the years 0001 to 9999.
    ///
    /// What is finer than a microsecond is cut off, as it is in RFC 3339.
    fileprivate init?(unixSeconds seconds: Amount) {
        // An amount counts 10⁻¹², a moment 10⁻⁶ of a second.
        let (quotient, remainder) = seconds.units.quotientAndRemainder(dividingBy: 1_000_000)
        guard let microseconds = Int64(exactly: remainder < 0 ? quotient - 1 : quotient) else {
            return nil
        }
        self.init(microseconds: microseconds)
    }
}

extension CalendarDuration {
    fileprivate var isAPeriod: Bool { months > 0 || microseconds >= 1_000_000 }
}
