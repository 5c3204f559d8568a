internal import Credits
internal import LedgerStore

/// Checkpointed accounts: sixteen to a block, a block in parts that fill a page each.
enum AccountBlocks {
    static let accountsPerBlock: UInt32 = 16
    /// With its framing and LMDB's 16 bytes a part takes exactly one page, so that no part needs a
    /// hole larger than another part leaves.
    private static let partByteCount = 4000 - Row.overhead

    static func block(of account: UInt32) -> UInt32 { (account - 1) / accountsPerBlock }

    static func accounts(of block: UInt32) -> Range<UInt32> {
        let first = block * accountsPerBlock + 1
        return first..<first + accountsPerBlock
    }

    private static func key(_ block: UInt32, part: Int) -> [UInt8] {
        [UInt8](bigEndian: block) + [UInt8](bigEndian: UInt16(part))
    }

    /// Writes a block's accounts as they were after a commit.
    static func write(
        _ block: UInt32,
        _ accounts: [Account],
        at commit: UInt64,
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable
    ) throws(StoreError) {
        var bytes: [UInt8] = []
        for account in accounts { AccountCheckpoint.append(account, at: commit, to: &bytes) }
        let count = max(1, (bytes.count + partByteCount - 1) / partByteCount)
        let before = try partCount(of: block, transaction, table) ?? 0
        guard count <= UInt16.max else {
            throw StoreError(.failed, "expected block \(block) of accounts to be at most 256 MB")
        }
        // Parts that are left over are emptied, not deleted: deleting could leave the file shorter
        // than its meta page says, and that must stay a sign of damage.
        for part in 0..<max(count, before) {
            let start = min(part * partByteCount, bytes.count)
            let end = min(start + partByteCount, bytes.count)
            var payload: [UInt8] = []
            payload.append(halfWord: UInt32(count))
            payload.append(contentsOf: bytes[start..<end])
            let row = Row.frame(.accounts, key: key(block, part: part), payload)
            try transaction.put(row.span, for: key(block, part: part), in: table)
        }
    }

    private static func partCount(
        of block: UInt32,
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable
    ) throws(StoreError) -> Int? {
        let key = key(block, part: 0)
        let payload = try transaction.withValue(for: key, in: table) { row throws(StoreError) in
            try Row.payload(of: row, .accounts, key: key)
        }
        guard let payload else { return nil }
        var reader = ByteReader(payload.span)
        return Int(reader.halfWord())
    }

    /// Calls `body` with the accounts of each block in order, each account with the commit that it
    /// is current to; their numbers are 1, 2, 3 … without gaps.
    static func forEach(
        _ transaction: borrowing LMDBTransaction,
        _ table: LMDBTable,
        _ body: ([(account: Account, commit: UInt64)]) -> Void
    ) throws(StoreError) {
        var cursor = Cursor()
        while let accounts = try cursor.next(transaction, table) { body(accounts) }
    }

    /// Where reading all blocks has come to: the next may be read in another transaction.
    struct Cursor {
        private var number: UInt32 = 1
        private var block: UInt32 = 0

        /// Whether the last block that was read has as many accounts as it can hold.
        var isAtFullBlock: Bool { (number - 1) % AccountBlocks.accountsPerBlock == 0 }

        /// The accounts of the next block; nil: there is none.
        mutating func next(
            _ transaction: borrowing LMDBTransaction,
            _ table: LMDBTable
        ) throws(StoreError) -> [(account: Account, commit: UInt64)]? {
            guard let count = try partCount(of: block, transaction, table) else { return nil }
            var bytes: [UInt8] = []
            for part in 0..<count {
                let key = key(block, part: part)
                let payload = try transaction.withValue(for: key, in: table) {
                    row throws(StoreError) in
                    try Row.payload(of: row, .accounts, key: key)
                }
                guard let payload, payload.count >= 4 else { throw Row.damaged(.accounts) }
                bytes += payload.dropFirst(4)
            }
            var reader = ByteReader(bytes.span)
            var accounts: [(account: Account, commit: UInt64)] = []
            while !reader.isAtEnd {
                guard let restored = AccountCheckpoint.next(&reader),
                    restored.account.number == number,
                    AccountBlocks.block(of: number) == block
                else { throw Row.damaged(.accounts) }
                accounts.append(restored)
                number += 1
            }
            block += 1
            return accounts
        }
    }
}
