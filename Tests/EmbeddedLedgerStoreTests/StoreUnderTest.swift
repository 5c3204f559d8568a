import Credits
@testable import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Testing

/// The stores that the contract holds for.
enum StoreKind: String, CaseIterable, Sendable {
    case memory, embedded
    /// Embedded, and nearly everything in sealed files.
    case sealed

    /// Nil: not on a disk.
    var sealing: SealingOptions? {
        switch self {
        case .memory: nil
        case .embedded: SealingOptions()
        case .sealed: .tiny
        }
    }
}

extension SealingOptions {
    /// Seals whatever there is, and merges at every turn.
    static let tiny = {
        var options = SealingOptions(idsPerRun: 5, segmentBytes: 2000, fanOut: 2)
        options.mergeStepBytes = 1
        options.filterBufferBytes = 64
        options.filterPartShift = 0
        return options
    }()
}

/// A store that can be opened again, as after the end of the process.
final class StoreUnderTest {
    private(set) var store: any LedgerStore
    private let directory: TemporaryDirectory?
    private let sealing: SealingOptions

    init(_ kind: StoreKind) throws {
        guard let sealing = kind.sealing else {
            store = InMemoryLedgerStore(policies: Policies())
            directory = nil
            self.sealing = SealingOptions()
            return
        }
        let directory = TemporaryDirectory()
        store = try EmbeddedLedgerStore.small(directory.path, sealing: sealing)
        self.directory = directory
        self.sealing = sealing
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
        store = try EmbeddedLedgerStore.small(directory.path, sealing: sealing)
    }

    /// Verifies the journal, and opens the store anew.
    func verify() throws -> VerificationReport {
        guard let directory else {
            let memory = try #require(store as? InMemoryLedgerStore)
            var verifier = LedgerVerifier(hashKey: memory.identity.hashKey)
            for (index, bytes) in memory.journal.enumerated() {
                verifier.take(bytes, number: UInt64(index + 1))
            }
            return verifier.finish(expecting: memory.head)
        }
        // A process reads its own store's journal only while it has the store let go.
        store = InMemoryLedgerStore(policies: Policies())
        let report = try EmbeddedJournal(readOnly: directory.path).verify()
        store = try EmbeddedLedgerStore.small(directory.path, sealing: sealing)
        return report
    }
}

extension EmbeddedLedgerStore {
    /// A store with a small reserve, and with checkpoints as often as can be.
    static func small(
        _ path: String,
        creates: Bool = true,
        sealing: SealingOptions = SealingOptions()
    ) throws -> EmbeddedLedgerStore {
        try EmbeddedLedgerStore(
            path: path,
            policies: Policies(),
            options: Options(
                reserve: 1 << 16,
                creates: creates,
                checkpointInterval: 1,
                sealing: sealing
            )
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
