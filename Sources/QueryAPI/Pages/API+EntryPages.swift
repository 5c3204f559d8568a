import Credits
import LedgerStore
import UsageCodec

extension API {
    /// The entries part of a customer's page, with its filter and the way to older ones.
    func entries(of account: Account, _ call: Call) throws -> HTML {
        let type = try call.target.parameter("type") == "" ? nil : try call.entryType
        let before = try call.cursor { if case .entry(let value) = $0 { value } else { nil } }
        let page = try reader.page(of: account, before: before, type: type, limit: 25)
        let options: [HTML] = EntryType.allCases.map { option in
            let mark: HTML = option == type ? " selected" : ""
            return "<option value=\"\(option.name)\"\(mark)>\(option.name)</option>"
        }
        let creditType = account.creditType
        let path = "/customers/\(URLText.encoded(account.customerID))"
        let rows: [HTML] = page.records.map(Self.row)
        let none: HTML =
            page.next == nil
            ? "<p>No entries of that kind.</p>"
            : "<p>None of that kind among these; older ones were not looked at yet.</p>"
        let list: HTML =
            rows.isEmpty
            ? none
            : HTML.table("Entries", Self.entryColumns, rows: rows)
        return """
            <form class="filter" action="\(path)#entries">
            <input type="hidden" name="credit_type" value="\(creditType)">
            <label for="type">Type</label>
            <select id="type" name="type"><option value="">all</option>
            \(options)</select>
            <button>Show</button>
            </form>
            \(list)
            \(Self.next(
                page.next.map { .entry($0) },
                path,
                ["credit_type": creditType, "type": type?.name]
            ))
            """
    }

    private static let entryColumns: [HTML.Column] = [
        .init("#", .number), .init("Recorded"), .init("Type"), .init("Amount", .number),
        .init("Balance", .number), .init("Action"), .init("By"),
    ]

    private static func row(_ record: EntryRecord) -> HTML {
        let (entry, commit) = (record.entry, record.sealed.commit)
        let by: HTML
        if entry.isUsage || entry.type == .holdCaptured {
            by = HTML.link(
                toUsage: commit.bytes.string(of: entry.usageID),
                source: commit.bytes.string(of: entry.source)
            )
        } else {
            by = "\(commit.details[Int(entry.detail)].commandID)"
        }
        return HTML.row(
            entryColumns,
            "\(entry.sequence)",
            HTML.time(commit.recordedAt),
            "\(entry.type.name)",
            "\(entry.amount)",
            "\(entry.balanceAfter)",
            "\(commit.bytes.string(of: entry.action))",
            by
        )
    }

    /// `GET /usage`: what happened to a usage id.
    func usagePage(_ call: Call) async throws -> Answer {
        let usageID = try call.target.parameter("usage_id") ?? ""
        let source = try call.source
        let form: HTML = """
            <form class="filter" action="/usage">
            <label for="usage_id">Usage id</label>
            <input id="usage_id" name="usage_id" value="\(usageID)" required>
            <label for="source">Source, where it named one</label>
            <input id="source" name="source" value="\(source)">
            <button>What happened?</button>
            </form>
            """
        guard !usageID.isEmpty else {
            return Page(title: "Usage id", section: .usage, content: form).answer
        }
        let fate = try await fate(ofUsage: usageID, source: source)
        return Page(
            title: "What happened to “\(usageID)”",
            section: .usage,
            content: """
                \(form)
                \(fate)
                """
        ).answer
    }

    private func fate(ofUsage usageID: String, source: String) async throws -> HTML {
        if let record = try reader.usageEntry(usageID: usageID, source: source) {
            return account(of: record)
        }
        // A refused input's value is all that is known of it, so that is where to look.
        let needle = Array(usageID.utf8)
        let page = try await deadLetters(before: nil, code: nil, naming: needle, limit: 500)
        let rows: [HTML] = page.letters.prefix(20).map(Self.row)
        guard !rows.isEmpty else {
            return """
                <p>It was not applied, and is not among the latest dead letters: either it has not \
                arrived, or it waits in its topic, or it named a source.</p>
                """
        }
        return """
            <p>It was not applied. These dead letters name it:</p>
            \(Self.letterTable(rows))
            """
    }

    private func account(of record: EntryRecord) -> HTML {
        let (entry, commit) = (record.entry, record.sealed.commit)
        let group = commit.groups[Int(entry.group)]
        let names = names(for: reader.account(number: group.number))
        let allocations: [HTML] = commit.allocations(of: entry).map { allocation in
            let isOverdraft = allocation.grant == Allocation.overdraft
            let name = isOverdraft ? nil : names.grantID(group.number, allocation.grant)
            let shown = isOverdraft ? "overdraft" : name ?? "#\(allocation.grant)"
            return "<li>\(allocation.credits.negated) from \(shown)</li>"
        }
        let partitions = commit.partitions
        let partition = Int(entry.origin.partition)
        let origin =
            partitions.indices.contains(partition)
            ? "\(partitions[partition].topic) \(partitions[partition].partition) at "
                + "\(entry.origin.offset)" : "time"
        let creditType = commit.creditType(of: group)
        let customer = HTML.link(toCustomer: commit.customerID(of: group), creditType: creditType)
        return """
            <p>It was applied once, and debited \(entry.amount.negated) \(creditType).</p>
            <dl class="facts">
            <div><dt>Customer</dt><dd>\(customer)</dd></div>
            <div><dt>Action</dt><dd>\(commit.bytes.string(of: entry.action)) × \(entry.quantity)</dd></div>
            <div><dt>Occurred</dt><dd>\(HTML.time(entry.occurredAt))</dd></div>
            <div><dt>Recorded</dt><dd>\(HTML.time(commit.recordedAt))</dd></div>
            <div><dt>Balance</dt><dd>\(entry.balanceBefore) → \(entry.balanceAfter)</dd></div>
            <div><dt>Drawn</dt><dd><ul>\(allocations)</ul></dd></div>
            <div><dt>Entry</dt><dd>\(entry.sequence) in commit \(commit.number)</dd></div>
            <div><dt>Came from</dt><dd>\(origin)</dd></div>
            </dl>
            """
    }

    /// `GET /dead-letters`: what could not be applied, and why.
    func deadLettersPage(_ call: Call) async throws -> Answer {
        let code = try call.target.parameter("code") == "" ? nil : try call.refusalCode
        let position = try call.cursor { cursor -> DeadLetterPosition? in
            if case .deadLetter(let position) = cursor { position } else { nil }
        }
        let page = try await deadLetters(before: position, code: code, limit: 50)
        let options: [HTML] = RefusalCode.allCases.map { option in
            let mark: HTML = option == code ? " selected" : ""
            return "<option value=\"\(option.name)\"\(mark)>\(option.name)</option>"
        }
        let rows: [HTML] = page.letters.map(Self.row)
        let next = page.next.map { Cursor.deadLetter($0) }
        return Page(
            title: "Dead letters",
            section: .deadLetters,
            content: """
                <form class="filter" action="/dead-letters">
                <label for="code">Code</label>
                <select id="code" name="code"><option value="">all</option>
                \(options)</select>
                <button>Show</button>
                </form>
                \(rows.isEmpty ? "<p>None here.</p>" : Self.letterTable(rows))
                \(Self.next(next, "/dead-letters", ["code": code?.name]))
                """
        ).answer
    }

    private static let letterColumns: [HTML.Column] = [
        .init("Recorded"), .init("Code"), .init("Reason", .words), .init("Input"), .init("Key"),
        .init("Value"),
    ]

    private static func letterTable(_ rows: [HTML]) -> HTML {
        HTML.table("Dead letters", letterColumns, rows: rows)
    }

    private static func row(_ letter: DeadLetterRecord) -> HTML {
        let key = letter.key?.text ?? "(none)"
        let value = letter.value?.text ?? "(tombstone)"
        let input =
            "\(letter.source?.topic ?? "") \(letter.source?.partition ?? -1) "
            + "at \(letter.offset)"
        return HTML.row(
            letterColumns,
            HTML.time(letter.recordedAt),
            "\(letter.refusal.code.name)",
            "\(letter.refusal.message)",
            "\(input)",
            "\(key)",
            """
            <details><summary>\(letter.value?.count ?? 0) bytes</summary>
            <pre>\(value)</pre></details>
            """
        )
    }
}
