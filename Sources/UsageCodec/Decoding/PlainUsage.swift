import CSimdJSON
import Credits

/// Reads usage events that are written as nearly all are, without building a document of them.
///
/// It refuses nothing: what it does not read is read by ``UsageReader``, which knows all of JSON and
/// says what is wrong.
struct PlainUsageReader {
    /// What the scan of the value that was kept last found.
    private var usage = csimdjson_usage()
    private var isPlain = false
    /// The canonical dimensions in the arena.
    private var dimensions = ByteSlice.empty

    /// Copies a record's key and value into the arena, and looks at the value on the way.
    ///
    /// - Parameters:
    ///   - key: nil where the record has none.
    ///   - value: nil for a tombstone.
    ///   - arena: gets them, and the canonical dimensions of an event that can be read.
    /// - Returns: where they are now.
    mutating func keep(
        key: Span<UInt8>?,
        value: Span<UInt8>?,
        in arena: inout [UInt8]
    ) -> (key: ByteSlice?, value: ByteSlice?) {
        isPlain = false
        guard let value, value.count <= CSIMDJSON_USAGE_BYTES else {
            return (arena.keep(key), arena.keep(value))
        }
        // One reservation for all; the dimensions are no longer than the value that they are in.
        let keyCount = key?.count ?? 0
        let room = keyCount + 2 * value.count + Int(CSIMDJSON_USAGE_PADDING)
        let start = arena.count
        arena.append(addingCapacity: room) { output in
            if let key { output.append(key) }
            append(value, to: &output)
        }
        let slice = ByteSlice(start: start + keyCount, count: value.count)
        let end = start + keyCount + value.count
        dimensions = isPlain ? ByteSlice(start: end, count: arena.count - end) : .empty
        return (key == nil ? nil : ByteSlice(start: start, count: keyCount), slice)
    }

    /// The output has room for twice as many bytes as the value has, and for the padding.
    @inline(__always)
    private mutating func append(_ value: Span<UInt8>, to output: inout OutputSpan<UInt8>) {
        precondition(output.freeCapacity >= 2 * value.count + Int(CSIMDJSON_USAGE_PADDING))
        // Safe: there is room for the value, and behind it for what the C function writes; it reads
        // the value's bytes, and keeps no pointer.
        unsafe value.withUnsafeBufferPointer { value in
            guard let source = value.baseAddress else { return }
            unsafe output.withUnsafeMutableBufferPointer { output, count in
                guard let base = output.baseAddress else { return }
                unsafe (base + count).initialize(from: source, count: value.count)
                count += value.count
                let found = unsafe csimdjson_scan_usage(source, value.count, base + count, &usage)
                guard found != 0 else { return }
                isPlain = true
                count += Int(usage.dimension_bytes)
            }
        }
    }

    /// The fields of the event that was kept last.
    ///
    /// - Parameters:
    ///   - message: has its key and value where they were kept.
    ///   - arena: where they were kept.
    /// - Returns: nil where the value is to be parsed: it is written in another way, a field is missing
    ///   or not what it must be.
    @inline(__always)
    func fields(of message: ReceivedMessage, in arena: borrowing [UInt8]) -> UsageFields? {
        guard isPlain else { return nil }
        let texts = usage.texts
        let start = Int(message.value.start)
        var fields = UsageFields()
        let source = slice(texts.1, .source, from: start)
        let creditType = slice(texts.3, .creditType, from: start)
        let action = slice(texts.4, .action, from: start)
        let holdID = slice(texts.9, .holdID, from: start)
        guard let usageID = slice(texts.0, .usageID, from: start), isSound(source, .source),
            isSound(creditType, .creditType), isSound(action, .action), isSound(holdID, .holdID),
            action != nil || usage.has(.credits)
        else { return nil }
        if let customerID = slice(texts.2, .customerID, from: start) {
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
        fields.dimensions = dimensions
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

    /// Where a text is in the arena; nil where the field is absent or its length is not what it must be.
    @inline(__always)
    private func slice(
        _ text: csimdjson_text,
        _ field: UsageField,
        from start: Int
    ) -> ByteSlice? {
        guard usage.has(field), field.lengths.contains(Int(text.count)) else { return nil }
        return ByteSlice(start: start + Int(text.start), count: Int(text.count))
    }

    /// Whether a field is as it must be, or absent.
    @inline(__always)
    private func isSound(_ slice: ByteSlice?, _ field: UsageField) -> Bool {
        slice != nil || !usage.has(field)
    }
}

extension csimdjson_usage {
    @inline(__always)
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

extension [UInt8] {
    /// Copies borrowed bytes to the end, where there are any to copy.
    mutating func keep(_ bytes: Span<UInt8>?) -> ByteSlice? {
        guard let bytes else { return nil }
        return appendSlice(bytes)
    }
}
