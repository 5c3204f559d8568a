/// One decoded fact: somebody used something.
///
/// A plain value: its texts are slices of the batch's arena, so that ten thousand of them are one
/// array without a single reference count.
public struct UsageEvent: Sendable, BitwiseCopyable {
    /// Hash of source and usage id under the store's key.
    public var key: IDKey
    /// Hash of the content that counts for `duplicate` against `conflict` (contract §2.1).
    public var fingerprint: UInt64
    /// Index into the batch's accounts.
    public var account: Int32
    /// Index into the batch's pricing refusals; −1 where the price is known.
    public var pricingRefusal: Int32
    public var usageID: ByteSlice
    public var source: ByteSlice
    public var action: ByteSlice
    /// Canonical dimensions (``Dimensions``).
    public var dimensions: ByteSlice
    public var holdID: ByteSlice
    public var quantity: Amount
    /// The price: explicit, or from the rate card.
    public var credits: Amount
    public var rate: RateReference
    public var occurredAt: Timestamp
    public var message: ReceivedMessage

    public init(
        key: IDKey,
        fingerprint: UInt64,
        account: Int32,
        pricingRefusal: Int32 = -1,
        usageID: ByteSlice,
        source: ByteSlice,
        action: ByteSlice,
        dimensions: ByteSlice,
        holdID: ByteSlice,
        quantity: Amount,
        credits: Amount,
        rate: RateReference,
        occurredAt: Timestamp,
        message: ReceivedMessage
    ) {
        self.key = key
        self.fingerprint = fingerprint
        self.account = account
        self.pricingRefusal = pricingRefusal
        self.usageID = usageID
        self.source = source
        self.action = action
        self.dimensions = dimensions
        self.holdID = holdID
        self.quantity = quantity
        self.credits = credits
        self.rate = rate
        self.occurredAt = occurredAt
        self.message = message
    }
}

/// The spaces in which ids are unique, each by itself.
public enum IDSpace: UInt8, Sendable {
    /// `usage_id` within its source.
    case usage = 1
    case command = 2
    /// `grant_id` within its account.
    case grant = 3
    /// `hold_id` within its account.
    case hold = 4
    /// `usage_id` within its source, once some of the usage was given back.
    case reversal = 5

    /// The key of an id under a store's secret.
    ///
    /// Scope and id are kept apart by their lengths.
    public func key(
        scope: Span<UInt8>,
        id: Span<UInt8>,
        under secret: HashKey
    ) -> IDKey {
        var hash = KeyedHash(key: secret)
        hash.combine(UInt64(rawValue) << 32 | UInt64(UInt32(truncatingIfNeeded: scope.count)))
        hash.combine(UInt64(id.count))
        hash.combine(padded: scope)
        hash.combine(padded: id)
        return hash.finalize()
    }
}

extension HashKey {
    /// The key of content fingerprints: public, for they must be the same in every store, and a
    /// forged collision only turns a `conflict` into a `duplicate`: either way the first stays.
    public static let content = HashKey(first: 0x6472_6177_646f_776e, second: 1)
}
