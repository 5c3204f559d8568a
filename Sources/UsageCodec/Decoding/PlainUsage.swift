import CSimdJSON
import Credits

/// Reads usage events that are written as nearly all are, without building a document of them.
///
/// It refuses nothing: what it does not read is read by ``UsageReader``, which knows all of JSON and
/// says what is wrong.
struct PlainUsageReader {
    /// The canonical dimensions of the event at hand.
    private var dimensions: [UInt8] = []

    /// The fields of the event that a message holds; nil: it is to be parsed.
    mutating func fields(
        of message: ReceivedMessage,
        in arena: inout [UInt8]
    ) -> UsageFields? {
        let count = Int(message.value.count)
        if dimensions.count < count {
            dimensions = [UInt8](repeating: 0, count: max(count, 4096))
        }
        var usage = csimdjson_usage()
        // Safe: the C function reads the value's bytes, writes no more than as many into the other
        // array, and keeps no pointer to either.
        let isPlain = unsafe arena.span(of: message.value).withUnsafeBufferPointer { value in
            unsafe dimensions.withUnsafeMutableBufferPointer { dimensions in
                unsafe csimdjson_scan_usage(
                    value.baseAddress,
                    value.count,
                    dimensions.baseAddress,
                    &usage
                )
            }
        }
        guard isPlain != 0, var fields = Self.fields(of: usage, message, in: arena) else {
            return nil
        }
        if usage.dimension_bytes > 0 {
            let canonical = dimensions.span.extracting(first: Int(usage.dimension_bytes))
            fields.dimensions = arena.appendSlice(canonical)
        }
        return fields
    }

    /// All but the dimensions; nil where a field is missing or not what it must be.
    private static func fields(
        of usage: csimdjson_usage,
        _ message: ReceivedMessage,
        in arena: borrowing [UInt8]
    ) -> UsageFields? {
        let texts = usage.texts
        func text(_ text: csimdjson_text, _ field: UsageField) -> ByteSlice? {
            guard usage.has(field), field.lengths.contains(Int(text.count)) else { return nil }
            return ByteSlice(
                start: Int(message.value.start) + Int(text.start),
                count: Int(text.count)
            )
        }
        /// Whether a field is as it must be, or absent.
        func isSound(_ slice: ByteSlice?, _ field: UsageField) -> Bool {
            slice != nil || !usage.has(field)
        }
        var fields = UsageFields()
        let source = text(texts.1, .source)
        let creditType = text(texts.3, .creditType)
        let action = text(texts.4, .action)
        let holdID = text(texts.9, .holdID)
        guard let usageID = text(texts.0, .usageID), isSound(source, .source),
            isSound(creditType, .creditType), isSound(action, .action), isSound(holdID, .holdID),
            action != nil || usage.has(.credits)
        else { return nil }
        if let customerID = text(texts.2, .customerID) {
            fields.customerID = customerID
        } else {
            guard !usage.has(.customerID),
                let key = try? AccountDirectory.customer(of: message, in: arena)
            else { return nil }
            fields.customerID = key
        }
        fields.usageID = usageID
        fields.source = source ?? .empty
        fields.creditType = creditType
        fields.action = action ?? .empty
        fields.holdID = holdID ?? .empty
        if usage.has(.quantity) { fields.quantity = Amount(usage.quantity) }
        if usage.has(.credits) { fields.credits = Amount(usage.credits) }
        fields.occurredAt = message.timestamp
        if usage.has_moment != 0 {
            guard let moment = Timestamp(microseconds: usage.moment) else { return nil }
            fields.occurredAt = moment
        } else if usage.has(.occurredAt) {
            let range = ByteSlice(
                start: Int(message.value.start) + Int(texts.7.start),
                count: Int(texts.7.count)
            )
            guard let moment = Timestamp(text: arena.view(range)) else { return nil }
            fields.occurredAt = moment
        }
        return fields
    }
}

extension csimdjson_usage {
    fileprivate func has(_ field: UsageField) -> Bool {
        present >> UInt32(field.rawValue) & 1 != 0
    }
}

extension Amount {
    /// 10⁰ to 10¹².
    private static let powersOfTen: InlineArray<13, UInt64> = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
        10_000_000_000, 100_000_000_000, 1_000_000_000_000,
    ]

    /// In range, for it has at most 18 digits.
    fileprivate init(_ decimal: csimdjson_decimal) {
        let missing = Amount.decimals - Int(decimal.decimals)
        let product = decimal.digits.multipliedFullWidth(by: Self.powersOfTen[missing])
        let units = Int128(product.high) << 64 | Int128(product.low)
        self = Amount(units: units) ?? .zero
    }
}
