internal import Credits
internal import Synchronization

/// Accounts in the order of their customers' ids, for paging.
///
/// It catches up with new accounts when it is asked, beside the writer's lock: sorting a million
/// names must not stall a commit.
final class AccountDirectory: Sendable {
    private struct Name: Sendable {
        let customerID: String
        let number: UInt32
    }

    private struct Contents: Sendable {
        /// By the credit type's bytes, ascending by those of the customer ids.
        var names: [[UInt8]: [Name]] = [:]
        var count = 0
    }

    private let tables: LedgerTables
    private let contents = Mutex(Contents())

    init(tables: LedgerTables) {
        self.tables = tables
    }

    /// The numbers of the accounts of a page (``LedgerReader/accounts(creditType:query:after:limit:)``).
    func page(creditType: String, query: String?, after: String?, limit: Int) -> [UInt32] {
        contents.withLock { contents in
            catchUp(&contents)
            let names = contents.names[Array(creditType.utf8)] ?? []
            let start = after.map { after in
                names.firstIndex(after: { !Self.isAscending(after, $0.customerID) })
            }
            var numbers: [UInt32] = []
            for name in names[(start ?? 0)...] {
                guard numbers.count < limit else { break }
                if let query, !name.customerID.holds(query) { continue }
                numbers.append(name.number)
            }
            return numbers
        }
    }

    private func catchUp(_ contents: inout Contents) {
        let added = tables.names(after: contents.count)
        guard !added.isEmpty else { return }
        var new: [[UInt8]: [Name]] = [:]
        for name in added {
            contents.count += 1
            new[Array(name.creditType.utf8), default: []].append(
                Name(customerID: name.customerID, number: UInt32(contents.count))
            )
        }
        for (creditType, names) in new {
            let sorted = names.sorted { Self.isAscending($0.customerID, $1.customerID) }
            contents.names[creditType] = Self.merge(contents.names[creditType] ?? [], sorted)
        }
    }

    private static func merge(_ left: [Name], _ right: [Name]) -> [Name] {
        guard !left.isEmpty else { return right }
        var merged: [Name] = []
        merged.reserveCapacity(left.count + right.count)
        var next = 0
        for name in left {
            while next < right.count, isAscending(right[next].customerID, name.customerID) {
                merged.append(right[next])
                next += 1
            }
            merged.append(name)
        }
        merged.append(contentsOf: right[next...])
        return merged
    }

    private static func isAscending(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}

extension Array {
    /// The first index whose element does not come before, by binary search.
    fileprivate func firstIndex(after isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension String {
    /// Whether another text's bytes stand in this one's.
    fileprivate func holds(_ other: String) -> Bool {
        let (text, part) = (Array(utf8), Array(other.utf8))
        guard part.count <= text.count else { return false }
        return (0...text.count - part.count).contains { start in
            text[start..<start + part.count].elementsEqual(part)
        }
    }
}
