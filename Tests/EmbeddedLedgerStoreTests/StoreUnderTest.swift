import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore

/// The stores that the contract holds for.
enum StoreKind: String, CaseIterable, Sendable {
    case memory, embedded
}

/// A store that can be opened again, as after the end of the process.
final class StoreUnderTest {
    private(set) var store: any LedgerStore
    private let directory: TemporaryDirectory?

    init(_ kind: StoreKind) throws {
        switch kind {
        case .memory:
            store = InMemoryLedgerStore(policies: Policies())
            directory = nil
        case .embedded:
            let directory = TemporaryDirectory()
            store = try EmbeddedLedgerStore.small(directory.path)
            self.directory = directory
        }
    }

    /// Lets the store go without closing it, and opens it anew.
    func reopen() throws {
        guard let directory else {
            guard let memory = store as? InMemoryLedgerStore else { return }
            store = try memory.reopened()
            return
        }
        // The old store must be gone before the new one asks for the directory.
        store = InMemoryLedgerStore(policies: Policies())
        store = try EmbeddedLedgerStore.small(directory.path)
    }
}

extension EmbeddedLedgerStore {
    /// A store with a small reserve, and with checkpoints as often as can be.
    static func small(_ path: String, creates: Bool = true) throws -> EmbeddedLedgerStore {
        try EmbeddedLedgerStore(
            path: path,
            policies: Policies(),
            options: Options(reserve: 1 << 16, creates: creates, checkpointInterval: 1)
        )
    }
}

/// A directory that is gone with the test.
final class TemporaryDirectory: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.path + "/drawdown-\(UUID().uuidString)"
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func file(_ name: String) -> URL { URL(fileURLWithPath: path + "/" + name) }
}
