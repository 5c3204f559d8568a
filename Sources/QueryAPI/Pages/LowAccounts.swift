import Credits
import LedgerStore
import Synchronization

/// The accounts with the least available credits, looked for every few seconds while somebody
/// watches.
final class LowAccounts: Sendable {
    private struct Found {
        var at = Timestamp.earliest
        var accounts: [Account] = []
    }

    private let found = Mutex(Found())
    /// Looking at every account of a large ledger would take too long.
    private static let maximumSeen = 5000
    private static let shown = 8
    private static let lifetime: Int64 = 5_000_000

    /// The lowest of the first 5,000 accounts in `credits`, at most five seconds old.
    func lowest(of reader: any LedgerReader, at now: Timestamp) -> [Account] {
        let known = found.withLock { $0 }
        let age = now.microseconds - known.at.microseconds
        guard age < 0 || age > Self.lifetime else { return known.accounts }
        var all: [Account] = []
        while all.count < Self.maximumSeen {
            let page = reader.accounts(
                creditType: "credits",
                query: nil,
                after: all.last?.customerID,
                limit: 500
            )
            all += page
            guard page.count == 500 else { break }
        }
        let lowest = all.map { ($0, $0.snapshot(at: now).available) }
            .sorted { $0.1 < $1.1 }.prefix(Self.shown).map(\.0)
        found.withLock { $0 = Found(at: now, accounts: lowest) }
        return lowest
    }
}
