import Credits
@testable import EmbeddedLedgerStore
import LedgerStore
import Testing

/// A history that any store can be given, a commit at a time, so that it may be cut off anywhere.
enum History {
    static let idsPerCommit = 6

    /// Applies commits until the head has this number.
    ///
    /// Returns the usage ids so far, with what they drew.
    @discardableResult
    static func extend(_ store: any LedgerStore, to last: Int) throws -> [String: Int64] {
        while store.head.number < last {
            let number = Int(store.head.number) + 1
            var batch = BatchBuilder(continuing: store, cluster: "cluster \(number % 3)")
            if number % 4 == 1 { batch.grant("g\(number)", "customer \(number % 7)", 50) }
            for index in 0..<3 {
                let customer = "customer \((number + index) % 7)"
                batch.usage("u\(number)-\(index)", customer, Int64(index + 1))
            }
            // Usage of an older commit is given back, bit by bit: its newest reversal counts.
            if number > 10 {
                let of = number - number % 5 - 5
                batch.reverse("r\(number)", of: "u\(of)-2", "customer \((of + 2) % 7)", nil)
            }
            // Read once more: a duplicate, wherever its id lies by now.
            if number > 3 { batch.usage("u\(number / 2)-1", "customer \((number / 2 + 1) % 7)", 2) }
            if number % 6 == 0 { batch.invalid("not JSON \(number)") }
            try store.apply(batch, at: Int64(number))
        }
        var usage: [String: Int64] = [:]
        for number in stride(from: 1, through: last, by: 1) {
            for index in 0..<3 { usage["u\(number)-\(index)"] = Int64(index + 1) }
        }
        return usage
    }

    /// Expects two stores to say the same of the same history.
    static func expectSame(
        _ store: any LedgerStore,
        _ model: any LedgerStore,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (reader, expected) = (store.reader, model.reader)
        func expect(_ isSame: Bool, _ what: String) {
            #expect(isSame, "\(what)", sourceLocation: sourceLocation)
        }
        expect(store.head.number == model.head.number, "head")
        expect(store.allAccounts == model.allAccounts, "accounts")
        expect(reader.knownIDCount == expected.knownIDCount, "count of ids")
        expect(reader.outcomes == expected.outcomes, "outcomes")
        expect(reader.pendingHoldCount == expected.pendingHoldCount, "holds")
        for cluster in 0..<3 {
            let name = "cluster \(cluster)"
            expect(store.offsets(cluster: name) == model.offsets(cluster: name), "offsets")
        }
        for limit in [1, 3, 1000] {
            for last in [UInt64.max, 50, 12, 1] {
                expect(
                    try reader.deadLetterCommits(through: last, limit: limit)
                        == expected.deadLetterCommits(through: last, limit: limit),
                    "dead letters"
                )
            }
        }
        for number in stride(from: 1, through: model.head.number, by: 1) {
            let (found, wanted) = (
                try reader.commit(number: number), try expected.commit(number: number)
            )
            // Hashes differ: ids are hashed under each store's own secret, but entries do not.
            expect(found?.commit.entries.count == wanted?.commit.entries.count, "commit \(number)")
            expect(found?.commit.outcomes == wanted?.commit.outcomes, "outcomes of \(number)")
            for index in 0..<3 {
                let usage = try reader.usageEntry(usageID: "u\(number)-\(index)", source: "api")
                expect(usage?.sealed.commit.number == number, "usage \(number)-\(index)")
            }
            let grant = try reader.commandEntries(commandID: "grant-g\(number)")
            expect(grant.isEmpty == (number % 4 != 1), "grant \(number)")
        }
        for account in model.allAccounts {
            let all = try reader.entries(account: account, before: nil, type: nil, limit: 1000)
            let wanted = try expected.entries(
                account: account,
                before: nil,
                type: nil,
                limit: 1000
            )
            expect(
                all.map(\.entry.sequence) == wanted.map(\.entry.sequence)
                    && all.map(\.entry.balanceAfter) == wanted.map(\.entry.balanceAfter),
                "entries of \(account.number)"
            )
            let page = try reader.page(of: account, before: nil, type: nil, limit: 1000)
            expect(
                page.records.map(\.entry.sequence) == all.map(\.entry.sequence)
                    && page.next == nil,
                "page of \(account.number)"
            )
            let usage = try reader.usage(of: account, after: 2)
            expect(try usage == expected.usage(of: account, after: 2), "sums")
            let used = all.filter { $0.entry.type == .creditsConsumed && $0.entry.sequence > 2 }
            expect(usage.values.reduce(0) { $0 + $1.events } == used.count, "usage")
            expect(
                try reader.lastRecordedAt(of: account) == all.first?.sealed.commit.recordedAt,
                "newest entry of \(account.number)"
            )
        }
    }
}
