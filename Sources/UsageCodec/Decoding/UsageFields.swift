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

    /// The hash of what counts for `duplicate` against `conflict` (contract §2.1): not
    /// `occurred_at`, not unknown fields, and nothing of where the message stood.
    ///
    /// - Parameters:
    ///   - creditType: the one that is debited.
    ///   - arena: what the texts are positions in.
    /// - Returns: the same in every store and release, for journals keep it.
    func fingerprint(_ creditType: ByteSlice, in arena: borrowing [UInt8]) -> UInt64 {
        var hash = KeyedHash(key: .content)
        hash.combine(prefixed: arena.view(customerID))
        hash.combine(prefixed: arena.view(creditType))
        hash.combine(prefixed: arena.view(action))
        hash.combine(quantity)
        hash.combine(optional: credits)
        hash.combine(prefixed: arena.view(dimensions))
        hash.combine(prefixed: arena.view(holdID))
        return hash.finalize().high
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
