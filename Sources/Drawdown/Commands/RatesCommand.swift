import ArgumentParser
import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore
import UsageCodec

/// The command `drawdown rates`.
struct RatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rates",
        abstract: "Look at what other rates would do.",
        discussion: """
            Example:
              drawdown rates preview --config new.yaml --from 2026-11-01 --to 2026-12-01
            """,
        subcommands: [PreviewRatesCommand.self]
    )
}

/// The command `drawdown rates preview`.
struct PreviewRatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Price past usage under another rate card, customer by customer.",
        discussion: """
            Reads the ledger beside its worker, and changes nothing. Usage counts by when it \
            occurred, from --from until before --to. Each event is priced by the card of NEW that is \
            in force when it occurred, as a worker would; --card prices everything by one card, also \
            by one that begins later. Usage that brought its price along costs the same under any \
            rates; what NEW gives no price is counted apart, with what it cost then. What was given \
            back later is not taken off.

            Examples:
              drawdown rates preview --config new.yaml --from 2026-11-01 --to 2026-12-01
              drawdown rates preview --config new.yaml --card 2027-01 --data ./drawdown-data --json
            """
    )

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("The configuration with the other rates.", valueName: "new")
    )
    var config: String

    @Option(
        help: ArgumentHelp(
            "A store's directory, or that of `drawdown dev`. Default: the configuration's.",
            valueName: "dir"
        )
    )
    var data: String?

    @Option(
        help: ArgumentHelp(
            "RFC 3339, or a day in UTC. Default: from the first usage on.",
            valueName: "time"
        )
    )
    var from: String?

    @Option(
        help: ArgumentHelp(
            "RFC 3339, or a day in UTC; not included. Default: to the last usage.",
            valueName: "time"
        )
    )
    var to: String?

    @Option(help: ArgumentHelp("Price everything by this card.", valueName: "version"))
    var card: String?

    @Option(
        help: ArgumentHelp(
            "Customers in the table, those that change most; the sums are of all.",
            valueName: "n"
        )
    )
    var limit = 50

    @Flag(help: "Print all customers as JSON.")
    var json = false

    func validate() throws {
        guard data != "" else {
            throw ValidationError("expected --data to be a directory, got: nothing")
        }
        guard limit >= 0 else {
            throw ValidationError("expected --limit to be 0 or more, got: \(limit)")
        }
        for (name, text) in [("from", from), ("to", to)] {
            guard text == nil || Self.time(text) != nil else {
                throw ValidationError(
                    "expected --\(name) to be a time such as 2026-11-01T00:00:00Z or a day, got: "
                        + (text ?? "")
                )
            }
        }
        guard start <= end else {
            throw ValidationError("expected --from not to be later than --to")
        }
    }

    private static func time(_ text: String?) -> Timestamp? {
        guard let text else { return nil }
        return Timestamp(text) ?? Timestamp(text + "T00:00:00Z")
    }

    private var start: Timestamp { Self.time(from) ?? .earliest }
    private var end: Timestamp { Self.time(to) ?? .latest }

    func run() async throws {
        let configuration = try ConfigurationOption.load(config)
        let cards = try cards(of: configuration)
        var preview = RatePreview(rates: RateBook(cards: cards), occurred: start..<end)
        do {
            let path = data ?? configuration.store.path
            try preview.read(try EmbeddedJournal(readOnly: path, verifies: false))
        } catch let error as StoreError {
            throw CommandFailure(reading: error)
        }
        let late = card == nil ? cards.filter { $0.effectiveFrom >= end }.map(\.version) : []
        StandardStreams.write(
            json ? preview.json(card: card) : preview.text(limit: limit, unused: late)
        )
    }

    private func cards(of configuration: Configuration) throws(CommandFailure) -> [RateCard] {
        guard let card else { return configuration.rateCards }
        guard let found = configuration.rateCards.first(where: { $0.version == card }) else {
            let names = configuration.rateCards.map(\.version).joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "expected --card to be a card of \(config), got: \(card); there are: \(names)"
            )
        }
        return [RateCard(version: card, effectiveFrom: .earliest, rates: found.rates)]
    }
}

extension RatePreview {
    /// Takes every commit of a journal, one after another.
    mutating func read(_ journal: EmbeddedJournal) throws {
        let progress = ProgressLine()
        defer { progress.clear() }
        let last = journal.head.number
        for number in stride(from: 1, through: last, by: 1) {
            progress.show { ProgressLine.commits("pricing", number, of: last) }
            guard let sealed = try journal.commit(number: number) else {
                throw StoreError(.damaged, "expected commit \(number) to be in the journal")
            }
            try take(sealed.commit)
        }
    }

    /// A table for people: the accounts that change most, and the sums of all.
    func text(limit: Int, unused: [String]) -> String {
        guard total.events + total.unpricedEvents > 0 else {
            return "Nothing was used in this time.\n"
        }
        var table = TextTable([
            "CUSTOMER": .left, "CREDIT TYPE": .left, "EVENTS": .right, "THEN": .right,
            "NEW": .right, "DIFFERENCE": .right, "UNPRICED": .right,
        ])
        let rows = accounts.sorted {
            let (left, right) = ($0.value.difference.magnitude, $1.value.difference.magnitude)
            return left == right ? $0.key < $1.key : left > right
        }
        for (name, sums) in rows.prefix(limit) {
            table.append([name.customerID.text, name.creditType.text] + sums.cells)
        }
        table.append(["all \(LiveFormat.count(accounts.count))", ""] + total.cells)
        var text = table.text
        let rest = rows.count - limit
        if rest > 0 { text += "\n\(LiveFormat.count(rest)) more accounts\n" }
        text += unpricedText
        for version in unused {
            text += "\nThe card \(version) takes effect later and priced nothing of this: "
            text += "--card \(version.printable) prices everything by it.\n"
        }
        return text
    }

    private var unpricedText: String {
        guard !unpriced.isEmpty else { return "" }
        var text = "\n\(LiveFormat.count(total.unpricedEvents)) events have no price under NEW; "
        text += "they cost \(total.unpricedCreditsThen) credits then:\n"
        for (kind, count) in unpricedKinds {
            text += "  \(kind.code) \(kind.action.text.printable): \(LiveFormat.count(count))\n"
        }
        return text
    }

    private var unpricedKinds: [(Unpriced, Int)] {
        unpriced.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// For programs: everything, customers in their order.
    func json(card: String?) -> String {
        var json = JSONWriter()
        json.object { json in
            let (start, end) = (occurred.lowerBound, occurred.upperBound)
            json.member("from", orNull: start == .earliest ? nil : start)
            json.member("to", orNull: end == .latest ? nil : end)
            json.member("card", orNull: card)
            json.objectMember("total") { json in json.write(total) }
            json.arrayMember("unpriced") { json in
                for (kind, count) in unpricedKinds {
                    json.object { json in
                        json.member("code", kind.code)
                        json.member("action", kind.action.text)
                        json.member("events", count)
                    }
                }
            }
            json.arrayMember("accounts") { json in
                for (name, sums) in accounts.sorted(by: { $0.key < $1.key }) {
                    json.object { json in
                        json.member("customer_id", name.customerID.text)
                        json.member("credit_type", name.creditType.text)
                        json.write(sums)
                    }
                }
            }
        }
        return String(decoding: json.bytes, as: UTF8.self) + "\n"
    }
}

extension RatePreview.Sums {
    fileprivate var cells: [String] {
        [
            LiveFormat.count(events), creditsThen.description, creditsNew.description,
            difference.description, LiveFormat.count(unpricedEvents),
        ]
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ sums: RatePreview.Sums) {
        member("events", sums.events)
        member("explicit_events", sums.explicitEvents)
        member("credits_then", sums.creditsThen)
        member("credits_new", sums.creditsNew)
        member("difference", sums.difference)
        member("unpriced_events", sums.unpricedEvents)
        member("unpriced_credits_then", sums.unpricedCreditsThen)
    }
}

extension Amount {
    fileprivate var magnitude: Amount { isNegative ? negated : self }
}
