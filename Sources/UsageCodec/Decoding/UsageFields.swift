import Credits

/// What a usage event says, checked and with defaults filled in, however it was written.
///
/// Texts are positions in the batch's arena.
struct UsageFields {
    var usageID = ByteSlice.empty
    var source = ByteSlice.empty
    var customerID = ByteSlice.empty
    var creditType: ByteSlice?
    var action = ByteSlice.empty
    var quantity = Amount(whole: 1)
    var credits: Amount?
    var occurredAt = Timestamp.earliest
    /// Canonical (``Dimensions``).
    var dimensions = ByteSlice.empty
    var holdID = ByteSlice.empty

    @inline(__always)
    init() {}

    /// The hash of what counts for `duplicate` against `conflict` (contract §2.1): not
    /// `occurred_at`, not unknown fields, and nothing of where the message stood.
    ///
    /// - Parameters:
    ///   - creditType: the one that is debited.
    ///   - arena: what the texts are positions in.
    /// - Returns: the same in every store and release, for journals keep it.
    func fingerprint(_ creditType: ByteSlice, in arena: borrowing [UInt8]) -> UInt64 {
        var hash = ContentHash(key: .content)
        // The lengths first, so that no two lists of texts are the same bytes; no price is told from
        // every price by a bit beside them.
        hash.combine(UInt64(customerID.count) << 32 | UInt64(creditType.count))
        hash.combine(UInt64(action.count) << 32 | UInt64(holdID.count))
        hash.combine(UInt64(dimensions.count) << 1 | (credits == nil ? 0 : 1))
        hash.combine(quantity)
        hash.combine(credits ?? .zero)
        hash.combine(padded: arena.view(customerID))
        hash.combine(padded: arena.view(creditType))
        hash.combine(padded: arena.view(action))
        hash.combine(padded: arena.view(dimensions))
        hash.combine(padded: arena.view(holdID))
        return hash.finalize()
    }

    /// One of action and credits must be there, or nothing says what the usage costs.
    static func missingPrice() -> Refusal {
        .expected(
            .missingField,
            UsageField.credits.name,
            "present where there is no action",
            got: "nothing"
        )
    }
}
