package import Credits

/// Where the ids are that a store no longer has in memory.
package protocol SealedIDs: AnyObject, Sendable {
    /// The last commit whose ids can be found here, and those of all before it; 0: none can.
    var through: UInt64 { get }

    /// Looks up keys of which nothing is known yet.
    ///
    /// - Parameters:
    ///   - keys: some that are asked about.
    ///   - range: which of them.
    ///   - commit: what commits up to this one used up need not be found.
    ///   - known: has a place for each key.
    /// - Throws: ``StoreError``: what is there cannot be read.
    func find(
        _ keys: [IDKey],
        in range: Range<Int>,
        after commit: UInt64,
        _ known: inout [KnownID?]
    ) throws(StoreError)
}

extension SealedIDs {
    /// Looks up every key of which nothing is known yet.
    package func find(_ keys: [IDKey], _ known: inout [KnownID?]) throws(StoreError) {
        try find(keys, in: keys.indices, after: 0, &known)
    }
}

/// The ids of consecutive commits, which change no more: on their way from memory to a file.
package final class IDBatch: Sendable {
    package let ids: IDTable
    package let commits: ClosedRange<UInt64>

    package init(ids: IDTable, commits: ClosedRange<UInt64>) {
        self.ids = ids
        self.commits = commits
    }
}

/// How many ids some commits used up, and what they are, in a form that does not ask for an order.
///
/// Whoever holds the same ids in another order comes to the same content; one that is missing,
/// foreign or changed shows.
package struct IDContent: Hashable, Sendable, BitwiseCopyable {
    package var count: UInt64
    package var first: UInt64
    package var second: UInt64

    package init(count: UInt64 = 0, first: UInt64 = 0, second: UInt64 = 0) {
        self.count = count
        self.first = first
        self.second = second
    }

    package mutating func add(_ key: IDKey, _ known: KnownID) {
        let (first, second) = Self.words(key, known)
        count &+= 1
        self.first &+= first
        self.second &+= second
    }

    package mutating func remove(_ key: IDKey, _ known: KnownID) {
        let (first, second) = Self.words(key, known)
        count &-= 1
        self.first &-= first
        self.second &-= second
    }

    /// Multiplied apart before they are added up, so that what one id lacks another cannot make up.
    @inline(__always)
    private static func words(_ key: IDKey, _ known: KnownID) -> (UInt64, UInt64) {
        var first = key.high ^ known.fingerprint &* 0x9e37_79b9_7f4a_7c15
        first = (first ^ first &>> 32) &* 0xd6e8_feb8_6659_fd93
        var second = key.low ^ known.commit &* 0xff51_afd7_ed55_8ccd
        second = (second ^ second &>> 29 ^ first) &* 0xc4ce_b9fe_1a85_ec53
        return (first ^ first &>> 32, second ^ second &>> 32)
    }
}
