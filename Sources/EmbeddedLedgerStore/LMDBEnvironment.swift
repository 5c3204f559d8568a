internal import CLMDB
internal import Glibc
internal import LedgerStore

/// One open LMDB file; the only owner of its C handle.
///
/// Opened at most once per process (``OpenStores``): a second handle on the same file would drop the
/// first one's lock when it is closed.
@safe
final class LMDBEnvironment: @unchecked Sendable {
    // `@unchecked Sendable`: LMDB's environment may be used from any thread, and this never changes.
    private let handle: OpaquePointer
    private let path: String
    /// What keeps others away from the file: let go after the file, whoever let go of the file last.
    private let owner: (any AnyObject & Sendable)?
    /// Keeps writers away where the file is read without LMDB's own lock.
    private let writersLock: FileHandle?

    /// Address space for the file, tried in this order: it costs nothing but must be allowed.
    private static let mapSizes = [1 << 40, 1 << 36, 1 << 33]

    /// Opens a file, whose lock file is beside it; `owner` is kept for as long as it is open.
    init(
        path: String,
        isReadOnly: Bool,
        owner: (any AnyObject & Sendable)?
    ) throws(StoreError) {
        self.path = path
        self.owner = owner
        var flags = UInt32(MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD)
        if isReadOnly { flags |= UInt32(MDB_RDONLY) }
        if isReadOnly, !Self.canLock(path) {
            // Without LMDB's lock a writer would use pages again while they are read. It may be there all
            // the same: a mount can be read-only for this process alone.
            writersLock = try StoreDirectory.keepWritersAway(from: StoreFiles.parent(of: path))
            flags |= UInt32(MDB_NOLOCK)
        } else {
            writersLock = nil
        }
        var opened: OpaquePointer?
        var code: Int32 = 0
        for size in Self.mapSizes {
            unsafe (opened, code) = Self.open(path, flags: flags, mapSize: size)
            // Where less address space is allowed, systems and sandboxes say so in either way.
            guard code == ENOMEM || code == EINVAL else { break }
        }
        guard let handle = unsafe opened else {
            throw .lmdb(code, "open \(path)")
        }
        unsafe self.handle = handle
        try refuseRelaxedDurability()
    }

    /// Whether LMDB's lock file, which stands beside the data, can be written: where it cannot, LMDB reads
    /// without it on some systems, and fails on others.
    private static func canLock(_ path: String) -> Bool {
        let lock = path + "-lock"
        let name = StoreFiles.exists(lock) ? lock : StoreFiles.parent(of: path)
        return unsafe access(name, W_OK) == 0
    }

    private static func open(
        _ path: String,
        flags: UInt32,
        mapSize: Int
    ) -> (OpaquePointer?, Int32) {
        var handle: OpaquePointer?
        var code = unsafe mdb_env_create(&handle)
        guard code == 0, let handle = unsafe handle else { return (nil, code) }
        code = unsafe mdb_env_set_mapsize(handle, mapSize)
        if code == 0 { code = unsafe mdb_env_set_maxdbs(handle, 8) }
        if code == 0 { code = unsafe mdb_env_set_maxreaders(handle, 256) }
        if code == 0 { code = unsafe mdb_env_open(handle, path, flags, 0o600) }
        guard code == 0 else {
            unsafe mdb_env_close(handle)
            return (nil, code)
        }
        return unsafe (handle, 0)
    }

    /// A commit that is not on the disk when it returns is no commit.
    private func refuseRelaxedDurability() throws(StoreError) {
        var flags: UInt32 = 0
        unsafe mdb_env_get_flags(handle, &flags)
        let relaxed = UInt32(MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC)
        guard flags & relaxed == 0 else {
            throw StoreError(.unusable, "expected \(path) to be opened with full durability")
        }
    }

    deinit {
        unsafe mdb_env_close(handle)
    }

    /// Begins a transaction; one for writing must be ended by the thread that began it.
    ///
    /// - Throws: ``StoreError/Code/inUse`` where LMDB takes another process for this one.
    func begin(isReadOnly: Bool) throws(StoreError) -> LMDBTransaction {
        var transaction: OpaquePointer?
        let flags = isReadOnly ? UInt32(MDB_RDONLY) : 0
        let code = unsafe mdb_txn_begin(handle, nil, flags, &transaction)
        // LMDB marks a process that reads by a lock on the byte of its number in the lock file.
        guard code != EAGAIN, code != EACCES else {
            throw StoreError(
                .inUse,
                "another process with this process's number, \(getpid()), has \(path) open, as in "
                    + "another container: run this in the worker's container, or let both share "
                    + "process numbers"
            )
        }
        guard code == 0, let transaction = unsafe transaction else {
            throw .lmdb(code, "begin a transaction in \(path)")
        }
        return unsafe LMDBTransaction(transaction, of: self, path: path)
    }

    /// Writes all that is there after the newest commit, beside whoever commits meanwhile.
    ///
    /// Page by page as the tables lead to them, and with a new list of free pages: damage in the old
    /// one, or in how many pages a value says that it takes, shows in no value, and would overwrite some
    /// when the copy is written to.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where the pages in use and those that are free are not all
    ///   that there are.
    func copy(to file: borrowing FileHandle) throws(StoreError) {
        let code = unsafe mdb_env_copyfd2(handle, file.descriptor, UInt32(MDB_CP_COMPACT))
        guard code != MDB_INCOMPATIBLE else {
            throw StoreError(
                .damaged,
                "expected each page of \(path) to be in use or free. What verify says of the ledger holds all "
                    + "the same: where it is sound, stop the worker and copy the whole directory"
            )
        }
        guard code == 0 else { throw .lmdb(code, "copy \(path)") }
    }

    /// Bytes up to the last page that was ever used.
    func usedByteCount(pageSize: Int) throws(StoreError) -> Int {
        var info = unsafe MDB_envinfo()
        let code = unsafe mdb_env_info(handle, &info)
        guard code == 0 else { throw .lmdb(code, "look at \(path)") }
        return unsafe (info.me_last_pgno + 1) * pageSize
    }

    /// Frees the slots of readers that died: each would keep the file growing for ever.
    func clearDeadReaders() throws(StoreError) {
        var dead: Int32 = 0
        let code = unsafe mdb_reader_check(handle, &dead)
        guard code == 0 else { throw .lmdb(code, "check the readers of \(path)") }
    }
}

extension StoreError {
    /// What an LMDB or system code means for the store.
    static func lmdb(_ code: Int32, _ action: String) -> StoreError {
        let text = unsafe String(cString: mdb_strerror(code))
        let what = "failed to \(action): \(text) (\(code))"
        return switch code {
        case MDB_CORRUPTED, MDB_PAGE_NOTFOUND, MDB_INVALID, MDB_BAD_TXN, MDB_INCOMPATIBLE:
            StoreError(.damaged, what)
        case MDB_VERSION_MISMATCH: StoreError(.unusable, what)
        case MDB_READERS_FULL:
            StoreError(.failed, what + "; too many programs read the store at once")
        case ENOSPC: StoreError(.diskFull, what)
        case MDB_MAP_FULL: StoreError(.diskFull, what + "; the address space for it is used up")
        default: StoreError(.failed, what)
        }
    }
}
