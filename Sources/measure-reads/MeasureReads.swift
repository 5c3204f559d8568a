import ArgumentParser
import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore
import Logging
import QueryAPI

/// Takes the time of what is read of one account with very many entries.
@main
struct MeasureReads: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure-reads",
        abstract: "Take the time of statements and roll-ups of one account with many entries.",
        discussion: """
            Fills an embedded store with the usage of one account, in full commits, most of them in \
            sealed files and the newest not, and one command half way. Then asks for pages at the \
            store's reader and over HTTP on one connection, and for the customer's page, and prints \
            milliseconds: the median, the 99th percentile and the longest.
            """
    )

    @Option(help: "Entries of the account.")
    var entries = 1_000_000

    @Option(help: "Pages that are asked for, of each kind.")
    var pages = 1500

    @Option(help: "Where the store is made, or is from an earlier run; default: none is kept.")
    var data: String?

    func run() async throws {
        let kept = data ?? NSTemporaryDirectory() + "measure-reads-\(UUID().uuidString)"
        defer { if data == nil { try? FileManager.default.removeItem(atPath: kept) } }
        let account = try LongAccount(in: kept, entries: entries)
        try await measureOverHTTP(account)
        try measureReader(account)
        try account.store.close()
    }

    private func measureReader(_ long: LongAccount) throws {
        let reader = long.store.reader
        let account = try long.account
        var positions: [EntryPosition] = []
        var next: EntryPosition?
        repeat {
            let page = try reader.entries(account: account, before: next, type: nil, limit: 500)
            next = page.last.map { EntryPosition($0) }
            if let next { positions.append(next) }
        } while next != nil
        for limit in [50, 500] {
            var times = Times()
            for _ in 0..<pages {
                let before = positions.randomElement()
                try times.take {
                    _ = try reader.entries(
                        account: account,
                        before: before,
                        type: nil,
                        limit: limit + 1
                    )
                }
            }
            print(times.line("reader: \(limit) from anywhere"))
        }
    }

    private func measureOverHTTP(_ account: LongAccount) async throws {
        let server = APIServer(
            reader: account.store.reader,
            status: NoWorker(),
            rates: RateBook(cards: []),
            version: "0",
            configuration: try APIConfiguration(port: 0),
            logger: Logger(label: "measure-reads") { _ in SwiftLogNoOpLogHandler() }
        )
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let serving = Task { try await server.run { continuation.yield($0) } }
        for await port in ports {
            let pages = pages
            // A thread of its own, as a client has, and not one of those that serve.
            try await withCheckedThrowingContinuation { done in
                Thread.detachNewThread {
                    done.resume(with: Result { try HTTPPages(port: port).measure(pages) })
                }
            }
            break
        }
        serving.cancel()
        _ = try await serving.value
    }
}

/// No worker runs beside what is measured.
private struct NoWorker: WorkerStatus {
    func notReadyReasons() -> [String] { [] }
    func lag() async -> [PartitionKey: Int64]? { nil }
    func figures() -> WorkerFigures { WorkerFigures() }
}

/// How long something took, time after time.
struct Times {
    private var milliseconds: [Double] = []

    mutating func take(_ body: () throws -> Void) rethrows {
        let time = try ContinuousClock().measure(body)
        milliseconds.append(time / .milliseconds(1))
    }

    private func quantile(_ share: Double) -> String {
        let sorted = milliseconds.sorted()
        guard !sorted.isEmpty else { return "–" }
        let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return String(format: "%.2f", sorted[max(0, min(rank, sorted.count - 1))])
    }

    func line(_ name: String) -> String {
        let label = name.padding(toLength: 44, withPad: " ", startingAt: 0)
        return "\(label) p50 \(quantile(0.5))  p99 \(quantile(0.99))  max \(quantile(1)) ms"
    }
}
