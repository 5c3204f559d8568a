internal import Glibc
internal import LedgerStore
internal import Synchronization

/// Which stores this process has open.
///
/// Opening one LMDB file twice in a process would let the first close drop the lock that the other
/// one relies on, and with it keep two writers apart no longer.
enum OpenStores {
    private static let paths = Mutex<Set<String>>([])

    static func claim(_ path: String) throws(StoreError) {
        let isNew = paths.withLock { $0.insert(path).inserted }
        guard isNew else {
            throw StoreError(.inUse, "\(path) is open in this process already")
        }
    }

    static func release(_ path: String) {
        _ = paths.withLock { $0.remove(path) }
    }

    /// The one name of a directory, whatever links lead to it.
    static func canonical(_ path: String) throws(StoreError) -> String {
        guard let resolved = unsafe realpath(path, nil) else {
            throw StoreFiles.failure("find", path, code: .unusable)
        }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }
}

/// A claim on a store's directory in this process; given back when it is let go.
final class StoreClaim: Sendable {
    let path: String

    init(_ path: String) throws(StoreError) {
        // First of all: a claim that was refused must not be given back.
        try OpenStores.claim(path)
        self.path = path
    }

    deinit {
        OpenStores.release(path)
    }
}
