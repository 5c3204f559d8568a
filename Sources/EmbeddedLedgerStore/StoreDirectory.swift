internal import Glibc
internal import LedgerStore

/// A store's directory, claimed for writing.
///
/// The lock is of our own, on a file that nothing else opens: a second writer is refused at once,
/// where LMDB would let it wait without a limit.
final class StoreDirectory: Sendable {
    let path: String
    let identity: IdentityFile
    /// Making the store was finished just now.
    let isNew: Bool
    private let claim: StoreClaim
    private let lock: FileHandle
    private let reserveByteCount: Int
    /// Where files of the store are: its folders may be file systems of their own.
    private let places: [String]
    /// What is free, in place of what the system says; for tests.
    private let givenFreeByteCount: (@Sendable () -> Int)?

    private static let lockName = "LOCK"
    private static let reserveName = "reserve"
    /// Below this much free space nothing more is taken in, where the reserve is not smaller.
    private static let lowWater = 64 << 20

    var dataPath: String { path + "/" + DataFile.name }
    private var reservePath: String { path + "/" + Self.reserveName }

    /// Claims a directory, and makes the store in it where there is none.
    ///
    /// - Parameters:
    ///   - path: the directory.
    ///   - reserve: bytes that are set aside on the disk, so that a full disk can be left in order.
    ///   - creates: makes the directory and the store where they are missing.
    ///   - freeByteCount: says what is free on the disk, in place of the system; for tests.
    /// - Throws: ``StoreError``, where the store is in use, damaged, or cannot live there.
    init(
        _ path: String,
        reserve: Int,
        creates: Bool,
        freeByteCount: (@Sendable () -> Int)? = nil
    ) throws(StoreError) {
        if creates {
            try StoreFiles.makeDirectory(path)
        } else if !StoreFiles.exists(path) {
            throw StoreError(.unusable, "expected \(path) to be a store, got: nothing there")
        }
        let canonical = try OpenStores.canonical(path)
        let places =
            [canonical]
            + SealedFolders.names.map { canonical + "/" + $0 }.filter(StoreFiles.exists)
        for place in places { try StoreFiles.refuseRemote(place) }
        let claim = try StoreClaim(canonical)
        try BackupFile.refuse(canonical)
        let lock = try Self.takeLock(of: canonical)
        let found = try Self.findIdentity(in: canonical)
        guard found != nil || creates else {
            throw StoreError(
                .unusable,
                "expected \(canonical) to be a store, got: another directory"
            )
        }
        let identity: IdentityFile
        if let found {
            identity = found
            // Whoever made the store may have ended before the name was durable.
            try StoreFiles.syncDirectory(canonical)
        } else {
            identity = try Self.makeStore(in: canonical)
        }
        guard identity.pageSize == DataFile.systemPageSize else {
            throw StoreError(
                .unusable,
                "expected pages of \(identity.pageSize) bytes, as where the store was made, got: "
                    + "\(DataFile.systemPageSize)"
            )
        }
        try DataFile.check(canonical + "/" + DataFile.name, pageSize: identity.pageSize)
        self.path = canonical
        self.identity = identity
        isNew = found == nil
        self.claim = claim
        self.lock = lock
        reserveByteCount = reserve
        self.places = places
        givenFreeByteCount = freeByteCount
        try reserveSpace()
    }

    /// Takes the lock of whoever writes.
    ///
    /// - Throws: ``StoreError/Code/inUse`` where another has it, or reads without any other.
    private static func takeLock(of path: String) throws(StoreError) -> FileHandle {
        let lockPath = path + "/" + lockName
        let lock = try FileHandle(lockPath, O_RDWR | O_CREAT)
        if try lock.tryLock() { return lock }
        guard try lock.tryLock(isShared: true) else {
            throw StoreError(.inUse, "\(path) is open for writing: \(lockPath) is locked")
        }
        throw StoreError(
            .inUse,
            "\(path) is being read where nothing may be written, as by verify or backup on a read-only "
                + "mount: wait for that to end, or end it"
        )
    }

    /// The identity of the store that is here; nil: there is none yet, and nothing of one.
    private static func findIdentity(in path: String) throws(StoreError) -> IdentityFile? {
        if let identity = try IdentityFile.read(in: path) { return identity }
        let unfinished = path + "/" + IdentityFile.unfinishedName
        guard !StoreFiles.exists(unfinished) else {
            // Nothing was ever committed to a store that was not finished: where something was, the
            // other name was lost.
            guard try !hasCommits(path) else {
                throw StoreError(
                    .damaged,
                    "expected \(path) to have a file \(IdentityFile.name) beside its data, which has "
                        + "commits: give \(IdentityFile.unfinishedName) that name back"
                )
            }
            try StoreFiles.remove(path + "/" + DataFile.name)
            try StoreFiles.remove(path + "/" + DataFile.name + "-lock")
            try StoreFiles.remove(unfinished)
            return nil
        }
        guard !StoreFiles.exists(path + "/" + DataFile.name) else {
            throw StoreError(
                .damaged,
                "expected \(path) to have a file \(IdentityFile.name) beside its data: restore it "
                    + "from a backup"
            )
        }
        // Making a store here would remove them, and with them a history.
        for folder in try SealedFolders.filled(in: path) {
            throw StoreError(
                .damaged,
                "expected \(path) to have \(IdentityFile.name) and \(DataFile.name) beside the files in "
                    + "\(folder): restore it from a backup"
            )
        }
        return nil
    }

    /// Whether there are commits in the data in a directory.
    ///
    /// - Throws: ``StoreError`` where that cannot be told: what cannot be read now may hold some.
    private static func hasCommits(_ path: String) throws(StoreError) -> Bool {
        let dataPath = path + "/" + DataFile.name
        guard StoreFiles.exists(dataPath) else { return false }
        do throws(StoreError) {
            try DataFile.check(dataPath, pageSize: DataFile.systemPageSize)
            let environment = try LMDBEnvironment(path: dataPath, isReadOnly: true, owner: nil)
            let transaction = try environment.begin(isReadOnly: true)
            let tables = try StoreTables(transaction, creates: false)
            return try StateRow.read(transaction, tables).head.number > 0
        } catch {
            // As a process that ended in the middle of making it leaves it.
            if error.code == .damaged { return false }
            throw error
        }
    }

    /// Makes an empty store; the identity gets its name last.
    private static func makeStore(in path: String) throws(StoreError) -> IdentityFile {
        let identity = IdentityFile.drawn(pageSize: DataFile.systemPageSize)
        let unfinished = path + "/" + IdentityFile.unfinishedName
        try StoreFiles.replace(unfinished, with: identity.bytes)
        try StoreFiles.syncDirectory(path)
        let environment = try LMDBEnvironment(
            path: path + "/" + DataFile.name,
            isReadOnly: false,
            owner: nil
        )
        let transaction = try environment.begin(isReadOnly: false)
        let tables = try StoreTables(transaction, creates: true)
        try IdentityRow(uuid: identity.uuid, epoch: 0).write(transaction, tables)
        try StateRow().write(transaction, tables)
        try transaction.commit()
        try StoreFiles.syncDirectory(path)
        try StoreFiles.rename(unfinished, to: path + "/" + IdentityFile.name)
        try StoreFiles.syncDirectory(path)
        return identity
    }

    private func reserveSpace() throws(StoreError) {
        guard reserveByteCount > 0 else {
            try StoreFiles.remove(reservePath)
            return
        }
        guard try StoreFiles.byteCount(reservePath) != reserveByteCount else { return }
        try StoreFiles.remove(reservePath)
        // Asked first, for reserving too much would fill the disk before it fails.
        guard try StoreFiles.freeByteCount(path) > reserveByteCount else {
            throw StoreError(
                .diskFull,
                "expected \(reserveByteCount) bytes to be free in \(path): make room, or lower "
                    + "store.embedded.reserve"
            )
        }
        let file = try FileHandle(reservePath, O_RDWR | O_CREAT | O_TRUNC)
        try file.allocate(reserveByteCount)
    }

    /// Bytes that may still be written to the disk: to the fullest, where there are several.
    func freeByteCount() throws(StoreError) -> Int {
        try fullest().freeByteCount
    }

    private func fullest() throws(StoreError) -> (place: String, freeByteCount: Int) {
        if let givenFreeByteCount { return (path, givenFreeByteCount()) }
        var fullest = (place: path, freeByteCount: Int.max)
        for place in places {
            let free = try StoreFiles.freeByteCount(place)
            if free < fullest.freeByteCount { fullest = (place, free) }
        }
        return fullest
    }

    /// Whether so many bytes fit beside what must stay free.
    func hasRoom(for byteCount: Int) throws(StoreError) -> Bool {
        try freeByteCount() >= byteCount + 2 * leastFree
    }

    /// - Throws: ``StoreError/Code/diskFull`` where so many bytes do not fit beside what must stay free.
    func checkRoom(for byteCount: Int) throws(StoreError) {
        try check(atLeast: byteCount + 2 * leastFree)
    }

    /// - Parameter claimed: bytes that are about to be written by others.
    /// - Throws: ``StoreError/Code/diskFull`` where so little is free that nothing more may be taken
    ///   in.
    func checkFreeSpace(beside claimed: Int) throws(StoreError) {
        guard reserveByteCount > 0 else { return }
        try check(atLeast: leastFree + claimed)
    }

    /// Where less is free nothing more is taken in.
    private var leastFree: Int { min(reserveByteCount, Self.lowWater) }

    private func check(atLeast needed: Int) throws(StoreError) {
        let (place, free) = try fullest()
        guard free >= needed else {
            throw StoreError(
                .diskFull,
                "expected at least \(needed) bytes to be free in \(place), got: \(free)"
            )
        }
    }

    /// Keeps those away who would write to a store, where its data file can be read without LMDB's own
    /// lock only, for a lock file cannot be written there.
    ///
    /// - Returns: what keeps them away for as long as it lives; nil: nobody ever wrote here.
    /// - Throws: ``StoreError/Code/inUse`` where somebody writes.
    static func keepWritersAway(from path: String) throws(StoreError) -> FileHandle? {
        let lockPath = path + "/" + lockName
        guard StoreFiles.exists(lockPath) else { return nil }
        let lock = try FileHandle(lockPath, O_RDONLY)
        guard try lock.tryLock(isShared: true) else {
            throw StoreError(
                .inUse,
                "\(path) is open for writing, and cannot be read beside that where nothing may be "
                    + "written: mount it writable, or stop its worker"
            )
        }
        return lock
    }

    /// Gives the reserve back to the disk, so that the store can be closed in order.
    func releaseReserve() throws(StoreError) {
        try StoreFiles.remove(reservePath)
    }
}
