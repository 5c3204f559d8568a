internal import CLMDB
internal import LedgerStore

/// A table of an LMDB file.
struct LMDBTable: Sendable {
    fileprivate let handle: MDB_dbi
}

/// A transaction; undone where it is not committed.
@safe
struct LMDBTransaction: ~Copyable {
    /// Nil once LMDB has taken it back.
    private var handle: OpaquePointer?
    private let path: String
    /// A local variable's last use ends its life in an optimized build: without this, the file could
    /// be closed under a transaction that is not ended yet.
    private let environment: LMDBEnvironment

    /// Takes over a transaction that was just begun.
    @unsafe
    init(_ handle: OpaquePointer, of environment: LMDBEnvironment, path: String) {
        unsafe self.handle = handle
        self.environment = environment
        self.path = path
    }

    deinit {
        if let handle = unsafe handle { unsafe mdb_txn_abort(handle) }
    }

    /// Makes everything durable.
    ///
    /// - Throws: after an error the outcome is unknown.
    consuming func commit() throws(StoreError) {
        let code = unsafe mdb_txn_commit(handle)
        // It is gone, whatever the answer was.
        unsafe handle = nil
        guard code == 0 else { throw .lmdb(code, "commit to \(path)") }
    }

    /// Opens a table, and with `creates` makes it: never for a store that exists, whose tables are
    /// all there unless it is damaged.
    borrowing func table(_ name: String, creates: Bool) throws(StoreError) -> LMDBTable {
        var table: MDB_dbi = 0
        let code = unsafe mdb_dbi_open(handle, name, creates ? UInt32(MDB_CREATE) : 0, &table)
        guard code != MDB_NOTFOUND else {
            throw StoreError(.damaged, "expected \(path) to have a table \(name)")
        }
        guard code == 0 else { throw .lmdb(code, "open table \(name) of \(path)") }
        return LMDBTable(handle: table)
    }

    /// How many values a table holds.
    borrowing func count(_ table: LMDBTable) throws(StoreError) -> Int {
        var statistics = MDB_stat()
        let code = unsafe mdb_stat(handle, table.handle, &statistics)
        guard code == 0 else { throw .lmdb(code, "count a table of \(path)") }
        return statistics.ms_entries
    }

    /// Writes a value; with `appends` the key must be beyond all that are there.
    borrowing func put(
        _ value: Span<UInt8>,
        for key: [UInt8],
        in table: LMDBTable,
        appends: Bool = false
    ) throws(StoreError) {
        let flags = appends ? UInt32(MDB_APPEND) : 0
        let code = unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                var keyValue = unsafe MDB_val(key)
                var dataValue = unsafe MDB_val(value)
                return unsafe mdb_put(handle, table.handle, &keyValue, &dataValue, flags)
            }
        }
        guard code == 0 else { throw .lmdb(code, "write to \(path)") }
    }

    /// Removes a key; false: it was not there.
    @discardableResult
    borrowing func remove(_ key: [UInt8], from table: LMDBTable) throws(StoreError) -> Bool {
        let code = unsafe key.withUnsafeBytes { key in
            var keyValue = unsafe MDB_val(key)
            return unsafe mdb_del(handle, table.handle, &keyValue, nil)
        }
        guard code != MDB_NOTFOUND else { return false }
        guard code == 0 else { throw .lmdb(code, "remove from \(path)") }
        return true
    }

    /// Bytes of the pages that a table's values are on.
    borrowing func byteCount(_ table: LMDBTable) throws(StoreError) -> Int {
        var statistics = MDB_stat()
        let code = unsafe mdb_stat(handle, table.handle, &statistics)
        guard code == 0 else { throw .lmdb(code, "count a table of \(path)") }
        let pages = statistics.ms_branch_pages + statistics.ms_leaf_pages
        return (pages + statistics.ms_overflow_pages) * Int(statistics.ms_psize)
    }

    /// Calls `body` with a value, borrowed for the call; nil where there is none.
    borrowing func withValue<Result>(
        for key: [UInt8],
        in table: LMDBTable,
        _ body: (Span<UInt8>) throws(StoreError) -> Result
    ) throws(StoreError) -> Result? {
        var value = unsafe MDB_val()
        let code = unsafe key.withUnsafeBytes { key in
            var keyValue = unsafe MDB_val(key)
            return unsafe mdb_get(handle, table.handle, &keyValue, &value)
        }
        guard code != MDB_NOTFOUND else { return nil }
        guard code == 0 else { throw .lmdb(code, "read \(path)") }
        // Safe: the value stays where it is until the transaction ends, which outlives this call.
        return try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(value)))
    }

    /// Calls `body` with each key and value in the order of keys, from a key on, until it returns
    /// false.
    borrowing func forEach(
        in table: LMDBTable,
        from first: [UInt8] = [],
        _ body: (_ key: [UInt8], _ value: Span<UInt8>) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var cursor: OpaquePointer?
        var code = unsafe mdb_cursor_open(handle, table.handle, &cursor)
        guard code == 0, let cursor = unsafe cursor else { throw .lmdb(code, "scan \(path)") }
        defer { unsafe mdb_cursor_close(cursor) }
        var value = unsafe MDB_val()
        var found: [UInt8] = []
        code = unsafe first.withUnsafeBytes { bytes in
            var key = unsafe MDB_val(bytes)
            let operation = unsafe bytes.isEmpty ? MDB_FIRST : MDB_SET_RANGE
            let code = unsafe mdb_cursor_get(cursor, &key, &value, operation)
            if code == 0 { unsafe found = Array(UnsafeBufferPointer(key)) }
            return code
        }
        while code == 0 {
            guard try body(found, unsafe Span(_unsafeElements: UnsafeBufferPointer(value))) else {
                return
            }
            var key = unsafe MDB_val()
            code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
            if code == 0 { unsafe found = Array(UnsafeBufferPointer(key)) }
        }
        guard code == MDB_NOTFOUND else { throw .lmdb(code, "scan \(path)") }
    }
}

extension MDB_val {
    /// LMDB only reads through keys and values that it is given, though its type says otherwise.
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.init(
            mv_size: bytes.count,
            mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress)
        )
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate init(_ value: MDB_val) {
        let start = unsafe UnsafeRawPointer(value.mv_data)?.assumingMemoryBound(to: UInt8.self)
        unsafe self.init(start: start, count: value.mv_size)
    }
}
