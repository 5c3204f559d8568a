public import Credits
public import LedgerStore
import Synchronization

/// Tells those who sent an input what became of it, once that is durable.
///
/// An input is known by a mark in its headers, and not by its offset, which its sender learns too
/// late: the commit may be made before.
public final class OutcomeBoard: Sendable {
    /// What became of one input.
    public enum Receipt: Sendable {
        /// Its entries, in the commit that holds them.
        case applied([Entry], SealedCommit)
        case refused(Refusal)
        /// It made no entry and was not refused: its id was applied before, with the same content.
        case duplicate
    }

    /// An input of a batch for which somebody waits.
    struct Awaited {
        let mark: String
        let origin: Origin
    }

    /// The header that holds the mark.
    public static let header = "drawdown-mark"

    private let waiting = Mutex<[String: @Sendable (Receipt) -> Void]>([:])
    private let count = Atomic<Int>(0)

    init() {}

    /// Waits for the outcome of the input with this mark, which must not have been sent yet.
    ///
    /// - Parameters:
    ///   - mark: one that nobody else uses.
    ///   - receive: called at most once, on the ledger's thread: it must not wait for anything.
    public func expect(_ mark: String, _ receive: @escaping @Sendable (Receipt) -> Void) {
        waiting.withLock {
            $0[mark] = receive
            count.store($0.count, ordering: .releasing)
        }
    }

    /// Waits no longer.
    public func forget(_ mark: String) {
        waiting.withLock {
            $0[mark] = nil
            count.store($0.count, ordering: .releasing)
        }
    }

    /// The inputs of a batch that somebody waits for.
    func awaited(in batch: borrowing InputBatch) -> [Awaited] {
        guard count.load(ordering: .acquiring) > 0 else { return [] }
        let messages = batch.commands.map(\.message) + batch.invalid.map(\.message)
        let headers = batch.headers
        return messages.compactMap { message in
            guard headers.indices.contains(Int(message.headers)),
                let header = headers[Int(message.headers)].first(where: { $0.name == Self.header }),
                let value = header.value
            else { return nil }
            return Awaited(mark: String(decoding: value, as: UTF8.self), origin: message.origin)
        }
    }

    /// Tells what a durable commit made of them.
    func tell(_ awaited: [Awaited], _ sealed: SealedCommit) {
        for input in awaited {
            let receive = waiting.withLock { waiting in
                let receive = waiting.removeValue(forKey: input.mark)
                count.store(waiting.count, ordering: .releasing)
                return receive
            }
            receive?(Self.receipt(of: input.origin, in: sealed))
        }
    }

    private static func receipt(of origin: Origin, in sealed: SealedCommit) -> Receipt {
        let commit = sealed.commit
        let entries = commit.entries.filter { $0.origin == origin }
        guard entries.isEmpty else { return .applied(entries, sealed) }
        if let letter = commit.deadLetters.first(where: { $0.message.origin == origin }) {
            return .refused(letter.refusal)
        }
        for trigger in commit.triggers {
            // A hold that is not covered is no dead letter; its trigger is all there is of it.
            guard case .refusedHold(let hold, let input) = trigger.payload, input.origin == origin
            else { continue }
            return .refused(
                Refusal(
                    input.code,
                    field: "credits",
                    message: "expected credits to be at most \(trigger.balance.available), "
                        + "got: \(hold.credits)"
                )
            )
        }
        return .duplicate
    }
}
