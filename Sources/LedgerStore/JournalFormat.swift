public import Credits
internal import Crypto

/// How a commit is written: one run of bytes that proves itself.
///
/// ```
/// 0   magic, 4 bytes; format version, 4 bytes
/// 8   commit number; 16 recorded_at in microseconds; 24 length of all bytes, the hash included
/// 32  hash of the previous commit
/// 64  where the strings, the directory and what is owed begin; counts of groups, entries and
///     allocations (4 bytes each)
/// 88  cluster, partitions, outcomes, names of the rates
///     groups: each account with its entries
///     strings: texts that entries share
///     directory: account number and position of each group, ascending, 8 bytes each
///     owed: triggers, dead letters
/// −32 SHA-256 of everything before it, which includes the previous commit's hash
/// ```
/// Entries stand grouped by account, so that a statement reads one group without decoding the rest.
/// Words are little endian, everything else is varints. Keys of ids are not stored: they are hashes
/// under the store's secret, and are computed again.
public enum JournalFormat {
    static let magic: UInt32 = 0x4357_5244
    static let version: UInt32 = 4
    static let headerCount = 88
    package static let hashCount = 32
    static let directoryEntryCount = 8

    /// A commit's bytes, and the hash at their end.
    public struct Sealed: Sendable {
        public let bytes: [UInt8]
        public let hash: [UInt8]
    }

    /// Writes a commit.
    ///
    /// Its entries must be consecutive per group, each starting where the one before it ended: that
    /// is implied in the bytes and not written.
    ///
    /// - Parameters:
    ///   - commit: the commit; what of its arena nothing refers to is left out.
    ///   - previousHash: the hash of the commit before it, 32 bytes.
    /// - Returns: its bytes and its hash.
    public static func encode(_ commit: Commit, previousHash: [UInt8]) -> Sealed {
        var encoder = CommitEncoder(commit, previousHash: previousHash)
        return encoder.encode()
    }

    /// Reads a commit; its slices then point into `bytes`, or behind them to what was put together.
    ///
    /// - Parameters:
    ///   - bytes: one whole commit.
    ///   - secret: the store's, from which the keys of ids are computed.
    ///   - checksHash: false only where damage is to be looked at.
    /// - Returns: the commit, its entries group by group, and its hash.
    /// - Throws: ``StoreError/Code/damaged``.
    public static func decode(
        _ bytes: [UInt8],
        under secret: HashKey,
        checksHash: Bool = true
    ) throws(StoreError) -> SealedCommit {
        let header = try JournalHeader(bytes.span)
        if checksHash { try checkHash(of: bytes.span) }
        let stored = header.hash(in: bytes.span)
        var decoder = CommitDecoder(bytes.span, header: header, secret: secret, copiesTexts: false)
        var commit = try decoder.decode()
        commit.bytes = commit.bytes.isEmpty ? bytes : bytes + commit.bytes
        return SealedCommit(commit: commit, hash: stored)
    }

    /// - Throws: ``StoreError/Code/damaged`` where a commit's bytes are not those that were hashed.
    static func checkHash(of bytes: Span<UInt8>) throws(StoreError) {
        let header = try JournalHeader(bytes)
        var hasher = SHA256()
        unsafe bytes.extracting(droppingLast: hashCount).withUnsafeBytes { content in
            unsafe hasher.update(bufferPointer: content)
        }
        guard Array(hasher.finalize()) == header.hash(in: bytes) else {
            throw .damagedCommit(header.number, "its bytes are not those that were hashed")
        }
    }

    /// Reads one account's part of a commit, and what its entries refer to, but not what is owed.
    ///
    /// The hash is not checked, for the rest of the bytes is not read.
    ///
    /// - Parameters:
    ///   - account: the account's number.
    ///   - bytes: one whole commit.
    ///   - secret: the store's, from which the keys of ids are computed.
    /// - Returns: a commit with only this group; nil where the commit has none for the account.
    /// - Throws: ``StoreError/Code/damaged``.
    public static func group(
        of account: UInt32,
        in bytes: Span<UInt8>,
        under secret: HashKey
    ) throws(StoreError) -> SealedCommit? {
        let header = try JournalHeader(bytes)
        var decoder = CommitDecoder(bytes, header: header, secret: secret, copiesTexts: true)
        guard let commit = try decoder.decodeGroup(of: account) else { return nil }
        return SealedCommit(commit: commit, hash: header.hash(in: bytes))
    }

    /// Reads those of an account's entries in a commit that stand on a page, newest first: the others
    /// are passed over.
    ///
    /// - Parameters:
    ///   - account: the account's number.
    ///   - bytes: one whole commit; as in ``group(of:in:under:)`` its hash is not checked.
    ///   - secret: the store's, from which the keys of ids are computed.
    ///   - selection: which entries.
    /// - Returns: nil where the commit has none for the account.
    /// - Throws: ``StoreError/Code/damaged``.
    static func page(
        of account: UInt32,
        in bytes: Span<UInt8>,
        under secret: HashKey,
        _ selection: EntrySelection
    ) throws(StoreError) -> GroupPage? {
        let header = try JournalHeader(bytes)
        var decoder = CommitDecoder(bytes, header: header, secret: secret, copiesTexts: true)
        return try decoder.decodePage(of: account, selection, hash: header.hash(in: bytes))
    }

    /// Adds up what an account used in a commit.
    ///
    /// - Parameters:
    ///   - account: the account's number.
    ///   - sequence: only entries after this one.
    ///   - bytes: one whole commit; as in ``group(of:in:under:)`` its hash is not checked.
    ///   - sums: what is added to.
    /// - Returns: nil where the commit has no entries of the account.
    /// - Throws: ``StoreError/Code/damaged``.
    static func addUsage(
        of account: UInt32,
        after sequence: UInt64,
        in bytes: Span<UInt8>,
        to sums: inout [UsageSlot: UsageSums]
    ) throws(StoreError) -> GroupEnds? {
        let header = try JournalHeader(bytes)
        let none = HashKey(first: 0, second: 0)
        var decoder = CommitDecoder(bytes, header: header, secret: none, copiesTexts: true)
        return try decoder.addUsage(of: account, after: sequence, to: &sums)
    }

    /// The hash of all the bytes.
    ///
    /// Not of a slice: one shares the array's storage, so that appending to the array afterwards
    /// would copy all of it.
    static func hash(of bytes: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: bytes))
    }
}

/// The fixed part of a commit's bytes.
package struct JournalHeader: Sendable {
    package let number: UInt64
    package let recordedAt: Timestamp
    /// All bytes, the hash at the end included.
    package let byteCount: Int
    package let previousHash: [UInt8]
    let strings: Range<Int>
    let directory: Range<Int>
    let owed: Range<Int>
    let groupCount: Int
    let entryCount: Int
    let allocationCount: Int

    /// - Throws: ``StoreError/Code/damaged`` where these are not the bytes of one whole commit.
    package init(_ bytes: Span<UInt8>) throws(StoreError) {
        var reader = ByteReader(bytes)
        guard reader.halfWord() == JournalFormat.magic else {
            throw StoreError(.damaged, "expected a commit, got: other bytes")
        }
        let version = reader.halfWord()
        guard version == JournalFormat.version else {
            throw StoreError(
                .unusable,
                "expected the journal's format to be \(JournalFormat.version), got: \(version)"
            )
        }
        number = reader.word()
        let recordedAt = Timestamp(microseconds: Int64(bitPattern: reader.word()))
        byteCount = Int(truncatingIfNeeded: reader.word())
        var hash: [UInt8] = []
        for _ in 0..<JournalFormat.hashCount { hash.append(reader.byte()) }
        previousHash = hash
        let stringsAt = Int(reader.halfWord())
        let directoryAt = Int(reader.halfWord())
        let owedAt = Int(reader.halfWord())
        groupCount = Int(reader.halfWord())
        entryCount = Int(reader.halfWord())
        allocationCount = Int(reader.halfWord())
        let bodyEnd = bytes.count - JournalFormat.hashCount
        guard !reader.isDamaged, let recordedAt, byteCount == bytes.count,
            JournalFormat.headerCount <= stringsAt, stringsAt <= directoryAt,
            directoryAt <= owedAt, owedAt <= bodyEnd,
            owedAt - directoryAt == groupCount * JournalFormat.directoryEntryCount,
            entryCount <= bytes.count, allocationCount <= bytes.count
        else { throw .damagedCommit(number, "its header does not fit its \(bytes.count) bytes") }
        self.recordedAt = recordedAt
        strings = stringsAt..<directoryAt
        directory = directoryAt..<owedAt
        owed = owedAt..<bodyEnd
    }

    /// The hash that the bytes end with.
    package func hash(in bytes: Span<UInt8>) -> [UInt8] {
        var hash: [UInt8] = []
        for index in bytes.count - JournalFormat.hashCount..<bytes.count {
            hash.append(bytes[index])
        }
        return hash
    }
}

extension StoreError {
    /// A commit in the journal is not what was written there.
    package static func damagedCommit(_ number: UInt64, _ what: String) -> StoreError {
        StoreError(.damaged, "commit \(number) is damaged: \(what)")
    }
}
