internal import CLMDB
internal import Glibc
internal import LedgerStore

/// The few calls to the system that a store's directory needs, each reporting its failure.
enum StoreFiles {
    /// Why the last call of this thread failed.
    static func failure(
        _ action: String,
        _ path: String,
        code: StoreError.Code = .failed
    ) -> StoreError {
        let number = errno
        let text = unsafe String(cString: strerror(number))
        return StoreError(
            number == ENOSPC ? .diskFull : code,
            "failed to \(action) \(path): \(text)"
        )
    }

    static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    /// A file's length in bytes; nil where it is missing.
    static func byteCount(_ path: String) throws(StoreError) -> Int? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw failure("look at", path) }
            return nil
        }
        return Int(status.st_size)
    }

    /// Makes a directory, and those that it is in, where they are missing; its name is durable then.
    static func makeDirectory(_ path: String) throws(StoreError) {
        if unsafe mkdir(path, 0o700) != 0 {
            if errno == EEXIST { return try syncName(ofDirectory: path) }
            guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex
            else { throw failure("make the directory", path, code: .unusable) }
            try makeDirectory(String(path[..<slash]))
            guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
                throw failure("make the directory", path, code: .unusable)
            }
        }
        try syncDirectory(parent(of: path))
    }

    /// Makes the name of a directory durable that is there already: whoever made it may have ended
    /// before it was.
    ///
    /// A mount point's name is not ours, and a directory that may not be read cannot be synced.
    private static func syncName(ofDirectory path: String) throws(StoreError) {
        let parent = path + "/.."
        guard unsafe access(parent, R_OK) == 0, try !isMountPoint(path) else { return }
        try syncDirectory(parent)
    }

    /// The directory that a path is in.
    static func parent(of path: String) -> String {
        // What ends in a slash is that directory, and not something in it.
        guard let last = path.lastIndex(where: { $0 != "/" }) else { return "/" }
        guard let slash = path[...last].lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes the names in a directory durable: a file that was synced can still lose its name.
    static func syncDirectory(_ path: String) throws(StoreError) {
        let file = try FileHandle(path, O_RDONLY | O_DIRECTORY)
        try file.sync()
    }

    /// Replaces a file as a whole: after a crash it is the old one or the new one.
    static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        let temporary = path + ".tmp"
        let file = try FileHandle(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        try file.write(bytes)
        try file.sync()
        try rename(temporary, to: path)
    }

    static func rename(_ path: String, to target: String) throws(StoreError) {
        guard unsafe Glibc.rename(path, target) == 0 else { throw failure("rename", path) }
    }

    /// The names in a directory; none where it is missing.
    static func names(in path: String) throws(StoreError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            guard errno == ENOENT else { throw failure("read the directory", path) }
            return []
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Makes a file at least this long, with nothing where it was not written.
    static func lengthen(_ path: String, to byteCount: Int) throws(StoreError) {
        guard unsafe truncate(path, off_t(byteCount)) == 0 else {
            throw failure("lengthen", path)
        }
    }

    static func remove(_ path: String) throws(StoreError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Removes an empty directory; one that is missing is removed.
    static func removeDirectory(_ path: String) throws(StoreError) {
        guard unsafe rmdir(path) == 0 || errno == ENOENT else { throw failure("remove", path) }
    }

    /// Opens a file for reading; nil where it is missing.
    static func open(_ path: String) throws(StoreError) -> FileHandle? {
        do throws(StoreError) {
            return try FileHandle(path, O_RDONLY)
        } catch {
            guard exists(path) else { return nil }
            throw error
        }
    }

    /// All bytes of a small file; nil where it is missing.
    static func contents(_ path: String) throws(StoreError) -> [UInt8]? {
        guard let count = try byteCount(path), let file = try open(path) else { return nil }
        return try file.read(count, at: 0)
    }

    /// Whether a directory lies on another file system than the one that it is in.
    static func isMountPoint(_ path: String) throws(StoreError) -> Bool {
        var here = stat()
        var above = stat()
        guard unsafe stat(path, &here) == 0 else { throw failure("look at", path) }
        guard unsafe stat(path + "/..", &above) == 0 else { throw failure("look at", path + "/..") }
        return here.st_dev != above.st_dev
    }

    /// Bytes that may still be written to the file system of a path.
    static func freeByteCount(_ path: String) throws(StoreError) -> Int {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { throw failure("look at", path) }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Refuses file systems where locks and memory maps are not what they are on a disk.
    static func refuseRemote(_ path: String) throws(StoreError) {
        var status = statfs()
        guard unsafe statfs(path, &status) == 0 else { throw failure("look at", path) }
        let magic = UInt32(truncatingIfNeeded: status.f_type)
        if let name = remoteFileSystems[magic] {
            throw StoreError(
                .unusable,
                "expected \(path) to be on a local disk, got: \(name)"
            )
        }
    }

    private static let remoteFileSystems: [UInt32: String] = [
        0x6969: "NFS", 0x517b: "SMB", 0xff53_4d42: "CIFS", 0xfe53_4d42: "SMB2",
        0x0102_1997: "9P", 0x00c3_6400: "Ceph", 0x5346_414f: "AFS", 0x6573_5546: "FUSE",
        0x0bd0_0bd0: "Lustre", 0x0116_1970: "GFS2", 0x7461_636f: "OCFS2", 0x4750_4653: "GPFS",
    ]
}

/// An open file; closed when it is let go.
struct FileHandle: ~Copyable {
    let descriptor: Int32
    private let path: String

    init(_ path: String, _ flags: Int32) throws(StoreError) {
        descriptor = unsafe open(path, flags | O_CLOEXEC, 0o600)
        self.path = path
        guard descriptor >= 0 else { throw StoreFiles.failure("open", path) }
    }

    deinit {
        close(descriptor)
    }

    borrowing func write(_ bytes: [UInt8]) throws(StoreError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes[written...].withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            guard count > 0 || errno == EINTR else { throw StoreFiles.failure("write", path) }
            written += max(count, 0)
        }
    }

    /// Reads up to so many bytes from a position.
    borrowing func read(_ count: Int, at position: Int) throws(StoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(descriptor, buffer.baseAddress, buffer.count, off_t(position))
        }
        guard read >= 0 else { throw StoreFiles.failure("read", path) }
        return Array(bytes.prefix(read))
    }

    /// Fills a buffer from a position on.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where the file ends before.
    borrowing func read(
        into buffer: UnsafeMutableRawBufferPointer,
        at position: Int
    ) throws(StoreError) {
        var filled = 0
        while filled < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = unsafe pread(
                descriptor,
                rest.baseAddress,
                rest.count,
                off_t(position + filled)
            )
            guard count != 0 else {
                throw StoreError(.damaged, "expected \(path) not to end before byte \(position)")
            }
            guard count > 0 || errno == EINTR else { throw StoreFiles.failure("read", path) }
            filled += max(count, 0)
        }
    }

    /// Reads 64-bit words of the machine.
    borrowing func readWords(_ count: Int, at position: Int) throws(StoreError) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: count)
        var span = words.mutableSpan
        try unsafe span.withUnsafeMutableBytes { buffer throws(StoreError) in
            unsafe try read(into: buffer, at: position)
        }
        return words
    }

    /// Writes words over what stands at a position.
    borrowing func overwrite(_ words: Span<UInt64>, at position: Int) throws(StoreError) {
        var written = 0
        while written < words.count * 8 {
            let count = unsafe words.withUnsafeBytes { buffer in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
                return unsafe pwrite(
                    descriptor,
                    rest.baseAddress,
                    rest.count,
                    off_t(position + written)
                )
            }
            guard count > 0 || errno == EINTR else { throw StoreFiles.failure("write", path) }
            written += max(count, 0)
        }
    }

    /// Says that single blocks anywhere are read: what lies behind them is not wanted, too.
    borrowing func expectRandomReads() {
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM)
    }

    /// Maps the file for reading; it must not be empty.
    borrowing func map(_ byteCount: Int) throws(StoreError) -> UnsafeRawBufferPointer {
        let start = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw StoreFiles.failure("map", path)
        }
        return unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
    }

    borrowing func sync() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw StoreFiles.failure("sync", path) }
    }

    /// Gives the file this length, with room on the disk for all of it.
    borrowing func allocate(_ count: Int) throws(StoreError) {
        let code = posix_fallocate(descriptor, 0, off_t(count))
        guard code == 0 else {
            errno = code
            throw StoreFiles.failure("reserve \(count) bytes for", path)
        }
    }

    /// Takes the file's lock, if no other open file has it.
    ///
    /// - Parameter isShared: others may have it, too, who share it.
    /// - Returns: false: another has it.
    /// - Throws: ``StoreError``: the file system knows no locks.
    borrowing func tryLock(isShared: Bool = false) throws(StoreError) -> Bool {
        guard flock(descriptor, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0 else { return true }
        guard errno == EWOULDBLOCK else { throw StoreFiles.failure("lock", path) }
        return false
    }
}
